// That a transaction of a public chain carried a message (messages.md 5.6).
#pragma once

#include <cstdint>
#include <string>

#include "core/base/time.hpp"

namespace lastmile::chain {

struct Confirmation {
  std::string chain;  // chain code, e.g. "ETH"
  std::uint64_t height = 0;
  std::string transaction;  // its hash, as the chain writes it
  Wall time;                // of the block
  std::string publisher;    // who sent the transaction
  bool final = false;       // no reorganisation can take it back

  friend bool operator==(const Confirmation&, const Confirmation&) = default;
};

}  // namespace lastmile::chain
