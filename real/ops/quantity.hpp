// Values with units as an operator writes them: "250ms", "1h30min", "64MiB".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.hpp"

namespace lastmile::real {

// Units ns us ms s min h d, sums allowed, not negative, at most 10 years. Empty for anything else.
std::optional<Duration> parse_duration(std::string_view text);
// Units B KiB MiB GiB TiB kB MB GB, or none for bytes.
std::optional<std::uint64_t> parse_size(std::string_view text);
std::string size_text(std::uint64_t bytes);    // "32MiB": the largest unit that leaves a whole number
std::string duration_text(Duration duration);  // "1h30min"; parses back to the same

}  // namespace lastmile::real
