#include <algorithm>

#include "core/base/check.hpp"
#include "sim/world/topology.hpp"

namespace lastmile::sim {
namespace {

// Distances from `start`; kFar where there is no way. Returns the greatest and the number of nodes reached.
constexpr std::uint32_t kFar = 0xffffffffU;
struct Reach {
  std::uint32_t hops = 0;
  std::uint32_t nodes = 0;
};
Reach walk(const Graph& graph, std::uint32_t start, std::vector<std::uint32_t>& distance,
           std::vector<std::uint32_t>& queue) {
  distance.assign(graph.size(), kFar);
  queue.clear();
  queue.push_back(start);
  distance[start] = 0;
  for (std::size_t at = 0; at < queue.size(); ++at) {
    for (const std::uint32_t next : graph.neighbours(queue[at])) {
      if (distance[next] != kFar) continue;
      distance[next] = distance[queue[at]] + 1;
      queue.push_back(next);
    }
  }
  return {distance[queue.back()], static_cast<std::uint32_t>(queue.size())};
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

std::vector<std::uint32_t> components(const Graph& graph) {
  std::vector<std::uint32_t> component(graph.size(), kFar);
  std::vector<std::uint32_t> queue;
  std::uint32_t count = 0;
  for (std::uint32_t start = 0; start < graph.size(); ++start) {
    if (component[start] != kFar) continue;
    queue.assign(1, start);
    component[start] = count;
    while (!queue.empty()) {
      const std::uint32_t node = queue.back();
      queue.pop_back();
      for (const std::uint32_t next : graph.neighbours(node)) {
        if (component[next] != kFar) continue;
        component[next] = count;
        queue.push_back(next);
      }
    }
    ++count;
  }
  return component;
}

bool connected(const Graph& graph) {
  const auto component = components(graph);
  return std::all_of(component.begin(), component.end(), [](std::uint32_t c) { return c == 0; });
}

Diameter diameter(const Graph& graph) {
  Diameter result;
  if (graph.size() == 0) return result;
  // The largest component, the one of the smallest index among equals.
  const auto component = components(graph);
  std::vector<std::uint32_t> sizes(1 + *std::max_element(component.begin(), component.end()), 0);
  for (const std::uint32_t c : component) ++sizes[c];
  const auto largest = static_cast<std::uint32_t>(std::max_element(sizes.begin(), sizes.end()) - sizes.begin());
  std::vector<std::uint32_t> members;
  for (std::uint32_t node = 0; node < graph.size(); ++node)
    if (component[node] == largest) members.push_back(node);

  std::vector<std::uint32_t> distance;
  std::vector<std::uint32_t> queue;
  result.exact = members.size() <= kExactDiameterNodes;
  if (result.exact) {
    for (const std::uint32_t start : members)
      result.hops = std::max(result.hops, walk(graph, start, distance, queue).hops);
    return result;
  }
  // Each start is the node farthest from the one before: known to come close from below.
  std::uint32_t start = members.front();
  for (int turn = 0; turn < 64; ++turn) {
    const Reach reach = walk(graph, start, distance, queue);
    const bool grown = reach.hops > result.hops;
    result.hops = std::max(result.hops, reach.hops);
    start = grown || turn == 0 ? queue.back() : members[(members.size() / 64) * static_cast<std::size_t>(turn)];
  }
  return result;
}

double clustering(const Graph& graph) {
  if (graph.size() == 0) return 0;
  double sum = 0;
  for (std::uint32_t node = 0; node < graph.size(); ++node) {
    const auto& around = graph.neighbours(node);
    if (around.size() < 2) continue;
    std::size_t joined = 0;
    for (std::size_t i = 0; i < around.size(); ++i) {
      for (std::size_t j = i + 1; j < around.size(); ++j) joined += graph.has(around[i], around[j]) ? 1 : 0;
    }
    sum += 2.0 * static_cast<double>(joined) /
           (static_cast<double>(around.size()) * static_cast<double>(around.size() - 1));
  }
  return sum / static_cast<double>(graph.size());
}

std::size_t cut_size(const Graph& graph, std::span<const std::uint32_t> first, std::span<const std::uint32_t> second) {
  std::vector<bool> beyond(graph.size());
  for (const std::uint32_t node : second) beyond[node] = true;
  std::size_t edges = 0;
  for (const std::uint32_t node : first) {
    LM_CHECK(!beyond[node]);
    for (const std::uint32_t next : graph.neighbours(node)) edges += beyond[next] ? 1 : 0;
  }
  return edges;
}

}  // namespace lastmile::sim
