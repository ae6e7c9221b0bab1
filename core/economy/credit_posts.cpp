// Reading the three kinds of credit posts (messages.md 7.6).
#include <set>

#include "core/base/present.hpp"
#include "core/economy/credits.hpp"
#include "core/economy/exact_json.hpp"

namespace lastmile::economy {
namespace {

using message::JsonView;

// Far above any supply, and small enough that sums of a whole book fit 256 bits with 18 decimals.
const Credits& most() {
  static const Credits value = Credits(1'000'000'000'000'000u) * 1'000'000'000'000'000u;
  return value;
}

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

// Milliseconds since 1970; 0 and absent mean never, as does what lies beyond the end of our time.
Result<std::optional<Wall>> read_expiration(JsonView entry, const std::string& where) {
  const auto found = member(entry, "expiration");
  if (!found) return std::optional<Wall>();
  const auto milliseconds_ = exact_integer(*found);
  if (!milliseconds_) return Error{where + ".expiration: expected milliseconds >= 0"};
  if (*milliseconds_ == 0 || *milliseconds_ > 9'223'372'036'854u) return std::optional<Wall>();
  return std::optional(Wall{static_cast<std::int64_t>(present(milliseconds_->narrow())) * 1'000'000});
}

Result<CreditEntry> read_entry(JsonView item, const std::string& where) {
  if (!item.is_object()) return Error{where + ": expected an object"};
  CreditEntry entry;
  const auto address = item.find("address");
  if (!address || !address->is_string() || blank(address->string()))
    return Error{where + ".address: expected a non-blank text"};
  entry.address = address->string();
  const auto amount = item.find("amount");
  // Strictly an integer: digits only, not a text, not 5.0.
  if (!amount || amount->kind() != message::JsonKind::number ||
      amount->raw().find_first_not_of("0123456789") != std::string_view::npos) {
    return Error{where + ".amount: expected an integer > 0"};
  }
  const auto value = exact_integer(*amount);
  if (!value || *value == 0 || *value > most()) return Error{where + ".amount: expected an integer > 0"};
  entry.amount = *value;
  for (const char* count : {"count", "size"}) {
    const auto found = member(item, count);
    if (!found) continue;
    const auto number = exact_number(*found);
    if (!number || number->negative()) return Error{where + "." + count + ": expected a number >= 0"};
  }
  auto expiration = read_expiration(item, where);
  if (!expiration) return expiration.error();
  entry.expiration = *expiration;
  return entry;
}

constexpr std::string_view section_name(CreditKind kind) {
  switch (kind) {
    case CreditKind::distribution:
      return "distribution";
    case CreditKind::expense:
      return "expense";
    case CreditKind::transfer:
      return "transfer";
  }
  return "";
}

}  // namespace

std::optional<CreditKind> credit_kind(std::string_view post_type) {
  if (post_type == "aleph_credit_distribution") return CreditKind::distribution;
  if (post_type == "aleph_credit_expense") return CreditKind::expense;
  if (post_type == "aleph_credit_transfer") return CreditKind::transfer;
  return std::nullopt;
}

bool is_credit_message(std::string_view post_type, std::string_view sender, std::string_view owner,
                       std::string_view channel, const CreditRules& rules) {
  const auto kind = credit_kind(post_type);
  if (!kind || channel != rules.channel) return false;
  if (*kind == CreditKind::transfer) return sender == owner;
  return sender == rules.credit_address;
}

Result<CreditMessage> parse_credit_message(CreditKind kind, const message::ItemHash& hash, Wall time,
                                           std::string_view sender, std::string_view text) {
  const auto document = JsonView::parse(text);
  if (!document) return document.error();
  const std::string section(section_name(kind));
  const auto body = document->is_object() ? document->find(section) : std::nullopt;
  if (!body || !body->is_object()) return Error{"content." + section + ": expected an object"};
  if (kind == CreditKind::distribution) {
    for (const char* key : {"token", "chain"}) {
      const auto found = body->find(key);
      if (!found || !found->is_string()) return Error{"content." + section + "." + key + ": expected a text"};
    }
  }
  CreditMessage message{hash, time, kind, std::string(sender), {}};
  std::set<std::string> recipients;
  std::optional<Error> error;
  const auto credits = body->find("credits");
  const bool fits = credits && credits->is_array() && credits->each([&](JsonView item) {
    const std::string where = "content." + section + ".credits[" + std::to_string(message.entries.size()) + "]";
    auto entry = read_entry(item, where);
    if (!entry) {
      error = entry.error();
    } else if (kind == CreditKind::transfer && entry->address == sender) {
      error = Error{where + ".address: a transfer to its own sender"};
    } else if (kind == CreditKind::transfer && !recipients.insert(entry->address).second) {
      error = Error{where + ".address: named twice"};
    } else {
      message.entries.push_back(std::move(*entry));
    }
    return !error && message.entries.size() <= kMaxCreditEntries;
  });
  if (error) return *error;
  if (!fits || message.entries.empty()) {
    return Error{"content." + section + ".credits: expected a non-empty list of at most " +
                 std::to_string(kMaxCreditEntries)};
  }
  return message;
}

}  // namespace lastmile::economy
