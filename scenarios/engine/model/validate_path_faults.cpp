// Partitions, links and holds that would be in force at once. Poisson processes and awaited events are nobody's to
// foresee: of them the timeline keeps count (Timeline::exceeded).
#include <algorithm>
#include <functional>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "scenarios/engine/model/parse.hpp"
#include "scenarios/engine/model/selectors_of.hpp"

namespace lastmile::scenario {
namespace {

// The occurrences of all of them in turn: a file of a few kilobytes may order millions, so none but the next of each
// and the ends of those in force are remembered.
class PathFaults {
 public:
  struct Begin {
    Instant at;
    std::size_t fault = 0;
    friend auto operator<=>(const Begin&, const Begin&) = default;
  };

  explicit PathFaults(const Scenario& scenario) : s_(scenario), trouble_end_(scenario.phases.end(Phase::trouble)) {
    for (std::size_t i = 0; i < s_.faults.size(); ++i) {
      const Fault& fault = s_.faults[i];
      if (sides_of(fault) == nullptr) continue;
      if (const auto* moment = std::get_if<Moment>(&fault.from)) coming_.push({s_.phases.resolve(*moment), i});
      if (const auto* every = std::get_if<Every>(&fault.from))
        coming_.push({every->from ? s_.phases.resolve(*every->from) : s_.phases.start(Phase::trouble), i});
    }
  }

  // The first that would be one too many.
  std::optional<Begin> excess() {
    std::priority_queue<Instant, std::vector<Instant>, std::greater<>> ends;  // of those in force
    while (!coming_.empty()) {
      const Begin begin = coming_.top();
      coming_.pop();
      again(begin);
      const Instant end = end_of(begin);
      if (end <= begin.at) continue;
      while (!ends.empty() && ends.top() <= begin.at) ends.pop();  // at one instant ends come first, as in the timeline
      ends.push(end);
      if (ends.size() > kPathFaultsMax) return begin;
    }
    return std::nullopt;
  }

 private:
  void again(const Begin& begin) {
    const auto* every = std::get_if<Every>(&s_.faults[begin.fault].from);
    if (every == nullptr) return;
    const Instant until = every->until ? s_.phases.resolve(*every->until) : trouble_end_;
    if (const Instant next = begin.at + every->interval; next < until) coming_.push({next, begin.fault});
  }

  Instant end_of(const Begin& begin) const {
    const Fault& fault = s_.faults[begin.fault];
    Instant end = trouble_end_;
    if (fault.length) end = begin.at + *fault.length;
    if (fault.until) end = s_.phases.resolve(*fault.until);
    return std::min(end, trouble_end_);
  }

  const Scenario& s_;
  const Instant trouble_end_;
  std::priority_queue<Begin, std::vector<Begin>, std::greater<>> coming_;  // the next of each
};

}  // namespace

void validate_path_faults(const Scenario& scenario, Findings& findings) {
  const auto excess = PathFaults(scenario).excess();
  if (!excess) return;
  findings.expected("/faults/" + std::to_string(excess->fault) + "/from",
                    "at most " + human_count(kPathFaultsMax) + " partitions, links and holds in force at once",
                    "one more at " + human_duration(excess->at - Instant{}));
}

}  // namespace lastmile::scenario
