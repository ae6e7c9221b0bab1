// How far a set of times is from another one, as shares of the other.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace lastmile::validation::packets {

// The value that a share of all do not exceed; of at least one.
inline double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(std::lround(share * static_cast<double>(values.size() - 1)))];
}

class Distances {
 public:
  void add(double value, double reference) { values_.push_back(value / reference - 1); }
  std::size_t count() const { return values_.size(); }
  double bias() const {
    double sum = 0;
    for (const double value : values_) sum += value;
    return sum / static_cast<double>(values_.size());
  }
  double median() const { return absolute(0.5); }
  double p90() const { return absolute(0.9); }

 private:
  double absolute(double share) const {
    std::vector<double> out;
    out.reserve(values_.size());
    for (const double value : values_) out.push_back(std::abs(value));
    return quantile(std::move(out), share);
  }
  std::vector<double> values_;
};

}  // namespace lastmile::validation::packets
