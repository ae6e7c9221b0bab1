// Indexes for people's queries: where a live message is listed. Written only with StoreOptions::query_indexes.
#pragma once

#include "core/store/context.hpp"

namespace lastmile::store {

// Put a live message into the lists, or take it out, at its entry's envelope_time.
void list_message(Context& context, Loaded& m);
void unlist_message(Context& context, Loaded& m);

// A live message with an earlier envelope time than before.
void move_message(Context& context, Loaded& m, Wall envelope_time);

}  // namespace lastmile::store
