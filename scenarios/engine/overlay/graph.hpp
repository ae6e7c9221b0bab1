// Who knows whom at the start. All draws come from the generator given, by our own routines.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/random.hpp"
#include "core/base/result.hpp"

namespace lastmile::scenario {

// An undirected simple graph; neighbours ascending.
class Graph {
 public:
  explicit Graph(std::uint32_t nodes) : neighbours_(nodes) {}
  std::uint32_t size() const { return static_cast<std::uint32_t>(neighbours_.size()); }
  const std::vector<std::uint32_t>& neighbours(std::uint32_t node) const { return neighbours_[node]; }
  std::size_t edges() const { return edges_; }
  bool has(std::uint32_t a, std::uint32_t b) const;
  bool add(std::uint32_t a, std::uint32_t b);  // false when it is there already or a == b
  bool remove(std::uint32_t a, std::uint32_t b);

 private:
  std::vector<std::vector<std::uint32_t>> neighbours_;
  std::size_t edges_ = 0;
};

// Every kind gives a connected graph (joined by edge exchanges or extra edges where the draw was not). Errors:
// parameters that no graph fulfils, said in the text.
Result<Graph> random_regular(std::uint32_t nodes, std::uint32_t degree,
                             Generator& draws);  // nodes * degree odd: one node has one less
Result<Graph> small_world(std::uint32_t nodes, std::uint32_t degree, double rewire,
                          Generator& draws);  // Watts, Strogatz; degree even
Result<Graph> scale_free(std::uint32_t nodes, std::uint32_t edges_per_node, Generator& draws);  // Barabasi, Albert
// `inside` neighbours within the own region on average, `across` in other regions.
Result<Graph> by_region(std::span<const std::uint32_t> region_of_node, std::uint32_t inside, std::uint32_t across,
                        Generator& draws);
inline constexpr std::uint32_t kFullGraphNodesMax = 4000;
Result<Graph> full(std::uint32_t nodes);

}  // namespace lastmile::scenario
