// Partitions, links and holds that would be in force at once. Poisson processes and awaited events are nobody's to
// foresee: of them the timeline keeps count (Timeline::exceeded).
#include <algorithm>
#include <tuple>
#include <vector>

#include "scenarios/engine/model/parse.hpp"
#include "scenarios/engine/model/selectors_of.hpp"

namespace lastmile::scenario {
namespace {

struct Edge {
  Instant time;
  bool begins = false;  // at one instant ends come first, as in the timeline
  std::size_t fault = 0;
  bool operator<(const Edge& other) const {
    return std::tie(time, begins, fault) < std::tie(other.time, other.begins, other.fault);
  }
};

class PathFaults {
 public:
  explicit PathFaults(const Scenario& scenario) : s_(scenario), trouble_end_(scenario.phases.end(Phase::trouble)) {
    for (std::size_t i = 0; i < s_.faults.size(); ++i) {
      if (sides_of(s_.faults[i]) != nullptr) add(i);
    }
    std::sort(edges_.begin(), edges_.end());
  }

  // The first that would be one too many.
  const Edge* excess() const {
    std::size_t in_force = 0;
    for (const Edge& edge : edges_) {
      if (!edge.begins) {
        --in_force;
      } else if (++in_force > kPathFaultsMax) {
        return &edge;
      }
    }
    return nullptr;
  }

 private:
  void add(std::size_t i) {
    const Fault& fault = s_.faults[i];
    if (const auto* moment = std::get_if<Moment>(&fault.from)) once(i, s_.phases.resolve(*moment));
    const auto* every = std::get_if<Every>(&fault.from);
    if (every == nullptr) return;
    const Instant until = every->until ? s_.phases.resolve(*every->until) : trouble_end_;
    Instant at = every->from ? s_.phases.resolve(*every->from) : s_.phases.start(Phase::trouble);
    do {
      once(i, at);
      at = at + every->interval;
    } while (at < until);
  }

  void once(std::size_t i, Instant at) {
    const Fault& fault = s_.faults[i];
    Instant end = trouble_end_;
    if (fault.length) end = at + *fault.length;
    if (fault.until) end = s_.phases.resolve(*fault.until);
    end = std::min(end, trouble_end_);
    if (end <= at) return;
    edges_.push_back({at, true, i});
    edges_.push_back({end, false, i});
  }

  const Scenario& s_;
  const Instant trouble_end_;
  std::vector<Edge> edges_;
};

}  // namespace

void validate_path_faults(const Scenario& scenario, Findings& findings) {
  const PathFaults faults(scenario);
  const Edge* const excess = faults.excess();
  if (excess == nullptr) return;
  findings.expected("/faults/" + std::to_string(excess->fault) + "/from",
                    "at most " + human_count(kPathFaultsMax) + " partitions, links and holds in force at once",
                    "one more at " + human_duration(excess->time - Instant{}));
}

}  // namespace lastmile::scenario
