// Every limit of reconciliation in one place (architecture.md 8: bounded work per peer and minute).
#pragma once

#include <cstddef>

#include "core/base/time.hpp"
#include "core/env/network.hpp"

namespace lastmile::sync {

// A mismatching range is split in so many parts of equal count; below kListMax items it is listed instead.
inline constexpr std::size_t kSplitParts = 16;
inline constexpr std::size_t kListMax = 32;

// One message: ranges asked about at once, and bytes. An answer that would not fit ends early and is continued.
inline constexpr std::size_t kEntriesMax = 4096;
inline constexpr std::size_t kReconcileBytesMax = 512 * 1024;
// Sums that one answer may ask the set for: what a hostile request costs at most.
inline constexpr std::size_t kAnswerSumsMax = 4096;
// Items that one answer reads in order to compare or hand out, over all its ranges.
inline constexpr std::size_t kAnswerItemsMax = 16384;
// Hashes in one offer.
inline constexpr std::size_t kOfferMax = 4096;

// Ranges that a session keeps open at most; what other sides claim beyond is left to the next session.
inline constexpr std::size_t kOpenRangesMax = 65536;

// One session: round trips after which it ends with what it has found, and differences it collects on each side.
inline constexpr std::size_t kRoundTripsMax = 64;
inline constexpr std::size_t kDifferencesMax = 20000;

// Bytes of a salted token that stands for a hash in a list.
inline constexpr std::size_t kTokenBytesDefault = 6;
inline constexpr std::size_t kTokenBytesMax = 8;

// Heads of the content store (docs/decisions/0003). Signers that are configured are always followed; of others so many.
struct HeadLimits {
  std::size_t strangers = 256;
  // Runs of sequences with a gap below them, of one signer: every one costs a name to fetch.
  std::size_t runs_of_stranger = 8;
  std::size_t runs_of_known = 1024;
  // Heads of strangers that one peer may tell us of: at once, and again for each minute.
  std::size_t stranger_heads_burst = 256;
  std::size_t stranger_heads_per_minute = 16;
  // Archives that heads name and that are not taken in: of one stranger, of all, and of known signers.
  std::size_t archives_of_stranger = 64;
  std::size_t archives_of_strangers = 1024;
  std::size_t archives_of_known = 100'000;
  // A head that nobody has is not asked for any longer until its signer's next one; a stranger of whom nothing was
  // heard for so long is forgotten with all he named.
  Duration patience = hours(24);
};

static_assert(kReconcileBytesMax <= env::kFrameBytesMax);
static_assert(kSplitParts <= kEntriesMax, "a range can always be split");
static_assert(kSplitParts < kListMax, "a range that is split has an item for every part");

}  // namespace lastmile::sync
