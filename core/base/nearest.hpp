// The word somebody meant: every program says "did you mean" by the same rule.
#pragma once

#include <span>
#include <string_view>

namespace lastmile {

// The word of `known` nearest to `word` by edit distance (insert, delete, replace, swap of neighbours), if it is near
// enough to be a slip: at most a third of the length of `word`, at least one. Ties: the first. When none is: the only
// one that begins with `word`. Empty when there is none either. `word` may come from outside: a long one is near to
// nothing.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace lastmile
