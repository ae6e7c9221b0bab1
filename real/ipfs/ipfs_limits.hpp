// What one process is willing to do for files of IPFS (ipfs.md 12 and 14). Limits of messages and blocks are in
// core/ipfs/limits.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/time.hpp"

namespace lastmile::real {

struct IpfsLimits {
  std::size_t fetches = 32;                           // names asked for, or fetched, at once
  std::size_t blocks_ahead = 64;                      // asked for beyond what is needed next, all files together
  std::size_t held_bytes = std::size_t{32} << 20;     // of blocks that came before their turn, all together
  std::uint64_t file_bytes = std::uint64_t{4} << 30;  // larger ones are not fetched
  std::size_t partial_files = 64;                     // begun and not finished; above it no new one is begun
  Duration first_wait = seconds(3);                   // own peers are asked first (content by hash)
  Duration first_wait_spread = seconds(5);            // and up to so much more, so that not all ask at once
  Duration unknown_after = seconds(10);               // without a first block: its place goes to another
  Duration stalled_after = seconds(60);               // without a further one
  Duration stalled_pause = minutes(5);                // until it is begun again
  Duration look_every = seconds(1);                   // for files that STOREs wait for
  Duration sweep_every = minutes(1);                  // rows of files that are gone, a page each
  Duration partial_kept = hours(24);                  // since its last byte
  std::size_t remembered = 4096;                      // names that wait for their first turn, or for another
  std::size_t index_queue = 64;                       // files at hand to be cut into blocks, one at a time
  std::size_t hashing = 64;                           // messages of blocks being hashed; more are dropped
};

inline constexpr std::size_t kIndexBatch = 64;             // blocks noted in one commit
inline constexpr std::uint64_t kIndexPiece = 1024 * 1024;  // of a file that is cut into blocks, read at once

}  // namespace lastmile::real
