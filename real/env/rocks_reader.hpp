// Readers and cursors over RocksDB, and the database handle they share. Only rocks_*.cpp include this.
#pragma once

#include <rocksdb/db.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include "core/env/disk.hpp"

namespace lastmile::real {

// The first thing that broke, kept for ever. Any thread.
class FirstFailure {
 public:
  void note(const rocksdb::Status& status, std::string_view what);
  bool happened() const { return happened_.load(std::memory_order_acquire); }
  std::optional<Error> get() const;

 private:
  std::atomic<bool> happened_{false};
  mutable std::mutex mutex_;
  std::optional<Error> error_;
};

// What readers need; they keep it alive. Readers that are const are used by several threads at once.
struct RocksBase {
  std::unique_ptr<rocksdb::DB> db;
  FirstFailure failure;
};

// With a snapshot: frozen. Without: the newest. An unreadable value is absent for the caller and noted as a failure.
class RocksReader final : public env::Reader {
 public:
  RocksReader(std::shared_ptr<RocksBase> base, bool frozen);
  ~RocksReader() override;
  RocksReader(const RocksReader&) = delete;
  RocksReader& operator=(const RocksReader&) = delete;

  env::Value get(std::string_view key) const override;
  std::unique_ptr<env::Cursor> seek(std::string_view key) const override;
  std::unique_ptr<env::Cursor> seek_before(std::string_view key) const override;

 private:
  rocksdb::ReadOptions options() const;
  std::shared_ptr<RocksBase> base_;
  const rocksdb::Snapshot* snapshot_ = nullptr;
};

}  // namespace lastmile::real
