// Which points a study looks at, and with which seeds: grids, lists, Latin hypercubes and Sobol' points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "tools/study/engine/axis.hpp"

namespace lastmile::study {

inline constexpr std::size_t kPointsMax = 1'000'000;

enum class PointDesign : std::uint8_t { grid, list, latin, sobol };

// One value (a JSON text) for each axis, in the order of the axes.
using PointValues = std::vector<std::string>;

// grid: all combinations, the last axis changes fastest. list: the first values of all axes, then the second, ...
// latin: each axis cut into `samples` parts of equal probability, each used once, in an order drawn from the key
// (seed, axis). sobol: the first `samples` points of the sequence without the corner at 0; more samples begin with the
// same points. `samples` and `seed` mean nothing to grid and list.
Result<std::vector<PointValues>> make_points(PointDesign design, const std::vector<Axis>& axes, std::size_t samples,
                                             std::uint64_t seed);

// Seed of a replicate (counted from 0) of a study: a keyed function of both, so that neighbours of either share
// nothing. All points of a study have the same seeds: what differs between them is not their luck.
std::uint64_t replicate_seed(std::uint64_t study_seed, std::uint32_t replicate);

}  // namespace lastmile::study
