#include <fstream>

#include "tests/unit/storage/folder.hpp"

namespace lastmile::real {
namespace {

class Backup : public testing::Test {
 protected:
  Backup() : folder_(scratch_.path() / "data"), target_(scratch_.path() / "backups") {
    std::ofstream(folder_.path() / "node.toml") << "[log]\nlevel = \"debug\"\n";
    folder_.post(1);
    first_ = folder_.file("the first file");
  }
  nlohmann::json take(std::size_t keep = 0) {
    auto made = folder_.backup(target_, keep);
    EXPECT_TRUE(made.ok()) << made.error().text;
    return *std::move(made);
  }
  Result<nlohmann::json, DataDirError> restore(const std::string& name, std::optional<std::uint32_t> id = {}) {
    return restore_backup(target_, id, scratch_.path() / name, folder_.options());
  }
  Scratch scratch_;
  Folder folder_;
  std::filesystem::path target_;
  message::ItemHash first_;
};

TEST_F(Backup, RestoresWhatItWasTakenOf) {
  const auto made = take();
  folder_.post(2);
  folder_.file("not in the backup");
  const auto restored = restore("again");
  ASSERT_TRUE(restored.ok()) << restored.error().text;
  EXPECT_EQ((*restored)["check"]["messages"], 1);
  EXPECT_EQ((*restored)["check"]["blobs"], 1);
  EXPECT_EQ((*restored)["check"]["state_sum"], made["state_sum"]);
  std::ifstream settings(scratch_.path() / "again" / "node.toml");
  std::string line;
  std::getline(settings, line);
  EXPECT_EQ(line, "[log]");
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "backup-checkpoint"));
}

TEST_F(Backup, CopiesOnlyWhatIsNew) {
  EXPECT_EQ(take()["blobs_copied"], 1);
  folder_.file("the second file");
  const auto second = take();
  EXPECT_EQ(second["blobs_copied"], 1);
  EXPECT_EQ(second["blobs"], 2);
  EXPECT_EQ(list_backups(target_).value()["backups"].size(), 2U);
  const auto old = restore("old", 1);
  ASSERT_TRUE(old.ok()) << old.error().text;
  EXPECT_EQ((*old)["check"]["blobs"], 1);
}

TEST_F(Backup, LetsGoOfOldOnesAndOfWhatOnlyTheyHad) {
  take();
  folder_.close();
  ASSERT_TRUE(std::filesystem::remove_all(folder_.path()) > 0);
  Folder other(scratch_.path() / "other");
  other.file("of another time");
  ASSERT_TRUE(other.backup(target_, 1).ok());
  EXPECT_FALSE(std::filesystem::exists(target_ / "blobs" / BlobFiles::place(first_.view())));
  const auto left = list_backups(target_).value()["backups"];
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0]["id"], 2);
  EXPECT_EQ(restore("gone", 1).error().kind, DataDirError::Kind::missing);
  EXPECT_TRUE(restore("there").ok());
}

TEST_F(Backup, SaysWhichFileItCouldNotTake) {
  std::ofstream(folder_.blob(first_), std::ios::in) << "T";
  const auto made = take();
  ASSERT_EQ(made["damaged"].size(), 1U);
  EXPECT_EQ(made["damaged"][0], first_.text());
}

TEST_F(Backup, DamageIsFoundAndNothingIsLeftBehind) {
  take();
  std::ofstream(target_ / "blobs" / BlobFiles::place(first_.view()), std::ios::in) << "T";
  const auto refused = restore("damaged");
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().text.find("not those of its name"), std::string::npos) << refused.error().text;
  EXPECT_FALSE(std::filesystem::exists(scratch_.path() / "damaged"));
}

TEST_F(Backup, ADamagedTableIsFound) {
  take();
  for (const auto& file : std::filesystem::recursive_directory_iterator(target_ / "db" / "shared_checksum")) {
    std::fstream table(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    table.seekp(20);
    table << "damage";
  }
  const auto refused = restore("damaged");
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().text.find("the backup is damaged"), std::string::npos) << refused.error().text;
}

TEST_F(Backup, OneThatWasNotFinishedIsNone) {
  take();
  std::filesystem::remove(target_ / "manifests" / "1");
  EXPECT_EQ(restore("none").error().kind, DataDirError::Kind::missing);
  EXPECT_EQ(list_backups(target_).value()["backups"].size(), 0U);
  take();
  EXPECT_EQ(list_backups(target_).value()["backups"].size(), 1U);
  EXPECT_TRUE(restore("there").ok());
}

TEST_F(Backup, IsNotRestoredOverAnything) {
  take();
  EXPECT_EQ(restore("data").error().kind, DataDirError::Kind::not_ours);
  EXPECT_TRUE(folder_.check()["fine"].get<bool>());
}

TEST_F(Backup, OfANewerProgramIsRefused) {
  take();
  const auto path = target_ / "manifests" / "1";
  std::ifstream in(path);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  const std::string ours = "\"schema\":" + std::to_string(kSchemaVersion);
  text.replace(text.find(ours), ours.size(), "\"schema\":99");
  std::ofstream(path, std::ios::trunc) << text;
  EXPECT_EQ(restore("newer").error().kind, DataDirError::Kind::migration);
}

}  // namespace
}  // namespace lastmile::real
