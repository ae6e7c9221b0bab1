// A swept parameter: what it may be, and how a share of the way through it becomes a value. Values are JSON texts, so
// that nothing here knows what they mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace lastmile::study {

inline constexpr std::size_t kLevelsMax = 100'000;  // of one axis
inline constexpr std::size_t kAxesMax = 1'000;      // of one study

class Axis {
 public:
  // From data (scenario-format.md 2, "sweep"):
  //   [v, ...]                                  these values, of any kind
  //   {"from": a, "to": b, "steps": n}          n values at equal distances, both ends among them
  //   {"law": "uniform", "min": a, "max": b}    and normal (mean, sigma), lognormal (median, sigma), exponential (mean)
  // a and b are numbers, or texts with a unit, the same in both ("10s", "0.5MiB"). Between whole numbers without unit
  // all values are whole. `name` is how the study calls it: a JSON pointer or a word.
  static Result<Axis> read(std::string name, std::string_view json);

  const std::string& name() const { return name_; }
  // Values that can be counted; empty for a law, which a grid cannot walk through.
  const std::vector<std::string>& levels() const { return levels_; }
  // The value at a share of the way, 0 <= share < 1: of levels each gets an equal part, a range or a law goes through
  // its cumulative distribution. Nine significant digits: what a processor does to the last bit is not seen.
  std::string at(double share) const;

 private:
  enum class Kind : std::uint8_t { levels, range, uniform, normal, lognormal, exponential };
  Axis() = default;
  Result<Unit> read_range(std::string_view json);
  Result<Unit> read_law(std::string_view json, std::string_view law);
  std::string value_text(double value) const;

  std::string name_;
  Kind kind_ = Kind::levels;
  std::vector<std::string> levels_;
  double first_ = 0;   // from, min, mean, median
  double second_ = 0;  // to, max, sigma
  bool whole_ = false;
  std::string unit_;  // follows the number inside a text; with none the value is a number
};

}  // namespace lastmile::study
