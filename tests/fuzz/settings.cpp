// A settings file of anybody's making: settings, or an error with text.
#include <string_view>

#include "core/base/check.hpp"
#include "real/ops/settings.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile::real;
  if (size > kSettingFileBytesMax) return 0;
  const auto settings = parse_settings({reinterpret_cast<const char*>(data), size}, "node.toml");
  LM_CHECK(settings.ok() || !settings.error().text.empty());
  return 0;
}
