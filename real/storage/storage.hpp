// The data folder of a node as its operator's verbs see it. Every call blocks, may take as long as the folder is large,
// and belongs to a thread that has the time.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "core/store/options.hpp"
#include "real/env/data_dir.hpp"

namespace lastmile::real {

struct RocksBase;

// Beside a running node: hold its blobs (RocksDisk::hold_blobs) around check() and make_backup().
struct Storage {
  std::shared_ptr<RocksBase> base;
  std::filesystem::path data;  // with db/ and blobs/
  store::StoreOptions options;
};

// Set from any thread: what is under way ends soon, with an error.
using Cancelled = std::atomic<bool>;

enum class Opened : std::uint8_t { to_read, to_change };
// Of a folder whose lock the caller holds.
Result<Storage> open_storage(const DataDir& data, Opened how, const store::StoreOptions& options);

std::string database_version();  // "RocksDB 7.8.3"

// --- looking ---------------------------------------------------------------------------------------------------------

// Cheap enough for whoever looks every few seconds.
struct DatabaseFigures {
  std::uint64_t table_bytes = 0;
  std::uint64_t memory_table_bytes = 0;
  std::uint64_t block_cache_bytes = 0;
  std::uint64_t compaction_pending_bytes = 0;
  bool write_stopped = false;
};
DatabaseFigures database_figures(RocksBase& base);
nlohmann::json storage_stats(const Storage& storage);

enum class Depth : std::uint8_t { sizes, hashes };  // of blobs: compared by size alone, or read and hashed too
// Database, store and blobs against each other. "problems" is a list of sentences, "problem_count" how many there are
// (the list is cut), beside figures of what was seen. Error: cancelled, or the folder cannot be read.
Result<nlohmann::json> check_storage(const Storage& storage, Depth depth, const Cancelled& cancelled);

// Merges all files of the database; gives its bytes before and after.
Result<nlohmann::json> compact_storage(const Storage& storage, Cancelled& cancelled);

// --- backups (docs/decisions/0270) -----------------------------------------------------------------------------------

struct BackupOptions {
  std::filesystem::path target;  // made when missing
  std::size_t keep = 0;          // newest ones that stay, this one included; 0 = all
  std::string version;           // of the program, for people
};
Result<nlohmann::json> make_backup(const Storage& storage, const BackupOptions& options, const Cancelled& cancelled);
// {"backups": [...]}, oldest first.
Result<nlohmann::json> list_backups(const std::filesystem::path& target);

// Makes `data`, which must be absent or empty, of a backup (`id` empty: the newest), and checks it. What was begun is
// taken away when it fails.
Result<nlohmann::json, DataDirError> restore_backup(const std::filesystem::path& target,
                                                    std::optional<std::uint32_t> id, const std::filesystem::path& data,
                                                    const store::StoreOptions& options);

}  // namespace lastmile::real
