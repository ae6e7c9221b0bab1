#pragma once

#include <cstddef>
#include <string_view>

namespace lastmile::real {

// Is this text nested deeper than the limit? nlohmann/json parses any depth, but copies and destroys recursively.
// Looks at brackets outside of strings only; the text need not be JSON.
bool json_depth_above(std::string_view text, std::size_t limit);

}  // namespace lastmile::real
