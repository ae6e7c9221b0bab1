// Paid messages and who can pay them: feeds core/economy, which judges each owner's timeline (docs/decisions/0130), and
// keeps what it answered beside the messages.
#pragma once

#include <algorithm>
#include <optional>

#include "core/store/context.hpp"

namespace lastmile::store {

// The earliest place on an owner's timeline a message can have: its content time, but behind everything it depends on,
// so that no chain of dependencies between accounts can bite its own tail.
inline Wall behind(Wall own, Wall dependency) { return std::max(own, dependency + nanoseconds(1)); }

// Puts the message on its owner's timeline (or changes it there) and says how it stands. Others whose standing changed
// are enqueued.
CommitmentRow commit(Context& context, Loaded& m, Wall effective, CommitmentRow row);
// Takes it off, if it is there. A removed message stays: its cost was freed at a known time.
void withdraw(Context& context, Loaded& m);
std::optional<CommitmentRow> commitment_of(Context& context, Loaded& m);

// Judge this owner's timeline again.
void settle_account(Context& context, const std::string& owner);
// Everything the clock says is due.
void settle_due(Context& context);
std::optional<Wall> next_due(const Source& source);

// Credit messages and balance updates change books; the accounts concerned are settled before the call ends.
void add_to_credits(Context& context, const economy::CreditMessage& message);
void remove_from_credits(Context& context, const TimedHash& message);
void add_to_balances(Context& context, const economy::BalanceUpdate& update);
void remove_from_balances(Context& context, const economy::BalanceUpdate& update);
// True when there was something to settle.
bool settle_touched(Context& context);

// Fills the books from the tables.
void rebuild_books(const Source& source, const StoreOptions& options, Memory& memory);

}  // namespace lastmile::store
