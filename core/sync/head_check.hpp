// The check of a head's signature as a job for the executor (lane signatures).
#pragma once

#include "core/env/executor.hpp"
#include "core/sync/head.hpp"

namespace lastmile::sync {

env::Job head_check_job(const Head& head);
bool head_checked(const env::JobResult& result);  // authentic?

}  // namespace lastmile::sync
