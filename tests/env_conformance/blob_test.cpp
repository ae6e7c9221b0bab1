#include "tests/env_conformance/recorders.hpp"
#include "tests/env_conformance/suite.hpp"

namespace lastmile::env_conformance {
namespace {

// Names as the node uses them: an item hash and two kinds of CID.
const std::string kName = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const std::string kCidV0 = "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG";
const std::string kCidV1 = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

class Blobs {
 public:
  explicit Blobs(std::unique_ptr<World> world) : world_(std::move(world)) {}

  void put(const std::string& name, Bytes bytes) {
    Answer<Unit> answer;
    call(*world_, 0, log_, [&] { world_->disk(0).put_blob(name, std::move(bytes), answer.done(log_)); });
    wait(answer);
    EXPECT_TRUE(answer.ok) << answer.error;
  }
  void remove(const std::string& name) {
    Answer<Unit> answer;
    call(*world_, 0, log_, [&] { world_->disk(0).remove_blob(name, answer.done(log_)); });
    wait(answer);
    EXPECT_TRUE(answer.ok) << answer.error;
  }
  std::optional<Bytes> get(env::ContentRange range) {
    Answer<Bytes> answer;
    call(*world_, 0, log_, [&] { world_->disk(0).get_blob(std::move(range), answer.done(log_)); });
    wait(answer);
    if (!answer.ok) return std::nullopt;
    return std::move(answer.value);
  }
  std::optional<std::uint64_t> size(const std::string& name) {
    std::optional<std::uint64_t> out;
    call(*world_, 0, log_, [&] { out = world_->disk(0).blob_size(name); });
    return out;
  }
  World& world() { return *world_; }
  NodeLog& log() { return log_; }

