// Token balances as told by `balances-update` posts (messages.md 7.2): a function of the set of updates.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/amount.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/economy/account.hpp"
#include "core/message/item_hash.hpp"

namespace lastmile::economy {

struct BalanceUpdate {
  message::ItemHash hash;
  Wall time;          // content.time
  std::string chain;  // code; empty when the post has none
  std::uint64_t main_height = 0;
  std::string dapp;                                      // empty = none
  std::vector<std::pair<std::string, Amount>> balances;  // address text as written
};

inline constexpr std::size_t kMaxBalancesPerUpdate = 1'000'000;

// Reads content.content of a POST of type `balances-update` (JSON text). Figures are floored at 18 decimals.
Result<BalanceUpdate> parse_balance_update(const message::ItemHash& hash, Wall time, std::string_view json);

struct BalanceRow {
  std::string address;
  std::string chain;
  std::string dapp;
  Amount balance;
  std::uint64_t main_height = 0;
  Wall last_update;  // when the value changed last
};

// A row (address, chain, dapp) is replaced by a larger main_height only; of equal ones the first in (time, hash) stays.
class BalanceBook {
 public:
  // Returns the addresses whose balances may have changed. Adding the same hash twice does nothing.
  std::vector<std::string> add(const BalanceUpdate& update);
  // Takes an update back (its post was forgotten).
  std::vector<std::string> erase(const BalanceUpdate& update);

  // Sum over chains of the rows without dapp, exact address text.
  Amount total(std::string_view address) const;
  // The total along the timeline, for judge_account.
  std::vector<BalanceStep> history(std::string_view address) const;
  std::vector<BalanceRow> rows(std::string_view address) const;
  // Every address with a row, in order; for pages of the balances API.
  std::vector<std::string> addresses() const;

 private:
  struct Entry {
    Wall time;
    message::ItemHash hash;
    std::uint64_t main_height = 0;
    Amount balance;
  };
  using Place = std::pair<std::string, std::string>;    // chain, dapp
  using Account = std::map<Place, std::vector<Entry>>;  // entries sorted by (time, hash)
  std::map<std::string, Account, std::less<>> accounts_;
};

}  // namespace lastmile::economy
