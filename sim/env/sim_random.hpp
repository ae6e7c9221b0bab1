#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/env/random.hpp"
#include "sim/env/node_index.hpp"

namespace lastmile::sim {

class Kernel;

// Streams by (seed, node, incarnation, name). secret() is repeatable too: nothing in a run is truly secret. What is
// rare happens as the scenario says (rare_luck.hpp).
class SimRandom final : public env::Random {
 public:
  SimRandom(Kernel& kernel, NodeIndex self) : kernel_(kernel), self_(self) {}

  Generator& stream(std::string_view name) override;
  void secret(std::span<std::uint8_t> out) override;
  bool happens(env::RarePath path) override;

 private:
  struct Stream {
    std::string name;
    Generator draws;
  };
  std::uint64_t seed() const;
  std::uint32_t incarnation() const;

  Kernel& kernel_;
  NodeIndex self_;
  std::vector<std::unique_ptr<Stream>> streams_;  // a handful, each asked for once
  std::unique_ptr<Generator> secrets_;
};

}  // namespace lastmile::sim
