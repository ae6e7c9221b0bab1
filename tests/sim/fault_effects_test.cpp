// What a fault does is seen in a figure of the run, and not only that the network outlives it: a fault without effect
// would pass every check.
#include <map>

#include "tests/sim/strange_nodes.hpp"

namespace lastmile::sim::test {
namespace {

using scenario::CheckName;
using scenario::Verdict;

std::string between_islands(const std::string& kind, const std::string& more) {
  return R"({"name": "trouble", "kind": ")" + kind + R"(", "between": ["group:west", "group:east"], )" + more +
         R"("from": "trouble", "until": "heal"})";
}

// Seconds until a message of the trouble is on all nodes, of the slower half of all pairs of message and node.
scenario::MeasureResult travel(const std::string& fault, const std::string& into = "all") {
  SmallWorld w;
  w.types = R"({"POST": "100%"})";
  w.into = into;
  w.faults = fault;
  const auto summary = run(small_scenario(w));
  EXPECT_EQ(failed(summary), Names{});
  return figure(summary, "propagation_s.during");
}

TEST(LinkFault, of_jitter_scatters_arrivals) {
  const auto calm = travel(between_islands("link", R"("latency_add": "1ns", )"));
  const auto shaken = travel(between_islands("link", R"("jitter": "2s", )"));
  EXPECT_LT(calm.max, 0.5);
  EXPECT_GT(shaken.p90, calm.p90 + 0.1) << "the best of many roads";
  EXPECT_LT(shaken.max, 2.5);
}

// Half of all pairs are on the same side, so that the upper tenth crosses the ocean: 62 ms and some.
TEST(LinkFault, of_a_latency_factor_multiplies) {
  const auto once = travel(between_islands("link", R"("latency_add": "1ns", )"));
  const auto ten = travel(between_islands("link", R"("latency_factor": 10, )"));
  EXPECT_GT(ten.p90, 6 * once.p90);
  EXPECT_LT(ten.p90, 12 * once.p90);
}

TEST(LinkFault, of_one_direction_spares_the_other) {
  const auto late = between_islands("link", R"("direction": "first_to_second", "latency_add": "2s", )");
  EXPECT_GT(travel(late, "group:west").p90, 2);
  EXPECT_LT(travel(late, "group:east").max, 0.5);
}

TEST(HoldFault, of_one_direction_spares_the_other) {
  const auto held = between_islands("hold", R"("direction": "first_to_second", )");
  EXPECT_GT(travel(held, "group:west").p90, 10);
  EXPECT_LT(travel(held, "group:east").max, 0.5);
}

// Blocks of two seconds, heard of ten seconds later in the east.
TEST(ChainFault, of_delay_makes_nodes_lag_and_confirmations_come_all_the_same) {
  const auto lag = [](const std::string& fault) {
    auto w = watched_chain();
    w.faults = fault;
    const auto summary = run(small_scenario(w));
    EXPECT_EQ(failed(summary), Names{});
    EXPECT_EQ(check(summary, CheckName::confirmed).verdict, Verdict::pass);
    return figure(summary, "chain_lag_blocks").max;
  };
  const double with = lag(R"({"name": "slow", "kind": "chain", "chain": "ethereum", "mode": "delay", "delay": "10s",
                             "who": "group:east", "from": "trouble", "until": "heal"})");
  EXPECT_LE(lag(""), 1);
  EXPECT_GE(with, 4);
  EXPECT_LE(with, 6);
}

TEST(CrashFault, without_a_restart_leaves_the_others_to_go_on) {
  SmallWorld w;
  w.faults = R"({"name": "scrapped", "kind": "crash", "who": "node:east-3", "disk": "kept", "restart_after": "never",
                 "from": "trouble+3s", "until": "heal"})";
  const auto summary = run(small_scenario(w));
  EXPECT_EQ(failed(summary), Names{});
  EXPECT_EQ(check(summary, CheckName::converged).detail, "7 of 7 nodes equal");
  EXPECT_EQ(check(summary, CheckName::all_processed).verdict, Verdict::pass);
  EXPECT_NE(check(summary, CheckName::healed).detail.find("on 7 of 8 nodes"), std::string::npos)
      << check(summary, CheckName::healed).detail;
}

// How often each node that churns starts again.
std::map<std::string, std::uint32_t> starts(const std::string& session, const std::string& disk) {
  SmallWorld w;
  w.faults = R"({"name": "churn", "kind": "churn", "who": "group:east", "session": )" + session +
             R"(, "absence": "1s", "disk": ")" + disk + R"(", "from": "trouble", "until": "heal"})";
  auto s = small_scenario(w);
  std::map<std::string, std::uint32_t> counts;
  const auto summary =
      run_strange(s, [&](const NodeEnv& env, auto&, FalseParts&, auto&) { counts[env.name] = env.incarnation; });
  EXPECT_EQ(failed(summary), Names{});
  EXPECT_EQ(check(summary, CheckName::converged).verdict, Verdict::pass);
  EXPECT_EQ(check(summary, CheckName::all_processed).verdict, Verdict::pass);
  return counts;
}

// Sessions of one second or of nine in twenty: whoever stays nine returns once or twice, whoever stays one up to ten
// times.
TEST(ChurnFault, of_an_empirical_law_with_disks_lost_ends_in_one_state) {
  const auto counts = starts(R"({"law": "empirical", "points": [["1s", "50%"], ["9s", "50%"]]})", "lost");
  EXPECT_EQ(counts.at("west-0"), 1U);
  for (const char* name : {"east-0", "east-1", "east-2", "east-3"}) {
    EXPECT_GE(counts.at(name), 2U) << name;
    EXPECT_LE(counts.at(name), 11U) << name;
  }
}

TEST(ChurnFault, of_a_weibull_law_ends_in_one_state) {
  const auto counts = starts(R"({"law": "weibull", "scale": "4s", "shape": 0.6})", "kept");
  std::uint32_t sum = 0;
  for (const auto& [name, count] : counts) sum += count - 1;
  EXPECT_GE(sum, 4U) << "sessions of six seconds on average, for twenty, on four nodes";
  EXPECT_LT(sum, 80U);
}

}  // namespace
}  // namespace lastmile::sim::test
