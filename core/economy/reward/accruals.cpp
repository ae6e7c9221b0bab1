#include "core/economy/reward/accruals.hpp"

#include <array>

#include "core/base/check.hpp"
#include "core/base/mul_div.hpp"
#include "core/economy/reward/fine.hpp"

namespace lastmile::economy {
namespace {

constexpr std::array<std::string_view, kReasons> kReasonNames = {
    "operator", "staker",   "resource",    "bonus",    "subsidy", "hold-service", "usage",       "market",
    "refund",   "interest", "liquidation", "purchase", "sale",    "forfeited",    "development", "rounding",
};

}  // namespace

std::string_view reason_name(Reason reason) { return kReasonNames.at(static_cast<std::size_t>(reason)); }

void Accruals::add(const std::string& payee, Reason reason, const Uint256& rate, std::uint64_t times) {
  if (rate == 0 || times == 0) return;
  Uint256& sum = sums_[{payee, reason}];
  sum = present(sum.plus(mul_div(rate, times, 1u)));
}

void Accruals::add(const Accruals& other) {
  LM_CHECK(other.per_ == per_);
  for (const auto& [key, sum] : other.sums_) {
    Uint256& own = sums_[key];
    own = present(own.plus(sum));
  }
}

Payouts Accruals::payouts() const {
  Payouts payouts;
  const Uint256 unit = mul_div(kFinePerUnit, per_, 1u);
  for (const auto& [key, sum] : sums_) {
    const Amount amount = Amount::units(sum / unit);
    if (amount == Amount()) continue;
    payouts.each.push_back({key.first, key.second, amount});
    payouts.total = present(payouts.total.plus(amount));
  }
  payouts.dust = present(Amount::units(total() / unit).minus(payouts.total));
  return payouts;
}

Uint256 Accruals::total() const {
  Uint256 sum;
  for (const auto& [key, each] : sums_) sum = present(sum.plus(each));
  return sum;
}

Uint256 Accruals::total(Reason reason) const {
  Uint256 sum;
  for (const auto& [key, each] : sums_) {
    if (key.second == reason) sum = present(sum.plus(each));
  }
  return sum;
}

}  // namespace lastmile::economy
