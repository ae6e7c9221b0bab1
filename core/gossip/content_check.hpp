// Whether bytes have the name they came under, as a job for the executor (lane hashing).
#pragma once

#include "core/env/disk.hpp"
#include "core/env/executor.hpp"
#include "core/message/item_hash.hpp"

namespace lastmile::gossip {

// CPU time on the reference machine (docs/decisions/0113).
Duration content_check_cost(std::size_t bytes);

// bytes: never null; shared with the job until it is answered.
env::Job content_check_job(const message::ItemHash& name, const env::Value& bytes);
bool content_checked(const env::JobResult& result);

}  // namespace lastmile::gossip
