// The rules of messages.md 4 and 7 for one valid message against the present state. What a rule looked at is registered
// (Context::depend), so that the message is judged again when that changes.
#pragma once

#include "core/store/context.hpp"
#include "core/store/verdict.hpp"

namespace lastmile::store {

// Of a message whose content is here.
Verdict judge(Context& context, Loaded& m);
// Of an envelope without content: unfetched, or the tombstone of somebody else.
Verdict judge_without_content(Context& context, Loaded& m);

// The parts, by type.
Verdict judge_post(Context& context, Loaded& m);
Verdict judge_aggregate(Context& context, Loaded& m);
Verdict judge_store(Context& context, Loaded& m);
Verdict judge_machine(Context& context, Loaded& m);
Verdict judge_forget(Context& context, Loaded& m);

// Rules 1 and 2 of messages.md 4.6 for the owner of the message; registers the dependency.
bool sender_may(Context& context, Loaded& m, const std::string& owner, const message::PermissionFacts& facts);
// The last step of paid messages: dates, price, and what must be afforded. `effective`: behind all dependencies.
Verdict judge_payment(Context& context, Loaded& m, Wall effective);

}  // namespace lastmile::store
