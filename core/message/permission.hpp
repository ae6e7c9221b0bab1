// Delegation (messages.md 4.6): who may act for an owner. Pure matching; which `security` elements count, and when to
// judge again, is for the store.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/crypto/chain.hpp"
#include "core/message/type.hpp"

namespace lastmile::message {

inline constexpr std::string_view kSecurityKey = "security";

// One entry of `authorizations`. An empty filter restricts nothing.
struct Authorization {
  std::string address;
  std::string chain;  // code text; empty = any
  std::vector<std::string> channels;
  std::vector<std::string> types;
  std::vector<std::string> post_types;      // POST only
  std::vector<std::string> aggregate_keys;  // AGGREGATE only
  friend bool operator==(const Authorization&, const Authorization&) = default;
};

// From the content of an owner's `security` aggregate. An entry that is not understood completely (no address, a filter
// of another JSON type) grants nothing; so does what lies beyond kAuthorizationsMax. Never refuses.
std::vector<Authorization> parse_authorizations(std::string_view aggregate_json);

// What the filters look at: of the message itself, of the original for an amend, of the target for a FORGET. Views.
struct PermissionFacts {
  crypto::Chain chain = crypto::Chain::ETH;
  std::optional<std::string_view> channel{};
  Type type = Type::POST;
  std::string_view post_type{};      // content.type of a POST
  std::string_view aggregate_key{};  // content.key of an AGGREGATE
};

bool allows(const Authorization& entry, std::string_view sender, const PermissionFacts& facts);
// Rule 1 (sender is the owner, ignoring case) or rule 2 (one entry passes everything).
bool allows(std::string_view owner, const std::vector<Authorization>& entries, std::string_view sender,
            const PermissionFacts& facts);

}  // namespace lastmile::message
