// The description of the API for tools, made of the table of routes itself: what is served is what is described.
#pragma once

#include <string>

#include "real/http/router.hpp"

namespace lastmile::http {

std::string openapi_json(const Router& router, const std::string& version);

}  // namespace lastmile::http
