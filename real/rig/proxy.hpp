// The rig's roads: a thread that relays bytes between nodes and spoils them on the way.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "core/base/time.hpp"

namespace lastmile::real {

// One direction between two nodes, for all connections between them whoever dialled.
struct PathState {
  Duration latency;                  // one way
  Duration jitter;                   // added, uniform from 0; order is kept
  std::uint64_t bandwidth_bits = 0;  // per second, shared by all connections of the direction; 0 = no limit
  std::uint64_t corrupt_parts = 0;   // of 10^9 pieces of at most kRelayPieceBytes: one bit of it is turned
  bool stalled = false;              // nothing is read or written; connections stay, new ones get no answer
  bool held = false;                 // bytes are taken and kept, and go on in order when it ends
  friend bool operator==(const PathState&, const PathState&) = default;
};

inline constexpr std::size_t kRelayPieceBytes = 16 * 1024;
// Under way in one direction of one connection; above it nothing more is read, as a full window would have it.
inline constexpr std::size_t kRelayBytesMax = 4 * 1024 * 1024;
inline constexpr std::size_t kRelayHeldBytesMax = 64 * 1024 * 1024;

// Beside nodes there are services, numbered from 0: something on this machine that anybody may call (a chain that a
// node asks questions). Service s has the address number service(s), where it really listens as a node would; who calls
// it is not looked at.
//
// Node i listens on node_host(i):port and dials from there; the proxy listens for it on proxy_host(i):port
// (addresses.hpp). All calls from any thread; they take effect in order, soon.
class Proxy {
 public:
  // port 0: one that is free on all addresses, see port(). The seed is that of jitter and corruption.
  static Result<std::unique_ptr<Proxy>> start(std::uint32_t nodes, std::uint16_t port, std::uint64_t seed,
                                              std::uint32_t services = 0);
  ~Proxy();  // closes everything

  std::uint16_t port() const;
  std::uint32_t service(std::uint32_t number) const;  // what addresses.hpp calls its node
  void set_path(std::uint32_t from, std::uint32_t to, PathState state);
  void set_service(std::uint32_t number, PathState question, PathState answer);
  // Ends all connections between the two, both ways, with a reset.
  void reset(std::uint32_t a, std::uint32_t b);

  struct Figures {
    std::uint64_t connections = 0;  // relayed so far
    std::uint64_t strangers = 0;    // from no node's address: closed
    std::uint64_t resets = 0;       // by reset()
    std::uint64_t bytes = 0;        // handed on
    std::uint64_t corrupted = 0;    // pieces
  };
  Figures figures() const;

 private:
  class Core;
  Proxy() = default;
  std::unique_ptr<Core> core_;
};

}  // namespace lastmile::real
