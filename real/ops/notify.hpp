// What a daemon tells the service manager that started it: the datagram of sd_notify(3), and nothing else of it.
#pragma once

#include <optional>
#include <string>

#include "core/base/time.hpp"

namespace lastmile::real {

// Lines such as "READY=1\nSTATUS=12 peers". Goes nowhere when nobody asked for it (NOTIFY_SOCKET is not set), and is
// not waited for.
void notify_manager(const std::string& state);
// How often the manager wants to hear WATCHDOG=1; it is sent twice as often. Empty: not from this process.
std::optional<Duration> watchdog_interval();
// "RELOADING=1" with the time that the manager wants beside it; READY=1 ends it.
std::string reloading_state();

}  // namespace lastmile::real
