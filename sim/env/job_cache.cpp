#include "sim/env/job_cache.hpp"

namespace lastmile::sim {

std::optional<env::JobResult> JobCache::find(const env::JobKey& key) {
  if (const auto found = young_.find(key); found != young_.end()) {
    ++hits_;
    return found->second;
  }
  if (const auto found = old_.find(key); found != old_.end()) {
    ++hits_;
    env::JobResult result = found->second;
    add(key, result);
    return result;
  }
  ++misses_;
  return std::nullopt;
}

void JobCache::add(const env::JobKey& key, env::JobResult result) {
  const std::size_t bytes = result == nullptr ? 0 : result->memory_bytes();
  if (young_.size() >= kGenerationMax || (!young_.empty() && young_bytes_ + bytes > kGenerationBytesMax)) {
    old_ = std::move(young_);
    young_.clear();
    young_bytes_ = 0;
  }
  young_bytes_ += bytes;
  young_.insert_or_assign(key, std::move(result));
}

}  // namespace lastmile::sim
