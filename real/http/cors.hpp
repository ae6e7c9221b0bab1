// Cross-origin rules (http-api.md 0, CORS): every origin, without credentials.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "real/http/message.hpp"

namespace lastmile::http {

// The answer to OPTIONS on a known path with these methods. `headers`: Access-Control-Request-Headers, or empty.
Response preflight(std::string_view origin, std::string_view method, std::string_view headers,
                   const std::vector<Method>& allowed);
// Adds what a browser of this origin needs; nothing when there is none.
void allow_origin(Response& response, std::string_view origin);

}  // namespace lastmile::http
