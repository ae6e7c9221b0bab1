// What somebody is owed before it is paid: exact sums per payee and reason, rounded down once (docs/decisions/0180).
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/amount.hpp"

namespace lastmile::economy {

// Why a unit moves from one account to another.
enum class Reason : std::uint8_t {
  operators,
  stakers,
  resource,
  bonus,
  subsidy,
  hold_service,
  usage,
  market,
  refund,
  interest,
  liquidation,
  purchase,
  sale,
  forfeited,
  development,
  rounding,
};
inline constexpr std::size_t kReasons = 16;
std::string_view reason_name(Reason reason);

struct Payout {
  std::string payee;
  Reason reason = Reason::operators;
  Amount amount;
  friend bool operator==(const Payout&, const Payout&) = default;
};

struct Payouts {
  std::vector<Payout> each;  // by (payee, reason); none of 0
  Amount total;              // of each
  Amount dust;               // whole units that rounding down left over
};

// Sums of 10^-36 token times `per`: a rate per day adds as rate * blocks and is divided by the blocks of a day when it
// is paid, so that a stretch of time can be cut anywhere without changing a sum.
class Accruals {
 public:
  explicit Accruals(std::uint64_t per = 1) : per_(per) {}

  void add(const std::string& payee, Reason reason, const Uint256& rate, std::uint64_t times = 1);
  // Of the same `per`.
  void add(const Accruals& other);

  Payouts payouts() const;
  Uint256 total() const;  // over everybody, in 10^-36 token times `per`
  Uint256 total(Reason reason) const;
  std::uint64_t per() const { return per_; }
  bool empty() const { return sums_.empty(); }

  friend bool operator==(const Accruals&, const Accruals&) = default;

 private:
  std::uint64_t per_;
  std::map<std::pair<std::string, Reason>, Uint256> sums_;
};

}  // namespace lastmile::economy
