// The closed sets of words in scenario files, in the order of their enums.
#pragma once

#include <array>
#include <string_view>

#include "core/env/rare_path.hpp"

namespace lastmile::scenario::words {

using W = std::string_view;
inline constexpr std::array<W, 3> kRoles{"core", "resource", "client"};
inline constexpr std::array<W, 2> kFidelities{"full", "light"};
inline constexpr std::array<W, 5> kTopologies{"random_regular", "small_world", "scale_free", "by_region", "full"};
inline constexpr std::array<W, 4> kChainKinds{"evm", "tezos", "nuls2", "solana"};
inline constexpr std::array<W, 3> kArrivals{"poisson", "periodic", "burst"};
inline constexpr std::array<W, 2> kDirections{"both", "first_to_second"};
inline constexpr std::array<W, 2> kCutModes{"stall", "reset"};
inline constexpr std::array<W, 3> kDiskFates{"kept", "torn", "lost"};
inline constexpr std::array<W, 3> kDiskTroubles{"slow", "full", "corrupt"};
inline constexpr std::array<W, 3> kChainTroubles{"outage", "reorg", "delay"};
inline constexpr std::array<W, 10> kFaults{"partition", "link",  "hold", "crash", "pause",
                                           "churn",     "clock", "disk", "chain", "rare_path"};
inline constexpr auto& kRarePaths = env::kRarePathNames;
inline constexpr std::array<W, 6> kAdversaries{"flooder", "withholder", "equivocator", "replayer", "eclipser", "liar"};
inline constexpr std::array<W, 4> kFloods{"invalid", "unpaid", "oversized", "free"};
inline constexpr std::array<W, 2> kLies{"hidden", "invented"};
inline constexpr std::array<W, 17> kChecks{"no_forged_message",
                                           "acknowledged_kept",
                                           "forgotten_stays_forgotten",
                                           "status_moves_legal",
                                           "bounded_queues",
                                           "finality_respected",
                                           "supply_conserved",
                                           "diverged",
                                           "healed",
                                           "converged",
                                           "all_processed",
                                           "acknowledged_everywhere",
                                           "confirmed",
                                           "backlog_drained",
                                           "overlay_connected",
                                           "loss_reported",
                                           "measure"};
inline constexpr std::array<W, 8> kStats{"value", "count", "min", "mean", "p50", "p90", "p99", "max"};
inline constexpr std::array<W, 3> kCrypto{"cached", "real", "modelled"};
inline constexpr std::array<W, 3> kNetworks{"delay", "access", "flow"};
inline constexpr std::array<W, 3> kRecords{"summary", "full", "none"};
inline constexpr std::array<W, 2> kWorlds{"sim", "real"};
inline constexpr std::array<W, 3> kDesigns{"grid", "latin", "sobol"};
inline constexpr std::array<W, 2> kBehaviours{"corrected", "as_reference"};

// Words of the format that no world can do yet: refused with that reason (abilities.cpp), and suggested to nobody.
inline constexpr std::array<W, 3> kNotYet{"resource", "client", "modelled"};

}  // namespace lastmile::scenario::words
