#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "core/env/executor.hpp"

namespace lastmile::sim {

// Results of pure jobs by key, for all nodes of a run. Two generations: when the young one is full the old one goes, so
// that what is in use stays and memory has a bound.
class JobCache {
 public:
  static constexpr std::size_t kGenerationMax = 1'000'000;
  static constexpr std::size_t kGenerationBytesMax = 256 * 1024 * 1024;  // as the outputs say

  // Null results are cached like others: optional tells whether the key is known.
  std::optional<env::JobResult> find(const env::JobKey& key);
  void add(const env::JobKey& key, env::JobResult result);
  std::uint64_t hits() const { return hits_; }
  std::uint64_t misses() const { return misses_; }

 private:
  struct Hash {
    std::size_t operator()(const env::JobKey& key) const { return key.low ^ (key.high * 0x9e3779b97f4a7c15U); }
  };
  using Map = std::unordered_map<env::JobKey, env::JobResult, Hash>;
  Map young_;
  Map old_;
  std::size_t young_bytes_ = 0;
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
};

}  // namespace lastmile::sim
