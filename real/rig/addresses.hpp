// Who has which address on loopback. Linux routes all of 127.0.0.0/8 there, so every node has an address of its own,
// and one more that the rig listens on for it: the only one that other nodes are told.
#pragma once

#include <cstdint>
#include <string>

namespace lastmile::real {

inline constexpr std::uint32_t kRigNodesMax = 127 * 250;

// Node 0 is 127.0.1.1, seen by others as 127.1.1.1; node 250 is 127.2.1.1 and 127.3.1.1, and so on.
std::string node_host(std::uint32_t node);
std::string proxy_host(std::uint32_t node);
std::string multiaddr_of(const std::string& host, std::uint16_t port);  // over TCP

}  // namespace lastmile::real
