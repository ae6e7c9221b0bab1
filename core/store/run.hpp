// Judging until nothing changes: carries out verdicts, and goes on with those who depended on what changed.
#pragma once

#include "core/store/context.hpp"
#include "core/store/verdict.hpp"

namespace lastmile::store {

// Judges one message now and carries it out. `fresh`: a copy has just arrived, so that even final refusals are looked
// at again. Returns what it lacks, when it waits.
std::vector<Need> settle(Context& context, Loaded& m, bool fresh);

// Takes over what an earlier call left, then judges everything enqueued, by (content time, hash), within the limit.
void run(Context& context);

// Everything that a message whose content is here did and says, so that it may be told anew: by somebody else, or at
// another time. What it lacks is that; it is judged next.
void take_back(Context& context, Loaded& m);

// A message that waits: what is here of it goes, and only its rejection with its code is remembered.
void drop_waiting(Context& context, Loaded& m);

// Keeps the number of waiting messages and of early rejections within their limits.
void keep_limits(Context& context);

}  // namespace lastmile::store
