#include "core/economy/ledger/numbered.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/mul_div.hpp"

namespace lastmile::economy {

Result<NumberedLedger> NumberedLedger::open(const Amount& supply, const Amount& pool, std::size_t addresses) {
  if (pool > supply) {
    return Error{"pool: expected at most the supply, " + supply.tokens_text() + ", found " + pool.tokens_text()};
  }
  NumberedLedger ledger;
  ledger.supply_ = units128_of(supply);
  ledger.pool_ = units128_of(pool);
  ledger.outside_ = ledger.supply_ - ledger.pool_;
  ledger.addresses_.resize(addresses);
  return ledger;
}

Result<Unit> NumberedLedger::fund(std::size_t address, Units128 units) {
  if (units > outside_) {
    return Error{"outside holds " + amount_of(outside_).tokens_text() + ", asked for " +
                 amount_of(units).tokens_text()};
  }
  outside_ -= units;
  addresses_.at(address) += units;
  return Unit();
}

NumberedLedger::Paid NumberedLedger::distribute(std::span<const Due> dues) {
  Units128 owed = 0;
  for (const Due& due : dues) {
    LM_CHECK(due.first + due.units.size() <= addresses_.size());
    for (const Units128 units : due.units) owed += units;
  }
  Paid paid;
  const bool scaled = owed > pool_;
  for (const Due& due : dues) {
    Units128 sum = 0;
    Units128* const to = addresses_.data() + due.first;
    for (std::size_t i = 0; i < due.units.size(); ++i) {
      const Units128 units = scaled ? units128(mul_div(wide(due.units[i]), wide(pool_), wide(owed))) : due.units[i];
      to[i] += units;
      sum += units;
    }
    paid.by_reason.at(static_cast<std::size_t>(due.reason)) += sum;
    moved_.at(static_cast<std::size_t>(due.reason)) += sum;
    paid.total += sum;
  }
  if (owed > 0 && scaled) paid.share = static_cast<double>(paid.total) / static_cast<double>(owed);
  pool_ -= paid.total;
  if (scaled) {
    dust_ += pool_;
    moved_.at(static_cast<std::size_t>(Reason::rounding)) += pool_;
    pool_ = 0;
  }
  return paid;
}

Units128 NumberedLedger::spend(Units128 units, Reason reason) {
  const Units128 moved = std::min(units, pool_);
  pool_ -= moved;
  outside_ += moved;
  moved_.at(static_cast<std::size_t>(reason)) += moved;
  return moved;
}

Units128 NumberedLedger::sum() const {
  Units128 sum = pool_ + outside_ + dust_;
  for (const Units128 units : addresses_) sum += units;
  return sum;
}

}  // namespace lastmile::economy
