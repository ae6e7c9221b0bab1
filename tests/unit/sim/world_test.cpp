// Worlds and overlays.
#include "sim/world/world.hpp"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <cmath>
#include <map>

#include "scenarios/engine/overlay/figures.hpp"
#include "scenarios/engine/overlay/first_overlay.hpp"

namespace lastmile::sim {
namespace {

TEST(Topology, random_regular_gives_everybody_the_same_degree) {
  for (const std::uint32_t nodes : {3U, 9U, 10U, 100U, 5000U}) {
    for (const std::uint32_t degree : {2U, 3U, 8U}) {
      if (degree >= nodes) continue;
      Generator draws(nodes + degree);
      const scenario::Graph graph = std::move(scenario::random_regular(nodes, degree, draws)).value();
      EXPECT_TRUE(connected(graph)) << nodes << " " << degree;
      std::uint32_t different = 0;
      for (std::uint32_t i = 0; i < nodes; ++i) different += graph.neighbours(i).size() == degree ? 0 : 1;
      // An odd number of ends leaves one node short; tiny dense graphs may leave two more.
      EXPECT_LE(different, (nodes * degree) % 2 + (nodes <= degree + 2 ? 2 : 0)) << nodes << " " << degree;
    }
  }
  Generator draws(1);
  EXPECT_FALSE(scenario::random_regular(5, 5, draws).ok());
  EXPECT_FALSE(scenario::random_regular(9, 1, draws).ok());
}

RC_GTEST_PROP(Topology, every_kind_is_simple_connected_and_repeatable,
              (std::uint16_t size, std::uint8_t shape, std::uint64_t seed)) {
  const std::uint32_t nodes = 12 + size % 150;
  const auto build = [&](Generator& draws) -> scenario::Graph {
    switch (shape % 4) {
      case 0:
        return std::move(scenario::random_regular(nodes, 2 + shape % 7, draws)).value();
      case 1:
        return std::move(scenario::small_world(nodes, 2 + 2 * (shape % 4), (shape % 11) / 10.0, draws)).value();
      case 2:
        return std::move(scenario::scale_free(nodes, 1 + shape % 6, draws)).value();
      default: {
        std::vector<std::uint32_t> regions;
        for (std::uint32_t i = 0; i < nodes; ++i)
          regions.push_back(static_cast<std::uint32_t>(draws.below(1 + shape % 6)));
        return std::move(scenario::by_region(regions, shape % 7, shape % 5, draws)).value();
      }
    }
  };
  Generator first(seed), second(seed);
  const scenario::Graph graph = build(first);
  const scenario::Graph twin = build(second);
  RC_ASSERT(graph.size() == nodes);
  RC_ASSERT(connected(graph));
  std::size_t ends = 0;
  for (std::uint32_t i = 0; i < nodes; ++i) {
    const auto& near = graph.neighbours(i);
    RC_ASSERT(near == twin.neighbours(i));
    RC_ASSERT(std::is_sorted(near.begin(), near.end()));
    RC_ASSERT(std::adjacent_find(near.begin(), near.end()) == near.end());
    for (const std::uint32_t each : near) RC_ASSERT(each != i && graph.has(each, i));
    ends += near.size();
  }
  RC_ASSERT(ends == 2 * graph.edges());
}

TEST(FirstOverlay, each_edge_is_dialled_by_one_of_its_ends_and_the_same_seed_gives_the_same) {
  scenario::Topology topology;
  topology.degree = 4;
  const std::vector<std::uint32_t> regions(20, 0);
  const scenario::Graph overlay = std::move(scenario::first_overlay(topology, regions, 7)).value();
  const scenario::Graph again = std::move(scenario::first_overlay(topology, regions, 7)).value();
  std::size_t dialled = 0;
  for (std::uint32_t node = 0; node < 20; ++node) {
    EXPECT_EQ(overlay.neighbours(node), again.neighbours(node));
    for (const std::uint32_t other : scenario::dials(overlay, node)) {
      const auto back = scenario::dials(overlay, other);
      EXPECT_TRUE(overlay.has(node, other) && std::find(back.begin(), back.end(), node) == back.end());
      ++dialled;
    }
  }
  EXPECT_EQ(dialled, 40U);
  topology.degree = 30;  // more than there are others
  EXPECT_EQ(std::move(scenario::first_overlay(topology, regions, 7)).value().edges(), 190U);
}

TEST(Topology, a_small_world_is_clustered_and_short_and_a_scale_free_one_has_hubs) {
  Generator draws(5);
  const scenario::Graph ordered = std::move(scenario::small_world(1000, 10, 0.0, draws)).value();
  const scenario::Graph small = std::move(scenario::small_world(1000, 10, 0.1, draws)).value();
  const scenario::Graph random = std::move(scenario::small_world(1000, 10, 1.0, draws)).value();
  EXPECT_NEAR(clustering(ordered), 2.0 / 3.0, 0.01);
  EXPECT_GT(clustering(small), 0.4);
  EXPECT_LT(clustering(random), 0.05);
  EXPECT_GT(diameter(ordered).hops, 90U);
  EXPECT_LT(diameter(small).hops, 12U);
  const scenario::Graph hubs = std::move(scenario::scale_free(2000, 4, draws)).value();
  std::size_t greatest = 0;
  for (std::uint32_t i = 0; i < hubs.size(); ++i) greatest = std::max(greatest, hubs.neighbours(i).size());
  EXPECT_GT(greatest, 80U);
}

TEST(Topology, by_region_keeps_most_edges_at_home) {
  Generator draws(5);
  std::vector<std::uint32_t> regions;
  for (std::uint32_t i = 0; i < 1000; ++i) regions.push_back(i % 4);
  const scenario::Graph graph = std::move(scenario::by_region(regions, 6, 2, draws)).value();
  std::size_t across = 0;
  for (std::uint32_t i = 0; i < 1000; ++i)
    for (const std::uint32_t each : graph.neighbours(i)) across += regions[i] != regions[each] ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(across) / 1000.0, 2.0, 0.1);
  EXPECT_NEAR(static_cast<double>(2 * graph.edges()) / 1000.0, 8.0, 0.1);
}

WorldSpec two_groups() {
  WorldSpec spec;
  spec.seed = 3;
  spec.regions = {3, std::vector<Duration>(9, milliseconds(20))};
  spec.groups.resize(2);
  spec.groups[0].name = "west";
  spec.groups[0].count = 10;
  spec.groups[0].regions.assign(10, 0);
  spec.groups[0].access_latency = [](Generator& g) { return microseconds(g.between(1000, 9000)); };
  spec.groups[1].name = "mixed";
  spec.groups[1].count = 11;
  spec.groups[1].regions = {2, 1, 2, 2, 1, 2, 2, 2, 1, 2, 2};
  spec.groups[1].hardware.access_latency = milliseconds(4);
  spec.groups[1].clock = [](Generator& g) {
    return ClockLaw{milliseconds(g.between(-50, 50)), g.between(-20'000, 20'000)};
  };
  return spec;
}

TEST(World, groups_get_names_regions_latencies_and_clocks) {
  const World world = std::move(build_world(two_groups())).value();
  ASSERT_EQ(world.nodes.size(), 21U);
  EXPECT_EQ(world.nodes[0].spec.name, "west-0");
  EXPECT_EQ(world.nodes[20].spec.name, "mixed-10");
  EXPECT_EQ(world.members(1).front(), 10U);
  EXPECT_EQ(world.nodes[9].spec.region, 0U);
  EXPECT_EQ(world.nodes[10].spec.region, 2U);
  EXPECT_EQ(world.nodes[11].spec.region, 1U);
  EXPECT_NE(world.nodes[0].spec.hardware.access_latency, world.nodes[1].spec.hardware.access_latency);
  EXPECT_EQ(world.nodes[12].spec.hardware.access_latency, milliseconds(4));
  EXPECT_NE(world.nodes[12].spec.clock.drift, world.nodes[13].spec.clock.drift);
  EXPECT_TRUE(connected(world.overlay));
}

TEST(World, a_group_more_leaves_the_machines_of_the_others_as_they_were) {
  const World before = std::move(build_world(two_groups())).value();
  WorldSpec spec = two_groups();
  spec.groups.emplace_back();
  spec.groups.back().name = "late";
  spec.groups.back().count = 5;
  spec.groups.back().regions.assign(5, 0);
  const World after = std::move(build_world(std::move(spec))).value();
  for (std::size_t i = 0; i < before.nodes.size(); ++i) {
    EXPECT_EQ(before.nodes[i].spec.region, after.nodes[i].spec.region);
    EXPECT_EQ(before.nodes[i].spec.hardware.access_latency, after.nodes[i].spec.hardware.access_latency);
    EXPECT_EQ(before.nodes[i].spec.clock.drift, after.nodes[i].spec.clock.drift);
  }
}

TEST(World, mistakes_are_named) {
  const auto error_of = [](void (*change)(WorldSpec&)) {
    WorldSpec spec = two_groups();
    change(spec);
    const auto world = build_world(std::move(spec));
    return world.ok() ? std::string() : world.error().text;
  };
  EXPECT_NE(error_of([](WorldSpec& s) { s.groups[1].name = "west"; }).find("west"), std::string::npos);
  EXPECT_NE(error_of([](WorldSpec& s) { s.groups[1].regions[0] = 3; }).find("mixed"), std::string::npos);
  EXPECT_NE(error_of([](WorldSpec& s) { s.groups[0].regions.clear(); }).find("west"), std::string::npos);
  EXPECT_NE(error_of([](WorldSpec& s) {
              s.groups[0].count = kWorldNodesMax;
              s.groups[0].regions.assign(kWorldNodesMax, 0);
            }).find("nodes"),
            std::string::npos);
  EXPECT_NE(error_of([](WorldSpec& s) {
              s.topology.kind = scenario::TopologyKind::small_world;
              s.topology.degree = 7;
            }).find("even"),
            std::string::npos);
}

}  // namespace
}  // namespace lastmile::sim
