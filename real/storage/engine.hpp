// RocksDB's BackupEngine as backup and restore open it, and the time as people read it. Only .cpp files include this.
#pragma once

#include <rocksdb/utilities/backup_engine.h>

#include <ctime>
#include <filesystem>
#include <memory>
#include <string>

#include "core/base/result.hpp"
#include "core/base/time.hpp"

namespace lastmile::real {

inline Result<std::unique_ptr<rocksdb::BackupEngine>> open_engine(const std::filesystem::path& folder) {
  rocksdb::BackupEngineOptions options(folder.string());
  options.sync = true;
  options.share_files_with_checksum = true;
  rocksdb::BackupEngine* engine = nullptr;
  const auto status = rocksdb::BackupEngine::Open(options, rocksdb::Env::Default(), &engine);
  if (!status.ok()) return Error{"cannot open the backups in " + folder.string() + ": " + status.ToString()};
  return std::unique_ptr<rocksdb::BackupEngine>(engine);
}

// "2026-01-31T10:00:00Z"
inline std::string utc_text(Wall time) {
  const std::time_t seconds = time.ns / 1'000'000'000;
  std::tm parts{};
  char text[32] = {};
  if (::gmtime_r(&seconds, &parts) != nullptr) std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace lastmile::real
