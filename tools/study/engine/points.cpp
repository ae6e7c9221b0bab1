#include "tools/study/engine/points.hpp"

#include <fmt/core.h>

#include <boost/random/sobol.hpp>
#include <numeric>

#include "core/base/random.hpp"

namespace lastmile::study {
namespace {

Error too_many() { return Error{fmt::format("expected at most {} points, found more", kPointsMax)}; }

Result<std::vector<PointValues>> grid(const std::vector<Axis>& axes) {
  std::size_t count = 1;
  for (const Axis& axis : axes) {
    if (axis.levels().empty()) {
      return Error{axis.name() +
                   ": expected values that a grid can walk through, found a law; designs latin and sobol take one"};
    }
    if (axis.levels().size() > kPointsMax / count) return too_many();
    count *= axis.levels().size();
  }
  std::vector<PointValues> points;
  points.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    PointValues values(axes.size());
    std::size_t rest = i;
    for (std::size_t a = axes.size(); a-- > 0;) {
      values[a] = axes[a].levels()[rest % axes[a].levels().size()];
      rest /= axes[a].levels().size();
    }
    points.push_back(std::move(values));
  }
  return points;
}

Result<std::vector<PointValues>> list(const std::vector<Axis>& axes) {
  const std::size_t count = axes.front().levels().size();
  std::vector<PointValues> points(count);
  for (const Axis& axis : axes) {
    if (axis.levels().size() != count || count == 0) {
      return Error{fmt::format("{}: expected as many values as the others have ({}), found {}", axis.name(), count,
                               axis.levels().size())};
    }
    for (std::size_t i = 0; i < count; ++i) points[i].push_back(axis.levels()[i]);
  }
  return points;
}

std::vector<PointValues> latin(const std::vector<Axis>& axes, std::size_t samples, std::uint64_t seed) {
  std::vector<PointValues> points(samples);
  for (std::size_t a = 0; a < axes.size(); ++a) {
    Generator draws(substream(seed, a, "study latin"));
    std::vector<std::size_t> parts(samples);
    std::iota(parts.begin(), parts.end(), std::size_t{0});
    draws.shuffle(parts);
    for (std::size_t i = 0; i < samples; ++i) {
      const double share = (static_cast<double>(parts[i]) + draws.unit()) / static_cast<double>(samples);
      points[i].push_back(axes[a].at(std::min(share, 1 - 0x1p-53)));
    }
  }
  return points;
}

std::vector<PointValues> sobol(const std::vector<Axis>& axes, std::size_t samples) {
  // Direction numbers of Joe and Kuo, as Boost has them; the engine begins behind the corner.
  boost::random::sobol engine(axes.size());
  std::vector<PointValues> points(samples);
  for (PointValues& values : points) {
    for (const Axis& axis : axes) values.push_back(axis.at(static_cast<double>(engine() >> 11U) * 0x1p-53));
  }
  return points;
}

}  // namespace

Result<std::vector<PointValues>> make_points(PointDesign design, const std::vector<Axis>& axes, std::size_t samples,
                                             std::uint64_t seed) {
  if (axes.empty() || axes.size() > kAxesMax) {
    return Error{fmt::format("expected 1 to {} swept parameters, found {}", kAxesMax, axes.size())};
  }
  if (design == PointDesign::grid) return grid(axes);
  if (design == PointDesign::list) return list(axes);
  if (samples == 0) return Error{"expected at least one sample"};
  if (samples > kPointsMax) return too_many();
  return design == PointDesign::latin ? latin(axes, samples, seed) : sobol(axes, samples);
}

std::uint64_t replicate_seed(std::uint64_t study_seed, std::uint32_t replicate) {
  return substream(study_seed, replicate, "study replicate");
}

}  // namespace lastmile::study
