// Tells the network what accounts hold: signs the posts `balances-update` that `economy.balances` asks for, as one
// publisher of a network does whom every node knows.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/crypto/account.hpp"
#include "scenarios/engine/traffic/traffic.hpp"
#include "scenarios/engine/traffic/wallets.hpp"

namespace lastmile::scenario {

class BalanceOracle {
 public:
  // A throw-away account far above those of wallets; nodes of the run take balances from its address alone.
  static crypto::Account account(std::uint64_t seed);

  BalanceOracle(const Scenario& scenario, std::uint64_t seed);

  std::optional<Instant> next_time() const;
  const BalanceSpec& next_spec() const { return *order_[next_]; }
  // Fills what Author::write fills, and the balances. `wallets`: those of the entry that next_spec() names.
  void write(Publication& publication, Wallets& wallets);

 private:
  const Scenario& scenario_;
  std::uint64_t seed_;
  crypto::Account signer_;
  std::vector<const BalanceSpec*> order_;  // by time
  std::size_t next_ = 0;
};

}  // namespace lastmile::scenario
