// The inside of P2pNetwork: p2p_core.cpp has connections, p2p_peers.cpp who is behind them, p2p_frames.cpp and
// p2p_questions.cpp what goes over them, p2p_services.cpp identify and ping, p2p_messages.cpp a service of
// messages beside the node's own.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "real/env/os_timers.hpp"
#include "real/p2p/connection.hpp"
#include "real/p2p/p2p_network.hpp"
#include "real/p2p/peer_store.hpp"
#include "real/p2p/protocol_ids.hpp"
#include "real/p2p/wire/identify.hpp"

namespace lastmile::p2p {

class P2pNetwork::Core final : public ConnectionOwner, public std::enable_shared_from_this<P2pNetwork::Core> {
 public:
  Core(real::Loop& loop, P2pOptions wanted);
  Result<Unit> start();
  // Closes everything and calls nobody any more.
  void shut_down();

  void dial(std::string address);
  void close(env::PeerId peer, env::CloseReason reason);
  void send(env::PeerId peer, env::Protocol protocol, const env::Frame& frame);
  void request(env::PeerId peer, env::Protocol protocol, const env::Frame& frame, Duration deadline,
               env::Done<env::Frame> done);
  void fetch(env::PeerId peer, const env::ContentRange& range, Duration deadline, env::Done<Bytes> done);
  void ping(env::PeerId peer, env::Done<Duration> done);
  std::size_t queued_bytes(env::PeerId peer) const;
  const std::string& identity(env::PeerId peer) const;
  std::vector<Multiaddr> listen_addresses() const;
  void stop_listening();
  PeerInfo info(env::PeerId peer) const;
  Figures figures() const;

  void serve_messages(MessageProtocol protocol, MessageService& service);
  void send_message(env::PeerId peer, const Bytes& message);
  std::size_t queued_message_bytes(env::PeerId peer) const;

  const P2pOptions options;
  std::array<env::FrameHandler*, env::kProtocolCount> frame_handlers{};
  env::PeerHandler* peer_handler = nullptr;
  env::ContentHandler* content_handler = nullptr;
  MessageService* message_service = nullptr;
  MessageProtocol message_protocol;

 private:
  // Who speaks the protocols.
  class FramesIn;
  class FramesOut;
  class MessagesIn;
  class MessagesOut;
  class Question;
  class Answering;
  class IdentifyIn;
  class PingIn;
  class PingOut;
  friend class FramesIn;
  friend class FramesOut;
  friend class MessagesIn;
  friend class MessagesOut;
  friend class Question;
  friend class Answering;
  friend class IdentifyIn;
  friend class PingIn;
  friend class PingOut;

  // What a peer has asked of us and waits for; shared with those who answer.
  struct Served {
    std::size_t requests = 0, fetches = 0;
    std::vector<std::pair<std::weak_ptr<Connection>, StreamId>> sending;  // content, answered and not all sent
  };
  struct Reply;
  struct Peer {
    PeerId id;
    std::string identity;                                             // id as text
    std::vector<std::shared_ptr<Connection>> connections;             // oldest first; the first carries what we send
    std::array<std::shared_ptr<FramesOut>, env::kProtocolCount> out;  // on the first connection
    std::shared_ptr<Served> served = std::make_shared<Served>();
    std::optional<env::CloseReason> lost_pending;  // closed by us, on_lost is under way
    std::uint64_t lost_turn = 0;                   // place in lost_; 0 = not there
    std::shared_ptr<const Bytes> gossip_hello;     // what gossip said first since the peer was connected
    std::size_t gossip_reopens = 0;
    std::shared_ptr<MessagesOut> messages_out;  // on the first connection
    bool speaks = false;                        // the protocol of the message service: on_speaks was said
    bool told = false;                          // on_connected was said and on_lost was not
  };
  struct Pending {  // a question of ours, request or fetch
    env::PeerId peer;
    std::weak_ptr<Connection> connection;
    StreamId stream = 0;
    env::TimerId deadline;
    env::Done<Bytes> done;
  };

