// FORGETs and what they leave (messages.md 4.5; docs/decisions/0121): who may forget what, tombstones, and what goes
// with its original.
#pragma once

#include <limits>

#include "core/store/context.hpp"
#include "core/store/verdict.hpp"

namespace lastmile::store {

// A FORGET whose content is here.
inline bool is_forget(const Entry& entry) {
  return entry.authentic && entry.has_content && entry.type == message::Type::FORGET;
}

// FORGETs in force that name the key of this AGGREGATE and were allowed to, at least as late as it; by (time, hash).
std::vector<message::ItemHash> forgets_of_key(Context& context, Loaded& element);

// Does this FORGET prove the claim of a tombstone without content? Only for what the FORGET does not name itself: that
// is forgotten when the FORGET is processed.
std::optional<Verdict> proven_by(Context& context, Loaded& tombstone, Loaded& forget);

// What a FORGET names, and the known elements of the keys it names; at most `limit`. In no order that means anything.
std::vector<message::ItemHash> named_by(const Source& source, const StoreOptions& options,
                                        const message::ItemHash& forget, const Entry& entry,
                                        std::size_t limit = std::numeric_limits<std::size_t>::max());

// A processed FORGET takes effect on everything it names.
void apply_forget(Context& context, Loaded& forget);
// Can who has only the tombstones of what this FORGET in force names judge it? Notes Entry::unprovable.
void note_provable(Context& context, Loaded& forget);
// Is a delegated FORGET in force that would not be allowed any more? It stays in force; for the figures.
bool revoked(Context& context, Loaded& forget);

// Erases the content; again: more FORGETs name it. Nothing for what is removed, and for FORGETs.
void forget_message(Context& context, Loaded& m, const std::vector<message::ItemHash>& by,
                    const std::optional<message::ItemHash>& with, bool unproven = false);
// An already forgotten amend or upgrade takes over the FORGETs of its original.
void follow_original(Context& context, Loaded& forgotten);

// The content of a forgotten message came after all: its facts are noted. False: it shows that whoever forgot it had
// no right to it, or never meant it, and the tombstone was wrong.
bool learn_facts(Context& context, Loaded& forgotten, const message::Content& content);
// Is this FORGET in force although it may not act on what it names, and nothing is gone by it? So it is left behind
// when learn_facts() said no.
bool came_to_nothing(Context& context, Loaded& forget);

// What still changes something of a forgotten message, beside what was looked at: its original, and without its content
// those who are said to have forgotten it. It depends on that from now on.
void follow_forgets(Context& context, Loaded& m);

}  // namespace lastmile::store
