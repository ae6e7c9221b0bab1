#include <map>
#include <set>

#include "core/base/random.hpp"
#include "tests/env_conformance/recorders.hpp"
#include "tests/env_conformance/suite.hpp"

namespace lastmile::env_conformance {
namespace {

using Kind = PeerEvent::Kind;
constexpr auto kGossip = env::Protocol::gossip;
constexpr auto kReconciliation = env::Protocol::reconciliation;
constexpr auto kHeads = env::Protocol::heads;

std::string pattern(std::size_t size, std::uint64_t seed) {
  Generator luck(seed);
  std::string out(size, '\0');
  for (char& c : out) c = static_cast<char>(luck.next());
  return out;
}

TEST_P(NetworkConformance, a_dial_connects_both_sides_once) {
  NodeLog a, b;
  auto world = make(2);
  a.listen(world->network(0));
  b.listen(world->network(1));
  ASSERT_TRUE(connect(*world, 0, a, 1, b));
  world->run_for(milliseconds(200));
  ASSERT_EQ(a.peers.size(), 1U);
  ASSERT_EQ(b.peers.size(), 1U);
  EXPECT_EQ(a.peers[0].direction, env::Direction::outbound);
  EXPECT_EQ(b.peers[0].direction, env::Direction::inbound);
  EXPECT_EQ(world->network(0).identity(a.last_peer()), world->network(1).own_identity());
  EXPECT_EQ(world->network(1).identity(b.last_peer()), world->network(0).own_identity());
  EXPECT_NE(world->network(0).own_identity(), world->network(1).own_identity());
}

TEST_P(NetworkConformance, peer_numbers_are_dense_from_zero) {
  NodeLog logs[4];
  auto world = make(4);
  for (std::size_t i = 0; i < 4; ++i) logs[i].listen(world->network(i));
  for (std::size_t i = 1; i < 4; ++i) ASSERT_TRUE(connect(*world, 0, logs[0], i, logs[i]));
  std::set<std::uint32_t> numbers;
  for (const PeerEvent& event : logs[0].peers) numbers.insert(event.peer.value);
  EXPECT_EQ(numbers, (std::set<std::uint32_t>{0, 1, 2}));
}

TEST_P(NetworkConformance, dialling_a_connected_peer_has_no_effect) {
  NodeLog a, b;
  auto world = make(2);
  a.listen(world->network(0));
  b.listen(world->network(1));
  ASSERT_TRUE(connect(*world, 0, a, 1, b));
  call(*world, 0, a, [&] { world->network(0).dial(world->address(1)); });
  call(*world, 1, b, [&] { world->network(1).dial(world->address(0)); });
  world->run_for(milliseconds(500));
  EXPECT_EQ(a.peers.size(), 1U);
  EXPECT_EQ(b.peers.size(), 1U);
  call(*world, 0, a, [&] { world->network(0).send(a.last_peer(), kGossip, frame_of("still here")); });
  EXPECT_TRUE(world->run_until([&] { return b.received.size() == 1; }, seconds(5)));
}

TEST_P(NetworkConformance, dialling_twice_at_once_connects_once) {
  NodeLog a, b;
  auto world = make(2);
  a.listen(world->network(0));
  b.listen(world->network(1));
  call(*world, 0, a, [&] {
    world->network(0).dial(world->address(1));
    world->network(0).dial(world->address(1));
  });
  world->run_for(milliseconds(500));
  EXPECT_EQ(a.count(Kind::connected), 1U);
  EXPECT_EQ(b.count(Kind::connected), 1U);
  EXPECT_EQ(a.peers.size(), 1U);
  EXPECT_EQ(b.peers.size(), 1U);
}

// Both dial at once and talk as soon as they are told: one connection for each, and no frame lost or out of order.
TEST_P(NetworkConformance, dialling_each_other_at_once_makes_one_connection) {
  for (std::uint64_t round = 1; round <= 8; ++round) {
    NodeLog a, b;
    auto world = make(2, round);
    a.listen(world->network(0));
    b.listen(world->network(1));
    std::vector<std::string> sent;
    for (int i = 0; i < 30; ++i) sent.push_back("frame " + std::to_string(i));
    const auto talk = [&](std::size_t node) {
      return [&, node](env::PeerId peer) {
        for (const std::string& text : sent) world->network(node).send(peer, kGossip, frame_of(text));
      };
    };
    a.when_connected = talk(0);
    b.when_connected = talk(1);
    call(*world, 0, a, [&] { world->network(0).dial(world->address(1)); });
    call(*world, 1, b, [&] { world->network(1).dial(world->address(0)); });
    EXPECT_TRUE(world->run_until([&] { return a.received.size() >= 30 && b.received.size() >= 30; }, seconds(10)));
    world->run_for(milliseconds(300));
    EXPECT_EQ(a.count(Kind::connected), 1U);
    EXPECT_EQ(b.count(Kind::connected), 1U);
    EXPECT_EQ(a.count(Kind::lost), 0U);
    EXPECT_EQ(b.count(Kind::lost), 0U);
    EXPECT_EQ(a.count(Kind::dial_failed), 0U);
    EXPECT_EQ(b.count(Kind::dial_failed), 0U);
    EXPECT_EQ(a.texts(kGossip), sent);
    EXPECT_EQ(b.texts(kGossip), sent);
  }
}

TEST_P(NetworkConformance, a_dial_to_nobody_fails_later) {
  NodeLog a;
  auto world = make(1);
  a.listen(world->network(0));
  call(*world, 0, a, [&] {
    world->network(0).dial(world->dead_address());
    world->network(0).dial("not an address");
  });
  ASSERT_TRUE(world->run_until([&] { return a.peers.size() == 2; }, seconds(20)));
  EXPECT_EQ(a.count(Kind::dial_failed), 2U);
  std::set<std::string> addresses;
  for (const PeerEvent& event : a.peers) addresses.insert(event.address);
  EXPECT_EQ(addresses, (std::set<std::string>{world->dead_address(), "not an address"}));
}

TEST_P(NetworkConformance, a_failed_dial_can_be_tried_again) {
  NodeLog a;
  auto world = make(1);
  a.listen(world->network(0));
  for (std::size_t i = 1; i <= 2; ++i) {
    call(*world, 0, a, [&] { world->network(0).dial(world->dead_address()); });
    ASSERT_TRUE(world->run_until([&] { return a.count(Kind::dial_failed) == i; }, seconds(20)));
  }
}

TEST_P(NetworkConformance, frames_arrive_whole_and_in_order_per_protocol) {
  NodeLog a, b;
  auto world = make(2);
  a.listen(world->network(0));
  b.listen(world->network(1));
  ASSERT_TRUE(connect(*world, 0, a, 1, b));
  Generator luck(3);
  std::map<env::Protocol, std::vector<std::string>> sent;
  constexpr std::size_t kFrames = 300;
  call(*world, 0, a, [&] {
    for (std::size_t i = 0; i < kFrames; ++i) {
      const auto protocol = static_cast<env::Protocol>(luck.below(env::kProtocolCount));
      const std::string text = i % 50 == 0 ? std::string() : std::to_string(i) + pattern(luck.below(3000), i);
      sent[protocol].push_back(text);
      world->network(0).send(a.last_peer(), protocol, frame_of(text));
    }
  });
  ASSERT_TRUE(world->run_until([&] { return b.received.size() == kFrames; }, seconds(20)));
  for (const auto& [protocol, texts] : sent) EXPECT_EQ(b.texts(protocol), texts);
  for (const auto& one : b.received) EXPECT_EQ(one.from, b.last_peer());
  EXPECT_TRUE(a.received.empty());
}

TEST_P(NetworkConformance, nothing_is_delivered_inside_send) {
  NodeLog a, b;
  auto world = make(2);
  a.listen(world->network(0));
  b.listen(world->network(1));
  ASSERT_TRUE(connect(*world, 0, a, 1, b));
  call(*world, 0, a, [&] {
    ++b.in_call;
    world->network(0).send(a.last_peer(), kGossip, frame_of("later"));
    EXPECT_TRUE(b.received.empty());
    --b.in_call;
  });
  EXPECT_TRUE(world->run_until([&] { return b.received.size() == 1; }, seconds(5)));
}

TEST_P(NetworkConformance, the_largest_frame_passes_both_ways) {
  NodeLog a, b;
  auto world = make(2);
  a.listen(world->network(0));
  b.listen(world->network(1));
  ASSERT_TRUE(connect(*world, 0, a, 1, b));
  const std::string large = pattern(env::kFrameBytesMax, 5);
  b.when_asked = [&](NodeLog::Asked& asked) { asked.reply(frame_of(large)); };
  Answer<env::Frame> answer;
  call(*world, 0, a, [&] {
    world->network(0).send(a.last_peer(), kGossip, frame_of(large));
    world->network(0).request(a.last_peer(), kHeads, frame_of(large), seconds(30), answer.done(a));
  });
  ASSERT_TRUE(world->run_until([&] { return b.received.size() == 1 && answer.calls == 1; }, seconds(30)));
  EXPECT_TRUE(b.received[0].text == large);
  EXPECT_TRUE(b.asked[0].text == large);
  ASSERT_TRUE(answer.ok) << answer.error;
  EXPECT_TRUE(text_of(answer.value) == large);
}

TEST_P(NetworkConformance, one_frame_can_go_to_many) {
  NodeLog logs[3];
  auto world = make(3);
  for (std::size_t i = 0; i < 3; ++i) logs[i].listen(world->network(i));
  ASSERT_TRUE(connect(*world, 0, logs[0], 1, logs[1]));
  ASSERT_TRUE(connect(*world, 0, logs[0], 2, logs[2]));
  const env::Frame shared = frame_of("to everybody");
  call(*world, 0, logs[0], [&] {
    world->network(0).send(logs[0].peers[0].peer, kGossip, shared);
    world->network(0).send(logs[0].peers[1].peer, kGossip, shared);
  });
  EXPECT_TRUE(world->run_until([&] { return logs[1].received.size() + logs[2].received.size() == 2; }, seconds(5)));
  EXPECT_EQ(logs[1].texts(kGossip), std::vector<std::string>{"to everybody"});
  EXPECT_EQ(logs[2].texts(kGossip), std::vector<std::string>{"to everybody"});
}

TEST_P(NetworkConformance, requests_are_answered_at_once_or_later_and_never_mixed_up) {
  NodeLog a, b;
  auto world = make(2);
  a.listen(world->network(0));
  b.listen(world->network(1));
  ASSERT_TRUE(connect(*world, 0, a, 1, b));
  constexpr std::size_t kRequests = 20;
  b.asked.reserve(kRequests);
  std::size_t asked = 0;
  b.when_asked = [&](NodeLog::Asked& one) {
    if (++asked % 2 == 0) {
      one.reply(frame_of("now: " + one.text));
      return;
    }
    // Earlier ones answer later, so that the answers overtake each other.
    const auto delay = milliseconds(static_cast<std::int64_t>(40 - asked));
    world->timers(1).after(
        delay, [reply = std::move(one.reply), text = one.text]() mutable { reply(frame_of("later: " + text)); });
  };
  std::vector<Answer<env::Frame>> answers(kRequests);
  call(*world, 0, a, [&] {
    for (std::size_t i = 0; i < kRequests; ++i) {
      const auto protocol = i % 3 == 0 ? kHeads : kReconciliation;
      world->network(0).request(a.last_peer(), protocol, frame_of(std::to_string(i)), seconds(10), answers[i].done(a));
    }
  });
  const auto answered = [&] {
    return std::all_of(answers.begin(), answers.end(), [](const auto& one) { return one.calls == 1; });
  };
  ASSERT_TRUE(world->run_until(answered, seconds(5)));
  for (std::size_t i = 0; i < kRequests; ++i) {
    ASSERT_TRUE(answers[i].ok) << answers[i].error;
    const std::string text = text_of(answers[i].value);
    EXPECT_EQ(text.substr(text.find(": ") + 2), std::to_string(i));
  }
  EXPECT_TRUE(b.received.empty());  // requests are not frames
}

TEST_P(NetworkConformance, both_sides_of_a_connection_can_ask) {
  NodeLog a, b;
  auto world = make(2);
  a.listen(world->network(0));
  b.listen(world->network(1));
  ASSERT_TRUE(connect(*world, 0, a, 1, b));
  a.when_asked = [](NodeLog::Asked& one) { one.reply(frame_of("a")); };
  b.when_asked = [](NodeLog::Asked& one) { one.reply(frame_of("b")); };
  Answer<env::Frame> from_a, from_b;
  call(*world, 0, a,
       [&] { world->network(0).request(a.last_peer(), kHeads, frame_of(""), seconds(5), from_a.done(a)); });
  call(*world, 1, b,
       [&] { world->network(1).request(b.last_peer(), kHeads, frame_of(""), seconds(5), from_b.done(b)); });
  ASSERT_TRUE(world->run_until([&] { return from_a.calls + from_b.calls == 2; }, seconds(5)));
  EXPECT_EQ(text_of(from_a.value), "b");
  EXPECT_EQ(text_of(from_b.value), "a");
}

TEST_P(NetworkConformance, a_refused_request_gives_an_error) {
  NodeLog a, b;
  auto world = make(2);
  a.listen(world->network(0));
  b.listen(world->network(1));
  ASSERT_TRUE(connect(*world, 0, a, 1, b));
  b.when_asked = [](NodeLog::Asked& one) { one.reply(Error{"not today"}); };
  Answer<env::Frame> answer;
  call(*world, 0, a,
       [&] { world->network(0).request(a.last_peer(), kHeads, frame_of("?"), seconds(5), answer.done(a)); });
  ASSERT_TRUE(world->run_until([&] { return answer.calls == 1; }, seconds(2)));
  EXPECT_FALSE(answer.ok);
  EXPECT_FALSE(answer.error.empty());
}

TEST_P(NetworkConformance, no_reply_lets_the_deadline_decide_and_a_late_one_is_dropped) {
  NodeLog a, b;
  auto world = make(2);
  a.listen(world->network(0));
  b.listen(world->network(1));
  ASSERT_TRUE(connect(*world, 0, a, 1, b));
  Answer<env::Frame> answer;
  Instant asked, ended;
  call(*world, 0, a, [&] {
    asked = world->clock(0).now();
    world->network(0).request(a.last_peer(), kHeads, frame_of("?"), milliseconds(150),
                              [&, done = answer.done(a)](Result<env::Frame> result) mutable {
                                ended = world->clock(0).now();
                                done(std::move(result));
                              });
  });
  ASSERT_TRUE(world->run_until([&] { return answer.calls == 1; }, seconds(5)));
  EXPECT_FALSE(answer.ok);
  EXPECT_GE(ended - asked, milliseconds(150));
  ASSERT_EQ(b.asked.size(), 1U);
  call(*world, 1, b, [&] { b.asked[0].reply(frame_of("too late")); });
  world->run_for(milliseconds(300));
  EXPECT_EQ(answer.calls, 1);
  EXPECT_EQ(a.count(Kind::lost), 0U);  // a missed deadline is no reason to lose the connection
}

TEST_P(NetworkConformance, a_reply_that_is_dropped_uncalled_lets_the_deadline_decide) {
  NodeLog a, b;
  auto world = make(2);
  a.listen(world->network(0));
  b.listen(world->network(1));
  ASSERT_TRUE(connect(*world, 0, a, 1, b));
  b.when_asked = [](NodeLog::Asked& one) { env::Reply dropped = std::move(one.reply); };
  Answer<env::Frame> answer;
  call(*world, 0, a,
       [&] { world->network(0).request(a.last_peer(), kHeads, frame_of("?"), milliseconds(100), answer.done(a)); });
  ASSERT_TRUE(world->run_until([&] { return answer.calls == 1; }, seconds(5)));
  EXPECT_FALSE(answer.ok);
}

TEST_P(NetworkConformance, a_lost_connection_ends_what_was_asked_over_it) {
  NodeLog a, b;
  auto world = make(2);
  a.listen(world->network(0));
  b.listen(world->network(1));
  ASSERT_TRUE(connect(*world, 0, a, 1, b));
  Answer<env::Frame> frame;
  Answer<Bytes> bulk;
  call(*world, 0, a, [&] {
    world->network(0).request(a.last_peer(), kHeads, frame_of("?"), hours(1), frame.done(a));
    world->network(0).fetch(a.last_peer(), env::ContentRange{.name = "x"}, hours(1), bulk.done(a));
  });
  ASSERT_TRUE(world->run_until([&] { return b.asked.size() == 1 && b.fetches.size() == 1; }, seconds(5)));
  world->crash(1);
  ASSERT_TRUE(world->run_until([&] { return frame.calls + bulk.calls == 2; }, seconds(30)));
  EXPECT_FALSE(frame.ok);
  EXPECT_FALSE(bulk.ok);
  EXPECT_TRUE(world->run_until([&] { return a.count(Kind::lost) == 1; }, seconds(5)));
}

TEST_P(NetworkConformance, asking_a_peer_that_is_not_connected_is_an_error_later) {
  NodeLog a, b;
  auto world = make(2);
  a.listen(world->network(0));
  b.listen(world->network(1));
  ASSERT_TRUE(connect(*world, 0, a, 1, b));
  const env::PeerId peer = a.last_peer();
  world->crash(1);
  ASSERT_TRUE(world->run_until([&] { return a.count(Kind::lost) == 1; }, seconds(30)));
  Answer<env::Frame> frame;
  Answer<Bytes> bulk;
  call(*world, 0, a, [&] {
    world->network(0).send(peer, kGossip, frame_of("into the void"));
    world->network(0).request(peer, kHeads, frame_of("?"), seconds(20), frame.done(a));
    world->network(0).fetch(peer, env::ContentRange{.name = "x"}, seconds(20), bulk.done(a));
    EXPECT_EQ(world->network(0).queued_bytes(peer), 0U);
  });
  ASSERT_TRUE(world->run_until([&] { return frame.calls + bulk.calls == 2; }, seconds(25)));
  EXPECT_FALSE(frame.ok);
  EXPECT_FALSE(bulk.ok);
}

TEST_P(NetworkConformance, a_crash_of_the_peer_is_told_once) {
  NodeLog a, b;
  auto world = make(2);
  a.listen(world->network(0));
  b.listen(world->network(1));
  ASSERT_TRUE(connect(*world, 0, a, 1, b));
  world->crash(1);
  ASSERT_TRUE(world->run_until([&] { return a.count(Kind::lost) == 1; }, seconds(30)));
  world->run_for(milliseconds(200));
  ASSERT_EQ(a.peers.size(), 2U);
  EXPECT_EQ(a.peers[1].peer, a.peers[0].peer);
  EXPECT_TRUE(a.peers[1].reason == env::CloseReason::remote || a.peers[1].reason == env::CloseReason::reset)
      << env::close_reason_name(a.peers[1].reason);
  EXPECT_EQ(b.peers.size(), 1U);  // the dead are told nothing
}

TEST_P(NetworkConformance, close_is_told_on_both_sides_with_the_reason) {
  NodeLog a, b;
  auto world = make(2);
  a.listen(world->network(0));
  b.listen(world->network(1));
  ASSERT_TRUE(connect(*world, 0, a, 1, b));
  call(*world, 0, a, [&] { world->network(0).close(a.last_peer(), env::CloseReason::limit); });
  ASSERT_TRUE(world->run_until([&] { return a.count(Kind::lost) + b.count(Kind::lost) == 2; }, seconds(10)));
  world->run_for(milliseconds(100));
  EXPECT_EQ(a.peers.size(), 2U);
  EXPECT_EQ(b.peers.size(), 2U);
  EXPECT_EQ(a.peers.back().reason, env::CloseReason::limit);
  EXPECT_TRUE(b.peers.back().reason == env::CloseReason::remote || b.peers.back().reason == env::CloseReason::reset);
}

TEST_P(NetworkConformance, closing_twice_or_a_lost_peer_is_told_once) {
  NodeLog a, b;
  auto world = make(2);
  a.listen(world->network(0));
  b.listen(world->network(1));
  ASSERT_TRUE(connect(*world, 0, a, 1, b));
  const env::PeerId peer = a.last_peer();
  call(*world, 0, a, [&] {
    world->network(0).close(peer, env::CloseReason::local);
    world->network(0).close(peer, env::CloseReason::local);
  });
  ASSERT_TRUE(world->run_until([&] { return a.count(Kind::lost) == 1; }, seconds(5)));
  call(*world, 0, a, [&] { world->network(0).close(peer, env::CloseReason::local); });
  world->run_for(milliseconds(200));
  EXPECT_EQ(a.peers.size(), 2U);
}

TEST_P(NetworkConformance, connected_and_lost_alternate_and_the_number_stays) {
  NodeLog a, b;
  auto world = make(2);
  a.listen(world->network(0));
  b.listen(world->network(1));
  for (std::size_t round = 1; round <= 4; ++round) {
    const bool from_a = round % 2 == 1;
    ASSERT_TRUE(from_a ? connect(*world, 0, a, 1, b) : connect(*world, 1, b, 0, a));
    call(*world, 0, a, [&] { world->network(0).send(a.last_peer(), kGossip, frame_of(std::to_string(round))); });
    ASSERT_TRUE(world->run_until([&] { return b.received.size() == round; }, seconds(5)));
    call(*world, 1, b, [&] { world->network(1).close(b.last_peer(), env::CloseReason::local); });
    ASSERT_TRUE(
        world->run_until([&] { return a.count(Kind::lost) == round && b.count(Kind::lost) == round; }, seconds(10)));
  }
  for (const NodeLog* log : {&a, &b}) {
    for (std::size_t i = 0; i < log->peers.size(); ++i) {
      EXPECT_EQ(log->peers[i].kind, i % 2 == 0 ? Kind::connected : Kind::lost);
      EXPECT_EQ(log->peers[i].peer, log->peers[0].peer);
    }
  }
  EXPECT_EQ(b.texts(kGossip), (std::vector<std::string>{"1", "2", "3", "4"}));
}

TEST_P(NetworkConformance, a_peer_that_comes_back_from_a_crash_keeps_its_number_and_identity) {
  NodeLog a, b, b_again;
  auto world = make(2);
  a.listen(world->network(0));
  b.listen(world->network(1));
  ASSERT_TRUE(connect(*world, 0, a, 1, b));
  const env::PeerId number = a.last_peer();
  const std::string identity = world->network(0).identity(number);
  world->crash(1);
  ASSERT_TRUE(world->run_until([&] { return a.count(Kind::lost) == 1; }, seconds(30)));
  world->reopen(1);
  b_again.listen(world->network(1));
  EXPECT_EQ(world->network(1).own_identity(), identity);
  ASSERT_TRUE(connect(*world, 1, b_again, 0, a));
  EXPECT_EQ(a.last_peer(), number);
  EXPECT_EQ(world->network(0).identity(number), identity);
  call(*world, 0, a, [&] { world->network(0).send(number, kGossip, frame_of("welcome back")); });
  EXPECT_TRUE(world->run_until([&] { return b_again.received.size() == 1; }, seconds(5)));
  EXPECT_TRUE(b.received.empty());
}

TEST_P(NetworkConformance, queued_bytes_rise_with_send_and_drain) {
  NodeLog a, b;
  auto world = make(2);
  a.listen(world->network(0));
  b.listen(world->network(1));
  ASSERT_TRUE(connect(*world, 0, a, 1, b));
  const env::PeerId peer = a.last_peer();
  constexpr std::size_t kFrames = 32;
  constexpr std::size_t kSize = 128 * 1024;
  std::size_t queued = 0;
  call(*world, 0, a, [&] {
    EXPECT_EQ(world->network(0).queued_bytes(peer), 0U);
    const env::Frame frame = frame_of(pattern(kSize, 9));
    for (std::size_t i = 0; i < kFrames; ++i) world->network(0).send(peer, kGossip, frame);
    queued = world->network(0).queued_bytes(peer);
  });
  EXPECT_GT(queued, 0U);
  EXPECT_LE(queued, kFrames * (kSize + 256));  // with a little for headers
  ASSERT_TRUE(world->run_until([&] { return b.received.size() == kFrames; }, seconds(60)));
  call(*world, 0, a, [&] { queued = world->network(0).queued_bytes(peer); });
  EXPECT_EQ(queued, 0U);
}

}  // namespace
}  // namespace lastmile::env_conformance
