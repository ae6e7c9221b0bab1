// One value of a settings file, changed where it stands, so that comments and order stay.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace lastmile::real {

// The file's text with `name` ("log.level") set to `value`, as a flag would give it. A line that is commented out is
// taken for it. What comes out was read again as a whole. Errors: as of settings; a value that goes over several lines.
Result<std::string> with_setting(std::string_view toml, std::string_view name, const std::string& value);

}  // namespace lastmile::real
