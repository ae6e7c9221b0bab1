#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/base/check.hpp"
#include "sim/env/wide.hpp"

namespace lastmile::sim {

// A pipe that passes bytes one after another: busy until what came before is through.
class AccessLink {
 public:
  explicit AccessLink(std::uint64_t bits_per_second = 0) : cost_(cost_of(bits_per_second)) {}

  bool limited() const { return cost_ != 0; }
  // Time at which the last of these bytes is through when they arrive at `now`.
  std::int64_t pass(std::int64_t now, std::uint64_t bytes) { return occupy(now, length(bytes)); }
  // The same for something that takes so long, whatever its size.
  std::int64_t occupy(std::int64_t now, std::int64_t nanoseconds) {
    busy_until_ = std::min(std::max(now, busy_until_) + std::min(nanoseconds, kNever), kNever);
    return busy_until_;
  }
  std::int64_t free_at(std::int64_t now) const { return std::max(now, busy_until_); }
  std::int64_t length(std::uint64_t bytes) const {
    const Wide exact = (static_cast<Wide>(bytes) * cost_ + (kOne - 1)) >> kShift;
    return static_cast<std::int64_t>(std::min(exact, static_cast<Wide>(kNever)));
  }

 private:
  // A bit a second and a hundred contents that wait: no run lasts that long, and what is added to it fits.
  static constexpr std::int64_t kNever = 4'000'000'000'000'000'000;
  static constexpr int kShift = 20;
  static constexpr std::uint64_t kOne = std::uint64_t{1} << kShift;
  // Nanoseconds per byte with 20 binary places, rounded up. Also right for disks: 8 bits of them are a byte.
  static std::uint64_t cost_of(std::uint64_t bits) {
    if (bits == 0) return 0;
    return static_cast<std::uint64_t>((static_cast<Wide>(8'000'000'000U) * kOne + bits - 1) / bits);
  }
  std::uint64_t cost_;
  std::int64_t busy_until_ = 0;
};

// What has been accepted for the uplink and has not left yet, oldest first.
class DepartureQueue {
 public:
  struct Departure {
    std::int64_t time;
    std::uint32_t peer;
    std::uint32_t connection;
    std::uint64_t bytes;
  };
  void push(const Departure& departure) { items_.push_back(departure); }
  // Everything that has left at `now`, in order.
  template <class Visit>
  void leave(std::int64_t now, Visit&& visit) {
    while (head_ < items_.size() && items_[head_].time <= now) visit(items_[head_++]);
    if (head_ == items_.size()) {
      items_.clear();
      head_ = 0;
    } else if (head_ >= 64 && 2 * head_ >= items_.size()) {
      items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(head_));
      head_ = 0;
    }
  }

 private:
  std::vector<Departure> items_;
  std::size_t head_ = 0;
};

}  // namespace lastmile::sim
