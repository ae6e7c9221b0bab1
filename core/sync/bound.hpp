// Bounds between items and their short spelling on the wire (reconcile_message.hpp). For the .cpp files of this room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/bytes.hpp"
#include "core/sync/held_set.hpp"

namespace lastmile::sync {

// A bound b with left < b <= right whose spelling is as short as the two items allow.
HeldItem bound_between(const HeldItem& left, const HeldItem& right);

// Relative to the second of the bound before, which is moved on.
void append_bound(Bytes& out, const HeldItem& bound, std::int64_t& second);
std::size_t bound_size(const HeldItem& bound, std::int64_t& second);
// Removes one bound from the front; empty for anything that append_bound would not write.
std::optional<HeldItem> take_bound(ByteView& bytes, std::int64_t& second);

}  // namespace lastmile::sync
