// What faults of paths do to connections and frames.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "sim/env/access_link.hpp"
#include "tests/unit/sim/toy.hpp"

namespace lastmile::sim::test {
namespace {

using Stories = std::vector<std::string>;

LinkRule cut(CutMode mode, LinkDirection direction = LinkDirection::both) {
  LinkRule rule = Toys::between({0}, {1});
  rule.cut = mode;
  rule.direction = direction;
  return rule;
}

TEST(Cut, a_stall_keeps_the_connection_and_delivers_after_its_end_in_order) {
  Toys toys(2);
  toys.connect(0, 1);
  const LinkRuleId rule = toys.engine->add_rule(cut(CutMode::stall));
  for (int i = 0; i < 5; ++i) {
    toys.send(0, 1, "a" + std::to_string(i));
    toys.send(1, 0, "b" + std::to_string(i));
    toys.run(seconds(2));
  }
  EXPECT_TRUE(toys[1].received.empty());
  EXPECT_EQ(toys.engine->frames_stopped(rule), 10U);
  EXPECT_EQ(toys[0].env.network.queued_bytes(toys.peer(0, 1)), 10U);
  toys.engine->remove_rule(rule);
  toys.send(0, 1, "after");
  const Instant healed = toys.engine->now();
  toys.run(seconds(1));
  EXPECT_EQ(toys[1].texts(), (Stories{"a0", "a1", "a2", "a3", "a4", "after"}));
  EXPECT_EQ(toys[0].texts(), (Stories{"b0", "b1", "b2", "b3", "b4"}));
  EXPECT_EQ(toys[1].received[0].time, healed + milliseconds(10));
  EXPECT_EQ(toys[0].env.network.queued_bytes(toys.peer(0, 1)), 0U);
  EXPECT_EQ(toys[0].stories(), Stories{"connected b"});
  EXPECT_EQ(toys.engine->frames_stopped(rule), 10U);  // also after its end
}

TEST(Cut, a_stall_longer_than_keep_alive_ends_the_connection_on_both_sides) {
  Toys toys(3);
  toys.connect(0, 1);
  toys.connect(0, 2);
  const Instant begin = toys.engine->now();
  const LinkRuleId rule = toys.engine->add_rule(cut(CutMode::stall));
  toys.send(0, 1, "never");
  toys.run(seconds(59));
  EXPECT_EQ(toys[0].peers.size(), 2U);
  toys.run(seconds(2));
  EXPECT_EQ(toys[0].stories(), (Stories{"connected b", "connected c", "lost b timeout"}));
  EXPECT_EQ(toys[1].stories(), (Stories{"connected a", "lost a timeout"}));
  EXPECT_EQ(toys[0].changes[2].time, begin + seconds(60));
  toys.dial(0, 1);
  toys.run(seconds(20));
  EXPECT_EQ(toys[0].stories().back(), "failed b timeout");
  toys.engine->remove_rule(rule);
  toys.connect(1, 0);
  EXPECT_EQ(toys[0].stories().back(), "connected b");
  toys.run(seconds(1));
  EXPECT_TRUE(toys[1].received.empty()) << "frames of the lost connection arrived";
}

TEST(Cut, two_short_stalls_do_not_add_up) {
  Toys toys(2);
  toys.connect(0, 1);
  for (int turn = 0; turn < 3; ++turn) {
    const LinkRuleId rule = toys.engine->add_rule(cut(CutMode::stall));
    toys.run(seconds(40));
    toys.engine->remove_rule(rule);
    toys.run(milliseconds(1));
  }
  toys.run(seconds(100));
  EXPECT_EQ(toys[0].stories(), Stories{"connected b"});
}

TEST(Cut, one_direction_alone_may_be_cut) {
  Toys toys(2);
  toys.connect(0, 1);
  const LinkRuleId rule = toys.engine->add_rule(cut(CutMode::stall, LinkDirection::first_to_second));
  toys.send(0, 1, "held");
  toys.send(1, 0, "passes");
  toys.run(seconds(1));
  EXPECT_EQ(toys[0].texts(), Stories{"passes"});
  EXPECT_TRUE(toys[1].received.empty());
  toys.engine->remove_rule(rule);
  toys.run(seconds(1));
  EXPECT_EQ(toys[1].texts(), Stories{"held"});
}

TEST(Cut, a_one_way_cut_stops_the_answers_to_dials_too) {
  for (const std::uint32_t dialler : {0U, 1U}) {
    Toys toys(2);
    const LinkRuleId rule = toys.engine->add_rule(cut(CutMode::stall, LinkDirection::first_to_second));
    toys.dial(dialler, 1 - dialler);
    toys.run(seconds(15));
    EXPECT_EQ(toys[dialler].stories().back(), dialler == 0 ? "failed b timeout" : "failed a timeout");
    toys.run(seconds(60));
    toys.engine->remove_rule(rule);
    toys.run(seconds(1));
    // Nobody is left with half a connection.
    EXPECT_TRUE(toys[0].peers.empty());
    EXPECT_TRUE(toys[1].peers.empty());
    toys.connect(0, 1);
    EXPECT_EQ(toys[1].peers.size(), 1U);
  }
}

TEST(Cut, a_reset_closes_at_once_loses_what_is_on_its_way_and_fails_dials) {
  Toys toys(2);
  toys.connect(0, 1);
  toys.send(0, 1, "on its way");
  toys.run(milliseconds(5));
  const LinkRuleId rule = toys.engine->add_rule(cut(CutMode::reset));
  toys.run(seconds(1));
  EXPECT_EQ(toys[0].stories(), (Stories{"connected b", "lost b reset"}));
  EXPECT_EQ(toys[1].stories(), (Stories{"connected a", "lost a reset"}));
  EXPECT_TRUE(toys[1].received.empty());
  toys.dial(1, 0);
  toys.run(seconds(1));
  EXPECT_EQ(toys[1].stories().back(), "failed a reset");
  toys.engine->remove_rule(rule);
  toys.connect(1, 0);
  EXPECT_EQ(toys[0].stories().back(), "connected b");
}

TEST(Cut, a_reset_in_one_direction_is_enough) {
  Toys toys(2);
  toys.connect(0, 1);
  toys.engine->add_rule(cut(CutMode::reset, LinkDirection::first_to_second));
  toys.run(seconds(1));
  EXPECT_EQ(toys[0].stories().back(), "lost b reset");
  EXPECT_EQ(toys[1].stories().back(), "lost a reset");
}

TEST(Cut, a_dial_under_way_when_a_reset_begins_fails) {
  Toys toys(2);
  toys.dial(0, 1);
  toys.run(milliseconds(5));
  toys.engine->add_rule(cut(CutMode::reset));
  toys.run(seconds(1));
  EXPECT_EQ(toys[0].stories(), Stories{"failed b reset"});
  EXPECT_TRUE(toys[1].stories().empty());
}

TEST(Cut, a_hold_lasts_as_long_as_it_wants) {
  Toys toys(2);
  toys.connect(0, 1);
  const LinkRuleId rule = toys.engine->add_rule(cut(CutMode::hold));
  toys.send(0, 1, "1");
  toys.run(minutes(10));
  toys.send(0, 1, "2");
  toys.engine->remove_rule(rule);
  toys.run(seconds(1));
  EXPECT_EQ(toys[1].texts(), (Stories{"1", "2"}));
  EXPECT_EQ(toys[0].stories(), Stories{"connected b"});
}

TEST(Cut, what_a_stall_holds_has_a_limit) {
  EngineConfig config = Toys::quiet();
  config.network.send_buffer_bytes = 10;
  Toys toys(2, std::move(config));
  toys.connect(0, 1);
  const LinkRuleId rule = toys.engine->add_rule(cut(CutMode::stall));
  for (int i = 0; i < 8; ++i) toys.send(0, 1, "xyz");
  EXPECT_EQ(toys.engine->traffic({0}).frames_dropped, 5U);
  toys.engine->remove_rule(rule);
  toys.run(seconds(1));
  EXPECT_EQ(toys[1].received.size(), 3U);
}

TEST(Cut, a_leaking_cut_loses_most_frames_and_no_connection) {
  Toys toys(2);
  toys.connect(0, 1);
  LinkRule rule = cut(CutMode::stall);
  rule.leak = 100'000'000;  // a tenth
  const LinkRuleId id = toys.engine->add_rule(rule);
  for (int i = 0; i < 1000; ++i) toys.send(0, 1, "x");
  toys.run(minutes(5));
  EXPECT_GT(toys[1].received.size(), 60U);
  EXPECT_LT(toys[1].received.size(), 150U);
  EXPECT_EQ(toys.engine->frames_stopped(id) + toys[1].received.size(), 1000U);
  EXPECT_EQ(toys[0].stories(), Stories{"connected b"});
}

TEST(Cut, only_the_named_pairs_are_cut) {
  Toys toys(4);
  for (std::uint32_t a = 0; a < 4; ++a)
    for (std::uint32_t b = a + 1; b < 4; ++b) toys.connect(a, b);
  LinkRule rule = Toys::between({0, 1}, {1, 2});  // b is on both sides
  rule.cut = CutMode::stall;
  toys.engine->add_rule(rule);
  const auto passes = [&](std::uint32_t a, std::uint32_t b) {
    const std::size_t before = toys[b].received.size();
    toys.send(a, b, "x");
    toys.run(milliseconds(100));
    return toys[b].received.size() > before;
  };
  EXPECT_FALSE(passes(0, 1));
  EXPECT_FALSE(passes(1, 0));
  EXPECT_FALSE(passes(0, 2));
  EXPECT_FALSE(passes(2, 1));
  EXPECT_TRUE(passes(0, 3));
  EXPECT_TRUE(passes(3, 2));
}

TEST(Cut, overlapping_cuts_end_with_the_last_one) {
  Toys toys(2);
  toys.connect(0, 1);
  const LinkRuleId first = toys.engine->add_rule(cut(CutMode::stall));
  toys.send(0, 1, "x");
  const LinkRuleId second = toys.engine->add_rule(cut(CutMode::hold));
  toys.engine->remove_rule(first);
  toys.run(seconds(1));
  EXPECT_TRUE(toys[1].received.empty());
  toys.engine->remove_rule(second);
  toys.run(seconds(1));
  EXPECT_EQ(toys[1].texts(), Stories{"x"});
}

TEST(Link, latency_factor_and_addition) {
  Toys toys(2);
  toys.connect(0, 1);
  LinkRule rule = Toys::between({0}, {1});
  rule.quality.latency_factor = 3 * std::uint64_t{kBillion};
  rule.quality.latency_add = milliseconds(5);
  const LinkRuleId id = toys.engine->add_rule(rule);
  const Instant begin = toys.engine->now();
  toys.send(0, 1, "slow");
  toys.run(seconds(1));
  EXPECT_EQ(toys[1].received[0].time, begin + milliseconds(35));
  toys.engine->remove_rule(id);
  const Instant again = toys.engine->now();
  toys.send(0, 1, "fast");
  toys.run(seconds(1));
  EXPECT_EQ(toys[1].received[1].time, again + milliseconds(10));
}

TEST(Link, a_slow_path_is_overtaken_by_nothing_when_it_becomes_fast) {
  Toys toys(2);
  toys.connect(0, 1);
  LinkRule rule = Toys::between({0}, {1});
  rule.quality.latency_add = seconds(2);
  const LinkRuleId id = toys.engine->add_rule(rule);
  toys.send(0, 1, "first");
  toys.engine->remove_rule(id);
  toys.send(0, 1, "second");
  toys.run(seconds(5));
  EXPECT_EQ(toys[1].texts(), (Stories{"first", "second"}));
}

TEST(Link, shares_of_loss_and_duplication_are_met) {
  Toys toys(2);
  toys.connect(0, 1);
  LinkRule rule = Toys::between({0}, {1});
  rule.quality.loss = 200'000'000;
  rule.quality.duplicate = 100'000'000;
  toys.engine->add_rule(rule);
  for (int i = 0; i < 5000; ++i) toys.send(0, 1, std::to_string(i));
  toys.run(seconds(5));
  std::map<std::string, int> copies;
  for (const std::string& text : toys[1].texts()) ++copies[text];
  const auto twice = std::count_if(copies.begin(), copies.end(), [](const auto& each) { return each.second == 2; });
  EXPECT_NEAR(static_cast<double>(copies.size()), 4000, 120);
  EXPECT_NEAR(static_cast<double>(twice), 400, 60);
}

TEST(Link, a_bandwidth_of_a_path) {
  Toys toys(2);
  toys.connect(0, 1);
  LinkRule rule = Toys::between({0}, {1});
  rule.quality.bandwidth_bits = 8'000'000;
  toys.engine->add_rule(rule);
  const Instant begin = toys.engine->now();
  toys.send(0, 1, std::string(10'000, 'x'));
  toys.send(0, 1, std::string(10'000, 'x'));
  toys.run(seconds(1));
  EXPECT_EQ(toys[1].received[0].time, begin + milliseconds(20));
  EXPECT_EQ(toys[1].received[1].time, begin + milliseconds(30));
}

TEST(Link, a_damaged_frame_closes_the_connection) {
  Toys toys(2);
  toys.connect(0, 1);
  LinkRule rule = Toys::between({0}, {1});
  rule.quality.corrupt = kBillion;
  toys.engine->add_rule(rule);
  toys.send(0, 1, "x");
  toys.run(seconds(1));
  EXPECT_EQ(toys[1].stories().back(), "lost a protocol_error");
  EXPECT_EQ(toys[0].stories().back(), "lost b remote");
  EXPECT_TRUE(toys[1].received.empty());
}

TEST(Link, reordering_breaks_the_order_when_asked_to) {
  Toys toys(2);
  toys.connect(0, 1);
  LinkRule rule = Toys::between({0}, {1});
  rule.quality.reorder = 300'000'000;
  toys.engine->add_rule(rule);
  for (int i = 0; i < 100; ++i) {
    toys.send(0, 1, std::to_string(i));
    toys.run(milliseconds(1));
  }
  toys.run(seconds(1));
  std::vector<int> order;
  for (const std::string& text : toys[1].texts()) order.push_back(std::stoi(text));
  EXPECT_EQ(order.size(), 100U);
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
}

TEST(LinkRules, shares_of_several_rules_combine_as_independent) {
  LinkRules rules;
  LinkRule rule = Toys::between({0}, {1});
  rule.quality.loss = kBillion / 2;
  rule.quality.latency_add = milliseconds(3);
  rules.add(rule);
  rules.add(rule);
  const auto effect = rules.effect({1}, {0});
  ASSERT_TRUE(effect.has_value());
  EXPECT_EQ(effect->quality.loss, 750'000'000U);
  EXPECT_EQ(effect->quality.latency_add, milliseconds(6));
  EXPECT_FALSE(rules.effect({0}, {2}).has_value());
}

TEST(LinkRules, however_many_there_are_a_path_takes_a_day_at_most) {
  LinkRules rules;
  LinkRule rule = Toys::between({0}, {1});
  rule.quality.latency_add = hours(1);
  rule.quality.jitter = hours(1);
  rule.quality.latency_factor = 1000 * std::uint64_t{kBillion};
  for (std::size_t i = 0; i < LinkRules::kRulesMax; ++i) rules.add(rule);
  const auto effect = rules.effect({0}, {1});
  ASSERT_TRUE(effect.has_value());
  EXPECT_EQ(latency_with(effect->quality, milliseconds(20)), kPathDelayMax);
  EXPECT_EQ(latency_with(effect->quality, hours(3)), kPathDelayMax);
  EXPECT_EQ(effect->quality.jitter, kPathDelayMax);
}

TEST(AccessLink, that_is_very_slow_is_busy_longer_than_any_run_and_no_longer) {
  AccessLink link(1);
  std::int64_t last = 0;
  for (int i = 0; i < 100; ++i) {
    const std::int64_t through = link.pass(0, 100 << 20);
    EXPECT_GE(through, last) << "round the corner";
    last = through;
  }
}

}  // namespace
}  // namespace lastmile::sim::test
