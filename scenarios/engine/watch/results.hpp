// What checks and measures say at the end.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "core/trace/rare_state.hpp"
#include "scenarios/engine/model/check.hpp"
#include "scenarios/engine/timeline/node_table.hpp"

namespace lastmile::scenario {

enum class Verdict : std::uint8_t { pass, fail, unknown };
std::string_view verdict_text(Verdict verdict);

struct Violation {
  Instant time;
  std::string node;     // name; empty when it is nobody's in particular
  std::string message;  // item hash; empty likewise
  std::string event;    // what happened, one sentence
};

struct CheckResult {
  CheckName name = CheckName::healed;
  Verdict verdict = Verdict::unknown;
  std::string detail;
  std::uint64_t examined = 0;
  std::optional<Instant> held_at;
  std::optional<Violation> first_violation;
  bool decided = false;  // a failure that more time could not have mended: a safety check, or a bound that had passed
};

// One measure as summary.json shows it. A distribution has all figures; a single value only `value`.
struct MeasureResult {
  std::string name;  // "propagation_s", "propagation_s.during", "queue_depth.inbox"
  std::string unit;
  bool distribution = false;
  std::uint64_t count = 0;  // 0: nothing was seen
  double value = 0;
  double min = 0, mean = 0, p50 = 0, p90 = 0, p99 = 0, max = 0;
  bool exact = true;                             // false: quantiles within 0.4 %
  std::optional<double> stat(Stat which) const;  // empty when nothing was seen or it has no such figure
};

struct RareStateResult {
  trace::RareState state = trace::RareState::inbox_full;
  std::uint64_t count = 0;  // 0: never reached
  Instant first;
  std::string node;  // the first one in it; empty when never reached
};

}  // namespace lastmile::scenario
