#include "scenarios/engine/watch/results.hpp"

namespace lastmile::scenario {

std::string_view verdict_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::fail:
      return "fail";
    case Verdict::unknown:
      break;
  }
  return "unknown";
}

std::optional<double> MeasureResult::stat(Stat which) const {
  if (which == Stat::count && distribution) return static_cast<double>(count);
  if (count == 0 || distribution == (which == Stat::value)) return std::nullopt;
  switch (which) {
    case Stat::value:
      return value;
    case Stat::min:
      return min;
    case Stat::mean:
      return mean;
    case Stat::p50:
      return p50;
    case Stat::p90:
      return p90;
    case Stat::p99:
      return p99;
    case Stat::max:
      return max;
    case Stat::count:
      break;
  }
  return std::nullopt;
}

}  // namespace lastmile::scenario
