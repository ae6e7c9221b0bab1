#include "sim/env/value_pool.hpp"

#include <algorithm>

namespace lastmile::sim {

ValuePool::ValuePool() {
  for (std::size_t i = 0; i < single_.size(); ++i) {
    single_[i] = std::make_shared<const std::string>(1, static_cast<char>(i));
  }
}

template <class Set>
void ValuePool::sweep(Set& set, std::size_t& limit) {
  if (set.size() < limit) return;
  std::erase_if(set, [](const auto& entry) { return entry.use_count() == 1; });
  limit = std::max(limit, 2 * set.size());
}

env::Value ValuePool::intern(env::Value value) {
  if (value->size() == 1) return single_[static_cast<unsigned char>(value->front())];
  if (value->size() <= kInternedAbove) return value;
  const auto found = values_.find(std::string_view(*value));
  if (found != values_.end()) return *found;
  sweep(values_, values_limit_);
  // A copy has no spare room.
  if (value->capacity() > value->size()) value = std::make_shared<const std::string>(std::string_view(*value));
  return *values_.insert(std::move(value)).first;
}

std::shared_ptr<const Bytes> ValuePool::intern_blob(Bytes blob) {
  const auto found = blobs_.find(as_text(blob));
  if (found != blobs_.end()) return *found;
  sweep(blobs_, blobs_limit_);
  blob.shrink_to_fit();
  return *blobs_.insert(std::make_shared<const Bytes>(std::move(blob))).first;
}

}  // namespace lastmile::sim
