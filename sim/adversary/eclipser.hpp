// Tries to become the whole gossip mesh of its victims. It keeps the rules that cost score: it waits out back-offs, and
// says nothing that is forged.
#pragma once

#include <map>
#include <string>

#include "sim/adversary/bare_peer.hpp"
#include "sim/adversary/statements.hpp"

namespace lastmile::sim {

class EclipserNode final : public BarePeer {
 public:
  EclipserNode(const NodeEnv& env, node::NodeConfig config, Orders& orders)
      : BarePeer(env, std::move(config), orders), accounts_(orders.seed, env.index.value) {}

 private:
  void act() override;
  void heard(env::PeerId from, const gossip::Rpc& rpc) override;
  void met(env::PeerId peer) override;
  void missed(env::PeerId peer) override { victims_.erase(peer); }  // its back-off stands
  void began() override;
  void ended() override;
  void look_later();
  void look();

  struct Victim {
    std::string name;
    bool in_mesh = false;  // as far as we know
  };
  std::map<env::PeerId, Victim> victims_;      // connected
  std::map<std::string, Instant> not_before_;  // the end of our back-off at a victim, connected or not
  OwnAccounts accounts_;
  std::uint64_t turn_ = 0;
  bool looking_ = false;
};

}  // namespace lastmile::sim
