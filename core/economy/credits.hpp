// Credits: lots that are granted, spent, moved and expire (messages.md 7.6). A function of the set of credit messages,
// taken in order of (content.time, hash text), whatever order they arrive in.
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

using Credits = Uint256;  // whole credits

enum class CreditKind : std::uint8_t { distribution, expense, transfer };

struct CreditEntry {
  std::string address;
  Credits amount;                  // as written; the migration factor is applied by the book
  std::optional<Wall> expiration;  // empty = never
};

struct CreditMessage {
  message::ItemHash hash;
  Wall time;  // content.time
  CreditKind kind = CreditKind::distribution;
  std::string sender;  // transfers: who gives
  std::vector<CreditEntry> entries;
};

struct CreditRules {
  std::string credit_address = "0x2E4454fAD1906c0Ce6e45cBFA05cE898Ac3AC1dC";  // may transfer without being debited
  std::string channel = "ALEPH_CREDIT";
  Wall migration_before = {1'769'990'400'000'000'000};  // amounts of older messages count times the factor
  std::uint32_t migration_factor = 10'000;
};

inline constexpr std::size_t kMaxCreditEntries = 100'000;

// "aleph_credit_distribution" and its kin; empty for any other post type.
std::optional<CreditKind> credit_kind(std::string_view post_type);
// Whether a post with this type, sender, owner and channel is a credit message at all; otherwise it is a plain post.
bool is_credit_message(std::string_view post_type, std::string_view sender, std::string_view owner,
                       std::string_view channel, const CreditRules& rules);
// Reads content.content (JSON text). Error = the message is refused with 0: not an integer, not positive, blank
// address, and for transfers a repeated recipient or the giver itself.
Result<CreditMessage> parse_credit_message(CreditKind kind, const message::ItemHash& hash, Wall time,
                                           std::string_view sender, std::string_view json);

struct CreditLot {
  message::ItemHash message;
  std::uint32_t index = 0;  // of the lot within its message
  Wall granted;
  std::optional<Wall> expiration;
  Credits granted_amount;
  Credits remaining;
};

class CreditBook {
 public:
  explicit CreditBook(CreditRules rules = {}) : rules_(std::move(rules)) {}

  // Returns the addresses whose lots may have changed. A hash that is there already does nothing.
  std::vector<std::string> add(CreditMessage message);
  // Takes a message back (it was forgotten).
  std::vector<std::string> erase(const message::ItemHash& hash);

  // Remaining of lots that expire later than now.
  Credits balance(std::string_view address, Wall now) const;
  // False: a transfer that asks for more than its sender has at its place in the order (refused with 0), or an unknown
  // hash. May change when an older message arrives.
  bool covered(const message::ItemHash& hash) const;
  // The balance along the timeline in 10^-18 credits, for judge_account; steps without cause are expirations.
  std::vector<BalanceStep> history(std::string_view address) const;
  // Lots in the order they are consumed, spent ones included.
  std::vector<CreditLot> lots(std::string_view address) const;
  // Every address that ever had a lot, in order.
  std::vector<std::string> addresses() const;

  const CreditRules& rules() const { return rules_; }

 private:
  struct Change {
    Wall time;
    message::ItemHash cause;
    Credits gained;
    Credits lost;
  };
  struct Account {
    std::vector<CreditLot> lots;  // sorted by (granted, message, index): they are made in this order
    std::vector<Change> changes;  // without expirations
  };
  using Key = std::pair<Wall, message::ItemHash>;

  void refresh() const;
  void apply(const CreditMessage& message) const;
  Credits take(Account& account, Wall at, const message::ItemHash& cause, Credits wanted,
               std::vector<std::pair<std::optional<Wall>, Credits>>& portions) const;
  std::vector<std::string> touched_from(const Key& key) const;

  CreditRules rules_;
  std::map<Key, CreditMessage> messages_;
  std::map<message::ItemHash, Wall> times_;

  // Derived from messages_; extended in order, made anew after an insertion in the middle.
  mutable std::optional<Key> applied_until_;
  mutable bool stale_ = false;
  mutable std::map<std::string, Account, std::less<>> accounts_;
  mutable std::map<message::ItemHash, bool> covered_;
};

}  // namespace lastmile::economy
