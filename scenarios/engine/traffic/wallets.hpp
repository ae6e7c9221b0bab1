// The throw-away accounts of one traffic entry. Keys are derived when first needed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/crypto/account.hpp"
#include "scenarios/engine/model/traffic.hpp"

namespace lastmile::scenario {

class Wallets {
 public:
  // `first`: index of the first account, counted over the whole scenario. Chains are dealt out by largest remainder.
  Wallets(const TrafficSpec& spec, std::uint64_t seed, std::uint64_t first);

  std::uint32_t size() const { return static_cast<std::uint32_t>(chains_.size()); }
  const crypto::Account& account(std::uint32_t wallet);

 private:
  std::uint64_t seed_;
  std::uint64_t first_;
  std::vector<crypto::Chain> chains_;
  std::vector<std::unique_ptr<crypto::Account>> accounts_;
};

}  // namespace lastmile::scenario
