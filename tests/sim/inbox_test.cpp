// What a node does with frames that no honest peer would send, and with messages that come far too late.
#include <gtest/gtest.h>

#include <set>

#include "core/crypto/hash.hpp"
#include "core/trace/rare_state.hpp"
#include "sim/env/engine.hpp"
#include "sim/run/core_sim_node.hpp"
#include "tests/signed.hpp"
#include "tests/sim/attacker.hpp"

namespace lastmile::sim::test {
namespace {

using message::Status;

crypto::Account client(std::uint64_t index) { return crypto::Account::derive(crypto::Chain::ETH, 5, index); }

message::Envelope sign_post(const crypto::Account& account, std::string_view type, std::string_view rest) {
  return lastmile::test::signed_message(
      account, message::Type::POST,
      lastmile::test::content_of(account.address(), "\"type\":\"" + std::string(type) + "\"," + std::string(rest)));
}
message::Envelope post(const crypto::Account& account, std::uint64_t number) {
  return sign_post(account, "note", "\"content\":{\"number\":" + std::to_string(number) + "}");
}

// Rare states that honest nodes came into.
struct States final : trace::Sink {
  std::set<trace::RareState> reached;
  void record(const trace::Event& event) override {
    if (const auto state = trace::rare_state_of(event)) reached.insert(*state);
  }
};

// A chain of honest nodes a - b, and an attacker m that knows only b. Three signatures a millisecond.
class Inbox : public testing::Test {
 protected:
  Inbox() : Inbox([](node::NodeConfig&) {}) {}
  explicit Inbox(Callback<void(node::NodeConfig&)> change) {
    EngineConfig config;
    config.regions.delay = {milliseconds(8)};
    engine_ = std::move(Engine::create(std::move(config))).value();
    node::NodeConfig honest;
    node::use_default_gossip(honest);
    honest.roads = {.gossip = true, .reconciliation = true, .chain = false, .content_store = false};
    change(honest);
    add("a", honest, {"b"});
    add("b", honest, {});
    NodeSpec spec;
    spec.name = "m";
    auto evil = honest;
    evil.peers = {"b"};
    engine_->add_node(std::move(spec), [evil](const NodeEnv& env) { return std::make_unique<Attacker>(env, evil); });
    for (std::uint32_t i = 0; i < 3; ++i) engine_->start({i});
    run(seconds(5));
  }
  void add(std::string name, node::NodeConfig config, std::vector<std::string> peers) {
    config.peers = std::move(peers);
    NodeSpec spec;
    spec.name = std::move(name);
    engine_->add_node(std::move(spec), [this, config](const NodeEnv& env) {
      return std::make_unique<CoreSimNode>(env, config, states_);
    });
  }
  bool reached(trace::RareState state) const { return states_.reached.contains(state); }
  void run(Duration length) { engine_->run_until(engine_->now() + length); }
  node::CoreNode& core(std::uint32_t index) { return *static_cast<CoreSimNode*>(engine_->node({index}))->core(); }
  Attacker& attacker() { return *static_cast<Attacker*>(engine_->node({2})); }
  void attack(Callback<void(Attacker&)> what) {
    engine_->on_loop({2}, [&] { what(attacker()); });
  }
  std::optional<node::Receipt> publish(std::uint32_t index, const message::Envelope& envelope,
                                       std::vector<node::Upload> uploads = {}) {
    auto receipt = std::make_shared<std::optional<node::Receipt>>();
    engine_->on_loop({index}, [&] {
      core(index).publish(message::serialize_envelope(envelope), uploads,
                          [receipt](const node::Receipt& r) { *receipt = r; });
    });
    run(seconds(1));
    return *receipt;
  }
  Status status(std::uint32_t index, const message::ItemHash& hash) { return *core(index).view().status(hash); }

