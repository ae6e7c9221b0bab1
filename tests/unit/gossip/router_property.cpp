// One router under random events from good, bad and careless peers: whatever comes, in whatever order, its promises to
// the network and its own bounds hold. A model beside it remembers what was said to whom.
#include <gtest/gtest.h>
// after gtest
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/gossip/limits.hpp"
#include "tests/unit/gossip/router_harness.hpp"

namespace lastmile::gossip::test {
namespace {

constexpr std::uint32_t kPeers = 24;
constexpr std::uint16_t kTopics = 2;
constexpr std::uint64_t kPayloads = 60;  // few, so that copies meet

Params strict_params() {
  Params params;
  params.ids_asked_max = 40;
  params.ihave_messages_max = 4;
  params.rpc_bytes_max = 4096;
  return params;
}

class Neighbourhood final : public Actions {
 public:
  explicit Neighbourhood(std::uint64_t seed)
      : params_(strict_params()),
        luck_(seed),
        random_(seed + 1),
        topics_(std::make_shared<Topics>()),
        router_(shared_params(), with_names(), nullptr, identity_key(as_bytes("self")), random_, *this) {}

  void live(int steps) {
    for (int i = 0; i < steps; ++i) {
      step();
      check_always();
    }
  }
  // Everybody stays and says nothing for three hours: the slowest counter (P4, 0.9994 a second) is at zero then.
  void calm_down() {
    for (const auto& [message, from] : std::exchange(unverified_, {})) router_.verified(message, false, now_);
    for (const MessageRef& message : std::exchange(unvalidated_, {})) router_.validated(message, Verdict::ignore, now_);
    for (std::uint32_t n = 0; n < kPeers; ++n) drain(peer(n));
    for (int minute = 0; minute < 180; ++minute) {
      now_ = now_ + minutes(1);
      router_.heartbeat(now_);
    }
    check_always();
  }
  void lose_everybody() {
    for (std::uint32_t n = 0; n < kPeers; ++n) router_.on_lost(peer(n), now_);
    for (int beat = 0; beat < 32; ++beat) {
      now_ = now_ + minutes(2);
      router_.heartbeat(now_);
    }
  }
  double lowest_score() const {
    double lowest = 0;
    for (std::uint32_t n = 0; n < kPeers; ++n) lowest = std::min(lowest, router_.score(peer(n), now_));
    return lowest;
  }
  const Router& router() const { return router_; }

  bool send(env::PeerId to, const env::Frame& frame) override {
    RC_ASSERT(connected_.contains(to));
    RC_ASSERT(frame->wire_size() <= params_.rpc_bytes_max);
    if (full_.contains(to)) return false;
    const Rpc& rpc = rpc_body(frame)->rpc();
    RC_ASSERT(rpc.publish.size() <= kRpcMessagesMax);
    for (const MessageRef& message : rpc.publish) {
      // What a peer gave us does not go straight back to it.
      if (!draining_) RC_ASSERT(!(hearing_ && hearing_->first == to && hearing_->second == message->key()));
      if (asking_ != to) continue;
      const int times = ++served_[std::pair(to, message->key())];
      RC_ASSERT(times <= params_.retransmissions_max);
    }
    if (rpc.control) hear_ourselves(to, *rpc.control);
    return true;
  }
  Check verify(const MessageRef& message, env::PeerId from) override {
    const std::string_view signature = message->fields().signature.text();
    if (signature == "forged") return Check::bad;
    if (signature == "busy") return Check::busy;
    if (signature == "good") return Check::good;
    unverified_.emplace_back(message, from);
    return Check::later;
  }
  Verdict validate(const MessageRef& message, env::PeerId) override {
    const Verdict verdict = verdict_of(message);
    if (verdict == Verdict::later) unvalidated_.push_back(message);
    return verdict;
  }
  void deliver(const MessageRef& message, env::PeerId) override {
    const std::string_view signature = message->fields().signature.text();
    RC_ASSERT(signature == "good" || signature == "slow");
    RC_ASSERT(verdict_of(message) == Verdict::accept || verdict_of(message) == Verdict::later);
    const auto [place, first] = known_.try_emplace(message->key(), now_);
    RC_ASSERT(first || now_ - place->second >= params_.seen_time);
    place->second = now_;
  }

