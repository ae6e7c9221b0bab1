#include <rocksdb/version.h>

#include <nlohmann/json.hpp>

#include "core/store/consistency.hpp"
#include "real/env/blob_files.hpp"
#include "real/env/rocks_open.hpp"
#include "real/storage/file_system.hpp"
#include "real/storage/schema.hpp"
#include "real/storage/storage.hpp"

namespace lastmile::real {
namespace {

std::uint64_t figure(rocksdb::DB& db, const char* name) {
  std::uint64_t value = 0;
  return db.GetIntProperty(name, &value) ? value : 0;
}

std::uint64_t folder_bytes(const std::filesystem::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code code;
  for (std::filesystem::directory_iterator one(folder, code), end; !code && one != end; one.increment(code)) {
    std::error_code gone;  // the database removes files meanwhile
    const auto size = one->file_size(gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

}  // namespace

Result<Storage> open_storage(const DataDir& data, Opened how, const store::StoreOptions& options) {
  auto base = open_database({.database = data.database(), .blobs = data.blobs()},
                            how == Opened::to_read ? DatabaseUse::read : DatabaseUse::change);
  if (!base.ok()) return std::move(base).error();
  return Storage{*std::move(base), data.path(), options};
}

std::string database_version() {
  return "RocksDB " + std::to_string(ROCKSDB_MAJOR) + "." + std::to_string(ROCKSDB_MINOR) + "." +
         std::to_string(ROCKSDB_PATCH);
}

DatabaseFigures database_figures(RocksBase& base) {
  using P = rocksdb::DB::Properties;
  rocksdb::DB& db = *base.db;
  return {.table_bytes = figure(db, P::kTotalSstFilesSize.c_str()),
          .memory_table_bytes = figure(db, P::kSizeAllMemTables.c_str()),
          .block_cache_bytes = figure(db, P::kBlockCacheUsage.c_str()),
          .compaction_pending_bytes = figure(db, P::kEstimatePendingCompactionBytes.c_str()),
          .write_stopped = figure(db, P::kIsWriteStopped.c_str()) != 0};
}

nlohmann::json storage_stats(const Storage& storage) {
  using P = rocksdb::DB::Properties;
  rocksdb::DB& db = *storage.base->db;
  const DatabaseFigures sizes = database_figures(*storage.base);
  nlohmann::json database{{"keys_estimate", figure(db, P::kEstimateNumKeys.c_str())},
                          {"table_bytes", sizes.table_bytes},
                          {"live_bytes_estimate", figure(db, P::kEstimateLiveDataSize.c_str())},
                          {"disk_bytes", folder_bytes(storage.data / "db")},
                          {"memory_table_bytes", sizes.memory_table_bytes},
                          {"block_cache_bytes", sizes.block_cache_bytes},
                          {"compaction_pending_bytes", sizes.compaction_pending_bytes},
                          {"background_errors", figure(db, P::kBackgroundErrors.c_str())},
                          {"write_stopped", sizes.write_stopped}};
  const RocksReader reader(storage.base, true);
  nlohmann::json out{{"database", std::move(database)}};
  if (const auto state = schema_state(reader); state.ok() && state->schema) out["schema"] = *state->schema;
  std::uint64_t known = 0;
  std::uint64_t local = 0;
  std::uint64_t bytes = 0;
  const auto listed = store::each_file(reader, [&](const store::KnownFile& file) {
    ++known;
    if (!file.local || file.directory) return;
    ++local;
    bytes += file.bytes;
  });
  if (listed.ok()) out["files"] = {{"known", known}, {"at_hand", local}, {"bytes", bytes}};
  if (const auto print = store::fingerprint(reader); print.ok()) {
    out["held"] = print->held;
    out["state_sum"] = print->state_sum.big_endian().hex();
  }
  if (const auto room = room_of(storage.data); room.ok()) {
    out["disk"] = {{"free_bytes", room->free_bytes}, {"total_bytes", room->total_bytes}};
  }
  return out;
}

Result<nlohmann::json> compact_storage(const Storage& storage, Cancelled& cancelled) {
  rocksdb::DB& db = *storage.base->db;
  const std::uint64_t before = folder_bytes(storage.data / "db");
  rocksdb::CompactRangeOptions options;
  options.canceled = &cancelled;
  options.exclusive_manual_compaction = false;  // the node's own merges go on beside it
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  const rocksdb::Status status = db.CompactRange(options, nullptr, nullptr);
  if (!status.ok()) return Error{"cannot compact the database: " + status.ToString()};
  return nlohmann::json{{"bytes_before", before}, {"bytes_after", folder_bytes(storage.data / "db")}};
}

}  // namespace lastmile::real
