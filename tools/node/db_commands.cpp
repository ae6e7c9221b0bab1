// The verbs of `db`: through the running node where there is one, else on the folder itself, under its lock. The
// database is never opened beside a node.
#include <cstdio>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "real/env/data_dir.hpp"
#include "real/ops/daemon.hpp"
#include "real/storage/migrate.hpp"
#include "real/storage/storage.hpp"
#include "tools/node/common.hpp"

namespace lastmile::tools {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

// Answers with what the running node says to `command`, or with `offline` on the storage of the folder.
struct Verb {
  std::string command;
  json fields = json::object();
  real::Opened how = real::Opened::to_read;
  std::function<Result<json>(const real::Storage&, real::Cancelled&)> offline;
};

int run_verb(const NodeOptions& options, const Verb& verb, json& answer) {
  const auto socket = socket_of(options);
  if (!socket.ok()) return fail(options, real::kExitUsage, socket.error().text);
  if (auto client = real::AdminClient::connect(*socket); client.ok()) {
    auto result = client->ask(verb.command, verb.fields, kLongWorkMax);
    if (!result.ok()) return fail(options, real::kExitFailed, result.error().text);
    answer = *std::move(result);
    return real::kExitOk;
  } else if (options.data.empty()) {
    return fail(options, real::kExitFailed, client.error().text);
  }
  const auto settings = settings_of(options);
  if (!settings.ok()) return fail(options, real::kExitUsage, settings.error().text);
  const auto data = real::DataDir::open(options.data);
  if (!data.ok()) return fail(options, data.error());
  const auto storage = real::open_storage(*data, verb.how, real::node_config(*settings).store);
  if (!storage.ok()) return fail(options, real::kExitFailed, storage.error().text);
  real::Cancelled never{false};
  auto result = verb.offline(*storage, never);
  if (!result.ok()) return fail(options, real::kExitFailed, result.error().text);
  answer = *std::move(result);
  return real::kExitOk;
}

Result<fs::path> backup_folder(const NodeOptions& options) {
  if (options.folder.empty() && options.data.empty()) {
    return Error{"expected --to or --data to find the backups by, found neither"};
  }
  std::error_code code;
  auto folder =
      fs::absolute(options.folder.empty() ? fs::path(options.data) / "backups" : fs::path(options.folder), code);
  if (code) return Error{"--to: " + code.message()};
  return folder;
}

}  // namespace

int command_db_stats(const NodeOptions& options) {
  json answer;
  const Verb verb{.command = "db_stats", .offline = [](const real::Storage& storage, real::Cancelled&) {
                    return Result<json>(real::storage_stats(storage));
                  }};
  if (const int code = run_verb(options, verb, answer); code != real::kExitOk) return code;
  print(options, answer);
  return real::kExitOk;
}

int command_db_check(const NodeOptions& options) {
  json answer;
  const Verb verb{.command = "db_check",
                  .fields = {{"quick", options.quick}},
                  .offline = [&](const real::Storage& storage, real::Cancelled& cancelled) {
                    const auto depth = options.quick ? real::Depth::sizes : real::Depth::hashes;
                    return real::check_storage(storage, depth, cancelled);
                  }};
  if (const int code = run_verb(options, verb, answer); code != real::kExitOk) return code;
  const bool fine = answer.value("fine", false);
  if (options.json) {
    print(options, answer);
  } else {
    for (const auto& problem : answer["problems"]) std::printf("%s\n", problem.get_ref<const std::string&>().c_str());
    std::printf("%s: %s rows, %s messages, %s files at hand\n",
                fine ? "nothing wrong was found" : (answer["problem_count"].dump() + " problems").c_str(),
                answer["rows"].dump().c_str(), answer["messages"].dump().c_str(),
                answer["files_at_hand"].dump().c_str());
  }
  return fine ? real::kExitOk : real::kExitFailed;
}

