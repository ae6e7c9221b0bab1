#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/env/network.hpp"
#include "real/env/loop.hpp"
#include "real/p2p/p2p_limits.hpp"
#include "real/p2p/wire/key.hpp"
#include "real/p2p/wire/multiaddr.hpp"

namespace lastmile::p2p {

struct P2pOptions {
  std::shared_ptr<const PrivateKey> identity;
  std::vector<Multiaddr> listen;    // /ip4 or /ip6, /tcp (port 0 = any), perhaps /ws; empty = does not listen
  std::vector<Multiaddr> announce;  // told to peers instead of the above, where a proxy or router stands before us
  std::string source_address;       // outgoing connections are bound to this IP; empty = the system's choice
  std::string agent;                // program and version, told to peers
  bool early_muxer = true;          // false: as the present Aleph service (libp2p.md 6.5)
  P2pLimits limits;
};

// A multiaddr that we can dial, perhaps with "identity@" before it: whom the node expects there.
bool is_dial_address(std::string_view text);
// What a node's list of peers has: the identity in front, where the address names it (node::PeerBook).
std::string dial_address(const Multiaddr& address);

// A protocol beside those of env::Network: messages behind their lengths, one way on each stream.
struct MessageProtocol {
  std::string name;
  std::size_t message_max = 0;  // bytes; a longer one ends the connection
};
// Who speaks it. On the loop.
class MessageService {
 public:
  virtual ~MessageService() = default;
  // The peer is connected and speaks the protocol, as it says or shows; until on_gone().
  virtual void on_speaks(env::PeerId peer) = 0;
  virtual void on_message(env::PeerId from, Bytes message) = 0;  // behind on_speaks()
  virtual void on_gone(env::PeerId peer) = 0;
};

// libp2p (libp2p.md) as the node's network: TCP and WebSocket, Noise, Yamux, identify, ping, gossipsub streams, and our
// own request protocols (decision 0201). Identities are peer ids, proven in every handshake.
//
// Several connections to one peer can exist; the oldest carries what we send. When it breaks and another lives, the
// peer is lost and connected again at once, so that what belongs to a connection (gossip subscriptions) is said again.
// Peers are dialled once per dial(); backing off is the node's business. Loop thread only; handlers must be registered
// before the loop runs.
class P2pNetwork final : public env::Network {
 public:
  // An error that names the address, when it cannot be listened on.
  static Result<std::unique_ptr<P2pNetwork>> open(real::Loop& loop, P2pOptions options);
  ~P2pNetwork() override;

  void listen(env::Protocol protocol, env::FrameHandler& handler) override;
  void listen_peers(env::PeerHandler& handler) override;
  void listen_content(env::ContentHandler& handler) override;
  void dial(std::string address) override;
  void close(env::PeerId peer, env::CloseReason reason) override;
  void send(env::PeerId peer, env::Protocol protocol, env::Frame frame) override;
  void request(env::PeerId peer, env::Protocol protocol, env::Frame frame, Duration deadline,
               env::Done<env::Frame> done) override;
  void fetch(env::PeerId peer, env::ContentRange range, Duration deadline, env::Done<Bytes> done) override;
  std::size_t queued_bytes(env::PeerId peer) const override;
  std::string identity(env::PeerId peer) const override;
  std::string own_identity() const override;

  // One service, before the loop runs; must outlive the network, or stop_messages() comes before.
  void serve_messages(MessageProtocol protocol, MessageService& service);
  void stop_messages();
  // No promise of delivery. At most message_max bytes.
  void send_message(env::PeerId peer, const Bytes& message);
  std::size_t queued_message_bytes(env::PeerId peer) const;  // not yet on the wire

  std::vector<Multiaddr> listen_addresses() const;  // with real ports
  // Stops accepting; what is connected stays.
  void stop_listening();

  // Round trip of a ping on a stream of its own (libp2p.md 10).
  void ping(env::PeerId peer, env::Done<Duration> done);
  // What identify said of a peer; empty while nothing did.
  struct PeerInfo {
    std::string agent;
    std::vector<std::string> protocols;
    std::vector<std::string> addresses;  // claims
    std::size_t connections = 0;
  };
  PeerInfo info(env::PeerId peer) const;

  struct Figures {
    std::uint64_t accepted = 0, dialled = 0, refused = 0;
    std::uint64_t closed_limit = 0, closed_protocol = 0, closed_timeout = 0;
    std::uint64_t bytes_in = 0, bytes_out = 0, frames_in = 0, frames_out = 0;
    std::uint64_t requests_refused = 0, late_answers = 0, streams_refused = 0;
    std::size_t connections = 0;
    std::size_t receive_buffer = 0;  // bytes of messages that are not all there yet
  };
  Figures figures() const;

 private:
  class Core;
  P2pNetwork() = default;
  std::shared_ptr<Core> core_;
};

}  // namespace lastmile::p2p
