// A data folder with a store that has messages and files, as a node leaves it.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "core/crypto/hash.hpp"
#include "core/store/store.hpp"
#include "real/env/blob_files.hpp"
#include "real/env/loop.hpp"
#include "real/env/rocks_disk.hpp"
#include "real/storage/schema.hpp"
#include "real/storage/storage.hpp"
#include "tests/unit/real/scratch.hpp"
#include "tests/unit/store/world.hpp"

namespace lastmile::real {

class Folder {
 public:
  explicit Folder(std::filesystem::path path) : path_(std::move(path)) {
    EXPECT_TRUE(DataDir::init(path_).ok());
    open();
  }
  const std::filesystem::path& path() const { return path_; }

  void open() {
    auto disk = RocksDisk::open(loop_, {.database = path_ / "db", .blobs = path_ / "blobs"});
    ASSERT_TRUE(disk.ok()) << disk.error().text;
    disk_ = *std::move(disk);
    ASSERT_TRUE(settle_schema(*disk_->base(), path_).ok());
    auto store = store::Store::open(*disk_, options_);
    ASSERT_TRUE(store.ok()) << store.error().text;
    store_ = *std::move(store);
  }
  void close() {
    store_.reset();
    disk_.reset();
  }
  // Post number `n` of one author.
  void post(int n) {
    ASSERT_TRUE(store_->accept(store::test::post("0xA", n, "note " + std::to_string(n)).message, now_).ok());
    settle();
  }
  // A file of its own bytes; gives its name.
  message::ItemHash file(const std::string& content) {
    const auto name = message::ItemHash::of(crypto::sha256(content));
    bool written = false;
    const auto taken = store_->put_file(name, Bytes(content.begin(), content.end()), store::Store::Keep::grace, now_,
                                        [&](const auto& answer) { written = answer.ok(); });
    EXPECT_TRUE(taken.ok());
    while (!written) loop_.run_one(milliseconds(10));
    settle();
    return name;
  }
  void settle() {
    while (disk_->figures().waiting > 0) loop_.run_one(milliseconds(10));
  }
  std::filesystem::path blob(const message::ItemHash& name) const {
    return path_ / "blobs" / BlobFiles::place(name.view());
  }

  Storage storage() const { return {disk_->base(), path_, options_}; }
  nlohmann::json check(Depth depth = Depth::hashes) const { return check_storage(storage(), depth, never_).value(); }
  Result<nlohmann::json> backup(const std::filesystem::path& target, std::size_t keep = 0) const {
    return make_backup(storage(), {.target = target, .keep = keep, .version = "test"}, never_);
  }
  const store::StoreOptions& options() const { return options_; }
  store::Store& store() { return *store_; }

 private:
  std::filesystem::path path_;
  Loop loop_;
  store::StoreOptions options_;
  const Cancelled never_{false};
  const Wall now_{1'700'000'000'000'000'000};
  std::unique_ptr<RocksDisk> disk_;
  std::unique_ptr<store::Store> store_;
};

}  // namespace lastmile::real
