// What monitoring reads (http-api.md 13). On the node's loop.
#pragma once

#include <string>

#include "real/http/api.hpp"

namespace lastmile::http {

// One flat object of the names that the reference's monitoring knows.
std::string figures_json(const Api& api);
// "name value" lines of the same, and our own behind them.
std::string figures_text(const Api& api);

}  // namespace lastmile::http
