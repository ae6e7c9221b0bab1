// The ledger with numbers instead of addresses: the same accounts and the same rule of an exhausted pool, for models
// that close ten thousand days a second (economics.md 8). Addresses come to the same balances in both, unit by unit;
// what rounding leaves over on a day, less than one unit for each payee, stays in the pool here (docs/decisions/0300).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/result.hpp"
#include "core/economy/reward/accruals.hpp"
#include "core/economy/reward/proportion.hpp"

namespace lastmile::economy {

class NumberedLedger {
 public:
  // Everything that is not in the pool is outside. Error: the pool is larger than the supply.
  static Result<NumberedLedger> open(const Amount& supply, const Amount& pool, std::size_t addresses);

  // From outside. Error, and nothing moved: outside holds less.
  Result<Unit> fund(std::size_t address, Units128 units);

  // Addresses first, first + 1, ... are owed these units for one reason.
  struct Due {
    Reason reason = Reason::operators;
    std::size_t first = 0;
    std::span<const Units128> units;
  };
  // Pays from the pool. If it holds less than is owed, everybody gets floor(units * pool / owed), and what rounding
  // leaves of the pool goes to dust. Gives what was paid to each due, and keeps the share of the owed that was paid.
  struct Paid {
    std::array<Units128, kReasons> by_reason{};
    Units128 total = 0;
    double share = 1;  // paid / owed, for people and decisions
  };
  Paid distribute(std::span<const Due> dues);
  // Moves units from the pool to outside, at most what it holds; gives what moved.
  Units128 spend(Units128 units, Reason reason);

  std::span<const Units128> addresses() const { return addresses_; }
  Units128 pool() const { return pool_; }
  Units128 outside() const { return outside_; }
  Units128 dust() const { return dust_; }
  Units128 supply() const { return supply_; }
  Units128 sum() const;  // added up anew: equal to supply() unless there is a mistake of ours
  Units128 moved(Reason reason) const { return moved_.at(static_cast<std::size_t>(reason)); }

 private:
  Units128 supply_ = 0;
  Units128 pool_ = 0;
  Units128 outside_ = 0;
  Units128 dust_ = 0;
  std::vector<Units128> addresses_;
  std::array<Units128, kReasons> moved_{};
};

}  // namespace lastmile::economy
