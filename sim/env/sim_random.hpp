#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/env/random.hpp"
#include "sim/env/node_index.hpp"

namespace lastmile::sim {

// Streams by (seed, node, incarnation, name). secret() is repeatable too: nothing in a run is truly secret.
class SimRandom final : public env::Random {
 public:
  SimRandom(std::uint64_t seed, NodeIndex node, std::uint32_t incarnation);

  Generator& stream(std::string_view name) override;
  void secret(std::span<std::uint8_t> out) override;

 private:
  std::uint64_t seed_;
  std::uint32_t incarnation_;
  struct Stream {
    std::string name;
    Generator draws;
  };
  std::vector<std::unique_ptr<Stream>> streams_;  // a handful, each asked for once
  std::unique_ptr<Generator> secrets_;
};

}  // namespace lastmile::sim
