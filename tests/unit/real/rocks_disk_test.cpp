// Reading through what was committed and is not in the database yet. What every disk must do is in
// tests/env_conformance; here the flusher is slow on purpose, so that rows lie in several layers.
#include "real/env/rocks_disk.hpp"

#include <gtest/gtest.h>

#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/random.hpp"
#include "tests/unit/real/scratch.hpp"

namespace lastmile::real {
namespace {

using Model = std::map<std::string, std::string>;

class RocksDiskTest : public testing::Test {
 protected:
  void open(Duration group_wait) {
    disk_.reset();
    auto opened = RocksDisk::open(
        loop_, {.database = scratch_.path() / "db", .blobs = scratch_.path() / "blobs", .group_wait = group_wait});
    ASSERT_TRUE(opened.ok()) << opened.error().text;
    disk_ = std::move(*opened);
  }
  // Half of the changes take back what is there, so that layers hide rows of each other and of the database.
  void commit_random(std::size_t changes) {
    env::Batch batch;
    for (; changes > 0; --changes) {
      const std::string key = "k" + std::to_string(luck_.below(60));
      if (luck_.chance(0.5)) {
        model_.erase(key);
        batch.remove(key);
      } else {
        model_[key] = std::to_string(luck_.below(1'000'000));
        batch.put(key, model_[key]);
      }
    }
    disk_->commit(std::move(batch), [this](Result<Unit> result) { answered_ += result.ok() ? 1 : 0; });
  }
  void until_durable() {
    while (disk_->figures().waiting > 0) loop_.run_one(milliseconds(10));
  }
  void expect_walks_like(const env::Reader& reader, const Model& model) {
    for (int walk = 0; walk < 30; ++walk) {
      const std::string from = "k" + std::to_string(luck_.below(70));
      const bool before = luck_.chance(0.5);
      auto cursor = before ? reader.seek_before(from) : reader.seek(from);
      auto at = std::distance(model.begin(), model.lower_bound(from)) - (before ? 1 : 0);
      for (int step = 0; step < 40; ++step) {
        const bool there = at >= 0 && at < static_cast<std::ptrdiff_t>(model.size());
        ASSERT_EQ(cursor->valid(), there) << "from " << from << ", step " << step;
        if (!there) break;
        const auto& [key, value] = *std::next(model.begin(), at);
        ASSERT_EQ(cursor->key(), key);
        ASSERT_EQ(cursor->value(), value);
        if (luck_.chance(0.5)) {
          cursor->next();
          ++at;
        } else {
          cursor->previous();
          --at;
        }
      }
    }
    for (int i = 0; i < 70; ++i) {
      const std::string key = "k" + std::to_string(i);
      const env::Value value = reader.get(key);
      const auto expected = model.find(key);
      ASSERT_EQ(value != nullptr, expected != model.end()) << key;
      if (value != nullptr) {
        ASSERT_EQ(*value, expected->second) << key;
      }
    }
  }

  Scratch scratch_;
  Loop loop_;
  std::unique_ptr<RocksDisk> disk_;
  Generator luck_{17};
  Model model_;
  std::size_t answered_ = 0;
};

TEST_F(RocksDiskTest, layers_and_database_read_as_one_map) {
  open(milliseconds(1));
  for (int i = 0; i < 10; ++i) commit_random(10);
  until_durable();
  open(seconds(3600));  // from here on nothing reaches the database
  std::vector<std::pair<std::shared_ptr<const env::Reader>, Model>> snapshots;
  for (int layer = 0; layer < 5; ++layer) {
    for (int i = 0; i < 3; ++i) {
      commit_random(4);
      expect_walks_like(disk_->latest(), model_);
    }
    snapshots.emplace_back(disk_->snapshot(), model_);  // seals what is open
  }
  for (const auto& [snapshot, then] : snapshots) expect_walks_like(*snapshot, then);
  EXPECT_EQ(answered_, 10U) << "only what was synced is answered";
}

TEST_F(RocksDiskTest, what_the_flusher_moves_is_never_missing) {
  open(Duration{});
  for (int i = 0; i < 120; ++i) {
    commit_random(6);
    expect_walks_like(disk_->latest(), model_);
    if (i % 7 == 0) loop_.run_one(Duration{});
  }
  until_durable();
  EXPECT_EQ(answered_, 120U);
  open(Duration{});
  expect_walks_like(disk_->latest(), model_);
}

TEST_F(RocksDiskTest, a_full_layer_waits_for_the_flusher) {
  open(milliseconds(1));
  const std::string megabyte(1024 * 1024, 'm');
  for (int i = 0; i < 200; ++i) {  // three times kLayerBytesMax, without a turn of the loop
    env::Batch batch;
    batch.put("big" + std::to_string(i), megabyte);
    disk_->commit(std::move(batch), [this](Result<Unit> result) { answered_ += result.ok() ? 1 : 0; });
  }
  until_durable();
  EXPECT_EQ(answered_, 200U);
}

}  // namespace
}  // namespace lastmile::real
