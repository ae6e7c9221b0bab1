// The `faults` section (scenario-format.md 3).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/env/rare_path.hpp"
#include "scenarios/engine/text/law.hpp"
#include "scenarios/engine/text/selector.hpp"
#include "scenarios/engine/text/when.hpp"

namespace lastmile::scenario {

enum class Direction : std::uint8_t { both, first_to_second };
enum class CutMode : std::uint8_t { stall, reset };
enum class DiskFate : std::uint8_t { kept, torn, lost };
enum class DiskTrouble : std::uint8_t { slow, full, corrupt };
enum class ChainTrouble : std::uint8_t { outage, reorg, delay };
std::string_view direction_text(Direction direction);
std::string_view cut_mode_text(CutMode mode);
std::string_view disk_fate_text(DiskFate fate);
std::string_view disk_trouble_text(DiskTrouble trouble);
std::string_view chain_trouble_text(ChainTrouble trouble);
std::string_view rare_path_text(env::RarePath path);

// Two sides. A node of the first is taken away from the second; counting atoms of the second draw from what is left.
using Between = std::array<Selector, 2>;

struct PartitionFault {
  static constexpr std::string_view kKind = "partition";
  Between between;
  Direction direction = Direction::both;
  CutMode mode = CutMode::stall;
  Share leak{};
  std::array<std::string, 2> islands;  // names for the selector island:NAME; default NAME-first, NAME-second
  friend bool operator==(const PartitionFault&, const PartitionFault&) = default;
};
struct LinkFault {
  static constexpr std::string_view kKind = "link";
  Between between;
  Direction direction = Direction::both;
  Duration latency_add;
  std::uint64_t latency_factor = kWhole;  // parts per 10^9, may be above 1
  Duration jitter;
  Bandwidth bandwidth{};  // 0 = no limit
  Share loss{};
  Share duplicate{};
  Share reorder{};
  Share corrupt{};
  friend bool operator==(const LinkFault&, const LinkFault&) = default;
};
struct HoldFault {
  static constexpr std::string_view kKind = "hold";
  Between between;
  Direction direction = Direction::both;
  friend bool operator==(const HoldFault&, const HoldFault&) = default;
};
struct CrashFault {
  static constexpr std::string_view kKind = "crash";
  Selector who;
  DiskFate disk = DiskFate::kept;
  std::optional<Law> restart_after;  // per node; empty: at the end of the fault
  bool never = false;                // stays down
  friend bool operator==(const CrashFault&, const CrashFault&) = default;
};
struct PauseFault {
  static constexpr std::string_view kKind = "pause";
  Selector who;
  friend bool operator==(const PauseFault&, const PauseFault&) = default;
};
struct ChurnFault {
  static constexpr std::string_view kKind = "churn";
  Selector who;
  Law session;
  Law absence;
  DiskFate disk = DiskFate::kept;
  friend bool operator==(const ChurnFault&, const ChurnFault&) = default;
};
struct ClockFault {
  static constexpr std::string_view kKind = "clock";
  Selector who;
  Duration offset;  // of wall(), while it lasts
  Drift drift{};    // while it lasts
  Duration step;    // of wall(), at the start, for good
  friend bool operator==(const ClockFault&, const ClockFault&) = default;
};
struct DiskFault {
  static constexpr std::string_view kKind = "disk";
  Selector who;
  DiskTrouble mode = DiskTrouble::slow;
  // Above 0. slow: speed that is left; full: part of the free space that is taken; corrupt: part of the stored values
  // and files that is damaged at the start; at the end such a disk is replaced by an empty one.
  Share amount{};
  friend bool operator==(const DiskFault&, const DiskFault&) = default;
};
struct ChainFault {
  static constexpr std::string_view kKind = "chain";
  std::string chain;
  ChainTrouble mode = ChainTrouble::outage;
  std::uint64_t depth = 1;  // reorg
  Duration delay;           // delay
  Selector who;             // default all
  friend bool operator==(const ChainFault&, const ChainFault&) = default;
};

struct RarePathFault {
  static constexpr std::string_view kKind = "rare_path";
  Selector who;
  std::vector<env::RarePath> paths;  // each once, in the order of the file; default all
  Share share{};                     // of the times that a node comes by; above 0
  friend bool operator==(const RarePathFault&, const RarePathFault&) = default;
};

using FaultBody = std::variant<PartitionFault, LinkFault, HoldFault, CrashFault, PauseFault, ChurnFault, ClockFault,
                               DiskFault, ChainFault, RarePathFault>;

struct Fault {
  std::string name;
  When from = Moment{Phase::trouble, {}};
  std::optional<Moment> until;     // either this or length; neither: end of trouble (a chain reorg is over at once)
  std::optional<Duration> length;  // `for`
  FaultBody body;
  std::string_view kind() const;
  friend bool operator==(const Fault&, const Fault&) = default;
};

inline constexpr std::size_t kFaultsMax = 1000;
// Partitions, links and holds in force at once: each is looked at for every path whenever one begins or ends.
inline constexpr std::size_t kPathFaultsMax = 1000;
// Of one repeated entry; more than any study needs, and a bound on our memory. Of a Poisson process on average.
inline constexpr std::int64_t kOccurrencesMax = 10'000;

}  // namespace lastmile::scenario