 private:
  template <class T>
  void wait(const Answer<T>& answer) {
    ASSERT_TRUE(world_->run_until([&] { return answer.calls == 1; }, seconds(20)));
  }
  NodeLog log_;
  std::unique_ptr<World> world_;
};

TEST_P(BlobConformance, put_then_get_whole_and_in_ranges) {
  Blobs blobs(make(1));
  const Bytes whole = content(10000, 1);
  blobs.put(kName, whole);
  EXPECT_EQ(blobs.size(kName), 10000U);
  EXPECT_EQ(blobs.get({.name = kName}), whole);
  const auto slice = [&](std::ptrdiff_t from, std::ptrdiff_t to) {
    return Bytes(whole.begin() + from, whole.begin() + to);
  };
  EXPECT_EQ(blobs.get({.name = kName, .offset = 0, .length = 1}), slice(0, 1));
  EXPECT_EQ(blobs.get({.name = kName, .offset = 4095, .length = 4098}), slice(4095, 8193));
  EXPECT_EQ(blobs.get({.name = kName, .offset = 9999}), slice(9999, 10000));
  EXPECT_EQ(blobs.get({.name = kName, .offset = 9000, .length = 5000}), slice(9000, 10000));  // as much as there is
  EXPECT_EQ(blobs.get({.name = kName, .offset = 5, .length = 0}), Bytes{});
  EXPECT_EQ(blobs.get({.name = kName, .offset = 10000}), Bytes{});
}

TEST_P(BlobConformance, an_absent_one_is_an_error_and_has_no_size) {
  Blobs blobs(make(1));
  EXPECT_EQ(blobs.get({.name = kName}), std::nullopt);
  EXPECT_EQ(blobs.size(kName), std::nullopt);
}

TEST_P(BlobConformance, an_empty_one_is_not_absent) {
  Blobs blobs(make(1));
  blobs.put(kName, {});
  EXPECT_EQ(blobs.size(kName), 0U);
  EXPECT_EQ(blobs.get({.name = kName}), Bytes{});
}

TEST_P(BlobConformance, all_kinds_of_names_are_kept_apart) {
  Blobs blobs(make(1));
  blobs.put(kName, content(10, 1));
  blobs.put(kCidV0, content(20, 2));
  blobs.put(kCidV1, content(30, 3));
  EXPECT_EQ(blobs.get({.name = kName}), content(10, 1));
  EXPECT_EQ(blobs.get({.name = kCidV0}), content(20, 2));
  EXPECT_EQ(blobs.get({.name = kCidV1}), content(30, 3));
  blobs.remove(kCidV0);
  EXPECT_EQ(blobs.size(kCidV0), std::nullopt);
  EXPECT_EQ(blobs.size(kCidV1), 30U);
}

TEST_P(BlobConformance, writing_a_name_again_is_harmless) {
  Blobs blobs(make(1));
  const Bytes whole = content(5000, 1);
  blobs.put(kName, whole);
  blobs.put(kName, whole);
  EXPECT_EQ(blobs.get({.name = kName}), whole);
  Answer<Unit> first, second;
  call(blobs.world(), 0, blobs.log(), [&] {
    blobs.world().disk(0).put_blob(kName, whole, first.done(blobs.log()));
    blobs.world().disk(0).put_blob(kName, whole, second.done(blobs.log()));
  });
  ASSERT_TRUE(blobs.world().run_until([&] { return first.calls + second.calls == 2; }, seconds(10)));
  EXPECT_TRUE(first.ok && second.ok);
  EXPECT_EQ(blobs.get({.name = kName}), whole);
}

TEST_P(BlobConformance, a_removed_one_is_gone_and_can_be_written_again) {
  Blobs blobs(make(1));
  blobs.put(kName, content(100, 1));
  blobs.remove(kName);
  EXPECT_EQ(blobs.size(kName), std::nullopt);
  EXPECT_EQ(blobs.get({.name = kName}), std::nullopt);
  blobs.remove(kName);  // fine when absent
  blobs.put(kName, content(100, 1));
  EXPECT_EQ(blobs.get({.name = kName}), content(100, 1));
}

TEST_P(BlobConformance, operations_on_one_name_keep_their_order) {
  Blobs blobs(make(1));
  Answer<Unit> put, removed, again;
  Answer<Bytes> between;
  call(blobs.world(), 0, blobs.log(), [&] {
    auto& disk = blobs.world().disk(0);
    disk.put_blob(kName, content(70000, 1), put.done(blobs.log()));
    disk.get_blob({.name = kName}, between.done(blobs.log()));
    disk.remove_blob(kName, removed.done(blobs.log()));
    disk.put_blob(kName, content(70000, 1), again.done(blobs.log()));
  });
  const auto all = [&] { return put.calls + between.calls + removed.calls + again.calls == 4; };
  ASSERT_TRUE(blobs.world().run_until(all, seconds(10)));
  EXPECT_TRUE(put.ok && between.ok && removed.ok && again.ok);
  EXPECT_EQ(between.value, content(70000, 1));
  EXPECT_EQ(blobs.size(kName), 70000U);
}

TEST_P(BlobConformance, what_was_answered_survives_a_crash) {
  bool dead = false;
  Blobs blobs(make(1));
  const Bytes large = content(3 * 1024 * 1024, 1);
  blobs.put(kName, large);
  blobs.put(kCidV0, content(100, 2));
  blobs.remove(kCidV0);
  // Not answered: may be gone or cut short, never longer and never in the way of the others.
  call(blobs.world(), 0, blobs.log(),
       [&] { blobs.world().disk(0).put_blob(kCidV1, content(200000, 3), [&](Result<Unit>) { EXPECT_FALSE(dead); }); });
  EXPECT_LE(blobs.size(kCidV1).value_or(0), 200000U);
  blobs.world().crash(0);
  dead = true;
  blobs.world().reopen(0);
  EXPECT_EQ(blobs.get({.name = kName}), large);
  EXPECT_EQ(blobs.size(kCidV0), std::nullopt);
  EXPECT_LE(blobs.size(kCidV1).value_or(0), 200000U);
  blobs.put(kCidV1, content(200000, 3));
  EXPECT_EQ(blobs.get({.name = kCidV1}), content(200000, 3));
}

}  // namespace
}  // namespace lastmile::env_conformance
