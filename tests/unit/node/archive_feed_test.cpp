// Messages of an archive on their way into an inbox that is full at times.
#include "core/node/archive_feed.hpp"

#include <gtest/gtest.h>

#include "tests/unit/node/fakes.hpp"
#include "tests/unit/node/made.hpp"

namespace lastmile::node::test {
namespace {

using message::Status;

class ArchiveFeedTest : public testing::Test {
 protected:
  ArchiveFeedTest() {
    limits_.feed_at_once = 4;
    limits_.feed_pause = seconds(1);
  }
  void feed(std::size_t count) {
    auto content = std::make_shared<chain::ArchiveContent>();
    for (std::size_t i = 0; i < count; ++i) {
      auto envelope = std::make_shared<message::Envelope>();
      envelope->item_content = std::to_string(i);
      content->messages.push_back(std::move(envelope));
    }
    feed_.emplace(
        time_, limits_, std::move(content),
        [this](const std::shared_ptr<const message::Envelope>& message, ReceiptDone receipt) {
          offered_.push_back(*message->item_content);
          if (at_once_) return receipt({std::nullopt, *at_once_, std::nullopt, {}});
          receipts_.push_back(std::move(receipt));
        },
        [this] { ++done_; });
  }
  // Answers the oldest message that has no receipt yet.
  void answer(Status status) {
    ASSERT_FALSE(receipts_.empty());
    auto receipt = std::move(receipts_.front());
    receipts_.pop_front();
    receipt({std::nullopt, status, std::nullopt, {}});
  }
  void turn() { time_.pass({}); }
  std::vector<std::string> take_offered() { return std::exchange(offered_, {}); }

  Time time_;
  Limits limits_;
  std::optional<Status> at_once_;  // the receipt of every message, before the offer returns
  std::vector<std::string> offered_;
  std::deque<ReceiptDone> receipts_;
  int done_ = 0;
  std::optional<ArchiveFeed> feed_;
};

using Offered = std::vector<std::string>;

TEST_F(ArchiveFeedTest, SoManyAtOnceInTheirOrder) {
  feed(6);
  EXPECT_TRUE(offered_.empty()) << "not inside the constructor";
  turn();
  EXPECT_EQ(take_offered(), (Offered{"0", "1", "2", "3"}));
  answer(Status::processed);
  answer(Status::rejected);
  EXPECT_TRUE(offered_.empty()) << "not inside the receipt";
  turn();
  EXPECT_EQ(take_offered(), (Offered{"4", "5"}));
  for (int i = 0; i < 4; ++i) answer(Status::pending);
  EXPECT_EQ(done_, 0);
  turn();
  EXPECT_EQ(done_, 1);
  time_.pass(hours(1));
  EXPECT_EQ(done_, 1);
  EXPECT_EQ(time_.pending(), 0U);
}

TEST_F(ArchiveFeedTest, AnEmptyOneIsDone) {
  feed(0);
  EXPECT_EQ(done_, 0);
  turn();
  EXPECT_EQ(done_, 1);
}

TEST_F(ArchiveFeedTest, RefusedMessagesCostOneOfferPerPauseAndNotOnePerReceipt) {
  feed(20);
  turn();
  EXPECT_EQ(take_offered(), (Offered{"0", "1", "2", "3"}));
  answer(Status::none);  // 0: no room
  turn();
  answer(Status::processed);  // 1
  turn();
  answer(Status::none);  // 2
  turn();
  answer(Status::processed);  // 3
  time_.pass(milliseconds(999));
  EXPECT_TRUE(offered_.empty()) << "receipts of others end no pause";
  time_.pass(milliseconds(1));
  EXPECT_EQ(take_offered(), (Offered{"0", "2", "4", "5"})) << "what was refused comes first, in its order";
  EXPECT_EQ(time_.pending(), 0U) << "one timer for all of them";
}

TEST_F(ArchiveFeedTest, ARefusalInsideTheOfferStopsTheRest) {
  at_once_ = Status::none;
  feed(20);
  turn();
  EXPECT_EQ(take_offered(), Offered{"0"});
  time_.pass(seconds(3));
  EXPECT_EQ(take_offered(), (Offered{"0", "0", "0"})) << "one in each pause";
  at_once_ = Status::processed;
  time_.pass(seconds(1));
  EXPECT_EQ(take_offered().size(), 20U);
  EXPECT_EQ(done_, 1);
}

TEST_F(ArchiveFeedTest, EachMessageIsOfferedUntilItIsTaken) {
  feed(10);
  std::map<std::string, int> taken;
  for (int round = 0; done_ == 0 && round < 1000; ++round) {
    time_.pass(seconds(1));
    int room = 3;  // of every four
    for (const std::string& message : take_offered()) {
      if (room-- > 0) ++taken[message];
      answer(room >= 0 ? Status::processed : Status::none);
    }
  }
  EXPECT_EQ(done_, 1);
  EXPECT_EQ(taken.size(), 10U);
  for (const auto& [message, times] : taken) EXPECT_EQ(times, 1) << message;
}

TEST_F(ArchiveFeedTest, OneThatIsGoneOffersNothingAndHearsNothing) {
  feed(20);
  turn();
  answer(Status::none);
  feed_.reset();
  while (!receipts_.empty()) answer(Status::processed);
  offered_.clear();
  time_.pass(hours(1));
  EXPECT_TRUE(offered_.empty());
  EXPECT_EQ(done_, 0);
}

TEST_F(ArchiveFeedTest, MayBeDestroyedByItsLastCall) {
  auto content = std::make_shared<chain::ArchiveContent>();
  feed_.emplace(
      time_, limits_, content, [](const std::shared_ptr<const message::Envelope>&, const ReceiptDone&) {},
      [this, mark = std::string(100, 'x')] {
        feed_.reset();
        EXPECT_EQ(mark, std::string(100, 'x'));
        ++done_;
      });
  turn();
  EXPECT_EQ(done_, 1);
}

}  // namespace
}  // namespace lastmile::node::test
