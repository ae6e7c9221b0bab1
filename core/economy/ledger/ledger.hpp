// Who holds what, as accounts and movements between them: nothing is ever made or lost (economics.md 8).
//
//   Ledger ledger(supply, pool);
//   ledger.distribute(accruals.payouts(), day);
//   ledger.sum() == ledger.supply()
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/amount.hpp"
#include "core/base/result.hpp"
#include "core/economy/reward/accruals.hpp"

namespace lastmile::economy {

enum class AccountKind : std::uint8_t {
  pool,          // incentives: what rewards are paid from
  outside,       // everybody and every exchange that nothing here speaks of
  address,       // one account each
  escrow,        // set aside for bids of the market
  loan_reserve,  // lenders' tokens and the reserve's part of the interest
  collateral,
  development,
  dust,  // what rounding left over
  burned,
};
inline constexpr std::size_t kAccountKinds = 9;
std::string_view account_kind_name(AccountKind kind);

struct AccountId {
  AccountKind kind = AccountKind::pool;
  std::string address;  // of `address` alone
  friend bool operator==(const AccountId&, const AccountId&) = default;
  friend std::strong_ordering operator<=>(const AccountId&, const AccountId&) = default;
};
AccountId address_account(std::string_view address);

struct Posting {
  std::uint64_t day = 0;  // height / blocks of a day, or days since 1970: the caller's count
  AccountId from;
  AccountId to;
  Amount amount;
  Reason reason = Reason::operators;
};

struct Distribution {
  Amount paid;
  Amount dust;
  std::uint64_t postings = 0;
  bool scaled = false;  // the pool held less than was owed
};

class Ledger {
 public:
  // Everything that is not in the pool is outside. Error: the pool is larger than the supply.
  static Result<Ledger> open(const Amount& supply, const Amount& pool);

  // Error, and nothing moved: `from` holds less.
  Result<Unit> post(const Posting& posting);

  // Pays from the pool. If it holds less than is owed, everybody gets floor(amount * pool / owed). What rounding left
  // over goes to the account dust, as far as the pool reaches.
  Distribution distribute(const Payouts& payouts, std::uint64_t day);

  Amount balance(const AccountId& account) const;
  const Amount& supply() const { return supply_; }
  // Added up anew over all accounts: equal to supply() unless there is a mistake of ours.
  Amount sum() const;
  const std::map<AccountId, Amount>& accounts() const { return accounts_; }  // none of 0, but for the pool
  // What moved for a reason on a day, and how often.
  struct Moved {
    Amount amount;
    std::uint64_t postings = 0;
  };
  const std::map<std::pair<std::uint64_t, Reason>, Moved>& moved() const { return moved_; }
  Moved moved(Reason reason) const;  // on all days
  std::uint64_t postings() const { return postings_; }

 private:
  Ledger() = default;
  void move(const Posting& posting);

  Amount supply_;
  std::map<AccountId, Amount> accounts_;
  std::map<std::pair<std::uint64_t, Reason>, Moved> moved_;
  std::uint64_t postings_ = 0;
};

}  // namespace lastmile::economy
