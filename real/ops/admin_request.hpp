#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace lastmile::real {

// Reads one line of the admin socket, which may be any bytes: an object with a "command" that is a text and not empty.
// Error, for the client: nested deeper than `depth`, no JSON object, no such command. `id` becomes that of the line, as
// it came, also when it is refused; null when it has none.
Result<nlohmann::json> parse_admin_request(std::string_view line, std::size_t depth, nlohmann::json& id);

// Fields of a request, an object or not. Errors, for the client: "envelope: expected a text".
Result<std::string> text_field(const nlohmann::json& request, const char* name);
// Absent: `otherwise`.
Result<bool> flag_field(const nlohmann::json& request, const char* name, bool otherwise);
Result<std::int64_t> whole_field(const nlohmann::json& request, const char* name, std::int64_t otherwise);
// Absent: an empty list.
Result<nlohmann::json> list_field(const nlohmann::json& request, const char* name, std::size_t items_max);

}  // namespace lastmile::real
