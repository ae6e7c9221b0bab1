// The `checks` and `measures` sections (scenario-format.md 4 and 5): names, and what each entry may say.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/trace/event.hpp"
#include "scenarios/engine/text/quantity.hpp"
#include "scenarios/engine/text/selector.hpp"

namespace lastmile::scenario {

enum class CheckName : std::uint8_t {
  no_forged_message,
  acknowledged_kept,
  forgotten_stays_forgotten,
  status_moves_legal,
  bounded_queues,
  finality_respected,
  supply_conserved,
  diverged,
  healed,
  converged,
  all_processed,
  acknowledged_everywhere,
  confirmed,
  backlog_drained,
  overlay_connected,
  loss_reported,
  measure
};
inline constexpr std::size_t kCheckCount = 17;
std::string_view check_text(CheckName name);
std::optional<CheckName> parse_check(std::string_view text);
// True: watched always. False: must hold by the end of settle. `measure` counts as liveness.
bool is_safety(CheckName name);

// Which figure of a measure a limit speaks of.
enum class Stat : std::uint8_t { value, count, min, mean, p50, p90, p99, max };
std::string_view stat_text(Stat stat);

// How values of a measure are written: "1s" for seconds, "12.5%" for shares, "1MiB" for bytes, numbers for the rest.
enum class MeasureUnit : std::uint8_t { seconds, bytes, share, count, blocks, hops };
struct MeasureInfo {
  std::string_view name;
  MeasureUnit unit;
  std::string_view unit_text;  // in summary.json: "s", "B", "share", "messages", ...
  bool distribution;           // has count, min, mean, quantiles and max; otherwise one value
  bool whole;                  // exists under its own name, not only in parts
  // Parts are named with a dot: "propagation_s.during", "coverage_s.90", "queue_depth.inbox". "#" stands for the
  // number of any error code.
  std::span<const std::string_view> parts;
};
const std::vector<MeasureInfo>& all_measures();
// By the name of a measure or of one of its parts; null for anything else.
const MeasureInfo* find_measure(std::string_view name);
// `measures` lists names of measures; a part counts as asked for when its measure is listed.
bool measure_wanted(const std::vector<std::string>& wanted, std::string_view name);

struct Check {
  CheckName name = CheckName::healed;
  std::array<Selector, 2> between;    // diverged; default: the sides of the fault `during`
  std::string during;                 // diverged: name of a partition or hold
  std::optional<Duration> within;     // liveness
  std::vector<std::string> chains;    // confirmed; default: all
  std::uint64_t backlog_at_most = 0;  // backlog_drained
  std::string of;                     // measure
  Stat stat = Stat::value;
  std::optional<double> at_most;  // measure, in its unit (seconds, bytes, share 0..1, number)
  std::optional<double> at_least;
  friend bool operator==(const Check&, const Check&) = default;
};

}  // namespace lastmile::scenario
