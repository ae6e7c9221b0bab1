// What is wanted beyond the places for fetches is told so, and the queue `fetch` shows what is wanted.
#include "core/node/content_link.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/crypto/hash.hpp"
#include "core/store/layout.hpp"
#include "tests/unit/node/fakes.hpp"

namespace lastmile::node::test {
namespace {

using Hashes = std::vector<message::ItemHash>;

message::ItemHash hash_of(std::string_view content) { return message::ItemHash::of(crypto::sha256(content)); }

class Receiver final : public ContentReceiver {
 public:
  void on_content(const gossip::Arrival& arrival) override { arrived.push_back(arrival.name.hash); }
  void on_content_given_up(const gossip::GivenUp& one) override { given_up.push_back(one); }
  void damaged_content(const Error& error) override { damage = error; }
  Hashes arrived;
  std::vector<gossip::GivenUp> given_up;
  std::optional<Error> damage;
};

// Two places for contents that just came, one for each kind that is asked for in turn, four for envelopes. Nothing is
// asked for twice.
class ContentLinkTest : public testing::Test {
 protected:
  ContentLinkTest() {
    config_.limits.fetch_wanted = 4;
    config_.limits.retries = 0;
    store_ = std::move(store::Store::open(disk_, config_.store)).value();
    open();
  }
  void open() {
    link_ = std::make_unique<ContentLink>(time_, time_, wires_, disk_, luck_, *store_, jobs_, trace_, gauges_, config_,
                                          receiver_);
    link_->on_connected(env::PeerId{1});
    turn();  // no timer of a link is left that another one may replace
  }
  bool want(std::string_view content) {
    return link_->want_content(hash_of(content), std::nullopt, gossip::Room::contents);
  }
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
  Luck luck_;
  NodeConfig config_;
  Receiver receiver_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<ContentLink> link_;
};

TEST_F(ContentLinkTest, ContentThatFindsNoPlaceIsToldAndTraced) {
  EXPECT_TRUE(want("a"));
  EXPECT_TRUE(want("b"));
  EXPECT_TRUE(want("a")) << "it has a place";
  EXPECT_FALSE(want("c"));
  EXPECT_EQ(gauges_.of(trace::Queue::fetch).depth, 2U);
  EXPECT_EQ(gauges_.of(trace::Queue::fetch).refused, 1U);
  const auto refused = trace_.of(trace::Kind::queue_refused);
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(refused[0].item, hash_of("c").view());
  turn();
  ASSERT_EQ(question().size(), 2U);
  gossip::AnswerBuilder answer(false);
  for (const char* content : {"a", "b"}) {
    answer.have({gossip::ContentKind::bytes, hash_of(content)}, std::make_shared<const std::string>(content));
  }
  answer_with(answer.take());
  EXPECT_EQ(receiver_.arrived.size(), 2U);
  EXPECT_EQ(gauges_.of(trace::Queue::fetch).depth, 0U);
  EXPECT_TRUE(want("c"));
}

TEST_F(ContentLinkTest, BadLuckIsNoPlace) {
  luck_.rare = {env::RarePath::content_found_no_place};
  EXPECT_FALSE(want("a"));
  EXPECT_EQ(gauges_.of(trace::Queue::fetch).refused, 1U);
  luck_.rare.clear();
  EXPECT_TRUE(want("a"));
}

TEST_F(ContentLinkTest, WhatDoesNotMatchItsNameIsMarked) {
  EXPECT_TRUE(want("a"));
  turn();
  gossip::AnswerBuilder answer(false);
  answer.have({gossip::ContentKind::bytes, hash_of("a")}, std::make_shared<const std::string>("b"));
  answer_with(answer.take());
  const auto marks = trace_.of(trace::Kind::rare_state);
  ASSERT_FALSE(marks.empty());
  EXPECT_EQ(static_cast<trace::RareState>(marks[0].a), trace::RareState::content_mismatch);
}

TEST_F(ContentLinkTest, WhatGoesForANewcomerIsToldLaterAndAsSuch) {
  config_.limits.retries = 10;
  open();
  want("a");
  want("b");
  turn();
  answer_absent();
  EXPECT_TRUE(want("c"));
  EXPECT_TRUE(receiver_.given_up.empty()) << "not inside the call";
  turn();
  ASSERT_EQ(receiver_.given_up.size(), 1U);
  EXPECT_TRUE(receiver_.given_up[0].for_room);
}

TEST_F(ContentLinkTest, WhatCameAnotherWayIsNoLongerAskedForAndLeavesItsPlace) {
  config_.limits.retries = 10;
  open();
  want("a");
  want("b");
  turn();
  answer_absent();
  link_->content_at_hand(hash_of("a"));
  EXPECT_TRUE(receiver_.given_up.empty()) << "not inside the call";
  turn();
  EXPECT_EQ(receiver_.given_up, (std::vector{gossip::GivenUp{{gossip::ContentKind::bytes, hash_of("a")}, true}}));
  EXPECT_EQ(gauges_.of(trace::Queue::fetch).depth, 1U);
  const std::size_t asked = wires_.asked.size();
  time_.pass(minutes(1));
  EXPECT_GT(wires_.asked.size(), asked);
  EXPECT_FALSE(asks_for("a"));
  EXPECT_TRUE(asks_for("b"));
}

// A peer that heard "absent" would take the node's word that it does not have what it has.
TEST_F(ContentLinkTest, WhatCannotBeReadIsNotAbsentAndStopsTheNode) {
  const message::ItemHash file = hash_of("file");
  env::Batch batch;
  batch.put(store::keys::of_hash(store::Table::file, file), "not what was written");
  disk_.commit(std::move(batch), [](const Result<Unit>&) {});
  std::string answer;
  gossip::ContentRequest request;
  request.wanted = {{gossip::ContentKind::bytes, file}};
  link_->on_request(env::PeerId{1}, gossip::ContentBody::of(request),
                    [&](const Result<env::Frame>& frame) { answer = frame.ok() ? "an answer" : frame.error().text; });
  EXPECT_EQ(answer, "the disk is damaged");
  EXPECT_TRUE(receiver_.damage.has_value());
  receiver_.damage.reset();
  answer.clear();
  link_->on_fetch(env::PeerId{1}, {.name = gossip::content_name({gossip::ContentKind::bytes, file})},
                  [&](const Result<Bytes>& bytes) { answer = bytes.ok() ? "bytes" : bytes.error().text; });
  EXPECT_EQ(answer, "the disk is damaged");
  EXPECT_TRUE(receiver_.damage.has_value());
}

// Peers may be about to get what has just come: they are asked again three times within a second.
TEST_F(ContentLinkTest, WhatNobodyHasIsToldAsSuch) {
  want("a");
  turn();
  for (int round = 0; round < 4; ++round) {
    EXPECT_TRUE(receiver_.given_up.empty());
    answer_absent();
    time_.pass(milliseconds(700));
  }
  EXPECT_EQ(receiver_.given_up, (std::vector{gossip::GivenUp{{gossip::ContentKind::bytes, hash_of("a")}, false}}));
}

TEST_F(ContentLinkTest, ArchivesAlwaysHaveAPlace) {
  for (int i = 0; i < 100; ++i) link_->want_archive(hash_of(std::to_string(i)), seconds(20));
  EXPECT_EQ(gauges_.of(trace::Queue::fetch).depth, 0U);
  EXPECT_TRUE(want("a"));
}

TEST_F(ContentLinkTest, EnvelopesLeaveContentsTheirPlaces) {
  EXPECT_TRUE(link_->want_envelope(hash_of("1"), std::nullopt));
  for (const char* name : {"2", "4", "5"}) EXPECT_TRUE(link_->want_envelope(hash_of(name), std::nullopt));
  EXPECT_FALSE(link_->want_envelope(hash_of("3"), std::nullopt)) << "nobody will tell of it";
  want("a");
  turn();
  EXPECT_EQ(question().size(), 5U);
  EXPECT_TRUE(asks_for("a"));
  link_->forget_envelope(hash_of("1"));
  EXPECT_TRUE(link_->want_envelope(hash_of("3"), std::nullopt));
}

}  // namespace
}  // namespace lastmile::node::test
