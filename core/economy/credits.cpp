#include "core/economy/credits.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "core/base/check.hpp"

namespace lastmile::economy {
namespace {

bool expired(const CreditLot& lot, Wall at) { return lot.expiration && *lot.expiration <= at; }

// The earlier of two ends; none is the end of time.
std::optional<Wall> earlier(const std::optional<Wall>& a, const std::optional<Wall>& b) {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

}  // namespace

std::vector<std::string> CreditBook::touched_from(const Key& key) const {
  std::set<std::string> addresses;
  for (auto it = messages_.lower_bound(key); it != messages_.end(); ++it) {
    const CreditMessage& message = it->second;
    if (message.kind == CreditKind::transfer) addresses.insert(message.sender);
    for (const CreditEntry& entry : message.entries) addresses.insert(entry.address);
  }
  return {addresses.begin(), addresses.end()};
}

std::vector<std::string> CreditBook::add(CreditMessage message) {
  const Key key(message.time, message.hash);
  if (!times_.emplace(message.hash, message.time).second) return {};
  const bool last = messages_.empty() || messages_.rbegin()->first < key;
  messages_.emplace(key, std::move(message));
  if (!last) stale_ = true;
  return touched_from(key);
}

std::vector<std::string> CreditBook::erase(const message::ItemHash& hash) {
  const auto known = times_.find(hash);
  if (known == times_.end()) return {};
  const Key key(known->second, hash);
  std::vector<std::string> touched = touched_from(key);
  messages_.erase(key);
  times_.erase(known);
  stale_ = true;
  return touched;
}

// Brings the derived lots up to date: only what came after the last message applied, or everything when something
// changed before it. Lots depend on one another across accounts through transfers, so nothing smaller than the rest can
// be redone.
void CreditBook::refresh() const {
  if (stale_) {
    accounts_.clear();
    covered_.clear();
    applied_until_.reset();
    stale_ = false;
  }
  auto next = applied_until_ ? messages_.upper_bound(*applied_until_) : messages_.begin();
  for (; next != messages_.end(); ++next) {
    apply(next->second);
    applied_until_ = next->first;
  }
}

void CreditBook::apply(const CreditMessage& message) const {
  const Credits factor = message.time < rules_.migration_before ? rules_.migration_factor : 1u;
  std::uint32_t index = 0;
  const auto grant = [&](const std::string& address, const Credits& amount, const std::optional<Wall>& expiration) {
    Account& account = accounts_[address];
    account.lots.push_back({message.hash, index++, message.time, expiration, amount, amount});
    if (!expired(account.lots.back(), message.time)) account.changes.push_back({message.time, message.hash, amount, 0});
  };

  std::vector<std::pair<std::optional<Wall>, Credits>> portions;
  if (message.kind == CreditKind::distribution) {
    for (const CreditEntry& entry : message.entries) grant(entry.address, entry.amount * factor, entry.expiration);
    return;
  }
  if (message.kind == CreditKind::expense) {
    for (const CreditEntry& entry : message.entries) {
      const auto account = accounts_.find(entry.address);
      if (account == accounts_.end()) continue;
      take(account->second, message.time, message.hash, entry.amount * factor, portions);
    }
    return;
  }
  if (message.sender == rules_.credit_address) {
    for (const CreditEntry& entry : message.entries) grant(entry.address, entry.amount * factor, entry.expiration);
    covered_[message.hash] = true;
    return;
  }
  Credits total = 0;
  for (const CreditEntry& entry : message.entries) total += entry.amount * factor;
  Credits available = 0;
  const auto giver = accounts_.find(message.sender);
  if (giver != accounts_.end()) {
    for (const CreditLot& lot : giver->second.lots) {
      if (!expired(lot, message.time)) available += lot.remaining;
    }
  }
  const bool covered = giver != accounts_.end() && available >= total;
  covered_[message.hash] = covered;
  if (!covered) return;
  for (const CreditEntry& entry : message.entries) {
    portions.clear();
    take(giver->second, message.time, message.hash, entry.amount * factor, portions);
    std::vector<std::pair<std::optional<Wall>, Credits>> merged;
    for (const auto& [expiration, amount] : portions) {
      const std::optional<Wall> until = earlier(expiration, entry.expiration);
      if (!merged.empty() && merged.back().first == until) {
        merged.back().second += amount;
      } else {
        merged.emplace_back(until, amount);
      }
    }
    for (const auto& [until, amount] : merged) grant(entry.address, amount, until);
  }
}

// Consumes up to `wanted` from the lots in their order; what was taken comes back lot by lot.
Credits CreditBook::take(Account& account, Wall at, const message::ItemHash& cause, Credits wanted,
                         std::vector<std::pair<std::optional<Wall>, Credits>>& portions) const {
  Credits taken = 0;
  for (CreditLot& lot : account.lots) {
    if (wanted == 0) break;
    if (lot.remaining == 0 || expired(lot, at)) continue;
    const Credits part = std::min(lot.remaining, wanted);
    lot.remaining -= part;
    wanted -= part;
    taken += part;
    portions.emplace_back(lot.expiration, part);
  }
  if (taken > 0) account.changes.push_back({at, cause, 0, taken});
  return taken;
}

Credits CreditBook::balance(std::string_view address, Wall now) const {
  refresh();
  Credits sum = 0;
  const auto account = accounts_.find(address);
  if (account == accounts_.end()) return sum;
  for (const CreditLot& lot : account->second.lots) {
    if (!expired(lot, now)) sum += lot.remaining;
  }
  return sum;
}

bool CreditBook::covered(const message::ItemHash& hash) const {
  refresh();
  const auto known = covered_.find(hash);
  if (known != covered_.end()) return known->second;
  return times_.contains(hash);  // distributions and expenses always are
}

std::vector<BalanceStep> CreditBook::history(std::string_view address) const {
  refresh();
  const auto account = accounts_.find(address);
  if (account == accounts_.end()) return {};
  // What is left of a lot when it ends is lost then; nothing can be taken from it later.
  struct Move {
    Wall time;
    const message::ItemHash* cause;  // null: an end
    Credits gained;
    Credits lost;
    std::size_t order;  // of one cause's moves
  };
  std::vector<Move> moves;
  for (const Change& change : account->second.changes)
    moves.push_back({change.time, &change.cause, change.gained, change.lost, moves.size()});
  for (const CreditLot& lot : account->second.lots) {
    if (!lot.expiration || lot.remaining == 0 || *lot.expiration <= lot.granted) continue;
    moves.push_back({*lot.expiration, nullptr, 0, lot.remaining, moves.size()});
  }
  std::sort(moves.begin(), moves.end(), [](const Move& a, const Move& b) {
    if (a.time != b.time) return a.time < b.time;
    if ((a.cause == nullptr) != (b.cause == nullptr)) return a.cause == nullptr;
    if (a.cause != nullptr && *a.cause != *b.cause) return *a.cause < *b.cause;
    return a.order < b.order;
  });
  std::vector<BalanceStep> steps;
  Credits sum = 0;
  for (std::size_t i = 0; i < moves.size(); ++i) {
    const Move& move = moves[i];
    sum += move.gained;
    LM_CHECK(sum >= move.lost);
    sum -= move.lost;
    // One step per cause: what one message does to an account happens at once.
    const bool same_as_next = i + 1 < moves.size() && moves[i + 1].time == move.time &&
                              (move.cause == nullptr) == (moves[i + 1].cause == nullptr) &&
                              (move.cause == nullptr || *move.cause == *moves[i + 1].cause);
    if (same_as_next) continue;
    steps.push_back({move.time, move.cause ? std::optional(*move.cause) : std::nullopt,
                     Amount::units(sum * Amount::kUnitsPerToken)});
  }
  return steps;
}

std::vector<CreditLot> CreditBook::lots(std::string_view address) const {
  refresh();
  const auto account = accounts_.find(address);
  return account == accounts_.end() ? std::vector<CreditLot>() : account->second.lots;
}

std::vector<std::string> CreditBook::addresses() const {
  refresh();
  std::vector<std::string> result;
  result.reserve(accounts_.size());
  for (const auto& [address, account] : accounts_) result.push_back(address);
  return result;
}

}  // namespace lastmile::economy
