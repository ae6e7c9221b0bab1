// Numbers of an economy with their units (economics-lab.md 4): tokens, USD, rates a day or a year, shares, laws of
// them.
#pragma once

#include <cstdint>
#include <string>

#include "scenarios/engine/text/reading.hpp"
#include "tools/lab/world/law.hpp"

namespace lastmile::lab {

enum class Measure : std::uint8_t {
  plain,       // 0.5: a number
  share,       // "20%" or 0.2; 0 to 1
  usd,         // "5USD"
  token,       // "5000token"
  per_day,     // "0.1%/d", "0.001/d"; "36.5%/y" is a 365th of it a day
  per_year,    // "5%/y", "0.05/y"
  volatility,  // as per_day; a year has the square root of 365 days of it
};

// Places that are wrong get a finding, and `out` stays.
bool read_number(const scenario::Place& place, double& out, Measure measure);
bool read_days(const scenario::Place& place, std::uint32_t& out);  // "30d": whole days
// A quantity, or {"law": "uniform" | "power" | "lognormal" | "pareto", ...}.
bool read_law(const scenario::Place& place, Law& out, Measure measure);

// Spelled so that reading gives the same value back.
scenario::Json number_json(double value, Measure measure);
scenario::Json law_json(const Law& law, Measure measure);

}  // namespace lastmile::lab
