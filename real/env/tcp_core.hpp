// The inside of TcpNetwork: tcp_core.cpp has the life of connections, tcp_exchange.cpp what goes over them.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "real/env/connection.hpp"
#include "real/env/os_timers.hpp"
#include "real/env/tcp_network.hpp"

namespace lastmile::real {

class TcpNetwork::Core final : public ConnectionOwner, public std::enable_shared_from_this<TcpNetwork::Core> {
 public:
  Core(Loop& loop, TcpOptions options);
  Result<Unit> start();
  // Closes everything and calls nobody any more.
  void shut_down();

  void dial(std::string address);
  void close(env::PeerId peer, env::CloseReason reason);
  void send(env::PeerId peer, env::Protocol protocol, const env::Frame& frame);
  void request(env::PeerId peer, env::Protocol protocol, const env::Frame& frame, Duration deadline,
               env::Done<env::Frame> done);
  void fetch(env::PeerId peer, const env::ContentRange& range, Duration deadline, env::Done<Bytes> done);
  std::size_t queued_bytes(env::PeerId peer) const;
  const std::string& identity(env::PeerId peer) const;
  std::string listen_address() const;
  void stop_listening();
  Figures figures() const;

  const TcpOptions options;
  std::array<env::FrameHandler*, env::kProtocolCount> frame_handlers{};
  env::PeerHandler* peer_handler = nullptr;
  env::ContentHandler* content_handler = nullptr;

 private:
  enum class Stage : std::uint8_t { connecting, hello, waiting, up };

  // A connection and what we know about who is behind it.
  struct Link {
    std::shared_ptr<Connection> connection;
    env::Direction direction = env::Direction::inbound;
    Stage stage = Stage::connecting;
    std::string address;   // as dialled
    std::string expected;  // identity that was dialled; empty = anybody
    std::string identity;
    std::uint64_t incarnation = 0;
    env::PeerId peer{};  // once up
    env::TimerId deadline{};
    std::size_t serving = 0;   // requests not answered yet
    std::size_t fetching = 0;  // fetches not answered yet (those being sent are counted by the connection)
  };
  struct Peer {
    std::string identity;
    std::uint64_t incarnation = 0;
    Link* up = nullptr;      // null when not connected
    std::uint64_t goes = 0;  // we decide: so many go were sent to this incarnation; the last one made `up`
    std::uint64_t seen = 0;  // the peer decides: the last go it sent us
    std::optional<env::CloseReason> lost_pending;  // closed by us, on_lost is under way
    std::uint64_t lost_turn = 0;                   // place in lost_; 0 = not there
  };
  struct Asked {
    env::PeerId peer;
    env::TimerId deadline;
    env::Done<env::Frame> done;
  };
  struct Fetching {
    env::PeerId peer;
    env::TimerId deadline;
    env::Done<Bytes> done;
    std::uint64_t length_max = 0;
    Bytes bytes;
  };
  // Lives in the reply that a handler holds: when it goes, called or not, the request no longer counts.
  struct Token;

  // Connections (tcp_core.cpp).
  void accept();
  void on_accepted(std::shared_ptr<Connection> connection, const ErrorCode& error);
  Link& add_link(std::shared_ptr<Connection> connection, env::Direction direction);
  void remove(Link& link);                         // closes it; the link is gone afterwards
  void fail(Link& link, env::CloseReason reason);  // a link that did not come up
  void dial_failed(const std::string& address, env::CloseReason reason);
  void dial_failed_later(std::string address, env::CloseReason reason);
  void on_packet(Connection& connection, const Packet& packet) override;
  void on_ended(Connection& connection, env::CloseReason reason) override;
  void on_hello(Link& link, const Packet& packet);
  void on_want(Link& link, const Packet& packet);
  void on_go(Link& link, const Packet& packet);
  void on_redundant(Link& link);
  void refuse_as_redundant(Link& link);
  void come_up(Link& link, std::uint64_t go);
  void lose(env::PeerId peer, env::CloseReason reason);
  void tell_lost(env::PeerId peer, env::CloseReason reason);
  void tell_pending_loss(env::PeerId peer);
  env::PeerId number_for(const Link& link);
  void keep_alive();
  bool deciding(const Link& link) const { return options.identity < link.identity; }
  std::optional<env::PeerId> find(const std::string& identity) const;
  Peer& at(env::PeerId peer) { return peers_[peer.value]; }
  Link* up(env::PeerId peer) const;

  // Traffic (tcp_exchange.cpp).
  void on_traffic(Link& link, const Packet& packet);
  void on_request(Link& link, const Packet& packet);
  void on_fetch(Link& link, const Packet& packet);
  void on_chunk(Link& link, const Packet& packet);
  void answer(std::uint64_t link, std::uint64_t id, Result<env::Frame> result);
  void serve(std::uint64_t link, std::uint64_t id, std::uint64_t length_max, Result<Bytes> result);
  void refuse(Connection& connection, std::uint64_t id, std::string_view text);
  void fail_pending(env::PeerId peer);
  void finish_request(std::uint64_t id, Result<env::Frame> result);
  void finish_fetch(std::uint64_t id, Result<Bytes> result);
  template <class T>
  void error_later(env::Done<T> done, std::string text);
  void put_on(Link& link, Packet head, std::shared_ptr<const Bytes> body);
  std::shared_ptr<const Bytes> encoded(const env::Frame& frame);

  Loop& loop_;
  OsTimers timers_;
  tcp::acceptor acceptor_;
  std::map<std::uint64_t, Link> links_;  // by connection number
  std::uint64_t last_link_ = 0;
  std::vector<Peer> peers_;  // by PeerId
  std::map<std::string, env::PeerId, std::less<>> by_identity_;
  std::map<std::string, std::string, std::less<>> by_address_;  // who answered where we dialled last
  std::map<std::uint64_t, env::PeerId> lost_;                   // not connected; longest ago first
  std::uint64_t last_lost_turn_ = 0;
  std::set<std::string, std::less<>> dialling_;
  std::map<std::uint64_t, Asked> asked_;
  std::map<std::uint64_t, Fetching> fetching_;
  std::uint64_t last_id_ = 0;
  env::Frame encoded_frame_;  // the last one: a broadcast encodes once
  std::shared_ptr<const Bytes> encoded_bytes_;
  Figures figures_;
  bool dead_ = false;
};

}  // namespace lastmile::real
