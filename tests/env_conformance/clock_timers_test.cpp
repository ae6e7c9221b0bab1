#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "tests/env_conformance/suite.hpp"

namespace lastmile::env_conformance {
namespace {

constexpr Wall kYear2020{1577836800LL * 1000000000LL};

TEST_P(ClockConformance, now_never_goes_back_and_moves_on) {
  auto world = make(1);
  std::vector<Instant> seen;
  const auto look = [&] { seen.push_back(world->clock(0).now()); };
  for (int i = 0; i < 20; ++i) {
    world->on_loop(0, look);
    world->run_for(milliseconds(2));
    world->on_loop(0, look);
  }
  for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_LE(seen[i - 1], seen[i]);
  EXPECT_GE(seen.back() - seen.front(), milliseconds(38));
}

TEST_P(ClockConformance, wall_is_utc_since_1970) {
  auto world = make(1);
  Wall wall;
  world->on_loop(0, [&] { wall = world->clock(0).wall(); });
  EXPECT_GT(wall, kYear2020);
}

TEST_P(TimersConformance, nothing_fires_inside_after_even_without_delay) {
  auto world = make(1);
  bool inside = false;
  int fired = 0;
  const auto fire = [&] {
    EXPECT_FALSE(inside);
    ++fired;
  };
  world->on_loop(0, [&] {
    inside = true;
    world->timers(0).after(Duration{}, fire);
    world->timers(0).after(seconds(-5), fire);
    inside = false;
  });
  EXPECT_TRUE(world->run_until([&] { return fired == 2; }, seconds(1)));
}

TEST_P(TimersConformance, never_fires_before_its_time) {
  auto world = make(1);
  Instant set;
  std::vector<Duration> waited;
  world->on_loop(0, [&] {
    set = world->clock(0).now();
    for (int ms : {1, 7, 30}) {
      world->timers(0).after(milliseconds(ms), [&] { waited.push_back(world->clock(0).now() - set); });
    }
  });
  ASSERT_TRUE(world->run_until([&] { return waited.size() == 3; }, seconds(2)));
  EXPECT_GE(waited[0], milliseconds(1));
  EXPECT_GE(waited[1], milliseconds(7));
  EXPECT_GE(waited[2], milliseconds(30));
}

TEST_P(TimersConformance, fire_in_order_of_time_then_creation) {
  auto world = make(1);
  Generator luck(11);
  struct Planned {
    int delay_ms;
    int number;
  };
  std::vector<Planned> planned;
  std::vector<int> fired;
  for (int i = 0; i < 80; ++i) planned.push_back({static_cast<int>(luck.below(4)) * 25, i});
  world->on_loop(0, [&] {
    for (const Planned& one : planned) {
      world->timers(0).after(milliseconds(one.delay_ms), [&fired, number = one.number] { fired.push_back(number); });
    }
  });
  ASSERT_TRUE(world->run_until([&] { return fired.size() == planned.size(); }, seconds(2)));
  std::stable_sort(planned.begin(), planned.end(),
                   [](const Planned& a, const Planned& b) { return a.delay_ms < b.delay_ms; });
  std::vector<int> expected;
  for (const Planned& one : planned) expected.push_back(one.number);
  EXPECT_EQ(fired, expected);
}

TEST_P(TimersConformance, a_negative_delay_counts_as_zero) {
  auto world = make(1);
  std::string order;
  world->on_loop(0, [&] {
    world->timers(0).after(milliseconds(30), [&] { order += 'c'; });
    world->timers(0).after(Duration{}, [&] { order += 'a'; });
    world->timers(0).after(hours(-1), [&] { order += 'b'; });  // not before the one made first
  });
  EXPECT_TRUE(world->run_until([&] { return order.size() == 3; }, seconds(1)));
  EXPECT_EQ(order, "abc");
}

TEST_P(TimersConformance, one_set_by_a_callback_comes_after_those_already_due) {
  auto world = make(1);
  std::string order;
  bool inside = false;
  world->on_loop(0, [&] {
    world->timers(0).after(Duration{}, [&] {
      order += 'a';
      inside = true;
      world->timers(0).after(Duration{}, [&] {
        EXPECT_FALSE(inside);
        order += 'd';
      });
      inside = false;
    });
    world->timers(0).after(Duration{}, [&] { order += 'b'; });
    world->timers(0).after(Duration{}, [&] { order += 'c'; });
  });
  EXPECT_TRUE(world->run_until([&] { return order.size() == 4; }, seconds(1)));
  EXPECT_EQ(order, "abcd");
}

TEST_P(TimersConformance, a_cancelled_timer_does_not_fire) {
  auto world = make(1);
  std::string order;
  world->on_loop(0, [&] {
    const auto kept = world->timers(0).after(milliseconds(5), [&] { order += 'k'; });
    const auto dropped = world->timers(0).after(milliseconds(5), [&] { order += 'x'; });
    const auto immediate = world->timers(0).after(Duration{}, [&] { order += 'x'; });
    world->timers(0).cancel(dropped);
    world->timers(0).cancel(immediate);
    world->timers(0).cancel(immediate);
    EXPECT_NE(kept, dropped);
  });
  world->run_for(milliseconds(40));
  EXPECT_EQ(order, "k");
}

TEST_P(TimersConformance, a_callback_can_cancel_one_that_is_due_with_it) {
  auto world = make(1);
  std::string order;
  env::TimerId second;
  world->on_loop(0, [&] {
    world->timers(0).after(Duration{}, [&] {
      order += 'a';
      world->timers(0).cancel(second);
    });
    second = world->timers(0).after(Duration{}, [&] { order += 'x'; });
    world->timers(0).after(Duration{}, [&] { order += 'c'; });
  });
  world->run_for(milliseconds(20));
  EXPECT_EQ(order, "ac");
}

TEST_P(TimersConformance, cancelling_what_has_fired_or_never_was_has_no_effect) {
  auto world = make(1);
  int fired = 0;
  env::TimerId own;
  world->on_loop(0, [&] {
    world->timers(0).cancel(env::TimerId{0});
    world->timers(0).cancel(env::TimerId{123456789});
    own = world->timers(0).after(Duration{}, [&] {
      world->timers(0).cancel(own);  // itself, while it runs
      ++fired;
    });
  });
  ASSERT_TRUE(world->run_until([&] { return fired == 1; }, seconds(1)));
  world->on_loop(0, [&] {
    world->timers(0).after(milliseconds(1), [&] { ++fired; });
    world->timers(0).cancel(own);  // long gone; must not hit the new one
  });
  EXPECT_TRUE(world->run_until([&] { return fired == 2; }, seconds(1)));
}

TEST_P(TimersConformance, ids_are_never_zero_and_never_reused) {
  auto world = make(1);
  std::set<std::uint64_t> ids;
  std::size_t fired = 0;
  for (int round = 0; round < 3; ++round) {
    world->on_loop(0, [&] {
      for (int i = 0; i < 200; ++i) ids.insert(world->timers(0).after(Duration{}, [&] { ++fired; }).value);
    });
    const std::size_t wanted = 200 * (static_cast<std::size_t>(round) + 1);
    ASSERT_TRUE(world->run_until([&] { return fired == wanted; }, seconds(1)));
  }
  EXPECT_EQ(ids.size(), 600U);
  EXPECT_FALSE(ids.contains(0));
}

TEST_P(TimersConformance, a_chain_of_immediate_timers_lets_others_live) {
  auto world = make(1);
  int links = 0;
  bool other = false;
  std::function<void()> link = [&] {
    if (++links < 2000) world->timers(0).after(microseconds(20), link);
  };
  world->on_loop(0, [&] {
    world->timers(0).after(Duration{}, link);
    world->timers(0).after(milliseconds(1), [&] { other = true; });
  });
  EXPECT_TRUE(world->run_until([&] { return other; }, seconds(1)));
  EXPECT_TRUE(world->run_until([&] { return links == 2000; }, seconds(5)));
}

TEST_P(TimersConformance, each_node_has_its_own) {
  auto world = make(2);
  bool fired = false;
  env::TimerId id;
  world->on_loop(0, [&] { id = world->timers(0).after(milliseconds(2), [&] { fired = true; }); });
  world->on_loop(1, [&] { world->timers(1).cancel(id); });
  EXPECT_TRUE(world->run_until([&] { return fired; }, seconds(1)));
}

TEST_P(TimersConformance, a_crash_drops_what_was_pending) {
  auto world = make(2);
  int fired = 0;
  world->on_loop(0, [&] {
    for (int ms : {0, 1, 20}) world->timers(0).after(milliseconds(ms), [&] { ++fired; });
    world->timers(0).after(Duration{}, [&] { ++fired; });
  });
  world->crash(0);
  const int before = fired;
  world->reopen(0);
  bool alive = false;
  world->on_loop(0, [&] { world->timers(0).after(milliseconds(1), [&] { alive = true; }); });
  world->run_for(milliseconds(50));
  EXPECT_EQ(fired, before);
  EXPECT_TRUE(alive);
}

}  // namespace
}  // namespace lastmile::env_conformance
