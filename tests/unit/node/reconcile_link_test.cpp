// Comparing with peers and asking for what they told of, a step at a time.
#include "core/node/reconcile_link.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "core/crypto/hash.hpp"
#include "core/sync/memory_held_set.hpp"
#include "tests/unit/node/fakes.hpp"

namespace lastmile::node::test {
namespace {

using Names = std::vector<message::ItemHash>;

message::ItemHash name(std::string_view of, std::size_t number) {
  return message::ItemHash::of(crypto::sha256(std::string(of) + std::to_string(number)));
}
Names names(std::string_view of, std::size_t count, std::size_t first = 0) {
  Names list;
  for (std::size_t i = first; i < first + count; ++i) list.push_back(name(of, i));
  return list;
}

// Notes what is asked for, and has the room that the test gives.
class AroundReconciliation final : public ReconcileSurroundings {
 public:
  bool want_envelope(const message::ItemHash& hash, env::PeerId from) override {
    if (asked.size() - answered >= places) return false;
    asked.emplace_back(hash, from);
    return true;
  }
  std::size_t inbox_room(env::PeerId from) const override {
    const auto own = rooms.find(from);
    return own == rooms.end() ? 1000 : own->second;
  }
  void damaged_by_reconciliation(const Error& error) override { ADD_FAILURE() << error.text; }

  Names of(env::PeerId from) const {
    Names list;
    for (const auto& [hash, peer] : asked) {
      if (peer == from) list.push_back(hash);
    }
    return list;
  }
  std::vector<std::pair<message::ItemHash, env::PeerId>> asked;
  std::size_t answered = 0;
  std::size_t places = 1000;
  std::map<env::PeerId, std::size_t> rooms;
};

class Reconcile : public testing::Test {
 protected:
  Reconcile() {
    config_.limits.reconcile_backlog = 20;
    config_.limits.reconcile_backlog_per_peer = 15;
    config_.limits.reconcile_wanted_per_peer = 4;
    config_.limits.reconcile_offered_per_minute = 30;
    store_ = std::move(store::Store::open(disk_, config_.store)).value();
    link_ = std::make_unique<ReconcileLink>(time_, time_, wires_, luck_, *store_, held_, peers_, trace_, gauges_,
                                            config_, around_);
    for (const env::PeerId peer : {one_, two_, three_}) peers_.on_connected(peer);
  }
  void offer(env::PeerId from, Names hashes) {
    link_->on_frame(from, sync::ReconcileBody::of(sync::Offer{std::move(hashes)}));
    time_.pass({});
  }
  // Everything asked for since the last call is nowhere to be found.
  void give_up_all() {
    if (around_.answered == around_.asked.size()) link_->no_longer_wanted({});
    while (around_.answered < around_.asked.size()) {
      const message::ItemHash hash = around_.asked[around_.answered++].first;
      link_->no_longer_wanted(hash);
    }
    time_.pass({});
  }
  void lose(env::PeerId peer) {
    link_->on_lost(peer);
    peers_.on_lost(peer);
  }
  void connect(env::PeerId peer) {
    peers_.on_connected(peer);
    link_->on_connected(peer, env::Direction::outbound);
    time_.pass({});
  }
  std::uint64_t backlog() const { return gauges_.of(trace::Queue::reconcile).depth; }
  // Answers the oldest request as a peer would that holds this.
  void answer(const sync::HeldSet& theirs) {
    const auto request = sync::reconcile_message(wires_.asked.front());
    auto done = std::move(wires_.requests.front());
    wires_.asked.erase(wires_.asked.begin());
    wires_.requests.erase(wires_.requests.begin());
    done(env::Frame(sync::ReconcileBody::of(sync::answer(theirs, std::get<sync::Request>(*request)).value())));
    time_.pass({});
  }

