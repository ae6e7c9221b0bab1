#include "sim/env/sim_random.hpp"

#include "sim/env/kernel.hpp"

namespace lastmile::sim {

std::uint64_t SimRandom::seed() const { return substream(kernel_.config().seed, self_.value, "random"); }

std::uint32_t SimRandom::incarnation() const { return kernel_.slot(self_).incarnation; }

bool SimRandom::happens(env::RarePath path) { return kernel_.happens(self_, path); }

Generator& SimRandom::stream(std::string_view name) {
  for (const auto& stream : streams_) {
    if (stream->name == name) return stream->draws;
  }
  const auto own = substream(seed(), incarnation(), name);
  streams_.push_back(std::make_unique<Stream>(Stream{std::string(name), Generator(own)}));
  return streams_.back()->draws;
}

void SimRandom::secret(std::span<std::uint8_t> out) {
  // A scope that no incarnation has: a stream that happens to be called so stays independent.
  if (secrets_ == nullptr)
    secrets_ = std::make_unique<Generator>(substream(seed(), std::uint64_t{1} << 32 | incarnation(), "secret"));
  for (auto& byte : out) byte = static_cast<std::uint8_t>(secrets_->next() >> 56);
}

}  // namespace lastmile::sim
