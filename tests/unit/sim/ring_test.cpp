// The event queue against a heap: same events, same order, whatever the load looks like.
#include "sim/env/event_ring.hpp"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <vector>

#include "core/base/random.hpp"
#include "sim/env/slot_table.hpp"

namespace lastmile::sim {
namespace {

// The obvious queue: a 4-ary heap on the whole key.
class HeapOfFour {
 public:
  void push(const Event& event) {
    items_.push_back(event);
    std::size_t at = items_.size() - 1;
    while (at > 0 && event_before(items_[at], items_[(at - 1) / 4])) {
      std::swap(items_[at], items_[(at - 1) / 4]);
      at = (at - 1) / 4;
    }
  }
  bool empty() const { return items_.empty(); }
  Event pop() {
    const Event first = items_.front();
    items_.front() = items_.back();
    items_.pop_back();
    for (std::size_t at = 0;;) {
      std::size_t least = at;
      for (std::size_t child = 4 * at + 1; child < std::min(4 * at + 5, items_.size()); ++child)
        if (event_before(items_[child], items_[least])) least = child;
      if (least == at) return first;
      std::swap(items_[at], items_[least]);
      at = least;
    }
  }

 private:
  std::vector<Event> items_;
};

Event event_at(std::int64_t time, std::uint32_t destination, std::uint32_t source, std::uint64_t counter) {
  return {time, make_route({destination}, {source}), make_tail(counter, EventKind::timer, 0), counter, 0, 0};
}

bool same(const Event& a, const Event& b) { return a.time == b.time && a.route == b.route && a.tail == b.tail; }

// Delays as runs have them: now, within the open bucket, of a link, of a timer, of a day, of a month.
std::int64_t some_delay(Generator& draws) {
  switch (draws.below(8)) {
    case 0:
      return 0;
    case 1:
      return static_cast<std::int64_t>(draws.below(1000));
    case 2:
      return static_cast<std::int64_t>(draws.below(65536 * 2));
    case 3:
    case 4:
      return static_cast<std::int64_t>(draws.below(300'000'000));
    case 5:
      return static_cast<std::int64_t>(draws.below(3'000'000'000));
    case 6:
      return static_cast<std::int64_t>(draws.below(400'000'000'000));
    default:
      return static_cast<std::int64_t>(draws.below(3'000'000'000'000'000));
  }
}

TEST(EventRing, ten_thousand_random_events_come_in_the_order_of_a_heap) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Generator draws(seed);
    EventRing ring;
    HeapOfFour heap;
    std::vector<std::uint64_t> counters(5, 0);
    std::int64_t now = 0;
    int pushed = 0;
    while (pushed < 10'000 || !heap.empty()) {
      const bool push = pushed < 10'000 && (heap.empty() || draws.below(100) < 52);
      if (push) {
        const auto source = static_cast<std::uint32_t>(draws.below(5));
        const Event event =
            event_at(now + some_delay(draws), static_cast<std::uint32_t>(draws.below(4)), source, counters[source]++);
        ring.push(event);
        heap.push(event);
        ++pushed;
      } else {
        const Event* next = ring.peek();
        ASSERT_NE(next, nullptr);
        const Event got = *next;
        ring.pop();
        ASSERT_TRUE(same(got, heap.pop())) << "seed " << seed;
        now = got.time;
      }
    }
    EXPECT_EQ(ring.peek(), nullptr);
    EXPECT_TRUE(ring.empty());
  }
}

TEST(EventRing, the_order_does_not_depend_on_insertion) {
  Generator draws(3);
  std::vector<Event> events;
  for (std::uint64_t i = 0; i < 2000; ++i)  // many share a nanosecond
    events.push_back(event_at(static_cast<std::int64_t>(draws.below(50)) * 40'000,
                              static_cast<std::uint32_t>(draws.below(3)), static_cast<std::uint32_t>(draws.below(3)),
                              i));
  const auto drained = [](const std::vector<Event>& input) {
    EventRing ring;
    for (const Event& event : input) ring.push(event);
    std::vector<std::uint64_t> order;
    while (const Event* next = ring.peek()) {
      order.push_back(next->argument);
      ring.pop();
    }
    return order;
  };
  const auto first = drained(events);
  draws.shuffle(events);
  EXPECT_EQ(first, drained(events));
}

TEST(EventRing, at_one_instant_nodes_go_by_index_then_by_source_then_by_counter) {
  EventRing ring;
  ring.push(event_at(5, kEngineNode.value, 0, 0));
  ring.push(event_at(5, 2, 1, 7));
  ring.push(event_at(5, 1, 9, 0));
  ring.push(event_at(5, 1, 3, 4));
  ring.push(event_at(5, 1, 3, 2));
  std::vector<std::pair<std::uint32_t, std::uint64_t>> order;
  while (const Event* next = ring.peek()) {
    order.emplace_back(next->destination().value, next->tail >> 16);
    ring.pop();
  }
  EXPECT_EQ(order, (std::vector<std::pair<std::uint32_t, std::uint64_t>>{
                       {1, 2}, {1, 4}, {1, 0}, {2, 7}, {kEngineNode.value, 0}}));
}

TEST(EventRing, a_limited_look_does_not_open_what_lies_behind_the_limit) {
  EventRing ring;
  ring.push(event_at(10'000'000'000, 0, 0, 0));  // a time-out in ten seconds
  EXPECT_EQ(ring.peek(5'000'000'000), nullptr);
  EXPECT_FALSE(ring.empty());
  ring.push(event_at(5'000'000'001, 0, 0, 1));  // may still be before it
  const Event* next = ring.peek();
  ASSERT_NE(next, nullptr);
  EXPECT_EQ(next->time, 5'000'000'001);
  ring.pop();
  EXPECT_EQ(ring.peek()->time, 10'000'000'000);
}

TEST(EventRing, draining_gives_back_everything_once) {
  Generator draws(11);
  EventRing ring;
  for (std::uint64_t i = 0; i < 500; ++i) ring.push(event_at(some_delay(draws), 0, 0, i));
  for (int i = 0; i < 100; ++i) {
    ASSERT_NE(ring.peek(), nullptr);
    ring.pop();
  }
  std::vector<bool> seen(500, false);
  std::size_t count = 0;
  ring.drain([&](const Event& event) {
    EXPECT_FALSE(seen[event.argument]);
    seen[event.argument] = true;
    ++count;
  });
  EXPECT_EQ(count, 400U);
  EXPECT_EQ(ring.peek(), nullptr);
}

TEST(EventRing, memory_follows_what_waits_and_not_what_has_passed) {
  EventRing ring;
  std::size_t after_first = 0;
  std::uint64_t counter = 0;
  for (std::int64_t second = 0; second < 50; ++second) {
    for (int i = 0; i < 20'000; ++i) ring.push(event_at(second * 1'000'000'000 + i * 20'000, 0, 0, counter++));
    while (ring.peek() != nullptr) ring.pop();
    if (second == 0) after_first = ring.memory_bytes();
  }
  EXPECT_LE(ring.memory_bytes(), after_first);
}

TEST(EventRing, gives_back_what_a_burst_took) {
  EventRing ring;
  std::uint64_t counter = 0;
  for (int i = 0; i < 300'000; ++i) ring.push(event_at(1'000'000, 0, 0, counter++));  // one bucket
  for (std::int64_t i = 0; i < 300'000; ++i) ring.push(event_at(1'000'000 + i * 1'000, 1, 0, counter++));
  const std::size_t full = ring.memory_bytes();
  while (ring.peek() != nullptr) ring.pop();
  ring.push(event_at(1'000'000'000, 0, 0, counter++));
  while (ring.peek() != nullptr) ring.pop();
  EXPECT_LT(ring.memory_bytes(), full / 8);
}

RC_GTEST_PROP(SlotTable, a_reference_finds_its_own_thing_or_nothing, (const std::vector<std::uint8_t>& steps)) {
  SlotTable<int> table;
  std::vector<std::pair<SlotRef, int>> live;
  std::vector<SlotRef> dead;
  int next = 0;
  for (const std::uint8_t step : steps) {
    if (step % 3 != 0 || live.empty()) {
      live.emplace_back(table.add(next), next);
      ++next;
    } else {
      const std::size_t at = (step / 3) % live.size();
      int out = -1;
      RC_ASSERT(table.take(live[at].first, out));
      RC_ASSERT(out == live[at].second);
      dead.push_back(live[at].first);
      live.erase(live.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  for (const auto& [ref, value] : live) RC_ASSERT(table.find(ref) != nullptr && *table.find(ref) == value);
  for (const SlotRef ref : dead) RC_ASSERT(table.find(ref) == nullptr);
  RC_ASSERT(table.live() == live.size());
}

}  // namespace
}  // namespace lastmile::sim
