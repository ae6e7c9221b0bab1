// Instants as the API writes them (http-api.md, conventions).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.hpp"

namespace lastmile::http {

// "2022-05-05T10:00:00.123456+00:00"; the fraction is left out when it is zero.
std::string iso_plus(Wall time);
// The same instant with a final "Z".
std::string iso_z(Wall time);
// Both forms, 1 to 9 digits of a fraction. Empty for anything else.
std::optional<Wall> parse_iso(std::string_view text);

}  // namespace lastmile::http
