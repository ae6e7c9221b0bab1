// The goals of reconciliation (architecture.md section 8) with a million items on each side. What counts are the
// counters: round trips, bytes of a whole session, bytes per difference. The time is that of both sides together.
//
//   build/release/bench/reconcile_bench
#include <benchmark/benchmark.h>

#include <utility>
#include <vector>

#include "tests/unit/sync/sets.hpp"

namespace lastmile::sync {
namespace {

constexpr std::int64_t kBegin = 1'700'000'000;
constexpr std::int64_t kMonth = 30 * 86400;
constexpr std::size_t kItems = 1'000'000;

struct Sides {
  MemoryHeldSet left;
  MemoryHeldSet right;
  Sides() {
    Generator random(7);
    for (std::size_t i = 0; i < kItems; ++i) {
      const HeldItem item{kBegin + static_cast<std::int64_t>(i) * kMonth / static_cast<std::int64_t>(kItems),
                          test::random_hash(random)};
      left.insert(item);
      right.insert(item);
    }
  }
};

// Half of the differences on each side, at random seconds of a stretch of the month.
void reconcile(benchmark::State& state, std::size_t differences, std::int64_t begin, std::int64_t length) {
  static Sides sides;  // most of the cost: made once
  Generator random(differences);
  std::vector<std::pair<MemoryHeldSet*, HeldItem>> added;
  added.reserve(differences);
  for (std::size_t i = 0; i < differences; ++i) {
    added.emplace_back(i % 2 == 0 ? &sides.left : &sides.right,
                       HeldItem{begin + random.between(0, length - 1), test::random_hash(random)});
  }
  for (const auto& [side, item] : added) side->insert(item);
  test::SessionCost cost;
  for (auto turn : state) {
    (void)turn;
    cost = test::run_session(sides.left, sides.right, 0x5a17);
    if (!cost.complete || cost.lacking.size() + cost.other_lacks.size() != differences) {
      state.SkipWithError("not all differences were found");
    }
  }
  for (const auto& [side, item] : added) side->erase(item);
  state.counters["round_trips"] = static_cast<double>(cost.round_trips);
  state.counters["bytes"] = static_cast<double>(cost.bytes);
  if (differences > 0) {
    state.counters["bytes_per_difference"] = static_cast<double>(cost.bytes) / static_cast<double>(differences);
  }
}
BENCHMARK_CAPTURE(reconcile, equal_sets, 0, kBegin, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(reconcile, hour_of_a_cut, 1000, kBegin + kMonth / 2, 3600)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(reconcile, scattered, 100, kBegin, kMonth)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lastmile::sync

BENCHMARK_MAIN();
