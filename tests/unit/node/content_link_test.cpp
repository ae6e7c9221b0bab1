// What is wanted beyond the places for fetches: it waits, or it is told to be given up, and nothing is forgotten.
#include "core/node/content_link.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/crypto/hash.hpp"
#include "tests/unit/node/fakes.hpp"

namespace lastmile::node::test {
namespace {

using Hashes = std::vector<message::ItemHash>;

message::ItemHash hash_of(std::string_view content) { return message::ItemHash::of(crypto::sha256(content)); }

class Receiver final : public ContentReceiver {
 public:
  void on_content(const gossip::Arrival& arrival) override { arrived.push_back(arrival.name.hash); }
  void on_content_given_up(const gossip::ContentName& name) override { given_up.push_back(name.hash); }
  Hashes arrived;
  Hashes given_up;
};

// Two places for contents and two for envelopes, and two contents may wait. Nothing is asked for twice.
class ContentLinkTest : public testing::Test {
 protected:
  ContentLinkTest() {
    config_.limits.fetch_wanted = 2;
    config_.limits.archives_wanted = 0;
    config_.limits.fetch_waiting = 2;
    config_.limits.retries = 0;
    store_ = std::move(store::Store::open(disk_, config_.store)).value();
    open();
  }
  void open() {
    link_ = std::make_unique<ContentLink>(time_, time_, wires_, disk_, luck_, *store_, jobs_, config_, receiver_);
    link_->on_connected(env::PeerId{1});
    turn();  // no timer of a link is left that another one may replace
  }
  void want(std::string_view content) { link_->want_content(hash_of(content), std::nullopt); }
  void turn() { time_.pass(Duration{}); }
  // The names in the question asked last, in no order.
  std::vector<gossip::ContentName> question() {
    const auto message = gossip::content_message(wires_.asked.back());
    return std::get<gossip::ContentRequest>(*message).wanted;
  }
  bool asks_for(std::string_view content) {
    const auto names = question();
    return std::find(names.begin(), names.end(), gossip::ContentName{gossip::ContentKind::bytes, hash_of(content)}) !=
           names.end();
  }
  void answer_absent() {
    gossip::AnswerBuilder answer(false);
    for (const gossip::ContentName& name : question()) answer.absent(name);
    answer_with(answer.take());
  }
  void answer_with(gossip::ContentAnswer answer) {
    auto done = std::move(wires_.requests.back());
    wires_.requests.pop_back();
    done(gossip::ContentBody::of(std::move(answer)));
    executor_.run_all();
    turn();
  }

  Time time_;
  Jobs executor_;
  BlobDisk disk_;
  Wires wires_;
  Trace trace_;
  QueueGauges gauges_{trace_};
  HashingJobs jobs_{executor_, gauges_};
  Generator luck_{7};
  NodeConfig config_;
  Receiver receiver_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<ContentLink> link_;
};

TEST_F(ContentLinkTest, ContentThatFindsNoPlaceIsAskedForWhenOneArrived) {
  for (const char* content : {"a", "b", "c"}) want(content);
  turn();
  ASSERT_EQ(question().size(), 2U);
  gossip::AnswerBuilder answer(false);
  for (const char* content : {"a", "b"}) {
    answer.have({gossip::ContentKind::bytes, hash_of(content)}, std::make_shared<const std::string>(content));
  }
  answer_with(answer.take());
  EXPECT_EQ(receiver_.arrived.size(), 2U);
  ASSERT_EQ(question().size(), 1U);
  EXPECT_TRUE(asks_for("c"));
  EXPECT_TRUE(receiver_.given_up.empty());
}

TEST_F(ContentLinkTest, WhatWaitsIsAskedForOldestFirstWhenOthersAreGivenUp) {
  config_.limits.fetch_wanted = 1;
  open();
  for (const char* content : {"a", "c", "b"}) want(content);
  turn();
  EXPECT_TRUE(asks_for("a"));
  answer_absent();
  EXPECT_EQ(receiver_.given_up, Hashes{hash_of("a")});
  EXPECT_TRUE(asks_for("c"));
  want("d");
  answer_absent();
  EXPECT_TRUE(asks_for("b")) << "d came after it";
  answer_absent();
  EXPECT_TRUE(asks_for("d"));
}

TEST_F(ContentLinkTest, WhatMayNotEvenWaitIsGivenUpButNotInsideTheCall) {
  for (const char* content : {"a", "b", "c", "d", "e"}) want(content);
  EXPECT_TRUE(receiver_.given_up.empty());
  turn();
  EXPECT_EQ(receiver_.given_up, Hashes{hash_of("e")});
}

TEST_F(ContentLinkTest, WantedTwiceWaitsOnce) {
  for (const char* content : {"a", "b", "c", "c", "a", "d"}) want(content);
  turn();
  EXPECT_TRUE(receiver_.given_up.empty()) << "there is room for c and d";
}

TEST_F(ContentLinkTest, EnvelopesLeaveContentsTheirPlaces) {
  EXPECT_TRUE(link_->want_envelope(hash_of("1"), std::nullopt));
  EXPECT_TRUE(link_->want_envelope(hash_of("2"), std::nullopt));
  EXPECT_FALSE(link_->want_envelope(hash_of("3"), std::nullopt)) << "nobody will tell of it";
  want("a");
  turn();
  EXPECT_EQ(question().size(), 3U);
  EXPECT_TRUE(asks_for("a"));
  link_->forget_envelope(hash_of("1"));
  EXPECT_TRUE(link_->want_envelope(hash_of("3"), std::nullopt));
}

}  // namespace
}  // namespace lastmile::node::test
