#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "core/base/random.hpp"
#include "core/base/time.hpp"
#include "core/env/rare_path.hpp"
#include "sim/env/hardware.hpp"
#include "sim/env/node_index.hpp"

namespace lastmile::sim {

// What an environment's own rare paths take.
inline constexpr Duration kLate = seconds(1);
inline constexpr Duration kHeldUp = milliseconds(200);

// How likely rare paths are on one machine, and the draws that decide: one stream for each, by (seed, node, name),
// which goes on after a crash.
class RareLuck {
 public:
  RareLuck(std::uint64_t seed, NodeIndex node) : seed_(seed), node_(node) {}

  // parts per 10^9 of the times that somebody comes by; 0: never.
  void set(env::RarePath path, std::uint64_t parts) { place(path).parts = parts; }

  bool happens(env::RarePath path) {
    Place& here = place(path);
    if (here.parts == 0) return false;
    if (here.draws == nullptr) here.draws = std::make_unique<Generator>(seed_of(path));
    return here.draws->below(kBillion) < here.parts;
  }

 private:
  struct Place {
    std::uint64_t parts = 0;
    std::unique_ptr<Generator> draws;  // made when it first may happen
  };
  Place& place(env::RarePath path) { return places_[static_cast<std::size_t>(path)]; }
  std::uint64_t seed_of(env::RarePath path) const {
    return substream(substream(seed_, node_.value, "rare path"), 0,
                     env::kRarePathNames[static_cast<std::size_t>(path)]);
  }

  std::uint64_t seed_;
  NodeIndex node_;
  std::array<Place, env::kRarePathCount> places_{};
};

}  // namespace lastmile::sim
