// Pays in the network by the rules of core/economy: whenever the main chain has closed another window, the posts that
// are confirmed there are read and paid on (economics.md 2.4). The ledger is a function of what is known to be
// confirmed, and of nothing that happened on the way: two nodes with the same posts hold the same ledger. Where the
// posts of the past are those that the last ledger was paid on, it is continued; otherwise everything is computed anew.
//
// It is a calculation: nobody's tokens move on a chain. What becomes known late changes the windows of the past too.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/callback.hpp"
#include "core/base/result.hpp"
#include "core/economy/ledger/windows.hpp"
#include "core/env/executor.hpp"
#include "core/node/reward_config.hpp"
#include "core/store/view.hpp"

namespace lastmile::node {

// What a node says of its ledger.
struct RewardStatement {
  std::uint64_t end = 0;     // paid are all blocks below
  std::uint64_t events = 0;  // confirmed posts that were taken into account, whatever their height
  Hash256 known{};           // of those below `end`
  Hash256 accounts{};
  Amount sum;  // over all accounts
  Amount supply;
  Amount distributed;
  std::uint64_t postings = 0;
  bool complete = true;  // false: more posts are confirmed than RewardConfig::posts_max
};

// The confirmed posts that move the registry, as a View holds them, in their order.
struct ConfirmedEvents {
  std::vector<economy::RegistryEvent> events;
  std::uint64_t looked_at = 0;  // posts, confirmed or not
  bool complete = true;
};
// Error: the disk is damaged.
Result<ConfirmedEvents> confirmed_events(const store::View& view, const RewardConfig& config,
                                         const std::vector<std::string>& balance_senders);

// The ledger after all whole windows up to this final height.
struct Reckoning final : env::JobOutput {
  std::optional<Error> error;
  std::optional<economy::Ledger> ledger;
  RewardStatement statement;
  std::uint64_t looked_at = 0;  // posts
};
// `last`: an earlier one of this node, or null.
std::shared_ptr<const Reckoning> reckon(const store::View& view, const RewardConfig& config,
                                        const std::vector<std::string>& balance_senders, std::uint64_t final_height,
                                        const Reckoning* last);

class RewardLink {
 public:
  // Hands a job over a snapshot; false: no room now.
  using Query = Callback<bool(Duration cost, Callback<env::JobResult(const store::View&)> read,
                              Callback<void(env::JobResult)> done)>;
  RewardLink(std::shared_ptr<const RewardConfig> config, std::vector<std::string> balance_senders, Query query,
             Callback<void(const Error&)> damaged);

  // Now and then: the newest final height of the chain, empty while none is. Asks for a reckoning when that has closed
  // other windows than the last was made for; one at a time. A post that becomes known between two is in the next.
  void look(std::optional<std::uint64_t> final_height);

  // The newest reckoning; null before the first.
  const Reckoning* newest() const { return newest_.get(); }
  const RewardConfig& config() const { return *config_; }

 private:
  void take(std::uint64_t windows, env::JobResult result);

  std::shared_ptr<const RewardConfig> config_;
  std::vector<std::string> balance_senders_;
  Query query_;
  Callback<void(const Error&)> damaged_;
  std::shared_ptr<const Reckoning> newest_;
  std::optional<std::uint64_t> reckoned_;  // windows of newest_
  bool under_way_ = false;
};

}  // namespace lastmile::node
