// Two migrations of a test over a database of a test: each row is changed exactly once, however often the migration is
// broken off.
#include "real/storage/migrate.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/store/value_check.hpp"
#include "real/env/rocks_open.hpp"
#include "tests/unit/real/scratch.hpp"

namespace lastmile::real {
namespace {

constexpr int kRows = 95;

class Migrations : public testing::Test {
 protected:
  Migrations() {
    EXPECT_TRUE(DataDir::init(path_).ok());
    open();
    env::Batch batch;
    for (int i = 0; i < kRows; ++i) {
      put_checked(batch, "t" + std::to_string(100 + i), std::to_string(i));
      put_checked(batch, "u" + std::to_string(100 + i), "another table");
    }
    put_checked(batch, kSchemaKey, "7");
    EXPECT_TRUE(write_durably(*storage_.base, batch).ok());
  }
  void open() {
    storage_ = {};
    auto base = open_database({.database = path_ / "db", .blobs = {}}, DatabaseUse::write);
    ASSERT_TRUE(base.ok()) << base.error().text;
    storage_ = {*std::move(base), path_, {}};
  }
  // The value of a row grows by a letter.
  Migration grow(std::uint32_t from, char letter) {
    return {.from = from,
            .about = "rows end with a letter",
            .prefix = "t",
            .row = [this, letter](std::string_view key, std::string_view stored, env::Batch& changes) -> Result<Unit> {
              if (++calls_ == break_at_) cancelled_ = true;
              const auto value = store::checked(key, stored);
              if (!value) return Error{"damaged"};
              put_checked(changes, key, std::string(*value) + letter);
              return Unit{};
            }};
  }
  Result<Migrated, DataDirError> migrate(std::uint32_t version, std::uint32_t to) {
    cancelled_ = false;
    return migrate_storage(storage_, version, {.to = to, .batch_rows = 10, .migrations = &all_}, cancelled_);
  }
  std::string value(const std::string& key) {
    const env::Value stored = RocksReader(storage_.base, false).get(key);
    return std::string(store::checked(key, *stored).value());
  }
  std::string version() {
    std::ifstream file(path_ / "VERSION");
    std::string text;
    std::getline(file, text);
    return text;
  }

  Scratch scratch_;
  const std::filesystem::path path_ = scratch_.path() / "data";
  Storage storage_;
  Cancelled cancelled_{false};
  int calls_ = 0;
  int break_at_ = -1;
  std::vector<Migration> all_{grow(7, 'a'), grow(8, 'b')};
};

TEST_F(Migrations, GoOneAfterTheOther) {
  const auto done = migrate(7, 9);
  ASSERT_TRUE(done.ok()) << done.error().text;
  EXPECT_EQ(done->rows, 2U * kRows);
  for (int i = 0; i < kRows; ++i) ASSERT_EQ(value("t" + std::to_string(100 + i)), std::to_string(i) + "ab");
  EXPECT_EQ(value("u100"), "another table");
  EXPECT_EQ(version(), "9");
  EXPECT_EQ(schema_state(RocksReader(storage_.base, false))->schema, 9U);
  EXPECT_TRUE(std::filesystem::exists(done->before / "CURRENT")) << done->before;
}

TEST_F(Migrations, GoOnWhereTheyWereBrokenOff) {
  int attempts = 0;
  for (;; ++attempts) {
    ASSERT_LT(attempts, 50);
    break_at_ = calls_ + 7;  // in the middle of every batch
    const auto done = migrate(7, 9);
    if (done.ok()) break;
    EXPECT_NE(done.error().text.find("broken off"), std::string::npos) << done.error().text;
    if (schema_state(RocksReader(storage_.base, false))->unfinished) {
      const auto refused = settle_schema(*storage_.base, path_);
      ASSERT_FALSE(refused.ok());
      EXPECT_EQ(refused.error().kind, DataDirError::Kind::migration);
      EXPECT_NE(refused.error().text.find("db migrate"), std::string::npos) << refused.error().text;
    }
    open();  // as after the end of the process
  }
  EXPECT_GT(attempts, 10);
  for (int i = 0; i < kRows; ++i) ASSERT_EQ(value("t" + std::to_string(100 + i)), std::to_string(i) + "ab");
  EXPECT_EQ(version(), "9");
}

TEST_F(Migrations, WriteVersionWhenACrashCameBeforeIt) {
  ASSERT_TRUE(migrate(7, 9).ok());
  ASSERT_TRUE(write_version(path_, 7).ok());
  const auto again = migrate(7, 9);
  ASSERT_TRUE(again.ok()) << again.error().text;
  EXPECT_EQ(again->rows, 0U);
  EXPECT_EQ(version(), "9");
}

TEST_F(Migrations, NeedAWay) {
  const auto refused = migrate(7, 11);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, DataDirError::Kind::migration);
  EXPECT_NE(refused.error().text.find("no way from schema 9"), std::string::npos) << refused.error().text;
  EXPECT_EQ(calls_, 0) << "nothing is changed on the way to nowhere";
}

TEST_F(Migrations, DoNotGoBack) {
  ASSERT_TRUE(migrate(7, 9).ok());
  const auto refused = migrate(9, 8);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, DataDirError::Kind::migration);
}

TEST_F(Migrations, StopAtARowThatCannotBeRead) {
  env::Batch batch;
  batch.put("t150", "rubbish without a check");
  ASSERT_TRUE(write_durably(*storage_.base, batch).ok());
  const auto stopped = migrate(7, 9);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().kind, DataDirError::Kind::io);
  EXPECT_EQ(value("t149"), "49a");
  EXPECT_EQ(value("t151"), "51");
}

TEST_F(Migrations, OfThisProgramEndAtItsSchema) {
  for (const Migration& one : all_migrations()) EXPECT_LT(one.from, kSchemaVersion);
  env::Batch batch;
  batch.remove(std::string(kSchemaKey));
  ASSERT_TRUE(write_durably(*storage_.base, batch).ok());
  ASSERT_TRUE(settle_schema(*storage_.base, path_).ok());
  EXPECT_EQ(schema_state(RocksReader(storage_.base, false))->schema, kSchemaVersion);
}

}  // namespace
}  // namespace lastmile::real
