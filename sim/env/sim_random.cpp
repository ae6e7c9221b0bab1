#include "sim/env/sim_random.hpp"

namespace lastmile::sim {

SimRandom::SimRandom(std::uint64_t seed, NodeIndex node, std::uint32_t incarnation)
    : seed_(substream(seed, node.value, "random")), incarnation_(incarnation) {}

Generator& SimRandom::stream(std::string_view name) {
  for (const auto& stream : streams_) {
    if (stream->name == name) return stream->draws;
  }
  const auto seed = substream(seed_, incarnation_, name);
  streams_.push_back(std::make_unique<Stream>(Stream{std::string(name), Generator(seed)}));
  return streams_.back()->draws;
}

void SimRandom::secret(std::span<std::uint8_t> out) {
  // A scope that no incarnation has: a stream that happens to be called so stays independent.
  if (secrets_ == nullptr)
    secrets_ = std::make_unique<Generator>(substream(seed_, std::uint64_t{1} << 32 | incarnation_, "secret"));
  for (auto& byte : out) byte = static_cast<std::uint8_t>(secrets_->next() >> 56);
}

}  // namespace lastmile::sim
