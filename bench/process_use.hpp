// What this process has used so far.
#pragma once

#include <jemalloc/jemalloc.h>

#include <cstddef>
#include <cstdint>
#include <ctime>

#include "core/base/check.hpp"

namespace lastmile::bench {

inline double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

inline double heap_bytes() {
  std::uint64_t epoch = 1;
  LM_CHECK(mallctl("epoch", nullptr, nullptr, &epoch, sizeof epoch) == 0);  // figures of now
  std::size_t allocated = 0;
  std::size_t size = sizeof allocated;
  LM_CHECK(mallctl("stats.allocated", &allocated, &size, nullptr, 0) == 0);
  return static_cast<double>(allocated);
}

}  // namespace lastmile::bench
