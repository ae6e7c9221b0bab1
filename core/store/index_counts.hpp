// How many live messages, and posts, stand under each value that filters name, kept up with every change
// (StoreOptions::query_counts): the total of a page is then read and not walked to.
#pragma once

#include <cstdint>
#include <optional>

#include "core/store/context.hpp"
#include "core/store/filters.hpp"

namespace lastmile::store {

// A message becomes live, or ceases to be; with its content. Does nothing unless the counts are wanted.
void count_listed(Context& context, Loaded& m, bool more);

// The exact total of a filter, if it is one that the counts know: nothing at all, or one field (of which each message
// has one value at most, or a single value is asked for), with the default statuses. Empty otherwise: walk.
std::optional<std::uint64_t> counted_total(const Source& source, const StoreOptions& options,
                                           const MessageFilter& filter);
std::optional<std::uint64_t> counted_total(const Source& source, const StoreOptions& options, const PostFilter& filter);

}  // namespace lastmile::store
