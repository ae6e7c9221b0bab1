#include "core/sync/range_split.hpp"

#include "core/base/check.hpp"
#include "core/sync/bound.hpp"
#include "core/sync/limits.hpp"

namespace lastmile::sync {

Result<RangeParts> split_range(const HeldSet& held, const HeldItem& from, const HeldItem& until,
                               const RangeSum& total) {
  LM_CHECK(total.count >= kListMax);
  RangeParts parts;
  HeldItem begin = from;
  RangeSum rest = total;
  std::uint64_t passed = 0;
  for (std::uint64_t part = 1; part < kSplitParts; ++part) {
    // Position of the first item of the next part, without overflow for any count.
    const std::uint64_t position = total.count / kSplitParts * part + total.count % kSplitParts * part / kSplitParts;
    const auto at = held.at(begin, position - passed - 1);
    if (!at) return at.error();
    const auto& last = *at;
    if (!last) return Error{"held set: fewer items than counted"};
    const auto pair = held.items(*last, until, 2);
    if (!pair) return pair.error();
    if (pair->size() != 2) return Error{"held set: fewer items than counted"};
    const HeldItem bound = bound_between((*pair)[0], (*pair)[1]);
    const auto sum = held.sum(begin, bound);
    if (!sum) return sum.error();
    parts.bounds.push_back(bound);
    parts.sums.push_back(*sum);
    rest -= *sum;
    begin = bound;
    passed = position;
  }
  parts.sums.push_back(rest);
  return parts;
}

}  // namespace lastmile::sync