  const env::PeerId one_{1}, two_{2}, three_{3};
  Time time_;
  Wires wires_;
  Luck luck_;
  BlobDisk disk_;
  Trace trace_;
  QueueGauges gauges_{trace_};
  NodeConfig config_;
  std::unique_ptr<store::Store> store_;
  sync::MemoryHeldSet held_;
  PeerBook peers_{wires_, time_, luck_.stream("dial"), config_.intervals};
  AroundReconciliation around_;
  std::unique_ptr<ReconcileLink> link_;
};

// --- offers

TEST_F(Reconcile, TellsEachPeerOfTombstonesOnceAndTogether) {
  link_->tell(name("a", 0));
  time_.pass(config_.intervals.reconcile_tell / 2);
  link_->tell(name("a", 1));
  link_->tell(name("a", 0));
  EXPECT_TRUE(wires_.sent.empty());
  time_.pass(config_.intervals.reconcile_tell);
  ASSERT_EQ(wires_.sent.size(), 3U);
  std::set<env::PeerId> peers;
  for (const auto& [peer, frame] : wires_.sent) {
    peers.insert(peer);
    const auto message = sync::reconcile_message(frame);
    auto hashes = std::get<sync::Offer>(*message).hashes;
    std::ranges::sort(hashes);
    auto expected = names("a", 2);
    std::ranges::sort(expected);
    EXPECT_EQ(hashes, expected);
  }
  EXPECT_EQ(peers, (std::set{one_, two_, three_}));
  time_.pass(minutes(1));
  EXPECT_EQ(wires_.sent.size(), 3U);
}

TEST_F(Reconcile, AsksOnePeerForSoMuchAtOnceAndGoesOnWithTheRest) {
  offer(one_, names("a", 10));
  EXPECT_EQ(around_.of(one_), names("a", 4));
  give_up_all();
  give_up_all();
  EXPECT_EQ(around_.of(one_), names("a", 10));
  EXPECT_EQ(backlog(), 0U);
}

TEST_F(Reconcile, HearsSoManyOffersOfOnePeerInAMinute) {
  for (std::size_t frame = 0; frame < 10; ++frame) {
    offer(one_, names("a", 10, frame * 10));
    while (backlog() > 0) give_up_all();
  }
  EXPECT_EQ(around_.of(one_), names("a", 30));
  EXPECT_EQ(link_->figures().offers_refused, 70U);
  offer(two_, names("b", 3));
  EXPECT_EQ(around_.of(two_), names("b", 3)) << "each peer has its own minute";
  time_.pass(minutes(1) + seconds(1));
  give_up_all();
  offer(one_, names("c", 1));
  EXPECT_EQ(around_.of(one_).back(), name("c", 0));
}

TEST_F(Reconcile, BadLuckIsARefusedQuestion) {
  sync::Initiator asker(1);
  const auto request = *asker.next(held_).value();
  bool answered = false;
  const auto ask = [&] {
    link_->on_request(one_, sync::ReconcileBody::of(sync::Request(request)),
                      [&](const Result<env::Frame>& answer) { answered = answer.ok(); });
  };
  luck_.rare = {env::RarePath::reconcile_refused};
  ask();
  EXPECT_FALSE(answered);
  EXPECT_EQ(link_->figures().refused, 1U);
  luck_.rare.clear();
  ask();
  EXPECT_TRUE(answered);
}

TEST_F(Reconcile, AFullBacklogHasRoomForTheShareOfEveryPeer) {
  around_.places = 0;
  offer(one_, names("invented", 15));
  offer(two_, names("invented too", 15));
  ASSERT_EQ(backlog(), 20U);
  offer(three_, names("true", 6));
  EXPECT_EQ(backlog(), 20U);
  around_.places = 1000;
  while (backlog() > 0) give_up_all();
  EXPECT_EQ(around_.of(three_), names("true", 6));
}

TEST_F(Reconcile, WhoHasMostOfAFullBacklogGivesUpItsNewest) {
  config_.limits.reconcile_backlog_per_peer = 20;
  around_.places = 0;
  offer(one_, names("a", 15));
  offer(two_, names("b", 5));
  offer(one_, names("more", 5));
  offer(two_, names("b", 2, 5));
  around_.places = 1000;
  while (backlog() > 0) give_up_all();
  EXPECT_EQ(around_.of(one_), names("a", 13));
  EXPECT_EQ(around_.of(two_), names("b", 7));
}

TEST_F(Reconcile, DropsWhatALostPeerToldOf) {
  offer(one_, names("a", 10));
  offer(two_, names("b", 5));
  lose(one_);
  EXPECT_EQ(backlog(), 1U);
  while (backlog() > 0) give_up_all();
  EXPECT_EQ(around_.of(one_), names("a", 4));
  EXPECT_EQ(around_.of(two_), names("b", 5));
}

TEST_F(Reconcile, ALostPeerDoesNotGetAnotherShareByComingBack) {
  offer(one_, names("a", 10));
  lose(one_);
  connect(one_);
  offer(one_, names("b", 10));
  EXPECT_EQ(around_.of(one_), names("a", 4)) << "they are still being fetched";
}

// --- the inbox

TEST_F(Reconcile, AsksForNoMoreThanTheInboxTakes) {
  around_.rooms[one_] = 2;
  offer(one_, names("a", 4));
  offer(two_, names("b", 2));
  EXPECT_EQ(around_.of(one_), names("a", 2));
  EXPECT_EQ(around_.of(two_), names("b", 2)) << "its room is its own";
  around_.rooms[one_] = 0;  // they came and wait there
  give_up_all();
  time_.pass(seconds(10));
  EXPECT_EQ(around_.of(one_).size(), 2U);
  around_.rooms[one_] = 2;
  time_.pass(config_.intervals.reconcile_pause);
  EXPECT_EQ(around_.of(one_), names("a", 4)) << "room alone is no event; it looks again";
}

TEST_F(Reconcile, AsksAgainForWhatFoundNoRoom) {
  offer(one_, names("a", 1));
  around_.answered = 1;
  link_->found_no_room(name("a", 0));
  time_.pass(config_.intervals.reconcile_pause - milliseconds(1));
  EXPECT_EQ(around_.asked.size(), 1U) << "not at once, or it would come and be refused without end";
  time_.pass(milliseconds(1));
  EXPECT_EQ(around_.of(one_), (Names{name("a", 0), name("a", 0)}));
  link_->no_longer_wanted(name("a", 0));
  time_.pass(minutes(2));
  EXPECT_EQ(around_.asked.size(), 2U);
}

TEST_F(Reconcile, WaitsWithoutATimerWhenThereIsNothingToAsk) {
  offer(one_, names("a", 1));
  link_->no_longer_wanted(name("a", 0));
  time_.pass(seconds(5));
  EXPECT_EQ(time_.pending(), 0U);
}

// --- numbers of peers

TEST_F(Reconcile, ANumberThatGoesToAnotherPeerBringsItNothing) {
  config_.limits.reconcile_answers_per_minute = 1;
  const auto ask = [&](env::PeerId from) {
    bool good = false;
    sync::Request request;
    request.entries.push_back({sync::range_begin(), sync::range_end(), sync::Fingerprint{}});
    link_->on_request(from, sync::ReconcileBody::of(std::move(request)),
                      [&good](const Result<env::Frame>& frame) { good = frame.ok(); });
    return good;
  };
  offer(one_, names("a", 30));
  link_->found_no_room(name("a", 0));
  ASSERT_TRUE(ask(one_));
  ASSERT_FALSE(ask(one_));
  lose(one_);
  link_->on_forgotten(one_);
  peers_.on_connected(one_);
  EXPECT_TRUE(ask(one_));
  offer(one_, names("b", 4));
  Names all = names("a", 4);
  const Names more = names("b", 4);
  all.insert(all.end(), more.begin(), more.end());
  EXPECT_EQ(around_.of(one_), all);
  give_up_all();  // also what the other one had told of
  offer(one_, names("c", 5));
  EXPECT_EQ(around_.of(one_).size(), 12U) << "four at once, none of them counted twice";
}

TEST_F(Reconcile, WhatFindsNoRoomAfterItsPeerWasLostGoesWithTheNumber) {
  offer(one_, names("a", 1));
  lose(one_);
  link_->found_no_room(name("a", 0));
  EXPECT_EQ(backlog(), 1U);
  link_->on_forgotten(one_);
  EXPECT_EQ(backlog(), 0U);
  time_.pass(seconds(5));
  EXPECT_EQ(time_.pending(), 0U);
}

// --- sessions

TEST_F(Reconcile, BeginsAnewWithAPeerThatWasLostInTheMiddle) {
  connect(one_);
  ASSERT_EQ(wires_.requests.size(), 1U);
  lose(one_);
  connect(one_);
  EXPECT_EQ(wires_.requests.size(), 2U);
  wires_.requests.front()(Error{"lost"});
  time_.pass({});
  EXPECT_EQ(link_->sessions(), 1U) << "the end of the first is not the end of the second";
}

TEST_F(Reconcile, WaitsForAPlaceBehindOthersWhenASessionEndedAtALimit) {
  config_.limits.reconcile_sessions = 1;
  config_.limits.reconcile_backlog_per_peer = config_.limits.reconcile_backlog = 100'000;
  config_.limits.reconcile_wanted_per_peer = around_.places = 100'000;
  around_.rooms[one_] = 100'000;
  sync::MemoryHeldSet theirs;
  const std::size_t count = sync::kDifferencesMax + 5000;
  for (std::size_t i = 0; i < count; ++i) {
    theirs.insert({1'700'000'000 + static_cast<std::int64_t>(i), name("theirs", i)});
  }
  connect(one_);
  connect(two_);
  EXPECT_EQ(link_->sessions(), 1U);
  while (link_->figures().sessions == 1) answer(theirs);
  EXPECT_LT(around_.of(one_).size(), count) << "one session found all; the test tests nothing";
  answer(held_);  // the second peer, which has nothing; then the first again
  while (link_->sessions() > 0) answer(theirs);
  EXPECT_EQ(link_->figures().sessions, 3U);
  EXPECT_EQ(around_.of(one_).size(), count) << "everything, and nothing twice";
}

}  // namespace
}  // namespace lastmile::node::test
