#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "real/ops/settings.hpp"

namespace lastmile::real {

// Sets up the program's log on standard error (spdlog's default logger): text, or one JSON object per line with ts,
// level, target and msg. Under systemd (JOURNAL_STREAM) lines have a priority prefix and no time of their own. Error:
// an unknown level.
Result<Unit> start_logging(const Settings& settings);
// Writes what waits. Nothing may be logged afterwards.
void end_logging();

// From now on; `target` empty: of all. Errors name what there is.
Result<Unit> set_log_level(std::string_view level, std::string_view target);

// Lines that did not find room in the queue between the node and standard error.
std::uint64_t log_lines_lost();

// What a line is about when peers decide how many of its kind there are: each kind has a bucket of its own.
enum class LogKind : std::uint8_t { peer_refused, chain_answer, request_refused };
// May a line of this kind be written now? After a pause the first says how many were left out: "(17 more left out)",
// else empty. Nothing when not. Any thread.
std::optional<std::string> may_log(LogKind kind);

}  // namespace lastmile::real
