// Resource nodes that were dead at the end of a window lose what the window would have paid them (economics.md 6).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/amount.hpp"
#include "core/economy/reward/accruals.hpp"

namespace lastmile::economy {

enum class RewardStream : std::uint8_t { wage_subsidy, credit_revenue, holder_tier };
std::string_view reward_stream_name(RewardStream stream);

struct SlashingRules {
  std::uint64_t threshold_days = 3;
  std::uint64_t blocks_per_day = 7'130;
  std::set<RewardStream> streams = {RewardStream::wage_subsidy};
  bool only_from_death = false;  // else the whole window is withheld
};

// Whether a node that is inactive since this height loses its share of a window that closes at that one.
bool slashable(std::optional<std::uint64_t> inactive_since, std::uint64_t close_height, const SlashingRules& rules);

class SlashingBook {
 public:
  struct Share {
    RewardStream stream = RewardStream::wage_subsidy;
    std::string node;
    std::string payee;  // the one of the newest share counts
    Amount amount;
    bool inactive = false;  // the node was, when it earned this
    std::optional<std::uint64_t> inactive_since;
  };
  void add(const Share& share);

  struct Slashed {
    std::map<std::string, Amount> by_payee;
    std::set<std::string> nodes;
  };
  // `at_close`: inactive_since of every registered node at the end of the window. Of a node that is gone the last
  // height seen while adding counts.
  Slashed slashed(const std::map<std::string, std::optional<std::uint64_t>>& at_close, std::uint64_t close_height,
                  const SlashingRules& rules) const;

 private:
  struct Sum {
    std::string payee;
    Amount all;
    Amount while_inactive;
  };
  std::map<std::pair<RewardStream, std::string>, Sum> sums_;
  std::map<std::string, std::uint64_t> last_inactive_;
};

// max(0, reward - slashed) for each payee, over what it has for this reason.
Payouts without_slashed(const Payouts& payouts, Reason reason, const std::map<std::string, Amount>& slashed);

}  // namespace lastmile::economy
