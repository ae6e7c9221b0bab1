#include "scenarios/engine/overlay/graph.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "core/base/check.hpp"
#include "scenarios/engine/overlay/figures.hpp"

namespace lastmile::scenario {
namespace {

// Exchanges ends of two edges (a-b, c-d become a-d, c-b) where that keeps the graph simple.
bool exchange(Graph& graph, std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  if (a == d || c == b || a == c || b == d || graph.has(a, d) || graph.has(c, b)) return false;
  graph.remove(a, b);
  graph.remove(c, d);
  graph.add(a, d);
  graph.add(c, b);
  return true;
}

// Joins the components of a graph without changing a degree where both have edges to exchange, else by an extra edge.
void join_components(Graph& graph, Generator& draws) {
  for (;;) {
    const auto component = components(graph);
    std::vector<std::uint32_t> outside;
    for (std::uint32_t node = 0; node < graph.size(); ++node)
      if (component[node] != 0) outside.push_back(node);
    if (outside.empty()) return;
    std::vector<std::uint32_t> inside;
    for (std::uint32_t node = 0; node < graph.size(); ++node)
      if (component[node] == 0) inside.push_back(node);
    const std::uint32_t a = inside[draws.below(inside.size())];
    const std::uint32_t c = outside[draws.below(outside.size())];
    const auto& near_a = graph.neighbours(a);
    const auto& near_c = graph.neighbours(c);
    // Edges of different components: an exchange joins them, unless both were bridges. Then another turn follows.
    const bool cycles = near_a.size() > 1 && near_c.size() > 1;
    if (cycles) {
      const std::uint32_t b = near_a[draws.below(near_a.size())];
      const std::uint32_t d = near_c[draws.below(near_c.size())];
      Graph trial = graph;
      exchange(trial, a, b, c, d);
      const auto after = components(trial);
      if (*std::max_element(after.begin(), after.end()) < *std::max_element(component.begin(), component.end())) {
        graph = std::move(trial);
        continue;
      }
    }
    graph.add(a, c);
  }
}

}  // namespace

bool Graph::has(std::uint32_t a, std::uint32_t b) const {
  return std::binary_search(neighbours_[a].begin(), neighbours_[a].end(), b);
}

bool Graph::add(std::uint32_t a, std::uint32_t b) {
  LM_CHECK(a < size() && b < size());
  if (a == b || has(a, b)) return false;
  const auto insert = [this](std::uint32_t at, std::uint32_t neighbour) {
    auto& list = neighbours_[at];
    list.insert(std::lower_bound(list.begin(), list.end(), neighbour), neighbour);
  };
  insert(a, b);
  insert(b, a);
  ++edges_;
  return true;
}

bool Graph::remove(std::uint32_t a, std::uint32_t b) {
  LM_CHECK(a < size() && b < size());
  if (!has(a, b)) return false;
  std::erase(neighbours_[a], b);
  std::erase(neighbours_[b], a);
  --edges_;
  return true;
}

Result<Graph> random_regular(std::uint32_t nodes, std::uint32_t degree, Generator& draws) {
  if (degree >= nodes)
    return Error{"random_regular: degree " + std::to_string(degree) + " needs more than " + std::to_string(nodes) +
                 " nodes"};
  if (degree < 2 && nodes > 2) return Error{"random_regular: a connected graph needs degree 2 or more"};
  // The only such graph, which drawing does not always find.
  if (degree + 1 == nodes) return full(nodes);
  // Pairing of edge ends; what collides is repaired by exchanges with random edges.
  std::vector<std::uint32_t> ends;
  ends.reserve(std::size_t{nodes} * degree);
  for (std::uint32_t node = 0; node < nodes; ++node) ends.insert(ends.end(), degree, node);
  draws.shuffle(ends);
  if (ends.size() % 2 != 0) ends.pop_back();
  Graph graph(nodes);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> open;
  for (std::size_t i = 0; i < ends.size(); i += 2) {
    const std::pair pair{ends[i], ends[i + 1]};
    (graph.add(pair.first, pair.second) ? edges : open).push_back(pair);
  }
  constexpr std::uint32_t kTriesPerEdge = 2000;
  for (const auto& [a, b] : open) {
    bool placed = graph.add(a, b);
    if (placed) edges.emplace_back(a, b);
    for (std::uint32_t turn = 0; !placed && turn < kTriesPerEdge && !edges.empty(); ++turn) {
      // A random edge c-d gives way to a-c and b-d.
      const std::size_t at = draws.below(edges.size());
      auto [c, d] = edges[at];
      if (draws.below(2) == 1) std::swap(c, d);
      if (a == c || b == d || graph.has(a, c) || graph.has(b, d) || (a == d && b == c)) continue;
      graph.remove(c, d);
      graph.add(a, c);
      graph.add(b, d);
      edges[at] = {a, c};
      edges.emplace_back(b, d);
      placed = true;
    }
    // In tiny dense graphs no exchange may be left: those two nodes stay one short.
  }
  join_components(graph, draws);
  return graph;
}

Result<Graph> small_world(std::uint32_t nodes, std::uint32_t degree, double rewire, Generator& draws) {
  if (degree % 2 != 0 || degree < 2) return Error{"small_world: degree must be even and at least 2"};
  if (degree >= nodes)
    return Error{"small_world: degree " + std::to_string(degree) + " needs more than " + std::to_string(nodes) +
                 " nodes"};
  if (!(rewire >= 0.0 && rewire <= 1.0)) return Error{"small_world: rewire must lie between 0 and 1"};
  Graph graph(nodes);
  for (std::uint32_t node = 0; node < nodes; ++node)
    for (std::uint32_t step = 1; step <= degree / 2; ++step) graph.add(node, (node + step) % nodes);
  for (std::uint32_t step = 1; step <= degree / 2; ++step) {
    for (std::uint32_t node = 0; node < nodes; ++node) {
      if (!draws.chance(rewire)) continue;
      const std::uint32_t old = (node + step) % nodes;
      const auto other = static_cast<std::uint32_t>(draws.below(nodes));
      if (!graph.has(node, old) || other == node || graph.has(node, other)) continue;
      graph.remove(node, old);
      graph.add(node, other);
    }
  }
  join_components(graph, draws);
  return graph;
}

Result<Graph> scale_free(std::uint32_t nodes, std::uint32_t edges_per_node, Generator& draws) {
  if (edges_per_node < 1) return Error{"scale_free: each new node needs at least one edge"};
  if (edges_per_node >= nodes)
    return Error{"scale_free: " + std::to_string(edges_per_node) + " edges per node need more than " +
                 std::to_string(nodes) + " nodes"};
  Graph graph(nodes);
  std::vector<std::uint32_t> ends;  // every node as often as it has edges: drawing from it prefers the well connected
  const auto join = [&](std::uint32_t a, std::uint32_t b) {
    if (!graph.add(a, b)) return false;
    ends.push_back(a);
    ends.push_back(b);
    return true;
  };
  for (std::uint32_t a = 0; a <= edges_per_node; ++a)
    for (std::uint32_t b = a + 1; b <= edges_per_node; ++b) join(a, b);
  for (std::uint32_t node = edges_per_node + 1; node < nodes; ++node) {
    const std::size_t known = ends.size();  // only nodes from before
    for (std::uint32_t joined = 0; joined < edges_per_node;)
      if (join(node, ends[draws.below(known)])) ++joined;
  }
  return graph;
}

Result<Graph> by_region(std::span<const std::uint32_t> region_of_node, std::uint32_t inside, std::uint32_t across,
                        Generator& draws) {
  const auto nodes = static_cast<std::uint32_t>(region_of_node.size());
  Graph graph(nodes);
  std::uint32_t regions = 0;
  for (const std::uint32_t region : region_of_node) regions = std::max(regions, region + 1);
  std::vector<std::vector<std::uint32_t>> members(regions);
  for (std::uint32_t node = 0; node < nodes; ++node) members[region_of_node[node]].push_back(node);
  std::uint32_t used_regions = 0;
  for (const auto& list : members) {
    used_regions += list.empty() ? 0 : 1;
    const auto count = static_cast<std::uint32_t>(list.size());
    if (count < 2) continue;
    const std::uint32_t degree = std::min(inside, count - 1);
    if (degree < 2) {
      if (degree == 0) continue;
      for (std::uint32_t i = 0; i + 1 < count; i += 2) graph.add(list[i], list[i + 1]);
      continue;
    }
    auto part = random_regular(count, degree, draws);
    if (!part) return std::move(part).error();
    for (std::uint32_t node = 0; node < count; ++node)
      for (const std::uint32_t next : part->neighbours(node)) graph.add(list[node], list[next]);
  }
  if (used_regions > 1) {
    // Half of the edges across is drawn at each end: `across` on average.
    for (std::uint32_t node = 0; node < nodes; ++node) {
      const std::uint32_t wanted = across / 2 + ((across % 2) != 0 && draws.below(2) == 1 ? 1 : 0);
      const std::size_t others = nodes - members[region_of_node[node]].size();
      for (std::uint32_t made = 0; made < wanted; ++made) {
        std::uint32_t other = 0;
        do {
          other = static_cast<std::uint32_t>(draws.below(nodes));
        } while (region_of_node[other] == region_of_node[node]);
        if (others > 0) graph.add(node, other);
      }
    }
  }
  join_components(graph, draws);
  return graph;
}

Result<Graph> full(std::uint32_t nodes) {
  if (nodes > kFullGraphNodesMax)
    return Error{"full: at most " + std::to_string(kFullGraphNodesMax) + " nodes, not " + std::to_string(nodes)};
  Graph graph(nodes);
  for (std::uint32_t a = 0; a < nodes; ++a)
    for (std::uint32_t b = a + 1; b < nodes; ++b) graph.add(a, b);
  return graph;
}

}  // namespace lastmile::scenario
