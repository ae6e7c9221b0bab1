// May a sender act for an owner (messages.md 4.6)? Judged by the owner's live `security` elements up to the message's
// own content time (docs/decisions/0120), so that the answer is the same in whatever order things arrive.
#pragma once

#include <string_view>

#include "core/store/context.hpp"

namespace lastmile::store {

// What the filters look at in this message.
message::PermissionFacts permission_facts(Context& context, Loaded& m);

// Rule 1 or 2, for an act at this content time. Under the reference's setting (final_refusals) every element known
// counts.
bool may_act(Context& context, std::string_view owner, std::string_view sender, const message::PermissionFacts& facts,
             Wall at);

// Elements of `security` are not for delegates (messages.md 4.6; switch security_writers).
bool only_owner_writes(const Context& context, const Entry& entry);

// Would the other setting decide otherwise? For the figures only.
bool permission_disagrees(Context& context, std::string_view owner, std::string_view sender,
                          const message::PermissionFacts& facts, Wall at);

}  // namespace lastmile::store
