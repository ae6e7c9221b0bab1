// Rare paths made likely: the states behind them are reached, and every promise of a node holds as if they were rare.
#include <algorithm>
#include <string>
#include <vector>

#include "tests/sim/small_world.hpp"

namespace lastmile::sim::test {
namespace {

using trace::RareState;

// All roads, contents that must be fetched, files of clients, and islands that have to tell each other something.
SmallWorld world(const std::string& faults) {
  SmallWorld w;
  w.roads = R"({"gossip": true, "reconciliation": true, "chain": false, "content_store": true})";
  w.parameters = R"("intervals.archive_every": "3s", "intervals.dial_pause_max": "8s")";
  w.types = R"({"POST": "50%", "AGGREGATE": "15%", "STORE": "27%", "FORGET": "8%"})";
  w.faults = R"({"name": "cut", "kind": "partition", "between": ["group:west", "group:east"], "mode": "reset",
                 "from": "trouble+2s", "until": "trouble+12s"})" +
             faults;
  return w;
}

std::string unlucky(const std::string& paths, const std::string& share) {
  return R"(, {"name": "unlucky", "kind": "rare_path", "who": "all", "paths": [)" + paths + R"(], "share": ")" + share +
         "\"}";
}

std::uint64_t times(const scenario::Summary& summary, RareState state) {
  return summary.rare_states.at(static_cast<std::size_t>(state)).count;
}

struct Case {
  std::string path;
  std::string share;
  RareState state;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.path; }

class RarePath : public testing::TestWithParam<Case> {};

// The states that the cut alone does not bring.
TEST(RareStates, are_not_reached_by_the_cut_alone) {
  const auto summary = run(small_scenario(world("")));
  expect_pass(summary);
  for (const RareState state :
       {RareState::inbox_full, RareState::signatures_backed_up, RareState::commits_backed_up, RareState::uploads_full,
        RareState::content_found_no_place, RareState::peer_congested, RareState::reconcile_at_limit,
        RareState::reconcile_refused, RareState::reconcile_failed, RareState::heads_full}) {
    EXPECT_EQ(times(summary, state), 0U) << trace::rare_state_info(state).name;
  }
}

TEST_P(RarePath, brings_its_state_and_breaks_no_promise) {
  const auto summary = run(small_scenario(world(unlucky('"' + GetParam().path + '"', GetParam().share))));
  expect_pass(summary);
  EXPECT_GT(times(summary, GetParam().state), 0U);
}

INSTANTIATE_TEST_SUITE_P(Each, RarePath,
                         testing::Values(Case{"inbox_full", "30%", RareState::inbox_full},
                                         Case{"signatures_backed_up", "50%", RareState::signatures_backed_up},
                                         Case{"commits_backed_up", "50%", RareState::commits_backed_up},
                                         Case{"uploads_full", "30%", RareState::uploads_full},
                                         Case{"content_found_no_place", "50%", RareState::content_found_no_place},
                                         Case{"peer_congested", "30%", RareState::peer_congested},
                                         Case{"reconcile_cut_short", "100%", RareState::reconcile_at_limit},
                                         Case{"reconcile_refused", "50%", RareState::reconcile_refused},
                                         Case{"heads_full", "50%", RareState::heads_full},
                                         Case{"dial_unanswered", "90%", RareState::dial_pause_longest},
                                         Case{"request_unanswered", "50%", RareState::reconcile_failed}),
                         [](const auto& instance) { return instance.param.path; });

TEST(RarePaths, of_all_kinds_at_once_break_no_promise) {
  auto w = world(R"(, {"name": "unlucky", "kind": "rare_path", "who": "all", "share": "10%"})");
  const auto first = run(small_scenario(w));
  expect_pass(first);
  const auto reached = std::count_if(first.rare_states.begin(), first.rare_states.end(),
                                     [](const scenario::RareStateResult& state) { return state.count > 0; });
  EXPECT_GE(reached, 10);
  EXPECT_EQ(first.digest, run(small_scenario(w)).digest);
}

TEST(RarePaths, end_with_their_fault) {
  auto w = world(R"(, {"name": "unlucky", "kind": "rare_path", "who": "all", "paths": ["inbox_full"], "share": "100%",
                       "from": "trouble+5s", "for": "2s"})");
  const auto summary = run(small_scenario(w));
  expect_pass(summary);
  const auto& full = summary.rare_states.at(static_cast<std::size_t>(RareState::inbox_full));
  EXPECT_GE(full.first, Instant{} + seconds(10));
  EXPECT_LE(full.first, Instant{} + seconds(12));
  // Two of thirty-five seconds: the others are taken in and acknowledged.
  EXPECT_GT(figure(summary, "acknowledged").value, figure(summary, "published").value * 0.85);
}

}  // namespace
}  // namespace lastmile::sim::test