 private:
  using Pair = std::pair<env::PeerId, std::uint16_t>;

  SharedParams shared_params() const { return std::make_shared<const Params>(params_); }
  std::shared_ptr<const Topics> with_names() {
    topics_->add(kMessageTopicName);
    topics_->add(kAliveTopicName);
    return topics_;
  }
  static std::uint64_t identity(std::uint32_t n) { return identity_key(as_bytes("peer " + std::to_string(n))); }
  // Fixed by the payload, as a validator's answer is.
  static Verdict verdict_of(const MessageRef& message) {
    switch (message->key().value % 8) {
      case 0:
        return Verdict::reject;
      case 1:
        return Verdict::ignore;
      case 2:
        return Verdict::later;
      default:
        return Verdict::accept;
    }
  }

  env::PeerId any_peer() { return peer(static_cast<std::uint32_t>(luck_.below(kPeers))); }
  TopicId any_topic() { return TopicId{static_cast<std::uint16_t>(luck_.below(kTopics))}; }
  MessageRef any_message() {
    static constexpr std::array<std::string_view, 6> kSignatures{"good", "good", "good", "slow", "forged", "busy"};
    const std::string author = luck_.chance(0.1) ? "self" : "peer " + std::to_string(luck_.below(kPeers));
    const std::string payload = "payload " + std::to_string(luck_.below(kPayloads));
    return make_message(
        fields_of(author, payload, luck_.below(3), topics_->name(any_topic()), kSignatures[luck_.below(6)]), *topics_,
        params_.id_scheme, nullptr);
  }
  SharedIds any_ids() {
    auto list = std::make_shared<IdList>();
    for (std::uint64_t n = luck_.below(60); n > 0; --n) {
      const std::string payload = "payload " + std::to_string(luck_.below(kPayloads));
      list->add(luck_.chance(0.5) ? content_id(as_bytes(payload)) : MessageKey{luck_.next()});
    }
    return list;
  }
  void hear(env::PeerId from, Rpc rpc) { router_.on_frame(from, RpcBody::of(std::move(rpc)), now_); }

  void step() {
    const env::PeerId from = any_peer();
    switch (luck_.below(16)) {
      case 0:
        connect(from);
        break;
      case 1:
        if (luck_.chance(0.3)) lose(from);
        break;
      case 2:
      case 3: {
        Rpc rpc;
        rpc.subscriptions.push_back({luck_.chance(0.8), topic_ref(*topics_, any_topic())});
        hear(from, std::move(rpc));
        break;
      }
      case 4:
      case 5:
        hear_message(from, any_message());
        break;
      case 6:
        hear_graft(from, any_topic());
        break;
      case 7:
        hear_prune(from, any_topic());
        break;
      case 8:
        hear_ids(from, true);
        break;
      case 9:
        hear_ids(from, false);
        break;
      case 10:
        answer_checks();
        break;
      case 11:
        publish();
        break;
      case 12:
        if (luck_.chance(0.5)) {
          full_.insert(from);
        } else {
          drain(from);
        }
        break;
      case 13:
        if (luck_.chance(0.2)) {
          join_or_leave(any_topic());
        } else if (luck_.chance(0.2)) {
          router_.penalise(from, 1);
        }
        break;
      default:
        beat();
    }
  }

