// Sends rubbish, or good messages without an end, to all of its peers.
#pragma once

#include <optional>

#include "sim/adversary/bare_peer.hpp"
#include "sim/adversary/statements.hpp"

namespace lastmile::sim {

class FlooderNode final : public BarePeer {
 public:
  FlooderNode(const NodeEnv& env, node::NodeConfig config, Orders& orders)
      : BarePeer(env, std::move(config), orders),
        flooder_(std::get<scenario::Flooder>(orders.entry.body)),
        accounts_(orders.seed, env.index.value) {}

 private:
  void act() override;
  void heard(env::PeerId from, const gossip::Rpc& rpc) override;
  env::Frame invalid();
  std::optional<env::Frame> unpaid();
  env::Frame oversized();
  env::Frame free();
  env::Frame signed_rightly(const message::Envelope& envelope);

  const scenario::Flooder& flooder_;
  OwnAccounts accounts_;
  std::optional<message::ItemHash> store_;  // a STORE of somebody else: what its own machines would run from
  std::uint64_t turn_ = 0;
};

}  // namespace lastmile::sim
