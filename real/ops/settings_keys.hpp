// The table behind Settings: every key once, with how it is read and how its value is shown.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "real/ops/settings.hpp"
#include "real/ops/settings_value.hpp"

namespace lastmile::real {

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
