#include "scenarios/engine/overlay/figures.hpp"

#include <algorithm>
#include <bit>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/biconnected_components.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/connected_components.hpp>
#include <iterator>

#include "core/base/check.hpp"

namespace lastmile::scenario {
namespace {

using Undirected = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;

Undirected undirected(const Graph& graph) {
  Undirected out(graph.size());
  for (std::uint32_t a = 0; a < graph.size(); ++a) {
    for (const std::uint32_t b : graph.neighbours(a)) {
      if (a < b) boost::add_edge(a, b, out);
    }
  }
  return out;
}

// Walks away from a start, and knows the node that came last: none is farther.
class Walk {
 public:
  explicit Walk(const Undirected& graph) : graph_(graph), hops_(num_vertices(graph)), colours_(num_vertices(graph)) {}

  struct End {
    std::uint32_t node = 0;
    std::uint32_t hops = 0;
  };
  End from(std::uint32_t start) {
    std::fill(colours_.begin(), colours_.end(), boost::white_color);
    hops_[start] = 0;
    End end{start, 0};
    struct Visitor : boost::default_bfs_visitor {
      Visitor(std::vector<std::uint32_t>& h, End& e) : hops(h), end(e) {}
      void tree_edge(const Undirected::edge_descriptor& edge, const Undirected& g) {
        const auto next = static_cast<std::uint32_t>(target(edge, g));
        hops[next] = hops[source(edge, g)] + 1;
        end = {next, hops[next]};
      }
      std::vector<std::uint32_t>& hops;
      End& end;
    };
    queue_.clear();
    Queue queue{queue_, 0};
    boost::breadth_first_visit(graph_, Undirected::vertex_descriptor{start}, queue, Visitor(hops_, end),
                               boost::make_iterator_property_map(colours_.begin(), get(boost::vertex_index, graph_)));
    return end;
  }

 private:
  // What breadth_first_visit asks of a queue, on room that is used again.
  struct Queue {
    std::vector<Undirected::vertex_descriptor>& items;
    std::size_t head;
    void push(Undirected::vertex_descriptor v) { items.push_back(v); }
    void pop() { ++head; }
    Undirected::vertex_descriptor& top() { return items[head]; }
    bool empty() const { return head == items.size(); }
  };
  const Undirected& graph_;
  std::vector<std::uint32_t> hops_;
  std::vector<boost::default_color_type> colours_;
  std::vector<Undirected::vertex_descriptor> queue_;
};

// Members of the largest component, the one of the smallest index among equals.
std::vector<std::uint32_t> largest_component(const Graph& graph) {
  const auto component = components(graph);
  std::vector<std::uint32_t> sizes(1 + *std::max_element(component.begin(), component.end()), 0);
  for (const std::uint32_t c : component) ++sizes[c];
  const auto largest = static_cast<std::uint32_t>(std::max_element(sizes.begin(), sizes.end()) - sizes.begin());
  std::vector<std::uint32_t> members;
  for (std::uint32_t node = 0; node < graph.size(); ++node) {
    if (component[node] == largest) members.push_back(node);
  }
  return members;
}

// Pairs of neighbours that are joined, for one node after another. Two rows of bits are compared 64 nodes at a time, so
// that a graph in which all know each other costs no more than it must.
class Triangles {
 public:
  explicit Triangles(const Graph& graph) : graph_(graph), words_((graph.size() + 63) / 64), near_(words_) {}

  std::uint64_t of(std::uint32_t node) {
    const auto& around = graph_.neighbours(node);
    for (const std::uint32_t each : around) near_[each / 64] |= std::uint64_t{1} << (each % 64);
    std::uint64_t ends = 0;
    for (const std::uint32_t each : around) ends += joined(each);
    for (const std::uint32_t each : around) near_[each / 64] = 0;
    return ends / 2;  // each pair was met from both sides
  }

 private:
  std::uint64_t joined(std::uint32_t node) {
    std::uint64_t count = 0;
    if (graph_.neighbours(node).size() < words_ || graph_.size() > kRowsNodesMax) {
      for (const std::uint32_t each : graph_.neighbours(node)) count += near_[each / 64] >> (each % 64) & 1;
      return count;
    }
    const std::vector<std::uint64_t>& row = row_of(node);
    for (std::size_t i = 0; i < words_; ++i) count += static_cast<std::uint64_t>(std::popcount(row[i] & near_[i]));
    return count;
  }
  const std::vector<std::uint64_t>& row_of(std::uint32_t node) {
    rows_.resize(graph_.size());
    auto& row = rows_[node];
    if (!row.empty()) return row;
    row.resize(words_);
    for (const std::uint32_t each : graph_.neighbours(node)) row[each / 64] |= std::uint64_t{1} << (each % 64);
    return row;
  }
  static constexpr std::uint32_t kRowsNodesMax = 1 << 15;  // 128 MiB of rows
  const Graph& graph_;
  const std::size_t words_;
  std::vector<std::uint64_t> near_;
  std::vector<std::vector<std::uint64_t>> rows_;
};

}  // namespace

std::vector<std::uint32_t> components(const Graph& graph) {
  const Undirected g = undirected(graph);
  std::vector<std::uint32_t> component(graph.size());
  if (graph.size() > 0)
    boost::connected_components(g, boost::make_iterator_property_map(component.begin(), get(boost::vertex_index, g)));
  return component;
}

bool connected(const Graph& graph) {
  const auto component = components(graph);
  return std::all_of(component.begin(), component.end(), [](std::uint32_t c) { return c == 0; });
}

Diameter diameter(const Graph& graph) {
  Diameter result;
  if (graph.size() < 2) return result;
  if (graph.edges() == std::size_t{graph.size()} * (graph.size() - 1) / 2) return {1, true};
  const std::vector<std::uint32_t> members = largest_component(graph);
  const Undirected g = undirected(graph);
  Walk walk(g);
  result.exact = members.size() <= kExactDiameterNodes && members.size() * 2 * graph.edges() <= kExactDiameterSteps;
  if (result.exact) {
    for (const std::uint32_t start : members) result.hops = std::max(result.hops, walk.from(start).hops);
    return result;
  }
  // Each start is the node farthest from the one before: known to come close from below.
  std::uint32_t start = members.front();
  for (std::size_t turn = 0; turn < 64; ++turn) {
    const Walk::End end = walk.from(start);
    const bool grown = end.hops > result.hops;
    result.hops = std::max(result.hops, end.hops);
    start = grown || turn == 0 ? end.node : members[(members.size() / 64) * turn];
  }
  return result;
}

double clustering(const Graph& graph) {
  if (graph.size() == 0) return 0;
  Triangles triangles(graph);
  double sum = 0;
  for (std::uint32_t node = 0; node < graph.size(); ++node) {
    const auto degree = static_cast<double>(graph.neighbours(node).size());
    if (degree >= 2) sum += 2.0 * static_cast<double>(triangles.of(node)) / (degree * (degree - 1));
  }
  return sum / static_cast<double>(graph.size());
}

std::vector<std::uint32_t> articulation_points(const Graph& graph) {
  const Undirected g = undirected(graph);
  std::vector<std::uint32_t> out;
  boost::articulation_points(g, std::back_inserter(out));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<std::uint32_t> degrees(const Graph& graph) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t node = 0; node < graph.size(); ++node) {
    const std::size_t degree = graph.neighbours(node).size();
    if (degree >= out.size()) out.resize(degree + 1);
    ++out[degree];
  }
  return out;
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

}  // namespace lastmile::scenario
