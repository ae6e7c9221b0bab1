#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace lastmile::real {

// A value as a TOML file or a text (environment, flag) gives it. A text is tried as what the key needs.
using SettingValue = std::variant<std::string, std::int64_t, bool, std::vector<std::string>>;

}  // namespace lastmile::real
