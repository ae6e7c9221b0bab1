#include "real/rig/addresses.hpp"

#include "core/base/check.hpp"

namespace lastmile::real {
namespace {

constexpr std::uint32_t kPerBlock = 250;

std::string host(std::uint32_t node, std::uint32_t side) {
  LM_CHECK(node < kRigNodesMax);
  return "127." + std::to_string(2 * (node / kPerBlock) + side) + "." + std::to_string(node % kPerBlock + 1) + ".1";
}

}  // namespace

std::string node_host(std::uint32_t node) { return host(node, 0); }
std::string proxy_host(std::uint32_t node) { return host(node, 1); }
std::string multiaddr_of(const std::string& host, std::uint16_t port) {
  return "/ip4/" + host + "/tcp/" + std::to_string(port);
}

}  // namespace lastmile::real
