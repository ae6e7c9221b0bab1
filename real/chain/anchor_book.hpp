// What a synchronization node must remember of its anchors: each with its nonce and every transaction that was signed
// for it, until one of them is final. A value; written to the disk before anything is sent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/uint256.hpp"

namespace lastmile::real {

struct AnchorAttempt {
  std::string hash;
  Bytes raw;
  Uint256 tip;
  Uint256 fee_limit;
  friend bool operator==(const AnchorAttempt&, const AnchorAttempt&) = default;
};

struct Anchor {
  std::uint64_t nonce = 0;
  std::uint64_t gas_limit = 0;
  std::string payload;
  std::vector<AnchorAttempt> attempts;  // of rising fees, never empty; all with this nonce, so that one can land
  std::optional<std::uint64_t> height;  // of the block it is in
  friend bool operator==(const Anchor&, const Anchor&) = default;
};

class AnchorBook {
 public:
  // Of one chain id and sender: what was remembered for another is not ours. Error: damaged.
  static Result<AnchorBook> parse(std::string_view text);
  std::string text() const;

  bool full() const;
  bool waiting() const;  // one of them is in no block
  // Never one that an anchor has; at least what the chain says.
  std::uint64_t next_nonce(std::uint64_t by_the_chain) const;

  std::vector<Anchor> anchors;  // by nonce
  friend bool operator==(const AnchorBook&, const AnchorBook&) = default;
};

}  // namespace lastmile::real
