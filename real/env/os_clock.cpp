#include "real/env/os_clock.hpp"

#include <time.h>

#include "core/base/check.hpp"

namespace lastmile::real {
namespace {

std::int64_t read_clock(clockid_t which) {
  timespec t{};
  LM_CHECK(clock_gettime(which, &t) == 0);
  return std::int64_t{t.tv_sec} * 1000000000 + t.tv_nsec;
}

}  // namespace

Instant OsClock::now() const { return {read_clock(CLOCK_MONOTONIC)}; }
Wall OsClock::wall() const { return {read_clock(CLOCK_REALTIME)}; }

}  // namespace lastmile::real
