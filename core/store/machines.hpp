// Virtual machines (messages.md 4.4): the files they need, their upgrades and the version that holds, and the files
// that may not be forgotten while a machine needs them.
#pragma once

#include "core/store/context.hpp"

namespace lastmile::store {

// The newest live version among a live original and its upgrades (at equal times the smaller hash).
message::ItemHash current_machine(const Source& source, const message::ItemHash& original, Wall original_time);

void apply_machine(Context& context, Loaded& m);
void unapply_machine(Context& context, Loaded& m);
// An upgrade that is no candidate any more (forgotten, refused for permission).
void drop_upgrade(Context& context, Loaded& m);

// A live machine before this point of (content time, hash) that needs the file of this STORE.
std::optional<message::ItemHash> user_of_file(Context& context, const message::ItemHash& store,
                                              const TimedHash& before);

}  // namespace lastmile::store
