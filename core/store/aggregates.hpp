// Aggregates (messages.md 4.2). The left fold of shallow merges is kept as one register per top-level key, holding the
// value of the last element that has this key: adding an element costs what the element says, in whatever order
// elements arrive; only taking one back looks at others.
#pragma once

#include "core/store/context.hpp"

namespace lastmile::store {

// A new AGGREGATE message, valid, not judged yet: FORGETs by key look for it.
void note_element(Context& context, Loaded& m);
// Erased with its content; the row stays, so that a FORGET of the key knows it.
void apply_element(Context& context, Loaded& m);
void unapply_element(Context& context, Loaded& m);

// The prices that hold at a content time. Made anew by rebuild_prices when an element of the price owner changes.
const economy::PriceTable& prices_at(const Memory& memory, Wall time);
void rebuild_prices(const Source& source, const StoreOptions& options, Memory& memory);

// JSON text of the merged object.
std::string merged_text(const Source& source, std::string_view aggregate_name);

}  // namespace lastmile::store
