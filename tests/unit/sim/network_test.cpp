// Frames and connections without faults.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/sim/toy.hpp"

namespace lastmile::sim::test {
namespace {

using Stories = std::vector<std::string>;

std::vector<std::string> numbers(int count) {
  std::vector<std::string> out;
  for (int i = 0; i < count; ++i) out.push_back(std::to_string(i));
  return out;
}

TEST(SimNetwork, dialling_takes_a_round_trip_and_a_frame_one_way) {
  Toys toys(2);
  toys.dial(0, 1);
  toys.run(seconds(1));
  ASSERT_EQ(toys[0].stories(), Stories{"connected b"});
  ASSERT_EQ(toys[1].stories(), Stories{"connected a"});
  EXPECT_EQ(toys[1].changes[0].time, Instant{} + milliseconds(10));
  EXPECT_EQ(toys[0].changes[0].time, Instant{} + milliseconds(20));
  toys.send(0, 1, "hello");
  toys.run(seconds(1));
  ASSERT_EQ(toys[1].received.size(), 1U);
  EXPECT_EQ(toys[1].received[0].time, Instant{} + milliseconds(1010));
}

TEST(SimNetwork, security_and_multiplexing_cost_more_round_trips) {
  EngineConfig config = Toys::quiet();
  config.network.handshake_extra_round_trips = 2;
  Toys toys(2, std::move(config));
  toys.dial(0, 1);
  toys.run(seconds(1));
  EXPECT_EQ(toys[0].changes[0].time, Instant{} + milliseconds(60));
}

TEST(SimNetwork, two_dials_that_cross_make_one_connection) {
  for (const Duration offset :
       {Duration{}, microseconds(1), milliseconds(9), milliseconds(10), milliseconds(11), milliseconds(19)}) {
    for (const std::uint32_t first : {0U, 1U}) {
      Toys toys(2);
      toys.dial(first, 1 - first);
      toys.run(offset);
      toys.dial(1 - first, first);
      toys.run(seconds(1));
      EXPECT_EQ(toys[0].stories(), Stories{"connected b"}) << offset.ns << " " << first;
      EXPECT_EQ(toys[1].stories(), Stories{"connected a"}) << offset.ns << " " << first;
      toys.send(0, 1, "x");
      toys.send(1, 0, "y");
      toys.run(seconds(1));
      EXPECT_EQ(toys[1].texts(), Stories{"x"});
      EXPECT_EQ(toys[0].texts(), Stories{"y"});
    }
  }
}

TEST(SimNetwork, frames_of_one_protocol_keep_their_order_under_jitter_and_others_may_overtake) {
  EngineConfig config = Toys::quiet();
  config.network.jitter_share = 20 * std::uint64_t{kBillion};  // up to 200 ms on 10 ms
  Toys toys(2, std::move(config));
  toys.dial(0, 1);
  toys.run(seconds(5));
  for (int i = 0; i < 300; ++i) {
    toys.send(0, 1, std::to_string(i), i % 2 == 0 ? env::Protocol::gossip : env::Protocol::heads);
    toys.run(milliseconds(1));
  }
  toys.run(seconds(5));
  ASSERT_EQ(toys[1].received.size(), 300U);
  std::vector<int> even, odd, all;
  for (const std::string& text : toys[1].texts()) {
    const int number = std::stoi(text);
    all.push_back(number);
    (number % 2 == 0 ? even : odd).push_back(number);
  }
  EXPECT_TRUE(std::is_sorted(even.begin(), even.end()));
  EXPECT_TRUE(std::is_sorted(odd.begin(), odd.end()));
  EXPECT_FALSE(std::is_sorted(all.begin(), all.end())) << "jitter has no effect";
}

TEST(SimNetwork, an_uplink_passes_one_frame_after_another) {
  Hardware hardware;
  hardware.uplink_bits = 8'000'000;  // a byte per microsecond
  Toys toys(3, Toys::quiet(), hardware);
  toys.connect(0, 1);
  toys.connect(0, 2);
  const Instant begin = toys.engine->now();
  const std::string frame(10'000, 'x');
  for (int i = 0; i < 3; ++i) toys.send(0, 1, frame);
  toys.send(0, 2, frame);  // waits behind those to b
  const env::PeerId b = toys.peer(0, 1);
  EXPECT_EQ(toys[0].env.network.queued_bytes(b), 30'000U);
  toys.run(milliseconds(15));
  EXPECT_EQ(toys[0].env.network.queued_bytes(b), 20'000U);
  toys.run(seconds(1));
  EXPECT_EQ(toys[0].env.network.queued_bytes(b), 0U);
  ASSERT_EQ(toys[1].received.size(), 3U);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(toys[1].received[static_cast<std::size_t>(i)].time, begin + milliseconds(10 * (i + 1) + 10));
  ASSERT_EQ(toys[2].received.size(), 1U);
  EXPECT_EQ(toys[2].received[0].time, begin + milliseconds(50));
}

TEST(SimNetwork, a_downlink_is_shared_by_all_senders) {
  Hardware hardware;
  hardware.downlink_bits = 8'000'000;
  Toys toys(3, Toys::quiet(), hardware);
  toys.connect(0, 2);
  toys.connect(1, 2);
  const Instant begin = toys.engine->now();
  toys.send(0, 2, std::string(10'000, 'x'));
  toys.send(1, 2, std::string(10'000, 'y'));
  toys.run(seconds(1));
  ASSERT_EQ(toys[2].received.size(), 2U);
  EXPECT_EQ(toys[2].received[0].time, begin + milliseconds(20));
  EXPECT_EQ(toys[2].received[1].time, begin + milliseconds(30));
}

TEST(SimNetwork, what_the_send_buffer_cannot_hold_is_dropped_and_counted) {
  Hardware hardware;
  hardware.uplink_bits = 8'000;
  EngineConfig config = Toys::quiet();
  config.network.send_buffer_bytes = 2500;
  Toys toys(2, std::move(config), hardware);
  toys.connect(0, 1);
  for (int i = 0; i < 5; ++i) toys.send(0, 1, std::string(1000, 'x'));
  EXPECT_EQ(toys.engine->traffic({0}).frames_sent, 2U);
  EXPECT_EQ(toys.engine->traffic({0}).frames_dropped, 3U);
  toys.run(seconds(10));
  EXPECT_EQ(toys[1].received.size(), 2U);
}

TEST(SimNetwork, closing_tells_both_sides_and_lets_pass_what_was_sent_before) {
  Toys toys(2);
  toys.connect(0, 1);
  const env::PeerId b = toys.peer(0, 1);
  toys.on(0, [&] {
    auto& network = toys[0].env.network;
    for (const std::string& text : numbers(3)) network.send(b, env::Protocol::gossip, frame_of(text));
    network.close(b, env::CloseReason::protocol_error);
    network.send(b, env::Protocol::gossip, frame_of("too late"));
  });
  toys.run(seconds(1));
  EXPECT_EQ(toys[0].stories(), (Stories{"connected b", "lost b protocol_error"}));
  EXPECT_EQ(toys[1].stories(), (Stories{"connected a", "lost a remote"}));
  EXPECT_EQ(toys[1].texts(), numbers(3));
  EXPECT_EQ(toys.engine->traffic({0}).frames_dropped, 1U);
}

TEST(SimNetwork, numbers_of_peers_survive_a_reconnection) {
  Toys toys(3);
  toys.connect(0, 2);
  toys.connect(0, 1);
  const env::PeerId first = toys.peer(0, 2);
  toys.on(0, [&] { toys[0].env.network.close(first, env::CloseReason::local); });
  toys.run(seconds(1));
  toys.connect(2, 0);
  EXPECT_EQ(toys.peer(0, 2), first);
}

TEST(SimNetwork, dials_to_nobody_to_oneself_and_to_a_stopped_node_are_refused) {
  Toys toys(2);
  toys.engine->stop_node({1});
  toys.on(0, [&] {
    toys[0].env.network.dial("nobody");
    toys[0].env.network.dial("a");
    toys[0].env.network.dial("b");
  });
  toys.run(seconds(1));
  EXPECT_EQ(toys[0].stories(), (Stories{"failed nobody refused", "failed a refused", "failed b refused"}));
}

TEST(SimNetwork, a_full_node_refuses_with_limit) {
  EngineConfig config = Toys::quiet();
  config.network.connections_max = 1;
  Toys toys(3, std::move(config));
  toys.connect(0, 2);
  toys.connect(1, 2);
  EXPECT_EQ(toys[1].stories(), Stories{"failed c limit"});
}

TEST(SimNetwork, a_question_is_answered_or_its_deadline_passes) {
  Toys toys(2);
  toys.connect(0, 1);
  const env::PeerId b = toys.peer(0, 1);
  std::vector<std::string> ends;
  const auto ask = [&](std::string_view text) {
    toys.on(0, [&, text] {
      toys[0].env.network.request(b, env::Protocol::heads, frame_of(text), seconds(2), [&](Result<env::Frame> result) {
        ends.push_back(result.ok() ? text_of(*result) : result.error().text);
      });
    });
  };
  ask("one");
  toys.run(seconds(1));
  toys[1].answers = false;
  ask("two");
  toys.run(seconds(1));
  EXPECT_EQ(ends, Stories{"re: one"});
  toys.run(seconds(2));
  EXPECT_EQ(ends, (Stories{"re: one", "deadline has passed"}));
  ask("three");
  toys.run(milliseconds(50));
  toys.engine->crash({1}, DiskFate::kept);
  toys.run(milliseconds(50));
  EXPECT_EQ(ends.back(), "connection lost");
  ask("four");
  toys.run(milliseconds(1));
  EXPECT_EQ(ends.back(), "not connected");
}

TEST(SimNetwork, bytes_are_counted_by_the_protocol_they_are_sent_for) {
  Toys toys(2);
  toys.connect(0, 1);
  const auto sent = [&](std::uint32_t node, env::Protocol protocol) {
    return toys.engine->traffic({node}).bytes_sent[static_cast<std::size_t>(protocol)];
  };
  toys.send(0, 1, "gossip");
  toys.send(0, 1, "a head", env::Protocol::heads);
  toys.run(seconds(1));
  EXPECT_EQ(sent(0, env::Protocol::gossip), 6U);
  EXPECT_EQ(sent(0, env::Protocol::heads), 6U);
  toys.on(0, [&] {
    toys[0].env.network.request(toys.peer(0, 1), env::Protocol::heads, frame_of("?"), seconds(1),
                                [](Result<env::Frame>) {});
    toys[0].env.network.fetch(toys.peer(0, 1), {"nothing"}, seconds(1), [](Result<Bytes>) {});
  });
  toys.run(seconds(2));
  EXPECT_GT(sent(0, env::Protocol::heads), 6U) << "the question";
  EXPECT_GT(sent(1, env::Protocol::heads), 0U) << "its answer";
  EXPECT_GT(sent(0, env::Protocol::content), 0U) << "the order of a content";
  EXPECT_GT(sent(1, env::Protocol::content), 0U) << "its refusal";
  EXPECT_EQ(sent(0, env::Protocol::gossip), 6U);
  EXPECT_EQ(sent(1, env::Protocol::gossip) + sent(1, env::Protocol::reconciliation), 0U);
  EXPECT_EQ(toys.engine->traffic({1}).bulk_bytes_sent, 0U);
}

TEST(SimNetwork, bulk_takes_its_bandwidth_and_leaves_frames_alone) {
  class Shelf final : public env::ContentHandler {
   public:
    void on_fetch(env::PeerId, const env::ContentRange& range, Callback<void(Result<Bytes>)> reply) override {
      if (range.name == "film")
        reply(Bytes(1'000'000, 7));
      else
        reply(Error{"no such content"});
    }
  } shelf;
  Hardware hardware;
  hardware.uplink_bits = 80'000'000;    // 10 bytes per microsecond
  hardware.downlink_bits = 40'000'000;  // 5
  Toys toys(2, Toys::quiet(), hardware);
  toys.connect(0, 1);
  toys.on(1, [&] { toys[1].env.network.listen_content(shelf); });
  const Instant begin = toys.engine->now();
  std::vector<std::pair<Duration, std::size_t>> parts;
  std::vector<std::string> errors;
  toys.on(0, [&] {
    for (const char* name : {"film", "film", "book"}) {
      toys[0].env.network.fetch(toys.peer(0, 1), {name}, seconds(10), [&](Result<Bytes> result) {
        if (result.ok())
          parts.emplace_back(toys.engine->now() - begin, result->size());
        else
          errors.push_back(result.error().text);
      });
    }
  });
  toys.send(1, 0, "small");
  toys.run(seconds(2));
  EXPECT_EQ(errors, Stories{"no such content"});
  ASSERT_EQ(parts.size(), 2U);
  // The downlink decides: 200 ms each, one after the other, 20 ms of round trip before the first.
  EXPECT_EQ(parts[0].second, 1'000'000U);
  EXPECT_NEAR(parts[0].first.seconds(), 0.220, 0.001);
  EXPECT_NEAR(parts[1].first.seconds(), 0.420, 0.001);
  EXPECT_NEAR((toys[0].received[0].time - begin).seconds(), 0.010, 0.001);
  EXPECT_GE(toys.engine->traffic({1}).bulk_bytes_sent, 2'000'000U);

  LinkRule slow = Toys::between({0}, {1});
  slow.quality.bandwidth_bits = 8'000'000;  // a fifth of the downlink
  toys.engine->add_rule(slow);
  const Instant again = toys.engine->now();
  toys.on(0, [&] {
    for (int i = 0; i < 2; ++i) {
      toys[0].env.network.fetch(toys.peer(0, 1), {"film"}, seconds(10),
                                [&](Result<Bytes>) { parts.emplace_back(toys.engine->now() - again, 0); });
    }
  });
  toys.run(seconds(4));
  ASSERT_EQ(parts.size(), 4U);
  EXPECT_NEAR(parts[2].first.seconds(), 1.020, 0.001) << "a limited path limits bulk too";
  EXPECT_NEAR(parts[3].first.seconds(), 2.020, 0.001);
}

}  // namespace
}  // namespace lastmile::sim::test
