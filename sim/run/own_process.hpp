#pragma once

#include "core/base/bytes.hpp"
#include "core/base/callback.hpp"
#include "core/base/result.hpp"

namespace lastmile::sim {

// Does `work` in a copy of this process and hands back what it returned. For runs at level `flow`, of which a process
// holds one. Only while this process has a single thread. Errors: those of `work`; no process could be made, or it
// ended before it answered.
Result<Bytes> in_own_process(Callback<Result<Bytes>()> work);

}  // namespace lastmile::sim
