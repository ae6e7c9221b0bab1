#include "scenarios/engine/run/process_use.hpp"

#include <sys/resource.h>

namespace lastmile::scenario {
namespace {

double seconds_of(const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; }
double cpu_of(const rusage& use) { return seconds_of(use.ru_utime) + seconds_of(use.ru_stime); }

}  // namespace

ProcessUse process_use() {
  rusage own{};
  rusage children{};
  getrusage(RUSAGE_SELF, &own);
  getrusage(RUSAGE_CHILDREN, &children);
  return {cpu_of(own) + cpu_of(children), static_cast<std::uint64_t>(own.ru_maxrss) * 1024};
}

}  // namespace lastmile::scenario
