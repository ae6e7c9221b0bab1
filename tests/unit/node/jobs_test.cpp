// What a node computes off its loop: reading blobs, uploads.
#include <gtest/gtest.h>

#include "core/crypto/hash.hpp"
#include "core/node/blob_reader.hpp"
#include "core/node/upload_checks.hpp"
#include "tests/unit/node/fakes.hpp"

namespace lastmile::node::test {
namespace {

message::ItemHash named(const std::string& bytes) { return message::ItemHash::of(crypto::sha256(bytes)); }

class JobsTest : public testing::Test {
 protected:
  Jobs executor_;
  BlobDisk disk_;
  Trace trace_;
  QueueGauges gauges_{trace_};
  HashingJobs jobs_{executor_, gauges_};
};

TEST_F(JobsTest, BlobsAreReadAFewAtATimeAndAnsweredInOrder) {
  BlobReader blobs(disk_, jobs_, 2);
  std::vector<std::string> answers;
  for (const char* text : {"one", "two", "three", "four"}) {
    disk_.blobs[named(text).text()] = to_bytes(std::string_view(text));
    blobs.read(named(text), [&](const env::Value& bytes) { answers.push_back(bytes ? *bytes : "nothing"); });
  }
  EXPECT_TRUE(answers.empty());
  EXPECT_EQ(gauges_.of(trace::Queue::hashing).depth, 2U);
  EXPECT_EQ(gauges_.of(trace::Queue::hashing).limit, 2U);
  executor_.run_all();
  EXPECT_EQ(answers, (std::vector<std::string>{"one", "two", "three", "four"}));
  EXPECT_EQ(gauges_.of(trace::Queue::hashing).peak, 2U);
  EXPECT_EQ(gauges_.of(trace::Queue::hashing).depth, 0U);
}

TEST_F(JobsTest, ABlobThatIsDamagedOrGoneIsAsNoneAndItsOwnerIsTold) {
  BlobReader blobs(disk_, jobs_, 2);
  disk_.blobs[named("whole").text()] = to_bytes(std::string_view("whol"));
  std::vector<message::ItemHash> damaged;
  blobs.on_damaged([&](const message::ItemHash& name) { damaged.push_back(name); });
  int nothing = 0;
  for (const char* text : {"whole", "absent"}) {
    blobs.read(named(text), [&](const env::Value& bytes) { nothing += bytes == nullptr ? 1 : 0; });
  }
  executor_.run_all();
  EXPECT_EQ(nothing, 2);
  EXPECT_EQ(damaged, (std::vector{named("absent"), named("whole")})) << "only what is said to be here is read";
}

TEST_F(JobsTest, APublicationIsAnsweredWhenAllItsFilesAreChecked) {
  const Limits limits;
  UploadChecks uploads(jobs_, limits);
  std::vector<std::string> answers;
  const auto check = [&](std::vector<Upload> files) {
    uploads.check(std::move(files), [&](Result<UploadChecks::Files> checked) {
      answers.push_back(checked.ok() ? std::to_string(checked->size()) + " files" : checked.error().text);
    });
  };
  check({{named("a"), "a"}, {named("b"), "b"}});
  check({{named("c"), "c"}, {named("d"), "forged"}, {named("e"), "forged too"}});
  EXPECT_TRUE(executor_.run_one(env::Lane::hashing));
  EXPECT_TRUE(answers.empty());
  executor_.run_all();
  EXPECT_EQ(answers, (std::vector<std::string>{"2 files", "the uploaded bytes are not those of " + named("d").text()}));
}

TEST_F(JobsTest, UploadsHaveABoundInFilesAndInBytes) {
  Limits limits;
  limits.upload_checks = 3;
  limits.upload_check_bytes = 10;
  UploadChecks uploads(jobs_, limits);
  EXPECT_EQ(gauges_.of(trace::Queue::hashing).limit, 3U);
  const std::string large(100, 'x');
  EXPECT_TRUE(uploads.has_room({{named(large), large}})) << "one always finds room";
  uploads.check({{named("ab"), "ab"}}, [](const Result<UploadChecks::Files>&) {});
  EXPECT_FALSE(uploads.has_room({{named(large), large}}));
  EXPECT_TRUE(uploads.has_room({{named("a"), "a"}, {named("b"), "b"}}));
  EXPECT_FALSE(uploads.has_room({{named("a"), "a"}, {named("b"), "b"}, {named("c"), "c"}}));
  executor_.run_all();
  EXPECT_TRUE(uploads.has_room({{named(large), large}}));
}

}  // namespace
}  // namespace lastmile::node::test
