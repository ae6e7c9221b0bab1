// What this machine offers to a node, looked at one by one. Nothing is changed but a file of a few bytes that is gone
// again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "real/ops/settings.hpp"

namespace lastmile::real {

// good; bad: the node will not run, or not well; missing: only some things need it (virtual machines, names); skipped:
// there was nothing to look at.
enum class Health : std::uint8_t { good, missing, skipped, bad };
std::string_view health_name(Health health);

struct Finding {
  std::string name;  // "disk sync"
  Health health = Health::good;
  std::string text;  // what was seen, and what to do about it
};

// `data` may be empty or not exist yet. `host`: a name to look up, for the resolver and the network behind it; empty =
// none. `time_server`: asked for the time by SNTP; empty = none.
struct DoctorOptions {
  std::filesystem::path data;
  std::string host;
  std::string time_server;
};
std::vector<Finding> examine(const Settings& settings, const DoctorOptions& options);

}  // namespace lastmile::real
