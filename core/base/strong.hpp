// A number that cannot be passed where another kind of number is meant, at no run-time cost.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace lastmile {

// struct HeightTag; using Height = Strong<HeightTag, std::uint64_t>;
template <class Tag, class Rep>
struct Strong {
  Rep value{};
  friend constexpr auto operator<=>(const Strong&, const Strong&) = default;
};

}  // namespace lastmile

template <class Tag, class Rep>
struct std::hash<lastmile::Strong<Tag, Rep>> {
  std::size_t operator()(const lastmile::Strong<Tag, Rep>& v) const noexcept { return std::hash<Rep>{}(v.value); }
};
