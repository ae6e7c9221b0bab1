#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "core/base/result.hpp"

namespace lastmile::real {

// Reads one line of the admin socket, which may be any bytes: an object with a "command" that is a text and not empty.
// Error, for the client: nested deeper than `depth`, no JSON object, no such command. `id` becomes that of the line, as
// it came, also when it is refused; null when it has none.
Result<nlohmann::json> parse_admin_request(std::string_view line, std::size_t depth, nlohmann::json& id);

}  // namespace lastmile::real
