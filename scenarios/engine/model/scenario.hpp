// A scenario file as structs, every default filled (scenario-format.md 2).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/hash.hpp"
#include "core/base/time.hpp"
#include "scenarios/engine/model/adversary.hpp"
#include "scenarios/engine/model/check.hpp"
#include "scenarios/engine/model/economy.hpp"
#include "scenarios/engine/model/fault.hpp"
#include "scenarios/engine/model/traffic.hpp"
#include "scenarios/engine/model/world.hpp"

namespace lastmile::scenario {

enum class CryptoMode : std::uint8_t { cached, real, modelled };
enum class NetworkLevel : std::uint8_t { delay, access, flow };
enum class Record : std::uint8_t { summary, full, none };
enum class WorldKind : std::uint8_t { sim, real };
std::string_view crypto_text(CryptoMode mode);
std::string_view network_text(NetworkLevel level);
std::string_view record_text(Record record);
std::string_view world_text(WorldKind world);

// Lengths; settle is an upper bound.
struct Phases {
  std::array<Duration, kPhaseCount> length{seconds(0), seconds(0), seconds(0), minutes(10)};
  Instant start(Phase phase) const;  // from the start of the run
  Instant end(Phase phase) const { return start(phase) + length[static_cast<std::size_t>(phase)]; }
  Instant resolve(const Moment& moment) const;
  friend bool operator==(const Phases&, const Phases&) = default;
};

// Reaching one ends the run with `unknown`.
struct Limits {
  std::optional<Duration> wall_time;
  std::optional<Size> memory;
  std::optional<std::uint64_t> events;
  friend bool operator==(const Limits&, const Limits&) = default;
};

enum class Design : std::uint8_t { grid, latin, sobol };
std::string_view design_text(Design design);
struct Sweep {
  struct Point {
    std::string pointer;
    Json values;  // list, {"from", "to", "steps"} or a law; read by tools/study
    friend bool operator==(const Point&, const Point&) = default;
  };
  std::vector<Point> points;
  Design design = Design::grid;
  std::uint32_t replicates = 1;
  struct Stop {
    std::string metric;
    double half_width = 0;
    std::uint32_t cap = 0;
    friend bool operator==(const Stop&, const Stop&) = default;
  };
  std::optional<Stop> stop;
  friend bool operator==(const Sweep&, const Sweep&) = default;
};

struct Scenario {
  static constexpr int kFormat = 1;
  // head
  std::string name;
  std::string question;
  std::string expectation;
  std::string description;
  Duration expected_cpu;  // 0 = not said
  Size expected_memory{};
  std::vector<std::string> tags;
  std::uint64_t seed = 1;
  CryptoMode crypto = CryptoMode::cached;
  NetworkLevel network = NetworkLevel::access;
  Record record = Record::summary;
  std::vector<WorldKind> worlds{WorldKind::sim};
  // sections
  Phases phases;
  World world;
  std::vector<TrafficSpec> traffic;
  std::vector<Fault> faults;
  std::vector<Adversary> adversaries;
  std::optional<Economy> economy;
  std::vector<Check> checks;  // resolved: never empty
  std::vector<std::string> measures;
  Limits limits;
  std::optional<Sweep> sweep;

  bool runs_in(WorldKind world_kind) const;
  friend bool operator==(const Scenario&, const Scenario&) = default;
};

// Wall time at the start of every run: 2026-01-01T00:00:00Z, so that content times do not depend on the day.
inline constexpr Wall kRunEpoch{1'767'225'600'000'000'000};
inline constexpr Wall wall_at(Instant time) { return {kRunEpoch.ns + time.ns}; }

}  // namespace lastmile::scenario
