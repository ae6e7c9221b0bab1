// Figures of graphs whose figures are known, and against the plainest way to find them.
#include "scenarios/engine/overlay/figures.hpp"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>

namespace lastmile::sim {
namespace {

using Edges = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

scenario::Graph graph_of(std::uint32_t nodes, const Edges& edges) {
  scenario::Graph graph(nodes);
  for (const auto& [a, b] : edges) graph.add(a, b);
  return graph;
}

TEST(Figures, of_graphs_that_can_be_counted_by_hand) {
  scenario::Graph ring(6);
  for (std::uint32_t i = 0; i < 6; ++i) ring.add(i, (i + 1) % 6);
  EXPECT_EQ(diameter(ring).hops, 3U);
  EXPECT_EQ(clustering(ring), 0.0);
  const auto between = [](const scenario::Graph& graph, std::vector<std::uint32_t> first,
                          std::vector<std::uint32_t> second) { return cut_size(graph, first, second); };
  EXPECT_EQ(between(ring, {0, 1, 2}, {3, 4, 5}), 2U);
  EXPECT_EQ(between(ring, {0, 1}, {3, 4}), 0U) << "what leads to neither side is not parted";
  const scenario::Graph everybody = std::move(scenario::full(5)).value();
  EXPECT_EQ(diameter(everybody).hops, 1U);
  EXPECT_EQ(clustering(everybody), 1.0);
  EXPECT_EQ(between(everybody, {0, 1}, {2, 3, 4}), 6U);
  scenario::Graph apart(5);
  apart.add(0, 1);
  apart.add(2, 3);
  apart.add(3, 4);
  EXPECT_FALSE(connected(apart));
  EXPECT_EQ(diameter(apart).hops, 2U);
}

TEST(Figures, a_large_diameter_is_a_lower_bound_close_to_the_truth) {
  scenario::Graph ring(4000);
  for (std::uint32_t i = 0; i < 4000; ++i) ring.add(i, (i + 1) % 4000);
  const scenario::Diameter figure = diameter(ring);
  EXPECT_FALSE(figure.exact);
  EXPECT_EQ(figure.hops, 2000U);
}

TEST(Figures, of_a_path_a_star_and_two_cliques_that_one_edge_joins) {
  const scenario::Graph path = graph_of(5, {{0, 1}, {1, 2}, {2, 3}, {3, 4}});
  EXPECT_EQ(diameter(path).hops, 4U);
  EXPECT_EQ(articulation_points(path), (std::vector<std::uint32_t>{1, 2, 3}));
  EXPECT_EQ(degrees(path), (std::vector<std::uint32_t>{0, 2, 3}));

  const scenario::Graph star = graph_of(6, {{0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 5}});
  EXPECT_EQ(diameter(star).hops, 2U);
  EXPECT_EQ(clustering(star), 0);
  EXPECT_EQ(articulation_points(star), std::vector<std::uint32_t>{0});
  EXPECT_EQ(degrees(star), (std::vector<std::uint32_t>{0, 5, 0, 0, 0, 1}));

  scenario::Graph barbell(8);
  for (std::uint32_t a = 0; a < 8; ++a) {
    for (std::uint32_t b = a + 1; b < 8; ++b) {
      if (a / 4 == b / 4) barbell.add(a, b);
    }
  }
  barbell.add(3, 4);
  EXPECT_EQ(diameter(barbell).hops, 3U);
  EXPECT_DOUBLE_EQ(clustering(barbell), (6 * 1.0 + 2 * 0.5) / 8);
  EXPECT_EQ(articulation_points(barbell), (std::vector<std::uint32_t>{3, 4}));
}

// Petersen: everybody has three neighbours and is two steps from everybody else, and there is no triangle.
TEST(Figures, of_the_petersen_graph) {
  scenario::Graph graph(10);
  for (std::uint32_t i = 0; i < 5; ++i) {
    graph.add(i, (i + 1) % 5);
    graph.add(i, i + 5);
    graph.add(i + 5, (i + 2) % 5 + 5);
  }
  EXPECT_EQ(diameter(graph).hops, 2U);
  EXPECT_EQ(clustering(graph), 0);
  EXPECT_TRUE(articulation_points(graph).empty());
  EXPECT_EQ(degrees(graph), (std::vector<std::uint32_t>{0, 0, 0, 10}));
}

// W. W. Zachary, "An information flow model for conflict and fission in small groups", 1977: published and computed
// many times as of diameter 5 and mean clustering 0.5706; without its first member, one other knows nobody.
TEST(Figures, of_the_karate_club) {
  const std::vector<std::vector<std::uint32_t>> later{{2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 18, 20, 22, 32},
                                                      {3, 4, 8, 14, 18, 20, 22, 31},
                                                      {4, 8, 9, 10, 14, 28, 29, 33},
                                                      {8, 13, 14},
                                                      {7, 11},
                                                      {7, 11, 17},
                                                      {17},
                                                      {},
                                                      {31, 33, 34},
                                                      {34},
                                                      {},
                                                      {},
                                                      {},
                                                      {34},
                                                      {33, 34},
                                                      {33, 34},
                                                      {},
                                                      {},
                                                      {33, 34},
                                                      {34},
                                                      {33, 34},
                                                      {},
                                                      {33, 34},
                                                      {26, 28, 30, 33, 34},
                                                      {26, 28, 32},
                                                      {32},
                                                      {30, 34},
                                                      {34},
                                                      {32, 34},
                                                      {33, 34},
                                                      {33, 34},
                                                      {33, 34},
                                                      {34},
                                                      {}};
  scenario::Graph club(34);
  for (std::uint32_t a = 0; a < later.size(); ++a) {
    for (const std::uint32_t b : later[a]) club.add(a, b - 1);
  }
  ASSERT_EQ(club.edges(), 78U);
  EXPECT_EQ(diameter(club).hops, 5U);
  EXPECT_NEAR(clustering(club), 0.5706384782076823, 1e-12);
  EXPECT_EQ(articulation_points(club), std::vector<std::uint32_t>{0});
  EXPECT_EQ(degrees(club).back(), 1U) << "the one with 17 friends";
  EXPECT_EQ(degrees(club).size(), 18U);
}

// Watts and Strogatz, 1998: a ring lattice of degree k is clustered by 3 (k - 2) / (4 (k - 1)).
TEST(Figures, of_a_ring_lattice_follow_the_formula) {
  for (const std::uint32_t k : {4U, 6U, 10U, 40U}) {
    Generator draws(1);
    const scenario::Graph lattice = std::move(scenario::small_world(500, k, 0, draws)).value();
    EXPECT_NEAR(clustering(lattice), 3.0 * (k - 2) / (4.0 * (k - 1)), 1e-12) << k;
    EXPECT_EQ(diameter(lattice).hops, (250 + k / 2 - 1) / (k / 2)) << k;
  }
}

TEST(Figures, of_a_hypercube_whose_diameter_is_its_dimension) {
  scenario::Graph cube(256);
  for (std::uint32_t a = 0; a < 256; ++a) {
    for (std::uint32_t bit = 1; bit < 256; bit *= 2) cube.add(a, a ^ bit);
  }
  EXPECT_EQ(diameter(cube).hops, 8U);
  EXPECT_EQ(clustering(cube), 0);
  EXPECT_TRUE(articulation_points(cube).empty());
}

// Looked at pair by pair, and by taking nodes away one after another.
RC_GTEST_PROP(Figures, agree_with_the_plainest_way, (std::uint8_t size, std::uint8_t density, std::uint64_t seed)) {
  const std::uint32_t nodes = 2 + size % 90;
  Generator draws(seed);
  scenario::Graph graph(nodes);
  for (std::uint32_t a = 0; a < nodes; ++a) {
    for (std::uint32_t b = a + 1; b < nodes; ++b) {
      if (draws.below(256) < density) graph.add(a, b);
    }
  }
  double sum = 0;
  for (std::uint32_t node = 0; node < nodes; ++node) {
    const auto& near = graph.neighbours(node);
    double joined = 0;
    for (std::size_t i = 0; i < near.size(); ++i) {
      for (std::size_t j = i + 1; j < near.size(); ++j) joined += graph.has(near[i], near[j]) ? 1 : 0;
    }
    const auto degree = static_cast<double>(near.size());
    if (near.size() > 1) sum += 2 * joined / (degree * (degree - 1));
  }
  RC_ASSERT(std::abs(clustering(graph) - sum / nodes) < 1e-12);

  const auto parts = [](const scenario::Graph& g) {
    const auto component = components(g);
    return 1 + *std::max_element(component.begin(), component.end());
  };
  std::vector<std::uint32_t> splitting;
  for (std::uint32_t node = 0; node < nodes; ++node) {
    scenario::Graph without = graph;
    const auto near = graph.neighbours(node);
    for (const std::uint32_t other : near) without.remove(node, other);
    // It is a part of its own now; nobody else may be one more.
    if (!near.empty() && parts(without) > parts(graph) + 1) splitting.push_back(node);
  }
  RC_ASSERT(articulation_points(graph) == splitting);
  const auto by_degree = degrees(graph);
  RC_ASSERT(std::accumulate(by_degree.begin(), by_degree.end(), 0U) == nodes);
}

// A clique of thousands took a quarter of an hour when all pairs of neighbours were looked at one by one.
TEST(Figures, of_a_large_clique_are_there_at_once) {
  const scenario::Graph everybody = std::move(scenario::full(2000)).value();
  EXPECT_EQ(clustering(everybody), 1.0);
  EXPECT_EQ(diameter(everybody).hops, 1U);
}

}  // namespace
}  // namespace lastmile::sim
