#include "sim/env/sim_random.hpp"

namespace lastmile::sim {

SimRandom::SimRandom(std::uint64_t seed, NodeIndex node, std::uint32_t incarnation)
    : seed_(substream(seed, node.value, "random")), incarnation_(incarnation) {}

Generator& SimRandom::stream(std::string_view name) {
  auto found = streams_.find(name);
  if (found == streams_.end())
    found =
        streams_.emplace(std::string(name), std::make_unique<Generator>(substream(seed_, incarnation_, name))).first;
  return *found->second;
}

void SimRandom::secret(std::span<std::uint8_t> out) {
  // A scope that no incarnation has: a stream that happens to be called so stays independent.
  if (secrets_ == nullptr)
    secrets_ = std::make_unique<Generator>(substream(seed_, std::uint64_t{1} << 32 | incarnation_, "secret"));
  for (auto& byte : out) byte = static_cast<std::uint8_t>(secrets_->next() >> 56);
}

}  // namespace lastmile::sim