  void connect(env::PeerId who) {
    if (connected_.contains(who)) return;
    connected_.insert(who);
    full_.erase(who);
    direct_.erase(who);
    const bool direct = luck_.chance(0.1);
    if (direct) direct_.insert(who);
    const auto direction = luck_.chance(0.5) ? env::Direction::outbound : env::Direction::inbound;
    (direction == env::Direction::outbound ? outbound_.insert(who), 0 : outbound_.erase(who));
    router_.on_connected(who, {direction, direct, identity(who.value), luck_.chance(0.2) ? 77u : 0u}, now_);
  }
  void lose(env::PeerId who) {
    router_.on_lost(who, now_);
    connected_.erase(who);
  }
  void hear_message(env::PeerId from, const MessageRef& message) {
    hearing_ = {from, message->key()};
    router_.on_frame(from, RpcBody::of(message), now_);
    hearing_.reset();
  }
  void hear_graft(env::PeerId from, TopicId topic) {
    const bool early = router_.in_backoff(from, topic, now_);
    const bool was_in = in_mesh(from, topic);
    const bool full = router_.mesh(topic).size() >= static_cast<std::size_t>(params_.mesh_high);
    Rpc rpc;
    rpc.control.emplace().graft.push_back({topic_ref(*topics_, topic)});
    hear(from, std::move(rpc));
    if (was_in) return;
    if (early || direct_.contains(from) || (full && !outbound_.contains(from))) RC_ASSERT(!in_mesh(from, topic));
  }
  void hear_prune(env::PeerId from, TopicId topic) {
    std::optional<std::uint64_t> length;
    if (luck_.chance(0.6)) length = luck_.chance(0.1) ? luck_.next() : luck_.below(90);
    Rpc rpc;
    rpc.control.emplace().prune.push_back({topic_ref(*topics_, topic), {}, length});
    hear(from, std::move(rpc));
    if (!connected_.contains(from)) return;
    const std::uint64_t told = std::min<std::uint64_t>(length.value_or(60), kBackoffSecondsMax);
    back_off(from, topic.value, seconds(static_cast<std::int64_t>(told)));
    RC_ASSERT(!in_mesh(from, topic));
  }
  void hear_ids(env::PeerId from, bool have) {
    Rpc rpc;
    if (have) {
      rpc.control.emplace().ihave.push_back({topic_ref(*topics_, any_topic()), any_ids()});
      hear(from, std::move(rpc));
    } else {
      rpc.control.emplace().iwant.push_back({any_ids()});
      asking_ = from;
      hear(from, std::move(rpc));
      asking_.reset();
    }
  }
  void answer_checks() {
    if (!unverified_.empty()) {
      const std::size_t i = luck_.below(unverified_.size());
      const MessageRef message = unverified_[i].first;
      unverified_.erase(unverified_.begin() + static_cast<std::ptrdiff_t>(i));
      router_.verified(message, luck_.chance(0.8), now_);
    }
    if (!unvalidated_.empty()) {
      const MessageRef message = unvalidated_.front();
      unvalidated_.erase(unvalidated_.begin());
      router_.validated(message, luck_.chance(0.7) ? Verdict::accept : Verdict::reject, now_);
    }
  }
  void publish() {
    const MessageRef message = any_message();
    const bool seen = router_.has_seen(message->key(), now_);
    const Published done = router_.publish(message, now_);
    RC_ASSERT((done == Published::duplicate) == seen);
    if (done == Published::ok) known_[message->key()] = now_;
  }
  void drain(env::PeerId who) {
    full_.erase(who);
    draining_ = true;
    router_.on_writable(who, now_);
    draining_ = false;
    if (connected_.contains(who)) RC_ASSERT(router_.queued(who) == 0u);
  }
  void join_or_leave(TopicId topic) {
    if (!router_.joined(topic)) {
      router_.join(topic, now_);
    } else {
      router_.leave(topic, now_);
    }
  }
  void beat() {
    now_ = now_ + params_.heartbeat * luck_.between(1, 3);
    asked_ids_.clear();
    asked_times_.clear();
    router_.heartbeat(now_);
    const int grown = params_.mesh_high + params_.mesh_outbound + params_.opportunistic_graft_peers;
    const auto most = static_cast<std::size_t>(grown);
    for (std::uint16_t t = 0; t < kTopics; ++t) {
      const TopicId topic{t};
      const auto mesh = router_.mesh(topic);
      RC_ASSERT(mesh.size() <= most);
      for (const env::PeerId member : mesh) RC_ASSERT(router_.score(member, now_) >= 0);
      if (!router_.joined(topic) || mesh.size() >= static_cast<std::size_t>(params_.mesh_low)) continue;
      for (const env::PeerId who : router_.subscribers(topic)) {  // thin, so nobody who could help was left out
        const bool waits = router_.in_backoff(who, topic, now_ - params_.heartbeat);
        RC_ASSERT(in_mesh(who, topic) || direct_.contains(who) || waits || router_.score(who, now_) < 0);
      }
    }
  }

