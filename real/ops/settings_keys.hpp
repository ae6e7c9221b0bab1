// The table behind Settings: every key once, with how it is read and how its value is shown.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "real/ops/settings.hpp"

namespace lastmile::real {

// A value as a TOML file or a text (environment, flag) gives it. A text is tried as what the key needs.
using SettingValue = std::variant<std::string, std::int64_t, bool, std::vector<std::string>>;

struct SettingKey {
  KeyInfo info;
  // False: the value is not what is expected; nothing was changed.
  std::function<bool(Settings&, const SettingValue&)> set;
  // As TOML.
  std::function<std::string(const Settings&)> show;
};

const std::vector<SettingKey>& setting_table();
const SettingKey* find_setting(std::string_view name);
// The name that was meant; empty if none is near.
std::string_view nearest_setting(std::string_view name);

}  // namespace lastmile::real
