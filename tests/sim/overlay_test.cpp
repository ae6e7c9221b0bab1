// From the world of a scenario into a run: who knows whom, for each kind of topology, and whose clock says what.
#include <cmath>
#include <map>

#include "scenarios/engine/traffic/traffic.hpp"
#include "tests/sim/strange_nodes.hpp"

namespace lastmile::sim::test {
namespace {

using Figures = std::map<std::string, double>;

// Eight nodes that are cut apart in the middle; nobody says anything.
Figures overlay(const std::string& topology) {
  SmallWorld w;
  w.phases = R"({"warm_up": "5s", "trouble": "2s", "heal": "2s", "settle": "2s"})";
  w.faults = R"({"name": "cut", "kind": "partition", "between": ["group:west", "group:east"], "mode": "stall",
                 "from": "trouble", "until": "heal"})";
  const auto summary =
      run(small_scenario(w, {"/traffic=[]", "/world/topology=" + topology, R"(/checks=[{"name":"bounded_queues"}])"}));
  Figures out;
  for (const scenario::MeasureResult& m : summary.measures) {
    // Sums of thirds are no whole numbers.
    if (m.name.starts_with("topology.")) out[m.name.substr(9)] = std::round(1e9 * m.value) / 1e9;
  }
  // What is built is what nodes dial.
  const auto peers = figure(summary, "peers");
  EXPECT_EQ(peers.max, out["degree_max"]);
  return out;
}

TEST(Overlay, where_everybody_knows_everybody) {
  EXPECT_EQ(overlay(R"({"kind": "full"})"), (Figures{{"diameter", 1},
                                                     {"clustering", 1},
                                                     {"articulation_points", 0},
                                                     {"degree_min", 7},
                                                     {"degree_mean", 7},
                                                     {"degree_max", 7},
                                                     {"cut", 16}}));
}

// A ring whose nodes know the next two on each side: of six pairs of neighbours three know each other, and three edges
// cross at each of two places.
TEST(Overlay, of_a_small_world_without_shortcuts_is_a_ring) {
  EXPECT_EQ(overlay(R"({"kind": "small_world", "degree": 4, "rewire": 0})"), (Figures{{"diameter", 2},
                                                                                      {"clustering", 0.5},
                                                                                      {"articulation_points", 0},
                                                                                      {"degree_min", 4},
                                                                                      {"degree_mean", 4},
                                                                                      {"degree_max", 4},
                                                                                      {"cut", 6}}));
}

TEST(Overlay, of_a_small_world_with_shortcuts_is_none) {
  EXPECT_NE(overlay(R"({"kind": "small_world", "degree": 4, "rewire": 0.5})"),
            overlay(R"({"kind": "small_world", "degree": 4, "rewire": 0})"));
}

// With one edge for each newcomer it is a tree: no triangle, and whoever is no leaf holds it together.
TEST(Overlay, without_scale_is_a_tree_when_everybody_joins_once) {
  const auto tree = overlay(R"({"kind": "scale_free", "degree": 2})");
  EXPECT_EQ(tree.at("clustering"), 0);
  EXPECT_EQ(tree.at("degree_mean"), 1.75) << "seven edges";
  EXPECT_EQ(tree.at("degree_min"), 1);
  EXPECT_GE(tree.at("degree_max"), 3) << "a hub";
  EXPECT_GE(tree.at("articulation_points"), 1);
  EXPECT_GE(tree.at("diameter"), 2);
}

// Both continents are complete, but for an edge of each that was exchanged for two across. Those who gave one up have a
// third of their pairs joined, the others two thirds.
TEST(Overlay, by_region_without_anybody_across_hangs_by_two_threads) {
  EXPECT_EQ(overlay(R"({"kind": "by_region", "degree": 3, "across": 0})"), (Figures{{"diameter", 3},
                                                                                    {"clustering", 0.5},
                                                                                    {"articulation_points", 0},
                                                                                    {"degree_min", 3},
                                                                                    {"degree_mean", 3},
                                                                                    {"degree_max", 3},
                                                                                    {"cut", 2}}));
}

TEST(Overlay, by_region_has_the_edges_across_that_were_asked_for) {
  const auto wide = overlay(R"({"kind": "by_region", "degree": 4, "across": 2})");
  EXPECT_GE(wide.at("cut"), 5) << "half of two for each of eight nodes, a few of them twice";
  EXPECT_LE(wide.at("cut"), 8);
}

TEST(Overlay, drawn_regular_gives_everybody_as_many_neighbours) {
  const auto drawn = overlay(R"({"kind": "random_regular", "degree": 4})");
  EXPECT_EQ(drawn.at("degree_min"), 4);
  EXPECT_EQ(drawn.at("degree_max"), 4);
}

// --- clocks

// What the wall clocks of all nodes are ahead of the run, at its start and twenty seconds later.
struct Ahead {
  std::map<std::string, Duration> first, later;
};
Ahead clocks(const std::string& law_of_east) {
  SmallWorld w;
  std::map<std::string, const env::Clock*> all;
  Ahead ahead;
  const auto s = small_scenario(
      w, {"/traffic=[]", "/world/groups/1/clock=" + law_of_east, R"(/checks=[{"name":"bounded_queues"}])"});
  run_strange(s, [&](const NodeEnv& env, auto&, FalseParts&, auto&) {
    all[env.name] = &env.clock;
    const auto note = [&all](std::map<std::string, Duration>& into, Duration passed) {
      for (const auto& [name, clock] : all) into[name] = clock->wall() - (scenario::kRunEpoch + passed);
    };
    if (env.name != "west-0") return;  // its own clock is true
    env.timers.after(Duration{}, [&ahead, note] { note(ahead.first, {}); });
    env.timers.after(seconds(20), [&ahead, note] { note(ahead.later, seconds(20)); });
  });
  return ahead;
}

TEST(GroupClocks, are_off_and_drift_as_their_group_says) {
  const auto ahead = clocks(R"({"offset": "-40s", "drift": "1000ppm"})");
  for (const char* name : {"west-0", "west-3"}) {
    EXPECT_EQ(ahead.first.at(name), Duration{}) << name;
    EXPECT_EQ(ahead.later.at(name), Duration{}) << name;
  }
  for (const char* name : {"east-0", "east-3"}) {
    EXPECT_EQ(ahead.first.at(name), seconds(-40)) << name;
    EXPECT_EQ(ahead.later.at(name), seconds(-40) + milliseconds(20)) << name;
  }
}

TEST(GroupClocks, of_a_law_are_drawn_for_each_node) {
  const auto ahead = clocks(R"({"offset": {"law": "uniform", "min": "-2s", "max": "2s"}})");
  Names different;
  for (const char* name : {"east-0", "east-1", "east-2", "east-3"}) {
    EXPECT_GE(ahead.first.at(name), seconds(-2)) << name;
    EXPECT_LE(ahead.first.at(name), seconds(2)) << name;
    EXPECT_EQ(ahead.first.at(name), ahead.later.at(name)) << name;
    different.insert(std::to_string(ahead.first.at(name).ns));
  }
  EXPECT_EQ(different.size(), 4U);
}

}  // namespace
}  // namespace lastmile::sim::test
