// Reads JSON with comments from outside: strict UTF-8, one definition per key, bounded depth and size.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "scenarios/engine/text/finding.hpp"
#include "scenarios/engine/text/json.hpp"

namespace lastmile::scenario {

inline constexpr std::size_t kJsonBytesMax = 16 * 1024 * 1024;
inline constexpr std::size_t kJsonDepthMax = 64;

// Empty with at least one finding: syntax errors by line and column (both from 1, columns in bytes), repeated keys and
// excessive depth by JSON pointer.
std::optional<Json> read_json(std::string_view text, Findings& findings);

// One --set argument, "/json/pointer=value": value is JSON if it reads as such, else a text. Members that do not exist
// are added, list positions must exist ("-" appends). Returns false with a finding.
bool apply_set(Json& document, std::string_view argument, Findings& findings);

}  // namespace lastmile::scenario
