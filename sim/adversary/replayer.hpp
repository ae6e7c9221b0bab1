// Remembers what it hears and says it again, and has a few messages of its own, which are good and wait for ever:
// nobody else has what they need.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "sim/adversary/bare_peer.hpp"
#include "sim/adversary/statements.hpp"

namespace lastmile::sim {

class ReplayerNode final : public BarePeer {
 public:
  static constexpr std::size_t kRemembered = 4096;  // messages; later ones take the places of the oldest

  ReplayerNode(const NodeEnv& env, node::NodeConfig config, Orders& orders)
      : BarePeer(env, std::move(config), orders),
        draws_(env.random.stream("replay")),
        accounts_(orders.seed, env.index.value) {}

 private:
  void act() override;
  void heard(env::PeerId from, const gossip::Rpc& rpc) override;
  void remember(const gossip::MessageRef& message);
  gossip::MessageRef again();
  gossip::MessageRef of_its_own();
  void write_own();
  gossip::MessageRef dressed(message::Envelope envelope);

  Generator& draws_;
  std::vector<gossip::MessageRef> remembered_;
  std::set<std::uint64_t> keys_;  // of them
  std::size_t oldest_ = 0;
  OwnAccounts accounts_;
  std::optional<message::ItemHash> store_;  // a STORE of somebody else
  std::vector<message::Envelope> own_;
  std::uint64_t turn_ = 0;
};

}  // namespace lastmile::sim
