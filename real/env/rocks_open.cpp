#include "real/env/rocks_open.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <algorithm>

namespace lastmile::real {
namespace {

constexpr std::size_t kLogFileBytesMax = 4 * 1024 * 1024;  // RocksDB's own log, so many of them are kept:
constexpr std::size_t kLogFilesMax = 4;
constexpr std::size_t kManifestBytesMax = 32 * 1024 * 1024;
constexpr int kBloomBitsPerKey = 10;
constexpr int kBackgroundJobs = 2;

rocksdb::CompressionType compression() {
  const auto supported = rocksdb::GetSupportedCompressions();
  for (auto wanted : {rocksdb::kLZ4Compression, rocksdb::kSnappyCompression, rocksdb::kZSTD}) {
    if (std::find(supported.begin(), supported.end(), wanted) != supported.end()) return wanted;
  }
  return rocksdb::kNoCompression;
}

}  // namespace

rocksdb::Options database_options(const RocksDiskOptions& ours) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(ours.block_cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  table.cache_index_and_filter_blocks = true;  // inside the sized cache rather than beside it
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;

  rocksdb::Options out;
  out.create_if_missing = true;
  out.paranoid_checks = true;
  // What was written before the first damaged record of the log is there, nothing after it: the prefix that Disk
  // promises.
  out.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  out.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  out.compression = compression();
  // One thread writes, and the first byte of a key is its table: most tables grow at their end, where the last
  // insertion into the table is the place to begin.
  out.allow_concurrent_memtable_write = false;
  out.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(1));
  out.write_buffer_size = ours.write_buffer_bytes;
  out.max_write_buffer_number = 4;
  out.max_total_wal_size = 4 * ours.write_buffer_bytes;
  out.max_background_jobs = kBackgroundJobs;
  out.max_open_files = static_cast<int>(ours.open_files_max);
  out.max_manifest_file_size = kManifestBytesMax;
  out.info_log_level = rocksdb::WARN_LEVEL;
  out.max_log_file_size = kLogFileBytesMax;
  out.keep_log_file_num = kLogFilesMax;
  out.avoid_flush_during_shutdown = true;  // the log has everything; closing stays quick
  if (ours.environment != nullptr) out.env = ours.environment;
  return out;
}

Result<std::shared_ptr<RocksBase>> open_database(const RocksDiskOptions& ours, DatabaseUse use) {
  rocksdb::DB* db = nullptr;
  rocksdb::Options options = database_options(ours);
  if (use != DatabaseUse::write) options.create_if_missing = false;
  const std::string name = ours.database.string();
  const rocksdb::Status status = use == DatabaseUse::read ? rocksdb::DB::OpenForReadOnly(options, name, &db)
                                                          : rocksdb::DB::Open(options, name, &db);
  if (!status.ok()) return Error{"cannot open the database " + name + ": " + status.ToString()};
  auto base = std::make_shared<RocksBase>();
  base->db.reset(db);
  return base;
}

}  // namespace lastmile::real
