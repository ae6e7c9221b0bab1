// A backup is taken of a checkpoint: hard links to the tables and a copy of the log, opened as a database of its own.
// What it holds is therefore exactly known while the node goes on writing, and so is which blobs belong to it
// (docs/decisions/0270).
#include <fcntl.h>
#include <rocksdb/utilities/backup_engine.h>
#include <rocksdb/utilities/checkpoint.h>
#include <sys/file.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "core/gossip/content.hpp"
#include "core/store/consistency.hpp"
#include "real/env/blob_files.hpp"
#include "real/env/os_clock.hpp"
#include "real/env/rocks_open.hpp"
#include "real/storage/engine.hpp"
#include "real/storage/manifest.hpp"
#include "real/storage/schema.hpp"
#include "real/storage/storage.hpp"

namespace lastmile::real {
namespace {

constexpr std::uint64_t kCopiedBlobMax = std::uint64_t{1} << 30;  // bytes in memory at once
constexpr std::size_t kSettingsBytesMax = 1024 * 1024;

Error database_error(const std::string& what, const rocksdb::Status& status) {
  return Error{what + ": " + status.ToString()};
}

// A folder that is gone when the backup is over.
class CheckpointFolder {
 public:
  explicit CheckpointFolder(std::filesystem::path path) : path_(std::move(path)) { remove(); }
  ~CheckpointFolder() { remove(); }
  CheckpointFolder(const CheckpointFolder&) = delete;
  CheckpointFolder& operator=(const CheckpointFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  void remove() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path path_;
};

// One process works on a folder of backups at a time.
Result<Descriptor> lock_target(const std::filesystem::path& target) {
  std::error_code code;
  for (const char* name : {"db", "blobs", "manifests"}) {
    if (!code) std::filesystem::create_directories(target / name, code);
  }
  if (code) return Error{"cannot make the folder of backups " + target.string() + ": " + code.message()};
  const auto path = target / "LOCK";
  Descriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!lock) return file_error("cannot open", path);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return Error{target.string() + " is in use by another backup"};
  return lock;
}

// Ends what an earlier attempt left: a database without a manifest is no backup.
Result<Unit> drop_unfinished(rocksdb::BackupEngine& engine, const std::filesystem::path& target) {
  const auto finished = manifest_ids(target);
  if (!finished.ok()) return finished.error();
  std::vector<rocksdb::BackupInfo> known;
  engine.GetBackupInfo(&known);
  for (const rocksdb::BackupInfo& one : known) {
    if (std::binary_search(finished->begin(), finished->end(), one.backup_id)) continue;
    const auto dropped = engine.DeleteBackup(one.backup_id);
    if (!dropped.ok()) return database_error("cannot remove an unfinished backup", dropped);
  }
  return Unit{};
}

struct Copied {
  std::uint64_t blobs = 0;
  std::uint64_t bytes = 0;
  std::vector<std::string> damaged;  // at hand, and not what their names say: not copied
};

Result<Copied> copy_blobs(const Storage& storage, const env::Reader& reader, BlobFiles& pool, Manifest& manifest,
                          const Cancelled& cancelled) {
  std::vector<store::KnownFile> wanted;
  auto listed = store::each_file(reader, [&](const store::KnownFile& known) {
    if (known.local && !known.directory) wanted.push_back(known);
  });
  if (!listed.ok()) return std::move(listed).error();
  const BlobFiles own(storage.data / "blobs");
  Copied copied;
  for (const store::KnownFile& file : wanted) {
    if (cancelled) return Error{"the backup was broken off"};
    const std::string& name = file.file.text();
    if (pool.size(name) != file.bytes) {
      const auto bytes = own.get({.name = name}, kCopiedBlobMax);
      if (!bytes.ok() || !gossip::content_matches({gossip::ContentKind::bytes, file.file}, *bytes)) {
        copied.damaged.push_back(name);
        continue;
      }
      if (auto put = pool.put(name, *bytes); !put.ok()) return std::move(put).error();
      ++copied.blobs;
      copied.bytes += bytes->size();
    }
    manifest.blobs.emplace_back(file.bytes, name);
  }
  return copied;
}

// Old backups, and blobs that no backup names any more.
Result<Unit> keep_newest(rocksdb::BackupEngine& engine, const std::filesystem::path& target, std::size_t keep,
                         BlobFiles& pool) {
  auto ids = manifest_ids(target);
  if (!ids.ok()) return ids.error();
  if (ids->size() <= keep) return Unit{};
  while (ids->size() > keep) {
    // The manifest first: without it the rest is an unfinished backup, which the next one removes.
    std::error_code code;
    std::filesystem::remove(manifest_path(target, ids->front()), code);
    if (code) return Error{"cannot remove an old backup from " + target.string() + ": " + code.message()};
    ids->erase(ids->begin());
  }
  if (auto dropped = drop_unfinished(engine, target); !dropped.ok()) return dropped;
  std::set<std::string, std::less<>> named;
  for (const std::uint32_t id : *ids) {
    const auto manifest = read_manifest(target, id, Read::all);
    if (!manifest.ok()) return manifest.error();
    for (const auto& [size, name] : manifest->blobs) named.insert(name);
  }
  std::vector<std::string> over;
  auto walked = BlobFiles::each(target / "blobs", [&](const std::string& name) {
    if (!named.contains(name)) over.push_back(name);
    return true;
  });
  if (!walked.ok()) return walked;
  for (const std::string& name : over) {
    if (auto removed = pool.remove(name); !removed.ok()) return removed;
  }
  return Unit{};
}

}  // namespace

Result<nlohmann::json> make_backup(const Storage& storage, const BackupOptions& options, const Cancelled& cancelled) {
  const auto lock = lock_target(options.target);
  if (!lock.ok()) return lock.error();
  auto engine = open_engine(options.target / "db");
  if (!engine.ok()) return engine.error();
  if (auto dropped = drop_unfinished(**engine, options.target); !dropped.ok()) return std::move(dropped).error();
  if (auto made = BlobFiles::prepare(options.target / "blobs"); !made.ok()) return std::move(made).error();

  const CheckpointFolder folder(storage.data / "backup-checkpoint");
  rocksdb::Checkpoint* made = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(storage.base->db.get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  if (status.ok()) status = checkpoint->CreateCheckpoint(folder.path().string());
  if (!status.ok()) return database_error("cannot make a checkpoint of the database", status);
  auto base = open_database({.database = folder.path(), .blobs = {}}, DatabaseUse::change);
  if (!base.ok()) return base.error();

  Manifest manifest;
  const RocksReader reader(*base, true);
  const auto schema = schema_state(reader);
  const auto print = store::fingerprint(reader);
  if (!schema.ok()) return schema.error();
  if (!print.ok()) return print.error();
  manifest.schema = schema->schema.value_or(kSchemaVersion);
  manifest.held = print->held;
  manifest.state_sum = print->state_sum.big_endian().hex();
  manifest.version = options.version;
  manifest.time = utc_text(OsClock().wall());
  if (std::error_code code; std::filesystem::exists(storage.data / "node.toml", code)) {
    auto settings = read_file(storage.data / "node.toml", kSettingsBytesMax);
    if (!settings.ok()) return settings.error();
    manifest.settings = *std::move(settings);
  }

  rocksdb::CreateBackupOptions how;
  how.progress_callback = [&] {
    if (cancelled) (*engine)->StopBackup();
  };
  const auto written = (*engine)->CreateNewBackup(how, (*base)->db.get(), &manifest.id);
  if (cancelled) return Error{"the backup was broken off"};
  if (!written.ok()) return database_error("cannot write the backup", written);
  BlobFiles pool(options.target / "blobs");
  const auto copied = copy_blobs(storage, reader, pool, manifest, cancelled);
  if (!copied.ok()) return copied.error();
  if (auto put = write_manifest(options.target, manifest); !put.ok()) return std::move(put).error();
  if (options.keep > 0) {
    if (auto kept = keep_newest(**engine, options.target, options.keep, pool); !kept.ok())
      return std::move(kept).error();
  }
  return nlohmann::json{{"id", manifest.id},
                        {"target", options.target.string()},
                        {"time", manifest.time},
                        {"held", manifest.held},
                        {"state_sum", manifest.state_sum},
                        {"blobs", manifest.blobs.size()},
                        {"blobs_copied", copied->blobs},
                        {"bytes_copied", copied->bytes},
                        {"damaged", copied->damaged}};
}

Result<nlohmann::json> list_backups(const std::filesystem::path& target) {
  const auto ids = manifest_ids(target);
  if (!ids.ok()) return ids.error();
  nlohmann::json list = nlohmann::json::array();
  for (const std::uint32_t id : *ids) {
    const auto one = read_manifest(target, id, Read::all);
    if (!one.ok()) return one.error();
    list.push_back({{"id", one->id},
                    {"time", one->time},
                    {"schema", one->schema},
                    {"version", one->version},
                    {"held", one->held},
                    {"blobs", one->blobs.size()},
                    {"blob_bytes", one->blob_bytes()}});
  }
  return nlohmann::json{{"backups", std::move(list)}};
}

}  // namespace lastmile::real
