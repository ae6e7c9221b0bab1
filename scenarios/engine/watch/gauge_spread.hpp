// One gauge over many nodes: mean, least and most.
#pragma once

#include <algorithm>
#include <optional>

#include "scenarios/engine/watch/watch.hpp"

namespace lastmile::scenario {

class GaugeSpread {
 public:
  GaugeSpread(const WorldView& view, Gauge gauge) : view_(view), gauge_(gauge) {}

  void add(Node node) {
    const auto value = view_.gauge(gauge_, node);
    if (!value) return;
    least_ = count_ == 0 ? *value : std::min(least_, *value);
    most_ = std::max(most_, *value);
    sum_ += static_cast<double>(*value);
    ++count_;
  }
  // In units of `scale`; empty when no node could say.
  std::optional<Watch::Progress::Spread> result(double scale) const {
    if (count_ == 0) return std::nullopt;
    return Watch::Progress::Spread{scale * sum_ / static_cast<double>(count_), scale * static_cast<double>(least_),
                                   scale * static_cast<double>(most_)};
  }

 private:
  const WorldView& view_;
  Gauge gauge_;
  std::uint64_t count_ = 0;
  std::uint64_t least_ = 0;
  std::uint64_t most_ = 0;
  double sum_ = 0;
};

}  // namespace lastmile::scenario