  States states_;  // outlives the nodes
  std::unique_ptr<Engine> engine_;
};

TEST_F(Inbox, a_forged_message_is_processed_nowhere) {
  message::Envelope forged = post(client(1), 1);
  forged.signature = client(2).sign("POST", forged.item_hash.text());
  attack([&](Attacker& m) { m.gossip(message::gossip_payload(forged)); });
  run(minutes(2));
  EXPECT_EQ(status(1, forged.item_hash), Status::rejected);
  EXPECT_EQ(status(0, forged.item_hash), Status::none) << "it travelled on";
}

TEST_F(Inbox, a_forged_copy_does_not_keep_the_true_message_out) {
  const message::Envelope good = post(client(1), 1);
  message::Envelope forged = good;
  forged.signature = client(2).sign("POST", forged.item_hash.text());
  attack([&](Attacker& m) { m.gossip(message::gossip_payload(forged)); });
  run(seconds(5));
  publish(0, good);
  run(seconds(5));
  EXPECT_EQ(status(1, good.item_hash), Status::processed);
}

// `time` is not signed: the same forgery can be dressed in as many ways as one likes.
TEST_F(Inbox, a_forged_message_in_other_dress_costs_no_second_check) {
  message::Envelope forged = post(client(1), 1);
  forged.signature = client(2).sign("POST", forged.item_hash.text());
  attack([&](Attacker& m) { m.gossip(message::gossip_payload(forged)); });
  run(seconds(5));
  const Duration first = engine_->cpu_busy({1});
  ASSERT_GT(first, Duration{});
  for (int i = 1; i <= 20; ++i) {
    forged.time_number += 1;
    attack([&](Attacker& m) { m.gossip(message::gossip_payload(forged)); });
    run(seconds(1));
  }
  EXPECT_EQ(engine_->cpu_busy({1}), first);
  EXPECT_TRUE(reached(trace::RareState::forged_repeat));
  const message::Envelope good = post(client(1), 1);
  publish(0, good);
  run(minutes(2));
  EXPECT_EQ(status(1, good.item_hash), Status::processed);
}

class WithoutMemory : public Inbox {
 protected:
  WithoutMemory() : Inbox([](node::NodeConfig& config) { config.limits.recent_messages = 0; }) {}
};

TEST_F(WithoutMemory, every_dress_of_a_forged_message_is_checked) {
  message::Envelope forged = post(client(1), 1);
  forged.signature = client(2).sign("POST", forged.item_hash.text());
  attack([&](Attacker& m) { m.gossip(message::gossip_payload(forged)); });
  run(seconds(5));
  const Duration first = engine_->cpu_busy({1});
  forged.time_number += 1;
  attack([&](Attacker& m) { m.gossip(message::gossip_payload(forged)); });
  run(seconds(5));
  EXPECT_EQ(engine_->cpu_busy({1}), first * 2);
}

TEST_F(Inbox, a_changed_content_is_processed_nowhere) {
  message::Envelope changed = post(client(1), 1);
  changed.item_content->replace(changed.item_content->find("note"), 4, "nope");
  attack([&](Attacker& m) { m.gossip(message::gossip_payload(changed)); });
  run(minutes(2));
  EXPECT_NE(status(1, changed.item_hash), Status::processed);
  EXPECT_EQ(status(0, changed.item_hash), Status::none);
}

TEST_F(Inbox, garbage_and_cut_frames_leave_the_node_at_work) {
  Generator draws(1);
  const std::string payload = message::gossip_payload(post(client(1), 1));
  for (int i = 0; i < 200; ++i) {
    attack([&](Attacker& m) {
      Bytes bytes(draws.below(300));
      for (auto& byte : bytes) byte = static_cast<std::uint8_t>(draws.next());
      m.send(env::Frame::of_bytes(std::move(bytes)));
      m.gossip(payload.substr(0, draws.below(payload.size())));
    });
    run(milliseconds(100));
  }
  const message::Envelope good = post(client(3), 2);
  publish(0, good);
  run(minutes(3));
  EXPECT_EQ(status(1, good.item_hash), Status::processed);
}

TEST_F(Inbox, a_replayed_message_is_processed_once_and_checked_once) {
  const message::Envelope good = post(client(1), 1);
  publish(0, good);
  run(seconds(2));
  for (int i = 0; i < 100; ++i) attack([&](Attacker& m) { m.gossip(message::gossip_payload(good)); });
  run(seconds(10));
  EXPECT_EQ(status(1, good.item_hash), Status::processed);
  EXPECT_EQ(core(1).store().counts().processed, 1U);
}

// The flood is far above what b can check; what others hand in still gets through within seconds.
TEST_F(Inbox, a_flooding_peer_delays_itself_only) {
  std::uint64_t number = 0;
  const crypto::Account flooder = client(9);
  std::vector<message::Envelope> honest;
  for (int second = 0; second < 10; ++second) {
    attack([&](Attacker& m) {
      for (int i = 0; i < 400; ++i) {
        message::Envelope e = post(flooder, ++number);
        e.signature->back() = e.signature->back() == '0' ? '1' : '0';  // costs us a check, him nothing
        m.gossip(message::gossip_payload(e));
      }
    });
    honest.push_back(post(client(1), 1'000'000 + static_cast<std::uint64_t>(second)));
    const auto receipt = publish(1, honest.back());
    ASSERT_TRUE(receipt) << "no answer within a second in second " << second;
    EXPECT_EQ(receipt->status, Status::processed);
  }
  const auto inbox = core(1).queue(trace::Queue::inbox);
  EXPECT_LE(inbox.peak, inbox.limit);
  run(seconds(30));
  for (const auto& e : honest) EXPECT_EQ(status(0, e.item_hash), Status::processed);
}

// All attempts are over long before; still the amend is applied when its original comes, however late.
TEST_F(Inbox, an_amend_waits_for_hours_for_its_original) {
  const message::Envelope original = post(client(1), 1);
  const message::Envelope amend =
      sign_post(client(1), "amend", "\"ref\":\"" + original.item_hash.text() + "\",\"content\":{\"number\":2}");
  publish(0, amend);
  EXPECT_EQ(status(0, amend.item_hash), Status::pending);
  run(hours(4));
  EXPECT_EQ(status(0, amend.item_hash), Status::rejected);
  publish(1, original);
  run(minutes(3));
  EXPECT_EQ(status(0, original.item_hash), Status::processed);
  EXPECT_EQ(status(0, amend.item_hash), Status::processed);
  EXPECT_EQ(status(1, amend.item_hash), Status::processed);
}

class SmallShares : public Inbox {
 protected:
  SmallShares()
      : Inbox([](node::NodeConfig& config) {
          config.limits.inbox_messages_per_source = 10;
          config.limits.verify_in_flight = 1;
        }) {}
};

// Refused for want of room is not seen: when it comes again and there is room, it is taken.
TEST_F(SmallShares, a_message_that_found_no_room_is_taken_when_it_comes_again) {
  const message::Envelope good = post(client(1), 1);
  attack([&](Attacker& m) {
    for (std::uint64_t i = 0; i < 60; ++i) m.gossip(message::gossip_payload(post(client(9), 100 + i)));
    m.gossip(message::gossip_payload(good));
  });
  run(seconds(30));
  ASSERT_EQ(status(1, good.item_hash), Status::none) << "there was room; the test tests nothing";
  attack([&](Attacker& m) { m.repeat(message::gossip_payload(good)); });
  run(seconds(5));
  EXPECT_EQ(status(1, good.item_hash), Status::processed);
}

class WithoutGossip : public Inbox {
 protected:
  WithoutGossip() : Inbox([](node::NodeConfig& config) { config.roads.gossip = false; }) {}
};

TEST_F(WithoutGossip, invented_offers_leave_room_for_what_others_tell) {
  std::uint64_t number = 0;
  for (int frame = 0; frame < 3; ++frame) {
    attack([&](Attacker& m) {
      std::vector<message::ItemHash> invented;
      for (int i = 0; i < 4000; ++i) {
        invented.push_back(message::ItemHash::of(crypto::sha256("nothing " + std::to_string(++number))));
      }
      m.offer(std::move(invented));
    });
  }
  run(seconds(5));
  const message::Envelope good = post(client(1), 1);
  publish(0, good);
  run(minutes(4));
  EXPECT_EQ(status(1, good.item_hash), Status::processed);
}

// Two attackers, and room for little.
class Invented : public Inbox {
 protected:
  Invented()
      : Inbox([](node::NodeConfig& config) {
          config.roads.gossip = false;
          config.limits.reconcile_backlog = 2000;
          config.limits.reconcile_backlog_per_peer = 1000;
          config.limits.reconcile_wanted_per_peer = 100;
          config.limits.fetch_wanted = 400;
        }) {
    NodeSpec spec;
    spec.name = "n";
    node::NodeConfig evil;
    evil.peers = {"b"};
    engine_->add_node(std::move(spec), [evil](const NodeEnv& env) { return std::make_unique<Attacker>(env, evil); });
    engine_->start({3});
    run(seconds(1));
  }
  void offer_nothing() {
    for (const NodeIndex evil : {NodeIndex{2}, NodeIndex{3}}) {
      engine_->on_loop(evil, [&] {
        auto& attacker = *static_cast<Attacker*>(engine_->node(evil));
        if (!attacker.connected()) attacker.start();
        std::vector<message::ItemHash> invented;
        for (int i = 0; i < 500; ++i) {
          invented.push_back(message::ItemHash::of(crypto::sha256("nothing " + std::to_string(++invented_))));
        }
        attacker.offer(std::move(invented));
      });
    }
  }
  std::uint64_t invented_ = 0;
};

TEST_F(Invented, names_keep_a_node_that_comes_late_waiting_for_minutes_at_most) {
  engine_->crash({1}, DiskFate::lost);
  std::vector<message::Envelope> true_ones;
  for (std::uint64_t i = 0; i < 100; ++i) {
    true_ones.push_back(post(client(1), i));
    publish(0, true_ones.back());
  }
  engine_->start({1});
  for (int second = 0; second < 300; ++second) {
    offer_nothing();
    run(seconds(1));
  }
  EXPECT_EQ(core(1).queue(trace::Queue::reconcile).peak, 2000U) << "the backlog was never full; the test tests nothing";
  for (const auto& e : true_ones) ASSERT_EQ(status(1, e.item_hash), Status::processed);
}

// Peers compare what they hold only when they connect: what is asked for again is asked for by the pipeline.
class Attempts : public Inbox {
 protected:
  Attempts() : Inbox([](node::NodeConfig& config) { config.intervals.reconcile_every = hours(10'000); }) {
    content_ = "{\"address\":\"" + client(1).address() +
               "\",\"time\":1700000000.0,\"type\":\"note\",\"content\":{\"text\":\"" + std::string(100, 'x') + "\"}}";
    apart_.chain = client(1).chain();
    apart_.sender = client(1).address();
    apart_.type = message::Type::POST;
    apart_.time = {1'700'000'000'000'000'000};
    apart_.time_number = message::seconds_of_wall(apart_.time);
    apart_.item_type = message::ItemType::storage;
    apart_.item_hash = message::ItemHash::of(crypto::sha256(content_));
    apart_.signature = client(1).sign("POST", apart_.item_hash.text());
  }
  void restart(std::uint32_t index) {
    engine_->crash({index}, DiskFate::kept);
    run(seconds(1));
    engine_->start({index});
    run(seconds(10));
  }
  std::string content_;
  message::Envelope apart_;  // its content lies elsewhere
};

TEST_F(Attempts, end_also_after_a_restart) {
  const message::Envelope amend = sign_post(
      client(1), "amend", "\"ref\":\"" + post(client(1), 1).item_hash.text() + "\",\"content\":{\"number\":2}");
  publish(0, amend);
  restart(0);
  EXPECT_EQ(status(0, amend.item_hash), Status::pending);
  run(hours(4));
  EXPECT_EQ(status(0, amend.item_hash), Status::rejected);
}

TEST_F(Attempts, ask_for_a_content_also_after_a_restart) {
  publish(0, apart_);
  restart(0);
  ASSERT_EQ(status(0, apart_.item_hash), Status::pending);
  publish(1, post(client(2), 2), {{apart_.item_hash, content_}});
  run(minutes(15));
  EXPECT_EQ(status(0, apart_.item_hash), Status::processed);
}

TEST_F(Attempts, ask_for_a_content_that_was_given_up) {
  publish(0, apart_);
  run(hours(4));
  ASSERT_EQ(status(0, apart_.item_hash), Status::rejected);
  publish(1, post(client(2), 2), {{apart_.item_hash, content_}});
  run(hours(1));
  EXPECT_EQ(status(0, apart_.item_hash), Status::processed);
  EXPECT_EQ(status(1, apart_.item_hash), Status::processed);
  EXPECT_TRUE(reached(trace::RareState::content_nowhere));
  EXPECT_TRUE(reached(trace::RareState::content_gave_way));
}

}  // namespace
}  // namespace lastmile::sim::test