  // p2p_core.cpp: connections
  void accept(std::shared_ptr<ByteSocket> socket, const std::string& ip);
  std::shared_ptr<Connection> add(std::shared_ptr<ByteSocket> socket, Connection::Options details);
  void on_up(Connection& connection) override;
  void on_alive(Connection& connection) override;
  void on_ended(Connection& connection, env::CloseReason reason) override;
  const std::vector<std::string>& protocols() const override { return protocols_; }
  std::shared_ptr<StreamHandler> accept(Connection& connection, StreamId stream, const std::string& protocol) override;
  void dial_failed(const std::string& address, env::CloseReason reason);
  void dial_failed_later(std::string address, env::CloseReason reason);
  void remove(const Connection& connection);
  void tick();

  // p2p_peers.cpp: who is behind them
  std::optional<env::PeerId> find(const std::string& identity) const;
  std::optional<env::PeerId> find(const Connection& connection) const;  // empty unless it is one of a peer's
  env::PeerId number_for(const Connection& connection);
  void connect(env::PeerId peer, const std::shared_ptr<Connection>& connection);
  void disconnect(env::PeerId peer, const Connection& connection, env::CloseReason reason);
  void release_held(env::PeerId peer);
  void tell_connected(env::PeerId peer);
  void tell_lost(env::PeerId peer, env::CloseReason reason);
  void tell_pending_loss(env::PeerId peer);
  Peer& at(env::PeerId peer) { return peers_[peer.value]; }
  const Peer& at(env::PeerId peer) const { return peers_[peer.value]; }
  Connection* up(env::PeerId peer) const;  // null when not connected

  // p2p_frames.cpp, p2p_questions.cpp: what goes over them
  void ask(env::PeerId peer, const std::string& protocol, std::shared_ptr<const Bytes> question, std::size_t answer_max,
           std::uint32_t window, Duration deadline, env::Done<Bytes> done);
  static std::size_t bulk_bytes(Served& served);
  void finish_question(std::uint64_t id, Result<Bytes> result, bool reset_stream);
  void fail_questions(env::PeerId peer);
  template <class T>
  void error_later(env::Done<T> done, std::string text);
  std::shared_ptr<const Bytes> encoded(const env::Frame& frame);
  FramesOut* frames_to(env::PeerId peer, env::Protocol protocol);
  void on_frames_stopped(env::PeerId peer, env::Protocol protocol);
  bool take_room(std::size_t bytes);  // of receive_buffer_max; false: none
  void give_room(std::size_t bytes) { figures_.receive_buffer -= bytes; }

  // p2p_messages.cpp: the message service
  void on_messages_stopped(env::PeerId peer, StreamId stream, bool refused);
  std::shared_ptr<StreamHandler> accept_messages(Connection& connection, StreamId stream, const std::string& protocol);
  bool is_message_protocol(const std::string& protocol) const;
  void note_speaks(env::PeerId peer);
  void look_whether_it_speaks(env::PeerId peer);

  // p2p_services.cpp: identify and ping
  void identify(Connection& connection);
  void finish_later(Connection& connection, StreamId stream);
  Bytes own_identify(const Connection& connection);

  real::Loop& loop_;
  real::OsTimers timers_;
  NoiseKey static_key_{};  // fresh in every life
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::string> protocols_;
  std::map<const Connection*, std::shared_ptr<Connection>> connections_;
  std::vector<std::pair<std::shared_ptr<Connection>, Instant>> ending_;  // writing why, until then
  std::vector<Peer> peers_;                                              // by number
  std::map<std::string, env::PeerId, std::less<>> by_identity_;
  std::map<std::string, std::string, std::less<>> by_address_;  // who answered where we dialled last
  std::map<std::uint64_t, env::PeerId> lost_;                   // not connected; longest ago first
  std::uint64_t last_lost_turn_ = 0;
  std::set<std::string, std::less<>> dialling_;
  std::map<std::uint64_t, Pending> asked_;
  std::uint64_t last_id_ = 0;
  PeerStore store_;
  Bytes own_record_;          // signed; empty until somebody asks
  env::Frame encoded_frame_;  // the last one: a broadcast encodes once
  std::shared_ptr<const Bytes> encoded_bytes_;
  Figures figures_;
  bool dead_ = false;
};

}  // namespace lastmile::p2p
