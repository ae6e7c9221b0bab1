// Faults that wait for an event: each kind of event comes in a run, and one that never comes leaves it unknown.
#include <algorithm>

#include "tests/sim/strange_nodes.hpp"

namespace lastmile::sim::test {
namespace {

using scenario::Verdict;

constexpr Duration kSlice = milliseconds(10);  // how exactly a run looks at the clock while a fault waits

std::string waits_for(const std::string& on) {
  return R"({"name": "late", "kind": "pause", "who": "node:west-1", "from": {"on": ")" + on +
         R"(", "after": "1s"}, "for": "500ms"})";
}
const std::string kCut = R"({"name": "cut", "kind": "partition", "between": ["group:west", "group:east"],
                             "mode": "stall", "from": "trouble+3s", "for": "5s"})";
const std::string kFall = R"({"name": "fall", "kind": "crash", "who": "node:east-2", "disk": "kept",
                              "restart_after": "2s", "from": "trouble+3s", "until": "heal"})";

// When the fault that waited began. Trouble begins at 5 s.
double began(const SmallWorld& w, std::vector<std::string> sets = {}) {
  const auto summary = run(small_scenario(w, std::move(sets)));
  EXPECT_EQ(failed(summary), Names{});
  EXPECT_EQ(summary.never_reached, std::vector<std::string>{});
  const auto late =
      std::find_if(summary.faults.begin(), summary.faults.end(), [](const auto& f) { return f.name == "late"; });
  if (late == summary.faults.end()) {
    ADD_FAILURE() << "it never began";
    return 0;
  }
  return static_cast<double>((late->start - Instant{}).ns) / 1e9;
}
double began_after(const std::string& faults, const std::string& on) {
  SmallWorld w;
  w.faults = faults + ", " + waits_for(on);
  return began(w);
}

TEST(AwaitedEvent, of_a_partition_is_its_start_or_its_end) {
  const double slice = static_cast<double>(kSlice.ns) / 1e9;
  EXPECT_NEAR(began_after(kCut, "partition_started"), 9, slice);
  EXPECT_NEAR(began_after(kCut, "partition_healed"), 14, slice);
}

TEST(AwaitedEvent, of_a_node_is_its_crash_or_its_start) {
  const double slice = static_cast<double>(kSlice.ns) / 1e9;
  EXPECT_NEAR(began_after(kFall, "node_crashed"), 9, slice);
  EXPECT_NEAR(began_after(kFall, "node_started"), 11, slice);
}

// The hundredth of eight a second on eight nodes.
TEST(AwaitedEvent, of_a_message_is_counted_from_the_start_of_trouble) {
  SmallWorld w;
  w.faults = R"({"name": "late", "kind": "pause", "who": "node:west-1", "from": {"on": "message_processed",
                 "count": 100}, "for": "500ms"})";
  const double at = began(w);
  EXPECT_GT(at, 5.5);
  EXPECT_LT(at, 9);
}

TEST(AwaitedEvent, of_a_chain_is_a_final_block) {
  auto w = watched_chain();
  w.faults = waits_for("block_final");
  const double at = began(w);
  EXPECT_GT(at, 6);
  EXPECT_LT(at, 10) << "a block each two seconds, final three blocks later, and a second";
}

TEST(AwaitedEvent, of_a_queue_is_a_depth_above_the_one_named) {
  SmallWorld w;
  w.faults = waits_for("queue_above:verify:0");
  const double at = began(w, {"/traffic/0/from=trouble+2s"});
  EXPECT_GT(at, 8);
  EXPECT_LT(at, 10);
}

TEST(AwaitedEvent, that_never_comes_leaves_the_run_unknown) {
  SmallWorld w;
  w.faults = kCut + ", " + waits_for("queue_above:inbox:500");
  const auto summary = run(small_scenario(w));
  EXPECT_EQ(failed(summary), Names{});
  EXPECT_EQ(summary.verdict, Verdict::unknown);
  EXPECT_EQ(summary.never_reached, std::vector<std::string>{"event queue_above:inbox:500 of fault late"});
}

}  // namespace
}  // namespace lastmile::sim::test
