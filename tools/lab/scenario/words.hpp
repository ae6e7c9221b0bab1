// Inside: words of scenario files, in the order of the enumerations that they stand for.
#pragma once

#include <array>
#include <string_view>

namespace lastmile::lab {

inline constexpr std::array<std::string_view, 1> kProgramWords = {"lab"};
inline constexpr std::array<std::string_view, 2> kArithmeticWords = {"exact", "fast"};
inline constexpr std::array<std::string_view, 2> kModeWords = {"myopic", "inert"};
inline constexpr std::array<std::string_view, 2> kExpectsWords = {"announced", "observed"};
inline constexpr std::array<std::string_view, 2> kPriceWords = {"walk", "series"};
inline constexpr std::array<std::string_view, 4> kShapeWords = {"constant", "logarithmic", "linear", "decaying"};
inline constexpr std::array<std::string_view, 4> kPresetWords = {"interview", "network-2022", "network-2026",
                                                                 "documents"};

}  // namespace lastmile::lab
