#pragma once

#include <map>
#include <memory>
#include <string>

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
  std::map<std::string, std::unique_ptr<Generator>, std::less<>> streams_;
  std::unique_ptr<Generator> secrets_;
};

}  // namespace lastmile::sim
