#include "scenarios/engine/traffic/arrivals.hpp"

#include <algorithm>

#include "core/base/present.hpp"

namespace lastmile::scenario {
namespace {

// ns * 10^-6 per day in one day: interval = kDayScale / rate.
__extension__ using Wide = unsigned __int128;
constexpr Wide kDayScale = static_cast<Wide>(86'400'000'000'000ULL) * 1'000'000U;

Duration multiple(Rate rate, std::uint64_t count) {
  const Wide ns = kDayScale / rate.micro_per_day * count + kDayScale % rate.micro_per_day * count / rate.micro_per_day;
  constexpr Wide kMax = 4'000'000'000'000'000'000ULL;
  return {static_cast<std::int64_t>(std::min(ns, kMax))};
}

}  // namespace

Arrivals::Arrivals(const TrafficSpec& spec, Instant from, Instant until, std::uint64_t stream)
    : kind_(spec.arrival), rate_(spec.rate), burst_size_(spec.burst_size), from_(from), until_(until), draws_(stream) {
  next_ = from;
  if (kind_ == Arrival::periodic) {
    if (from >= until) next_.reset();
  } else {
    // The first message of a Poisson process comes after the first wait.
    burst_left_ = 0;
    advance();
  }
}

void Arrivals::step(Rate rate) {
  const double wait = draws_.exponential(static_cast<double>(rate.mean_interval().ns));
  next_ = present(next_) + Duration{static_cast<std::int64_t>(std::min(wait, 4e18))};
}

void Arrivals::advance() {
  switch (kind_) {
    case Arrival::periodic:
      next_ = from_ + multiple(rate_, ++count_);
      break;
    case Arrival::poisson:
      step(rate_);
      break;
    case Arrival::burst:
      if (burst_left_ > 0) {
        --burst_left_;
      } else {
        step(Rate{std::max<std::uint64_t>(1, rate_.micro_per_day / burst_size_)});
        burst_left_ = burst_size_ - 1;
      }
      break;
  }
  if (present(next_) >= until_) next_.reset();
}

}  // namespace lastmile::scenario
