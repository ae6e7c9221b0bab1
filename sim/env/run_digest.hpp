#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/hash.hpp"
#include "sim/env/digest_chain.hpp"

namespace lastmile::sim {

inline constexpr std::uint32_t kDigestFormat = 1;

struct NodeDigest {
  DigestChain chain;
  std::uint64_t events = 0;
  Hash256 state;
};

// SHA-256 over (format number, seed, per node in index order: chain value, event count, state digest; per chain: head
// hash). Numbers as 64-bit little endian, texts behind their length: nothing can be read in two ways.
Hash256 run_digest(std::uint64_t seed, std::span<const NodeDigest> nodes, std::span<const std::string> chain_heads);

}  // namespace lastmile::sim
