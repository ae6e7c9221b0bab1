// summary.json, and the one line of `run --json` (scenario-format.md 8).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/hash.hpp"
#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/timeline/timeline.hpp"
#include "scenarios/engine/watch/results.hpp"
#include "scenarios/engine/watch/watch.hpp"

namespace lastmile::scenario {

struct FaultResult {
  std::string name;
  std::string kind;
  Instant start;
  Instant end;
  std::uint64_t nodes = 0;
  std::optional<std::uint64_t> frames_stopped;  // where the world counts them
};

struct AdversaryResult {
  std::string name;
  std::string kind;
  Instant start;
  Instant end;
  std::uint64_t nodes = 0;
  std::uint64_t acts = 0;  // harm done: messages sent, asked for in vain, lied about
};

struct Summary {
  std::string scenario;
  std::uint64_t seed = 0;
  WorldKind world = WorldKind::sim;
  std::string version;
  CryptoMode crypto = CryptoMode::cached;
  NetworkLevel network = NetworkLevel::access;
  Verdict verdict = Verdict::unknown;
  std::optional<Hash256> digest;  // empty in the real world
  Hash256 scenario_digest;
  Watch::StateDigests state_digests;
  Instant end;
  double wall_seconds = 0;
  double cpu_seconds = 0;
  std::uint64_t peak_rss_bytes = 0;
  std::uint64_t events = 0;
  std::vector<Timeline::PhaseSpan> phases;
  std::vector<FaultResult> faults;
  std::vector<AdversaryResult> adversaries;
  std::vector<CheckResult> checks;
  std::vector<MeasureResult> measures;
  std::vector<std::string> never_reached;    // of what the scenario provides for
  std::vector<RareStateResult> rare_states;  // all of them
  std::optional<std::string> limit_hit;      // "wall time", "memory", "events", "interrupted"
  std::string reproduce;
};

// Everything but what only the runner knows: world, version, digest, seconds, memory, events, frames_stopped,
// acts, limit_hit. Set these (limit_hit by end_early()), then call decide().
Summary make_summary(const Scenario& scenario, std::uint64_t seed, const Timeline& timeline, Watch& watch, Instant end);
// The run was ended before its time: what was not decided by then might still have come out well, so those failures
// become unknown; and every unknown check says why the run ended.
void end_early(Summary& summary, std::string why);
// fail if any check failed; else unknown if any is unknown, a limit was hit, an awaited event never came or an
// adversary did nothing; else pass.
Verdict decide(const Summary& summary);
// 0, 1, 2: exit status of the program.
int exit_status(Verdict verdict);

Json summary_json(const Summary& summary);

}  // namespace lastmile::scenario