int command_db_compact(const NodeOptions& options) {
  json answer;
  const Verb verb{.command = "db_compact",
                  .how = real::Opened::to_change,
                  .offline = [](const real::Storage& storage, real::Cancelled& cancelled) {
                    return real::compact_storage(storage, cancelled);
                  }};
  if (const int code = run_verb(options, verb, answer); code != real::kExitOk) return code;
  print(options, answer);
  return real::kExitOk;
}

int command_db_backup(const NodeOptions& options) {
  const auto folder = backup_folder(options);
  if (!folder.ok()) return fail(options, real::kExitUsage, folder.error().text);
  json answer;
  const Verb verb{.command = "db_backup",
                  .fields = {{"to", folder->string()}, {"keep", options.keep}},
                  .how = real::Opened::to_change,
                  .offline = [&](const real::Storage& storage, real::Cancelled& cancelled) {
                    return real::make_backup(
                        storage, {.target = *folder, .keep = options.keep, .version = LASTMILE_VERSION}, cancelled);
                  }};
  if (const int code = run_verb(options, verb, answer); code != real::kExitOk) return code;
  print(options, answer);
  if (answer["damaged"].empty()) return real::kExitOk;
  if (options.json) return real::kExitFailed;  // the answer names them
  return fail(options, real::kExitFailed, "some files are damaged here and were not copied; db check says more");
}

int command_db_backups(const NodeOptions& options) {
  const auto folder = backup_folder(options);
  if (!folder.ok()) return fail(options, real::kExitUsage, folder.error().text);
  const auto list = real::list_backups(*folder);
  if (!list.ok()) return fail(options, real::kExitFailed, list.error().text);
  if (options.json) {
    print(options, *list);
    return real::kExitOk;
  }
  for (const json& one : (*list)["backups"]) {
    std::printf("%-5s %s  schema %s, %s messages, %s files, %s bytes of them\n", one["id"].dump().c_str(),
                one["time"].get_ref<const std::string&>().c_str(), one["schema"].dump().c_str(),
                one["held"].dump().c_str(), one["blobs"].dump().c_str(), one["blob_bytes"].dump().c_str());
  }
  return real::kExitOk;
}

int command_db_restore(const NodeOptions& options) {
  const auto settings = settings_of(options);
  if (!settings.ok()) return fail(options, real::kExitUsage, settings.error().text);
  auto restored =
      real::restore_backup(options.folder, options.backup, options.data, real::node_config(*settings).store);
  if (!restored.ok()) return fail(options, restored.error());
  print(options, *restored);
  if (!options.json) {
    std::printf(
        "the node's key is in no backup: put yours into %s/keys/node.key, mode 0600, or make one with\n"
        "  lastmile-node key new --data %s\n",
        options.data.c_str(), options.data.c_str());
  }
  return real::kExitOk;
}

int command_db_migrate(const NodeOptions& options) {
  const auto settings = settings_of(options);
  if (!settings.ok()) return fail(options, real::kExitUsage, settings.error().text);
  const auto data = real::DataDir::open(options.data, real::DataDir::Schema::any);
  if (!data.ok()) return fail(options, data.error());
  if (data->schema() > real::kSchemaVersion) {
    return fail(options, real::kExitMigration, real::schema_difference(options.data, data->schema()));
  }
  const auto storage = real::open_storage(*data, real::Opened::to_change, real::node_config(*settings).store);
  if (!storage.ok()) return fail(options, real::kExitFailed, storage.error().text);
  const real::Cancelled never{false};
  const auto done = real::migrate_storage(*storage, data->schema(), {}, never);
  if (!done.ok()) return fail(options, done.error());
  json answer{{"from", done->from}, {"to", done->to}, {"rows", done->rows}};
  if (!done->before.empty()) answer["kept_as_it_was"] = done->before.string();
  print(options, answer);
  return real::kExitOk;
}

}  // namespace lastmile::tools
