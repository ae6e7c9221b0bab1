// The mean of measurements that do not depend on each other, and its standard error.
#pragma once

#include <cmath>
#include <vector>

namespace lastmile::validation {

struct Mean {
  double mean = 0;
  double error = 0;
};

inline Mean mean_of(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  Mean out;
  double squares = 0;
  for (const double value : values) {
    out.mean += value / count;
    squares += value * value / count;
  }
  out.error = std::sqrt((squares - out.mean * out.mean) / (count - 1));
  return out;
}

}  // namespace lastmile::validation
