// Who derives which throw-away accounts of a run (docs/decisions/0101-account-derivation.md). One index of one chain is
// one key: ranges that met would make two parties sign as one.
#pragma once

#include <cstdint>

namespace lastmile::scenario {

// Wallets of the traffic come first, from 0: kTrafficMax entries of kAccountsMax at most.
inline constexpr std::uint64_t kWalletAccountsEnd = std::uint64_t{1} << 40;
// Who signs heads of the content store: one for each node.
inline constexpr std::uint64_t kHeadSignerAccounts = kWalletAccountsEnd;
// Who tells the network what accounts hold: one.
inline constexpr std::uint64_t kOracleAccount = std::uint64_t{1} << 41;
// What adversaries write with: some for each node.
inline constexpr std::uint64_t kAdversaryAccounts = std::uint64_t{1} << 42;
// Who runs the network for pay: the scorer, then operators, owners of resource nodes, stakers.
inline constexpr std::uint64_t kRegistryAccounts = std::uint64_t{1} << 43;

}  // namespace lastmile::scenario
