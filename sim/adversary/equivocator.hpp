// Tells every other of its peers one thing and the rest another. Both are signed as they should be, so that honest
// nodes must come to know both and to mean the same by them.
#pragma once

#include <utility>

#include "sim/adversary/bare_peer.hpp"
#include "sim/adversary/statements.hpp"

namespace lastmile::sim {

class EquivocatorNode final : public BarePeer {
 public:
  EquivocatorNode(const NodeEnv& env, node::NodeConfig config, Orders& orders)
      : BarePeer(env, std::move(config), orders), accounts_(orders.seed, env.index.value) {}

 private:
  using Pair = std::pair<message::Envelope, message::Envelope>;
  void act() override;
  Pair elements();
  Pair amends();
  Pair copies();
  env::Frame frame_of(const message::Envelope& envelope);

  OwnAccounts accounts_;
  std::uint64_t turn_ = 0;
};

}  // namespace lastmile::sim
