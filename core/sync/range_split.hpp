// Cutting a range into parts of equal count. For the .cpp files of this room.
#pragma once

#include <vector>

#include "core/sync/held_set.hpp"

namespace lastmile::sync {

struct RangeParts {
  std::vector<HeldItem> bounds;  // inner ones
  std::vector<RangeSum> sums;    // one more
};

// kSplitParts parts; the range holds kListMax items at least (checked against `total`, the range's own sum). An error
// when the set contradicts itself.
Result<RangeParts> split_range(const HeldSet& held, const HeldItem& from, const HeldItem& until, const RangeSum& total);

}  // namespace lastmile::sync
