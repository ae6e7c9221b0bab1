// Posts and their amends (messages.md 4.1): which version of a post holds, and where it stands in the lists.
#pragma once

#include "core/store/context.hpp"

namespace lastmile::store {

// The applied amend with the greatest content time (at equal times the smaller hash; under the reference's setting the
// first to arrive), unless the original is at least as late; else the original itself.
message::ItemHash current_version(const Source& source, const StoreOptions& options, const message::ItemHash& original,
                                  Wall original_time);

// Around every change of a live original or its amends: hide, change, show.
void hide_post(Context& context, Loaded& original);
void show_post(Context& context, Loaded& original);

void apply_post(Context& context, Loaded& m);
void unapply_post(Context& context, Loaded& m);

}  // namespace lastmile::store
