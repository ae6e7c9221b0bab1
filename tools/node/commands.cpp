#include "tools/node/commands.hpp"

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "real/env/data_dir.hpp"
#include "real/ops/admin_client.hpp"
#include "real/ops/daemon.hpp"
#include "real/ops/json_guard.hpp"
#include "real/ops/log.hpp"
#include "real/ops/settings.hpp"
#include "real/storage/storage.hpp"
#include "tools/node/common.hpp"

namespace lastmile::tools {
namespace {

using nlohmann::json;

constexpr Duration kQuick = seconds(1);                      // an end that nobody has to be told to wait for
constexpr Duration kEndMax = real::kDrainMax + seconds(50);  // then the database is closed
constexpr std::size_t kFieldsDepthMax = 32;

}  // namespace

int command_init(const NodeOptions& options) {
  std::error_code code;
  if (options.if_missing && std::filesystem::exists(std::filesystem::path(options.data) / "VERSION", code)) {
    if (options.json) std::puts(json{{"data", options.data}, {"made", false}}.dump().c_str());
    return real::kExitOk;
  }
  if (const auto made = real::init_node(options.data); !made.ok()) {
    return fail(options, made.error().exit_code, made.error().text);
  }
  if (!options.json)
    std::printf("made %s: read %s/node.toml, then: lastmile-node run --data %s\n", options.data.c_str(),
                options.data.c_str(), options.data.c_str());
  if (options.json) std::puts(json{{"data", options.data}}.dump().c_str());
  return real::kExitOk;
}

int command_run(const NodeOptions& options) {
  const auto settings = settings_of(options);
  if (!settings.ok()) return fail(options, real::kExitUsage, settings.error().text);
  if (const auto started = real::start_logging(*settings); !started.ok()) {
    return fail(options, real::kExitUsage, started.error().text);
  }
  int code = real::kExitOk;
  {
    auto daemon =
        real::Daemon::start(options.data, *settings, LASTMILE_VERSION, [&options] { return settings_of(options); });
    if (daemon.ok()) {
      code = (*daemon)->run();
    } else {
      real::end_logging();  // what was logged comes before the complaint
      code = fail(options, daemon.error().exit_code, daemon.error().text);
    }
  }
  real::end_logging();
  return code;
}

int command_version(const NodeOptions& options) {
  const json answer{{"program", "lastmile-node"},        {"version", LASTMILE_VERSION},
                    {"schema", real::kSchemaVersion},    {"compiler", LASTMILE_COMPILER},
                    {"build_type", LASTMILE_BUILD_TYPE}, {"database", real::database_version()}};
  if (options.json) {
    std::puts(answer.dump().c_str());
  } else {
    std::puts("lastmile-node " LASTMILE_VERSION);
  }
  return real::kExitOk;
}

int command_status(const NodeOptions& options) {
  json answer;
  if (const int code = ask(options, "status", json::object(), kAnswerMax, answer); code != real::kExitOk) return code;
  print(options, answer);
  return real::kExitOk;
}

int command_metrics(const NodeOptions& options) {
  json answer;
  if (const int code = ask(options, "metrics", json::object(), kAnswerMax, answer); code != real::kExitOk) return code;
  if (options.json) std::puts(answer.dump().c_str());
  if (!options.json) std::fputs(answer.value("text", std::string()).c_str(), stdout);
  return real::kExitOk;
}

int command_reload(const NodeOptions& options) {
  json answer;
  if (const int code = ask(options, "reload", json::object(), kAnswerMax, answer); code != real::kExitOk) return code;
  if (options.json) std::puts(answer.dump().c_str());
  if (!options.json) std::puts("the settings were read again; the node's log says what needs a restart");
  return real::kExitOk;
}

int command_stop(const NodeOptions& options) {
  int code = real::kExitOk;
  auto client = connect(options, code);
  if (!client) return code;
  const auto told = client->ask("stop", kAnswerMax);
  if (!told.ok()) return fail(options, real::kExitFailed, told.error().text);
  auto took = client->await_end(kQuick);
  if (!took) {
    if (!options.json) std::fputs("the node answers what it was handed in, and ends\n", stderr);
    took = client->await_end(kEndMax);
    if (took) took = *took + kQuick;
  }
  if (!took) return fail(options, real::kExitFailed, "the node was told to stop and still runs; its log says why");
  const double seconds = static_cast<double>(took->ns) / 1e9;
  if (options.json) std::puts(json{{"stopped", true}, {"seconds", seconds}}.dump().c_str());
  if (!options.json) std::printf("stopped after %.1f s\n", seconds);
  return real::kExitOk;
}

int command_ask(const NodeOptions& options) {
  json fields = json::object();
  if (!options.fields.empty()) {
    if (real::json_depth_above(options.fields, kFieldsDepthMax))
      return fail(options, real::kExitUsage,
                  "expected fields nested at most " + std::to_string(kFieldsDepthMax) + " deep, found more");
    fields = json::parse(options.fields, nullptr, false);
    if (!fields.is_object())
      return fail(options, real::kExitUsage,
                  "expected the fields as one JSON object such as '{\"hash\": \"...\"}', found something else");
  }
  json answer;
  if (const int code = ask(options, options.command, fields, kAnswerMax, answer); code != real::kExitOk) return code;
  std::puts(answer.dump(options.json ? -1 : 2).c_str());
  return real::kExitOk;
}

}  // namespace lastmile::tools