  // What we say is held against what we were told and what we said before.
  void hear_ourselves(env::PeerId to, const Control& control) {
    for (const Graft& graft : control.graft) {
      const auto until = backoff_.find({to, graft.topic.id.value});
      RC_ASSERT(until == backoff_.end() || now_ >= until->second + params_.heartbeat);
      RC_ASSERT(in_mesh(to, graft.topic.id));
    }
    for (const Prune& prune : control.prune) {
      RC_ASSERT(prune.backoff_s.has_value());
      // One that waited for the transport began when it was decided.
      if (!draining_) back_off(to, prune.topic.id.value, seconds(static_cast<std::int64_t>(*prune.backoff_s)));
    }
    for (const IHave& ihave : control.ihave) RC_ASSERT(ihave.ids->size() <= kIdsPerEntryMax);
    if (draining_) return;
    for (const IWant& iwant : control.iwant) {
      RC_ASSERT((asked_ids_[to] += iwant.ids->size()) <= static_cast<std::size_t>(params_.ids_asked_max));
      RC_ASSERT(++asked_times_[to] <= params_.ihave_messages_max);
    }
  }
  void back_off(env::PeerId who, std::uint16_t topic, Duration length) {
    Instant& until = backoff_[{who, topic}];
    until = std::max(until, now_ + length);
  }
  bool in_mesh(env::PeerId who, TopicId topic) const {
    const auto mesh = router_.mesh(topic);
    return std::find(mesh.begin(), mesh.end(), who) != mesh.end();
  }

  void check_always() {
    for (std::uint16_t t = 0; t < kTopics; ++t) {
      const TopicId topic{t};
      for (const env::PeerId member : router_.mesh(topic)) {
        RC_ASSERT(router_.joined(topic));
        RC_ASSERT(connected_.contains(member) && !direct_.contains(member));
      }
      const auto fanout = router_.fanout(topic);
      RC_ASSERT(fanout.size() <= static_cast<std::size_t>(params_.mesh_wanted));
      for (const env::PeerId member : fanout) RC_ASSERT(connected_.contains(member));
    }
    for (std::uint32_t n = 0; n < kPeers; ++n) {
      RC_ASSERT(router_.queued(peer(n)) <= kOutboundMessagesMax + std::size_t{2} * kTopics);
    }
  }

  Params params_;
  Generator luck_;
  Generator random_;
  std::shared_ptr<Topics> topics_;
  Router router_;
  Instant now_{seconds(1000).ns};
  std::set<env::PeerId> connected_;
  std::set<env::PeerId> direct_;
  std::set<env::PeerId> outbound_;
  std::set<env::PeerId> full_;
  std::vector<std::pair<MessageRef, env::PeerId>> unverified_;
  std::vector<MessageRef> unvalidated_;
  std::optional<std::pair<env::PeerId, MessageKey>> hearing_;
  std::optional<env::PeerId> asking_;
  bool draining_ = false;

