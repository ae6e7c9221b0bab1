// What the commands share: complaints, settings, the way to a running node, and how an answer is shown.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "real/env/data_dir.hpp"
#include "real/ops/admin_client.hpp"
#include "real/ops/settings.hpp"
#include "tools/node/commands.hpp"

namespace lastmile::tools {

inline constexpr Duration kAnswerMax = seconds(30);
inline constexpr Duration kLongWorkMax = hours(48);  // of a large database

// Says what went wrong, a mistake for each line of `text`; gives `code`.
int fail(const NodeOptions& options, int code, const std::string& text);
int fail(const NodeOptions& options, const real::DataDirError& error);

std::filesystem::path settings_file(const NodeOptions& options);  // that of the data folder
bool has_settings_file(const NodeOptions& options);
// Where the settings of these options are read from; empty: nowhere.
std::filesystem::path settings_source(const NodeOptions& options);
Result<real::Settings> settings_of(const NodeOptions& options);

// The socket that was named, or the one that the settings of the data folder lead to.
Result<std::string> socket_of(const NodeOptions& options);
// A connection to the running node; without one the exit code is in `code`.
std::optional<real::AdminClient> connect(const NodeOptions& options, int& code);
// One question to the running node. Gives the exit code; what went wrong was said.
int ask(const NodeOptions& options, const std::string& command, const nlohmann::json& fields, Duration limit,
        nlohmann::json& answer);

// With --json one line; else a line for each value, "database.table_bytes  1234".
void print(const NodeOptions& options, const nlohmann::json& answer);

}  // namespace lastmile::tools
