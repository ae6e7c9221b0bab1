#include "scenarios/engine/folder/numbers.hpp"

#include <fmt/core.h>

#include <cmath>

namespace lastmile::scenario {

std::string seconds_number(Instant time) {
  const std::int64_t ns = time.ns < 0 ? -time.ns : time.ns;
  std::string text = fmt::format("{}{}", time.ns < 0 ? "-" : "", ns / 1'000'000'000);
  std::string part = fmt::format("{:09}", ns % 1'000'000'000);
  while (!part.empty() && part.back() == '0') part.pop_back();
  return part.empty() ? text : text + "." + part;
}

std::string figure_number(double value) { return std::isfinite(value) ? fmt::format("{:.9g}", value) : "0"; }

Json figure_json(double value) {
  if (!std::isfinite(value)) return {};
  return Json(Json::Number{figure_number(value)});
}

}  // namespace lastmile::scenario
