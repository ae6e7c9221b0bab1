// When the messages of one traffic entry come.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/random.hpp"
#include "core/base/time.hpp"
#include "scenarios/engine/model/traffic.hpp"

namespace lastmile::scenario {

// Ascending instants in [from, until).
class Arrivals {
 public:
  Arrivals(const TrafficSpec& spec, Instant from, Instant until, std::uint64_t stream);

  std::optional<Instant> next() const { return next_; }
  void advance();

 private:
  void step(Rate rate);

  Arrival kind_;
  Rate rate_;
  std::uint32_t burst_size_;
  Instant from_;
  Instant until_;
  Generator draws_;
  std::optional<Instant> next_;
  std::uint64_t count_ = 0;  // periodic: how many came
  std::uint32_t burst_left_ = 0;
};

}  // namespace lastmile::scenario
