// What a runner has to do, and when: a pure state machine of phases, faults, traffic windows and adversaries. It knows
// no clock: it is told the time, and events that `on` entries wait for.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/trace/event.hpp"
#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/timeline/node_table.hpp"

namespace lastmile::scenario {

struct Action {
  enum class Kind : std::uint8_t {
    phase_started,      // phase
    fault_started,      // entry, occurrence, until, first (who, or the first side), second (the second side)
    fault_ended,        // entry, occurrence, first, second
    node_down,          // node, disk: crash it (also: a group that starts later is down from time 0, disk kept)
    node_up,            // node: start it
    traffic_started,    // entry, first = entry nodes
    traffic_stopped,    // entry
    adversary_started,  // entry, first
    adversary_stopped,  // entry
    run_ended,          // the upper bound of settle
  };
  Kind kind = Kind::phase_started;
  Instant time;  // when it was due
  Phase phase = Phase::warm_up;
  std::uint32_t entry = 0;       // position in Scenario::faults, traffic or adversaries
  std::uint32_t occurrence = 0;  // how often this entry has happened before
  Instant until;                 // of a fault that started: when it ends
  Node node = 0;
  DiskFate disk = DiskFate::kept;
  std::vector<Node> first;
  std::vector<Node> second;
};

// One stretch of time in which a fault was in force.
struct FaultSpan {
  std::uint32_t entry = 0;
  std::uint32_t occurrence = 0;
  Instant from;
  Instant until;
  std::optional<Instant> ended;
  std::vector<Node> first;
  std::vector<Node> second;
};

// One in which the nodes of an adversary did harm.
struct AdversarySpan {
  std::uint32_t entry = 0;
  Instant from;
  std::optional<Instant> ended;
  std::uint64_t nodes = 0;
};

// Crashes and churn come as fault_started, then node_down and node_up for each node, so that a runner needs no draws of
// its own. Draws: ("fault", name) for times and laws, ("select", name) for selectors, both per occurrence. At one
// instant: ends before starts, node_up before node_down, phases first.
class Timeline {
 public:
  // The scenario must outlive it. `nodes` too: islands are registered there.
  Timeline(const Scenario& scenario, std::uint64_t seed, NodeTable& nodes);
  ~Timeline();
  Timeline(const Timeline&) = delete;
  Timeline& operator=(const Timeline&) = delete;

  // When advance() has something to say next; empty after run_ended.
  std::optional<Instant> next() const;
  // Everything due at or before `now`, in order. Time never goes back.
  std::vector<Action> advance(Instant now);

  // For `on` entries: feed every trace event (cheap: one table look-up when nobody waits for its kind). Entries that
  // become due are reported by next() and advance() afterwards, at the event's time at the earliest.
  void on_event(Instant time, const trace::Event& event);

  // Ends the run before the upper bound of settle (everything holds, or a limit was hit).
  void finish(Instant time);
  bool finished() const;

  Phase phase() const;
  Instant traffic_end() const;                                // end of heal
  const std::vector<FaultSpan>& spans() const;                // in order of their start
  const std::vector<AdversarySpan>& adversary_spans() const;  // likewise
  // Names of the two sides of a partition, by position in spans(); empty for other faults.
  std::optional<std::array<std::string, 2>> islands(std::size_t span) const;
  // When the last fault ended, or the last adversary, whichever is later; empty while one is in force or to come, and
  // when there was none.
  std::optional<Instant> last_fault_end() const;
  // Start and (when over) end of each phase that began.
  struct PhaseSpan {
    Phase phase;
    Instant from;
    std::optional<Instant> until;
  };
  std::vector<PhaseSpan> phase_spans() const;
  // "fault cut", "event block_final of fault late", "nodes of fault late", "nodes of traffic more": entries that never
  // happened, for the report.
  std::vector<std::string> never_reached() const;
  // With one of these a run has waited in vain for something that it is about: an event, the island that a fault is
  // for.
  static constexpr std::string_view kEventOf = "event ";
  static constexpr std::string_view kNodesOf = "nodes of ";
  // The limit that an occurrence would have passed which could not be foreseen; it did not happen, and the run must
  // end.
  const std::optional<std::string>& exceeded() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lastmile::scenario
