#include "core/economy/ledger/ledger.hpp"

#include <algorithm>
#include <array>

#include "core/base/present.hpp"

namespace lastmile::economy {
namespace {

constexpr std::array<std::string_view, kAccountKinds> kKindNames = {
    "pool", "outside", "address", "escrow", "loan-reserve", "collateral", "development", "dust", "burned",
};

AccountId account_of(AccountKind kind) { return {kind, {}}; }

std::string place_text(const AccountId& account) {
  return account.kind == AccountKind::address ? account.address : std::string(account_kind_name(account.kind));
}

}  // namespace

std::string_view account_kind_name(AccountKind kind) { return kKindNames.at(static_cast<std::size_t>(kind)); }

AccountId address_account(std::string_view address) { return {AccountKind::address, std::string(address)}; }

Result<Ledger> Ledger::open(const Amount& supply, const Amount& pool) {
  const auto outside = supply.minus(pool);
  if (!outside) {
    return Error{"pool: expected at most the supply, " + supply.tokens_text() + ", found " + pool.tokens_text()};
  }
  Ledger ledger;
  ledger.supply_ = supply;
  ledger.accounts_[account_of(AccountKind::pool)] = pool;
  ledger.accounts_[account_of(AccountKind::outside)] = *outside;
  return ledger;
}

Amount Ledger::balance(const AccountId& account) const {
  const auto found = accounts_.find(account);
  return found == accounts_.end() ? Amount() : found->second;
}

Amount Ledger::sum() const {
  Amount sum;
  for (const auto& [account, amount] : accounts_) sum = present(sum.plus(amount));
  return sum;
}

Ledger::Moved Ledger::moved(Reason reason) const {
  Moved all;
  for (const auto& [key, each] : moved_) {
    if (key.second != reason) continue;
    all.amount = present(all.amount.plus(each.amount));
    all.postings += each.postings;
  }
  return all;
}

Result<Unit> Ledger::post(const Posting& posting) {
  const Amount held = balance(posting.from);
  if (held < posting.amount) {
    return Error{place_text(posting.from) + " holds " + held.tokens_text() + ", asked for " +
                 posting.amount.tokens_text()};
  }
  if (posting.amount != Amount()) move(posting);
  return Unit();
}

void Ledger::move(const Posting& posting) {
  Amount& from = accounts_[posting.from];
  from = present(from.minus(posting.amount));
  if (from == Amount() && posting.from.kind != AccountKind::pool) accounts_.erase(posting.from);
  Amount& to = accounts_[posting.to];
  to = present(to.plus(posting.amount));
  Moved& moved = moved_[{posting.day, posting.reason}];
  moved.amount = present(moved.amount.plus(posting.amount));
  ++moved.postings;
  ++postings_;
}

Distribution Ledger::distribute(const Payouts& payouts, std::uint64_t day) {
  const AccountId pool = account_of(AccountKind::pool);
  const Amount held = balance(pool);
  Distribution done;
  done.scaled = payouts.total > held;
  for (const Payout& payout : payouts.each) {
    const Amount amount =
        done.scaled ? present(payout.amount.scaled(held.units(), payouts.total.units())) : payout.amount;
    if (amount == Amount()) continue;
    move({day, pool, address_account(payout.payee), amount, payout.reason});
    done.paid = present(done.paid.plus(amount));
    ++done.postings;
  }
  // Scaled down, all that the pool still holds is what rounding left over.
  done.dust = done.scaled ? balance(pool) : std::min(payouts.dust, balance(pool));
  if (done.dust != Amount()) {
    move({day, pool, account_of(AccountKind::dust), done.dust, Reason::rounding});
    ++done.postings;
  }
  return done;
}

}  // namespace lastmile::economy
