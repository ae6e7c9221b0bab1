#include <cstdio>
#include <nlohmann/json.hpp>

#include "real/ops/daemon.hpp"
#include "real/ops/doctor.hpp"
#include "tools/node/common.hpp"

namespace lastmile::tools {

int command_doctor(const NodeOptions& options) {
  const auto settings = settings_of(options);
  if (!settings.ok()) return fail(options, real::kExitUsage, settings.error().text);
  const auto found =
      real::examine(*settings, {.data = options.data, .host = options.host, .time_server = options.time_server});
  bool bad = false;
  nlohmann::json all = nlohmann::json::array();
  for (const real::Finding& one : found) {
    bad = bad || one.health == real::Health::bad;
    all.push_back({{"name", one.name}, {"health", real::health_name(one.health)}, {"text", one.text}});
    if (!options.json) {
      std::printf("%-7s  %-17s  %s\n", std::string(real::health_name(one.health)).c_str(), one.name.c_str(),
                  one.text.c_str());
    }
  }
  if (options.json) std::puts(nlohmann::json{{"fine", !bad}, {"findings", std::move(all)}}.dump().c_str());
  return bad ? real::kExitFailed : real::kExitOk;
}

}  // namespace lastmile::tools
