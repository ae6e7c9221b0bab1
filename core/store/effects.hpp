// What a message does to the state while it is live, and taking that back exactly.
#pragma once

#include <vector>

#include "core/store/context.hpp"

namespace lastmile::store {

// The status is live already.
void apply_effects(Context& context, Loaded& m);
// The status is still live. Files that lose their last pin are kept until `keep_until`.
void unapply_effects(Context& context, Loaded& m, Wall keep_until);
// Records, or replaces, the cost of a live message.
void record_cost(Context& context, Loaded& m, const std::optional<economy::Cost>& cost);

// The facts of the content that outlive it, into the entry.
void note_facts(Context& context, Loaded& m, const message::Content& content);

// This transaction carries the message, which is here or still to come.
void add_confirmation(Context& context, const message::ItemHash& hash, const Confirmation& seen);
// The rows of that alone, for who has read all of the message's and goes on with them. The same transaction again, now
// final or at another height, replaces what was there, unless that is final. False: nothing new.
bool merge_confirmation(Context& context, const message::ItemHash& hash, std::vector<Confirmation>& all,
                        const Confirmation& seen);
void put_confirmation_rows(Context& context, const message::ItemHash& hash, const Confirmation& confirmation);
void remove_confirmation_rows(Context& context, const message::ItemHash& hash, const Confirmation& confirmation);
// Tells the trace that this transaction carries the message, which is authentic.
void record_confirmed(Context& context, const message::ItemHash& hash, const Confirmation& confirmation);
// The earliest by time, into the entry; paid messages are judged again when it changed.
void refresh_confirmed(Context& context, Loaded& m);
// The same for who has read them, in any order.
void refresh_confirmed(Context& context, Loaded& m, const std::vector<Confirmation>& all);

}  // namespace lastmile::store
