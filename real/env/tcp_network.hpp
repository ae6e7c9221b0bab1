#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/env/network.hpp"
#include "real/env/loop.hpp"

namespace lastmile::real {

// What one process is willing to hold for its peers. Every limit that is hit is counted in TcpNetwork::Figures.
struct TcpLimits {
  std::size_t connections_max = 512;  // open sockets in both directions, those in handshake included
  std::size_t handshakes_max = 64;    // accepted sockets that have not said hello yet
  // Identities that have a number; beyond, who was lost longest ago is forgotten. The connected ones always
  // have one.
  std::size_t known_peers_max = 65536;
  std::size_t send_buffer_max =
      32 * 1024 * 1024;                   // queued for one peer; above it the peer is too slow and is closed (limit)
  std::size_t requests_served_max = 256;  // per peer and not answered yet; more are refused at once
  std::size_t requests_sent_max = 4096;   // by us, all peers together; more end with an error
  std::size_t fetches_served_max = 16;    // per peer and not finished; more are refused at once
  std::size_t bulk_buffer_max = 64 * 1024 * 1024;   // answered to one peer's fetches and not yet sent; more are refused
  std::size_t fetch_bytes_max = 256 * 1024 * 1024;  // of one fetch, both ways
  Duration dial_timeout = seconds(10);              // from dial() to the peer's hello
  Duration handshake_timeout = seconds(5);          // from accept to the peer's hello
  Duration keepalive = seconds(15);                 // a ping when we have sent nothing for so long
  Duration silence_max = seconds(60);               // nothing read for so long: lost (timeout)
};

struct TcpOptions {
  std::string identity;           // own_identity(); at most 128 bytes
  std::string listen_address;     // "127.0.3.1:4001"; port 0 = any; empty = does not listen
  std::string source_address;     // outgoing connections are bound to it; empty = the system's choice
  std::uint64_t incarnation = 0;  // differs in each life of a node: lets peers tell a restart from a second connection
  TcpLimits limits;
};

// "127.0.3.1:4001" or "[::1]:4001": numbers only, no names.
bool is_tcp_address(std::string_view text);
// "identity@127.0.3.1:4001"; the identity may be left out.
bool is_peer_address(std::string_view text);

// Framed messages over TCP (framing.hpp) for nodes that trust each other's machine: the rig and tests. Peers say who
// they are and nobody proves it; the libp2p transport replaces this on open networks.
//
// An address is "127.0.3.1:4001" or "identity@127.0.3.1:4001": then anybody else who answers there is a failed dial.
// Of several sockets between the same two nodes (both dialled at once) only one comes up; who decides: framing.hpp.
// Loop thread only; handlers must be registered before the loop runs. Peers are dialled once per dial(); backing off is
// the node's business.
class TcpNetwork final : public env::Network {
 public:
  // An error that names the address, when it cannot be listened on.
  static Result<std::unique_ptr<TcpNetwork>> open(Loop& loop, TcpOptions options);
  ~TcpNetwork() override;

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

  std::string listen_address() const;  // with the real port; empty when it does not listen
  // Stops accepting and dialling; what is connected stays.
  void stop_listening();

  struct Figures {
    std::uint64_t accepted = 0, dialled = 0, refused = 0;
    std::uint64_t closed_limit = 0, closed_protocol = 0, closed_timeout = 0;
    std::uint64_t bytes_in = 0, bytes_out = 0, frames_in = 0, frames_out = 0;
    std::uint64_t requests_refused = 0, late_answers = 0;
    std::size_t connections = 0;
  };
  Figures figures() const;

 private:
  class Core;
  TcpNetwork() = default;
  std::shared_ptr<Core> core_;
};

}  // namespace lastmile::real
