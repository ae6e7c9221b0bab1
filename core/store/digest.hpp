// What users can read, as entries: one byte string each, so that a state is a set of entries. The state digest is
// SHA-256 over the sorted entries, each behind its length (scenario-format.md 7); the state sum adds up SHA-256 of each
// entry.
#pragma once

#include <string>
#include <string_view>

#include "core/economy/balances.hpp"
#include "core/economy/credits.hpp"
#include "core/store/records.hpp"

namespace lastmile::store::digest {

// Of processed, removing, removed, and forgotten as far as everybody can come to know it (Entry::counted).
std::string message_entry(const message::ItemHash& hash, message::Status status);
// A live post and the version that holds; the version's hash binds the amended content.
std::string post_entry(const message::ItemHash& original, const message::ItemHash& current);
std::string aggregate_entry(const AggregateHead& head);
std::string member_entry(std::string_view owner, std::string_view key, const AggregateMember& member);
std::string pin_entry(const message::ItemHash& file, const message::ItemHash& message, char kind,
                      std::string_view owner);
std::string tag_entry(const FileTag& tag);
std::string machine_entry(const message::ItemHash& original, const message::ItemHash& current);
std::string cost_entry(const message::ItemHash& hash, const economy::Cost& cost);
std::string balance_entry(const economy::BalanceRow& row);
std::string lot_entry(std::string_view address, const economy::CreditLot& lot);
std::string credit_entry(std::string_view address, const economy::Credits& balance);

// Of one address: rows and unspent lots.
Sum256 account_sum(std::string_view address, const economy::BalanceBook& balances, const economy::CreditBook& credits);

Sum256 sum_of(std::string_view entry);

}  // namespace lastmile::store::digest
