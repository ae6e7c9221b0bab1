#include "tests/unit/storage/folder.hpp"

#include <fstream>

namespace lastmile::real {
namespace {

class StorageCheck : public testing::Test {
 protected:
  StorageCheck() : folder_(scratch_.path() / "data") {
    folder_.post(1);
    name_ = folder_.file("bytes that people keep");
  }
  void expect_problem(const nlohmann::json& found, const std::string& text) {
    ASSERT_EQ(found["problem_count"], 1) << found.dump(2);
    EXPECT_NE(found["problems"][0].get<std::string>().find(text), std::string::npos) << found.dump(2);
    EXPECT_FALSE(found["fine"].get<bool>());
  }
  Scratch scratch_;
  Folder folder_;
  message::ItemHash name_;
};

TEST_F(StorageCheck, FindsNothingInAWholeFolder) {
  const auto found = folder_.check();
  EXPECT_TRUE(found["fine"].get<bool>()) << found.dump(2);
  EXPECT_EQ(found["messages"], 1);
  EXPECT_EQ(found["blobs"], 1);
  EXPECT_EQ(found["blob_bytes"], 22);
}

TEST_F(StorageCheck, MissesAFileWhoseBytesAreGone) {
  std::filesystem::remove(folder_.blob(name_));
  expect_problem(folder_.check(), "its bytes are not there");
}

TEST_F(StorageCheck, SeesBytesThatAreNotThoseOfTheirName) {
  std::ofstream(folder_.blob(name_), std::ios::in | std::ios::binary) << "B";
  EXPECT_TRUE(folder_.check(Depth::sizes)["fine"].get<bool>());
  expect_problem(folder_.check(), "not those of its name");
}

TEST_F(StorageCheck, SeesAFileThatWasCutShort) {
  std::filesystem::resize_file(folder_.blob(name_), 5);
  expect_problem(folder_.check(Depth::sizes), "has 5 bytes, noted are 22");
}

TEST_F(StorageCheck, SeesAFileThatNothingKnows) {
  const auto stranger = message::ItemHash::of(crypto::sha256("a stranger"));
  const auto path = folder_.blob(stranger);
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << "a stranger";
  expect_problem(folder_.check(), "nothing knows the file " + stranger.text());
}

TEST_F(StorageCheck, SeesDamageOfATable) {
  Cancelled never{false};
  ASSERT_TRUE(compact_storage(folder_.storage(), never).ok());  // out of the log, into a table
  folder_.close();
  for (const auto& file : std::filesystem::directory_iterator(folder_.path() / "db")) {
    if (file.path().extension() != ".sst") continue;
    std::fstream table(file.path(), std::ios::in | std::ios::out | std::ios::binary);
    table.seekp(20);
    table << "damage";
  }
  auto data = DataDir::open(folder_.path());
  ASSERT_TRUE(data.ok());
  const auto storage = open_storage(*data, Opened::to_read, folder_.options());
  ASSERT_TRUE(storage.ok()) << storage.error().text;
  const Cancelled not_at_all{false};
  const auto found = check_storage(*storage, Depth::hashes, not_at_all).value();
  EXPECT_FALSE(found["fine"].get<bool>());
  EXPECT_NE(found["problems"].dump().find("Corruption"), std::string::npos) << found.dump(2);
}

TEST_F(StorageCheck, ReadsAClosedFolderWithoutChangingIt) {
  folder_.close();
  auto data = DataDir::open(folder_.path());
  ASSERT_TRUE(data.ok()) << data.error().text;
  const auto storage = open_storage(*data, Opened::to_read, folder_.options());
  ASSERT_TRUE(storage.ok()) << storage.error().text;
  const Cancelled never{false};
  const auto found = check_storage(*storage, Depth::hashes, never).value();
  EXPECT_TRUE(found["fine"].get<bool>()) << found.dump(2);
  EXPECT_EQ(found["messages"], 1);
  EXPECT_EQ(storage_stats(*storage)["files"]["at_hand"], 1);
}

TEST_F(StorageCheck, CompactionLeavesItWhole) {
  for (int i = 2; i < 50; ++i) folder_.post(i);
  Cancelled never{false};
  const auto done = compact_storage(folder_.storage(), never);
  ASSERT_TRUE(done.ok()) << done.error().text;
  EXPECT_TRUE(folder_.check()["fine"].get<bool>());
}

TEST_F(StorageCheck, IsBrokenOff) {
  const Cancelled at_once{true};
  EXPECT_FALSE(check_storage(folder_.storage(), Depth::hashes, at_once).ok());
}

}  // namespace
}  // namespace lastmile::real
