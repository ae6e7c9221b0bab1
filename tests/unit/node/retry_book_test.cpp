#include "core/node/retry_book.hpp"

#include <gtest/gtest.h>

#include "core/crypto/hash.hpp"
#include "tests/unit/node/fakes.hpp"

namespace lastmile::node::test {
namespace {

class Retries : public testing::Test {
 protected:
  Retries() {
    book_.on_attempt([this](const message::ItemHash& hash) { again_[hash].push_back(time_.now()); },
                     [this](const message::ItemHash& hash) { over_.push_back(hash); });
  }
  static message::ItemHash named(int n) { return message::ItemHash::of(crypto::sha256(std::to_string(n))); }

  Time time_;
  Generator luck_{7};
  Limits limits_;
  RetryBook book_{time_, time_, luck_, limits_};
  std::map<message::ItemHash, std::vector<Instant>> again_;
  std::vector<message::ItemHash> over_;
};

TEST_F(Retries, TenComeAndThenItIsOver) {
  book_.add(named(1));
  time_.pass(hours(2));
  EXPECT_EQ(again_[named(1)].size(), 10U);
  EXPECT_EQ(over_, std::vector{named(1)});
  EXPECT_EQ(book_.size(), 0U);
  EXPECT_EQ(time_.pending(), 0U) << "no timer without a reason";
}

TEST_F(Retries, NoPauseIsLongerThanTheLongest) {
  for (int n = 0; n < 50; ++n) book_.add(named(n));
  time_.pass(hours(2));
  for (const auto& [hash, times] : again_) {
    Instant last{};
    for (const Instant time : times) {
      EXPECT_LE(time - last, limits_.retry_pause_max);
      last = time;
    }
  }
  EXPECT_EQ(over_.size(), 50U);
}

TEST_F(Retries, AddingAgainChangesNothingAndRemovingEndsThem) {
  book_.add(named(1));
  time_.pass(seconds(10));
  const std::size_t before = again_[named(1)].size();
  EXPECT_GT(before, 0U);
  book_.add(named(1));
  EXPECT_EQ(book_.size(), 1U);
  book_.remove(named(1));
  time_.pass(hours(2));
  EXPECT_EQ(again_[named(1)].size(), before);
  EXPECT_TRUE(over_.empty());
}

// What is called back may remove others that are due in the same moment.
TEST_F(Retries, AnAttemptMayEndAnother) {
  RetryBook book(time_, time_, luck_, limits_);
  int attempts = 0;
  book.on_attempt(
      [&](const message::ItemHash&) {
        ++attempts;
        for (int n = 0; n < 20; ++n) book.remove(named(n));
      },
      [](const message::ItemHash&) {});
  for (int n = 0; n < 20; ++n) book.add(named(n));
  time_.pass(hours(2));
  EXPECT_EQ(attempts, 1);
  EXPECT_EQ(book.size(), 0U);
}

}  // namespace
}  // namespace lastmile::node::test