  std::map<Pair, Instant> backoff_;
  std::map<MessageKey, Instant> known_;  // delivered or published, and when
  std::map<std::pair<env::PeerId, MessageKey>, int> served_;
  std::map<env::PeerId, std::size_t> asked_ids_;  // since the last heartbeat, as the next
  std::map<env::PeerId, int> asked_times_;
};

RC_GTEST_PROP(RouterProperty, PromisesAndBoundsHoldWhateverComes, (std::uint64_t seed)) {
  Neighbourhood around(seed);
  around.live(600);
}

RC_GTEST_PROP(RouterProperty, EverythingIsForgivenAndForgottenInTheEnd, (std::uint64_t seed)) {
  Neighbourhood around(seed);
  around.live(300);
  around.calm_down();
  RC_ASSERT(around.lowest_score() >= 0);
  around.lose_everybody();
  // The arrays by peer, and room that vectors and the hash table keep.
  RC_ASSERT(around.router().memory_bytes() <= std::size_t{32} * 1024);
}

class BoundsTest : public RouterTest {};

TEST_F(BoundsTest, AFloodOfWellSignedMessagesDoesNotGrowTheMemoryOfWhatWasSeen) {
  params.seen_messages_max = 64;
  start();
  connect(1);
  MessageRef last;
  for (int i = 0; i < 1000; ++i) {
    last = message("flood " + std::to_string(i));
    hear(1, last);
  }
  EXPECT_EQ(actions.delivered.size(), 1000u);
  EXPECT_TRUE(router().has_seen(last->key(), now));
  EXPECT_FALSE(router().has_seen(content_id(as_bytes("flood 0")), now)) << "the oldest had to go";
  std::size_t remembered = 0;
  for (int i = 0; i < 1000; ++i)
    remembered += router().has_seen(content_id(as_bytes("flood " + std::to_string(i))), now);
  EXPECT_LE(remembered, 64u);
  EXPECT_GE(remembered, 40u) << "and no more than a quarter of them at once";
}

// A node that lives for months gives more numbers than fit; with a limit of 100 it begins again every few messages.
TEST_F(BoundsTest, NumberingMessagesNeverComesToAnEnd) {
  params.renumber_at = 100;
  params.seen_messages_max = 64;
  start();
  connect(1);
  for (int i = 0; i < 2000; ++i) {
    const MessageRef message = this->message("month " + std::to_string(i));
    hear(1, message);
    hear(1, message);
    beat();
    EXPECT_TRUE(router().has_seen(message->key(), now));
    EXPECT_EQ(router().has_seen(content_id(as_bytes("month " + std::to_string(i - 1))), now), i > 0);
  }
  EXPECT_EQ(actions.delivered.size(), 2000u) << "each once, whatever its number";
}

// Its number goes to somebody else, who is not blamed for it.
TEST_F(BoundsTest, NothingOfAForgottenPeerFallsOnWhoGetsItsNumber) {
  start();
  connect(1);
  router().penalise(peer(1), 10);
  router().set_app_score(peer(1), -50);
  hear_prune(1, 3600);
  ASSERT_LT(score(1), 0);
  ASSERT_TRUE(router().in_backoff(peer(1), topic, now));
  router().on_forgotten(peer(1));
  EXPECT_LT(score(1), 0) << "who is connected is not forgotten";
  router().on_lost(peer(1), now);
  router().on_forgotten(peer(1));
  connect(1);
  EXPECT_EQ(score(1), 0);
  EXPECT_FALSE(router().in_backoff(peer(1), topic, now));
}

// What it handed in may be good or bad: neither praise nor blame is for the one who has its number now, and he gets
// what he did not bring.
TEST_F(BoundsTest, AMessageUnderCheckBelongsToNobodyOnceItsBearerIsForgotten) {
  start();
  connect_many(1, 2);
  hear_graft(1);
  actions.verdict = Verdict::later;
  const MessageRef good = message("good");
  const MessageRef bad = message("bad");
  hear(1, good);
  hear(1, bad);
  router().on_lost(peer(1), now);
  router().on_forgotten(peer(1));
  connect(1);
  hear_graft(1);
  const double before = score(1);
  actions.sent.clear();
  router().validated(bad, Verdict::reject, now);
  router().validated(good, Verdict::accept, now);
  EXPECT_EQ(score(1), before);
  ASSERT_EQ(actions.delivered.size(), 1u);
  EXPECT_EQ(actions.delivered[0].second, kNobody);
  const auto forwarded = std::count_if(actions.sent.begin(), actions.sent.end(), [](const auto& sent) {
    return sent.to == peer(1) && !sent.rpc().publish.empty();
  });
  EXPECT_EQ(forwarded, 1);
}

TEST_F(BoundsTest, WhatAForgottenPeerWasSentIsSentToWhoGetsItsNumber) {
  start();
  connect_many(1, 2);
  const MessageRef m = message("m");
  hear(2, m);
  const auto answers = [&] {
    actions.sent.clear();
    hear_iwant(1, ids({m->key().value}));
    return actions.sent.size();
  };
  int times = 0;
  while (answers() == 1) ASSERT_LT(++times, 10);
  ASSERT_GT(times, 0);
  router().on_lost(peer(1), now);
  router().on_forgotten(peer(1));
  connect(1);
  EXPECT_EQ(answers(), 1u);
}

// A GRAFT that waits for a full transport must not go out after the peer has pruned us.
TEST_F(BoundsTest, APruneTakesBackTheGraftThatIsStillWaiting) {
  start();
  actions.full.insert(peer(1));
  connect(1);
  beat();
  ASSERT_TRUE(in_mesh(1));
  hear_prune(1, 60);
  actions.full.clear();
  router().on_writable(peer(1), now);
  EXPECT_TRUE(grafts_to(1).empty());
  EXPECT_FALSE(in_mesh(1));
}

}  // namespace
}  // namespace lastmile::gossip::test
