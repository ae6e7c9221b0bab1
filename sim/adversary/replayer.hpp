// Remembers what it hears and says it again.
#pragma once

#include <set>
#include <vector>

#include "sim/adversary/bare_peer.hpp"

namespace lastmile::sim {

class ReplayerNode final : public BarePeer {
 public:
  static constexpr std::size_t kRemembered = 4096;  // messages; later ones take the places of the oldest

  ReplayerNode(const NodeEnv& env, node::NodeConfig config, Orders& orders)
      : BarePeer(env, std::move(config), orders), draws_(env.random.stream("replay")) {}

 private:
  void act() override;
  void heard(env::PeerId from, const gossip::Rpc& rpc) override;
  gossip::MessageRef dressed(const gossip::MessageRef& message);

  Generator& draws_;
  std::vector<gossip::MessageRef> remembered_;
  std::set<std::uint64_t> keys_;  // of them
  std::size_t oldest_ = 0;
  std::uint64_t turn_ = 0;
};

}  // namespace lastmile::sim
