#include "core/economy/reward/slashing.hpp"

#include <algorithm>
#include <array>

#include "core/base/present.hpp"

namespace lastmile::economy {

std::string_view reward_stream_name(RewardStream stream) {
  constexpr std::array<std::string_view, 3> kNames = {"wage_subsidy", "credit_revenue", "holder_tier"};
  return kNames.at(static_cast<std::size_t>(stream));
}

bool slashable(std::optional<std::uint64_t> inactive_since, std::uint64_t close_height, const SlashingRules& rules) {
  return inactive_since && *inactive_since <= close_height &&
         close_height - *inactive_since >= rules.threshold_days * rules.blocks_per_day;
}

void SlashingBook::add(const Share& share) {
  Sum& sum = sums_[{share.stream, share.node}];
  sum.payee = share.payee;
  sum.all = present(sum.all.plus(share.amount));
  if (share.inactive) sum.while_inactive = present(sum.while_inactive.plus(share.amount));
  if (share.inactive_since) last_inactive_[share.node] = *share.inactive_since;
}

SlashingBook::Slashed SlashingBook::slashed(const std::map<std::string, std::optional<std::uint64_t>>& at_close,
                                            std::uint64_t close_height, const SlashingRules& rules) const {
  Slashed slashed;
  for (const auto& [key, sum] : sums_) {
    const auto& [stream, node] = key;
    if (!rules.streams.contains(stream)) continue;
    std::optional<std::uint64_t> since;
    if (const auto registered = at_close.find(node); registered != at_close.end()) {
      since = registered->second;
    } else if (const auto seen = last_inactive_.find(node); seen != last_inactive_.end()) {
      since = seen->second;
    }
    if (!slashable(since, close_height, rules)) continue;
    const Amount& amount = rules.only_from_death ? sum.while_inactive : sum.all;
    if (amount == Amount()) continue;
    Amount& total = slashed.by_payee[sum.payee];
    total = present(total.plus(amount));
    slashed.nodes.insert(node);
  }
  return slashed;
}

Payouts without_slashed(const Payouts& payouts, Reason reason, const std::map<std::string, Amount>& slashed) {
  Payouts left;
  left.dust = payouts.dust;
  for (Payout payout : payouts.each) {
    if (const auto found = slashed.find(payout.payee); payout.reason == reason && found != slashed.end()) {
      payout.amount = present(payout.amount.minus(std::min(payout.amount, found->second)));
    }
    if (payout.amount == Amount()) continue;
    left.total = present(left.total.plus(payout.amount));
    left.each.push_back(std::move(payout));
  }
  return left;
}

}  // namespace lastmile::economy
