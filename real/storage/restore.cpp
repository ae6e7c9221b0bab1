#include <rocksdb/utilities/backup_engine.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/gossip/content.hpp"
#include "real/env/blob_files.hpp"
#include "real/storage/engine.hpp"
#include "real/storage/manifest.hpp"
#include "real/storage/schema.hpp"
#include "real/storage/storage.hpp"

namespace lastmile::real {
namespace {

namespace fs = std::filesystem;
using Kind = DataDirError::Kind;

constexpr std::uint64_t kRestoredBlobMax = std::uint64_t{1} << 30;  // bytes in memory at once

Result<Manifest> find_manifest(const fs::path& target, std::optional<std::uint32_t> id) {
  const auto ids = manifest_ids(target);
  if (!ids.ok()) return ids.error();
  if (ids->empty()) return Error{target.string() + " has no backup"};
  if (!id) return read_manifest(target, ids->back(), Read::all);
  if (std::find(ids->begin(), ids->end(), *id) == ids->end()) {
    return Error{target.string() + " has no backup " + std::to_string(*id) + "; the newest is " +
                 std::to_string(ids->back())};
  }
  return read_manifest(target, *id, Read::all);
}

Result<Unit> restore_database(const fs::path& target, const Manifest& manifest, const fs::path& data) {
  const auto engine = open_engine(target / "db");
  if (!engine.ok()) return engine.error();
  const auto whole = (*engine)->VerifyBackup(manifest.id, true);
  if (!whole.ok()) return Error{"the backup is damaged: " + whole.ToString()};
  const std::string database = (data / "db").string();
  const auto restored = (*engine)->RestoreDBFromBackup(manifest.id, database, database);
  if (!restored.ok()) return Error{"cannot restore the database: " + restored.ToString()};
  return Unit{};
}

Result<Unit> restore_blobs(const fs::path& target, const Manifest& manifest, const fs::path& data) {
  const BlobFiles pool(target / "blobs");
  BlobFiles own(data / "blobs");
  for (const auto& [size, name] : manifest.blobs) {
    const auto hash = message::ItemHash::parse(name);
    const auto bytes = pool.get({.name = name}, kRestoredBlobMax);
    if (!bytes.ok()) return Error{"the backup is damaged: " + bytes.error().text};
    if (!hash || !gossip::content_matches({gossip::ContentKind::bytes, *hash}, *bytes)) {
      return Error{"the backup is damaged: file " + name + " has bytes that are not those of its name"};
    }
    if (auto put = own.put(name, *bytes); !put.ok()) return put;
  }
  return Unit{};
}

Result<nlohmann::json> restore_into(const fs::path& target, const Manifest& manifest, const fs::path& data,
                                    const store::StoreOptions& options) {
  std::error_code code;
  for (const char* name : {"keys", "db"}) {
    if (!code) fs::create_directories(data / name, code);
  }
  if (!code) fs::permissions(data / "keys", fs::perms::owner_all, code);
  if (code) return Error{"cannot make " + data.string() + ": " + code.message()};
  if (auto made = BlobFiles::prepare(data / "blobs"); !made.ok()) return std::move(made).error();
  if (auto done = restore_database(target, manifest, data); !done.ok()) return std::move(done).error();
  if (auto done = restore_blobs(target, manifest, data); !done.ok()) return std::move(done).error();
  if (!manifest.settings.empty()) {
    if (auto put = write_file_durably(data / "node.toml", manifest.settings); !put.ok()) return std::move(put).error();
  }
  // VERSION comes last: a folder without it was never finished.
  if (auto put = write_version(data, manifest.schema); !put.ok()) return std::move(put).error();

  const auto folder = DataDir::open(data, DataDir::Schema::any);
  if (!folder.ok()) return Error{folder.error().text};
  nlohmann::json out{{"id", manifest.id},
                     {"time", manifest.time},
                     {"schema", manifest.schema},
                     {"data", data.string()},
                     {"settings", !manifest.settings.empty()}};
  if (manifest.schema != kSchemaVersion) return out;  // its rows are read once they are migrated
  const auto storage = open_storage(*folder, Opened::to_read, options);
  if (!storage.ok()) return storage.error();
  const Cancelled never{false};
  auto check = check_storage(*storage, Depth::sizes, never);
  if (!check.ok()) return check.error();
  if (!(*check)["fine"].get<bool>())
    return Error{"what was restored is damaged: " + (*check)["problems"][0].get<std::string>()};
  if ((*check)["held"] != manifest.held || (*check)["state_sum"] != manifest.state_sum) {
    return Error{"what was restored is not what the backup was taken of: held " + (*check)["held"].dump() + " of " +
                 std::to_string(manifest.held)};
  }
  out["check"] = *std::move(check);
  return out;
}

}  // namespace

Result<nlohmann::json, DataDirError> restore_backup(const fs::path& target, std::optional<std::uint32_t> id,
                                                    const fs::path& data, const store::StoreOptions& options) {
  const auto manifest = find_manifest(target, id);
  if (!manifest.ok()) return DataDirError{Kind::missing, manifest.error().text};
  if (manifest->schema > kSchemaVersion) {
    return DataDirError{Kind::migration, schema_difference(target, manifest->schema)};
  }
  std::error_code code;
  const bool there = fs::exists(data, code);
  if (there && !fs::is_empty(data, code)) {
    return DataDirError{Kind::not_ours, data.string() + " is not empty: restore needs a new or empty folder"};
  }
  if (code) return DataDirError{Kind::io, "cannot look into " + data.string() + ": " + code.message()};
  auto restored = restore_into(target, *manifest, data, options);
  if (restored.ok()) return *std::move(restored);
  // All of it is ours: it was empty.
  std::error_code ignored;
  for (const char* name : {"VERSION", "LOCK", "node.toml", "keys", "db", "blobs"}) fs::remove_all(data / name, ignored);
  if (!there) fs::remove(data, ignored);
  return DataDirError{Kind::io, restored.error().text};
}

}  // namespace lastmile::real
