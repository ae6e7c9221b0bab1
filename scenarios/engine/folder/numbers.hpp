// Inside: numbers as the files of a run folder spell them.
#pragma once

#include <string>

#include "core/base/time.hpp"
#include "scenarios/engine/text/json.hpp"

namespace lastmile::scenario {

std::string seconds_number(Instant time);  // exact, "363.5"
std::string figure_number(double value);   // nine significant digits
inline Json seconds_json(Instant time) { return Json(Json::Number{seconds_number(time)}); }
Json figure_json(double value);

}  // namespace lastmile::scenario
