// A fixed quantity or a distribution of it. Values are whole numbers of the quantity's smallest unit (ns, bytes, parts
// per 10^9), so that a law can be drawn without knowing what it measures.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/random.hpp"
#include "scenarios/engine/text/quantity.hpp"
#include "scenarios/engine/text/reading.hpp"

namespace lastmile::scenario {

enum class LawKind : std::uint8_t { fixed, uniform, exponential, normal, lognormal, pareto, weibull, empirical };
std::string_view law_kind_text(LawKind kind);

// What a law measures: decides how its values are read and written.
enum class Unit : std::uint8_t { duration, signed_duration, size, share, drift, count };

struct Law {
  LawKind kind = LawKind::fixed;
  Unit unit = Unit::duration;
  // fixed; mean of exponential and normal; median of lognormal; scale of pareto and weibull; min of uniform
  std::int64_t value = 0;
  std::int64_t upper = 0;                              // max of uniform; sigma of normal
  double shape = 0;                                    // sigma of lognormal; shape of pareto and weibull
  std::vector<std::pair<std::int64_t, Share>> points;  // empirical: values with their shares, which add up to 1
  std::optional<std::int64_t> at_least;
  std::optional<std::int64_t> at_most;

  static Law fixed_at(Unit unit, std::int64_t value) { return {LawKind::fixed, unit, value, 0, 0, {}, {}, {}}; }

  // Rounded to the nearest whole unit, then held between at_least and at_most; never below 0 unless the unit has a
  // sign. A drift is held where a drift that is written may lie.
  std::int64_t draw(Generator& draws) const;
  // Nothing smaller is ever drawn.
  std::int64_t least() const;
  // Nothing greater is ever drawn; empty when there is no such bound.
  std::optional<std::int64_t> most() const;
  friend bool operator==(const Law&, const Law&) = default;
};

inline constexpr std::size_t kLawPointsMax = 10'000;

// A quantity, or {"law": ..., ...}.
bool read(const Place& place, Law& out, Unit unit);
// The same for who has no Reading. Empty with findings.
std::optional<Law> parse_law(const Json& value, Unit unit, const std::string& pointer, Findings& findings);
Json law_json(const Law& law);

// Of a law of latencies: held at kLatencyMax, which a law may pass now and then.
Duration draw_latency(const Law& law, Generator& draws);

}  // namespace lastmile::scenario
