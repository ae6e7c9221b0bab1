// What a run folder says, as plain values for the page. Nothing here judges anything.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.hpp"

namespace lastmile::study {

struct PhaseData {
  std::string name;
  double start_s = 0;
  double end_s = 0;
};

struct FaultData {
  std::string name;
  std::string kind;
  double start_s = 0;
  double end_s = 0;
  std::uint64_t nodes = 0;
  std::optional<std::uint64_t> frames_stopped;
  std::optional<std::uint64_t> acts;  // of an adversary
};

struct RareStateData {
  std::string name;
  std::string meaning;
  std::uint64_t count = 0;  // 0: never reached
  double first_s = 0;
  std::string node;
};

struct CheckData {
  std::string name;
  std::string kind;     // safety, liveness
  std::string verdict;  // pass, fail, unknown
  std::string detail;
  std::uint64_t examined = 0;
  std::optional<double> held_at_s;
  bool violated = false;
  double violation_s = 0;
  std::string violation_node;
  std::string violation_message;
  std::string violation_event;
};

struct MeasureData {
  std::string name;
  std::string unit;
  bool distribution = false;
  std::optional<double> value;
  std::uint64_t count = 0;
  double min = 0, mean = 0, p50 = 0, p90 = 0, p99 = 0, max = 0;
  std::optional<double> quantile_error;
};

struct GroupData {
  std::string name;
  std::string role;
  std::uint64_t count = 0;
  std::string region;
  std::string hardware;
  bool light = false;
};

// A fault between two sides that are whole groups.
struct CutData {
  std::string name;
  std::vector<std::string> first;  // names of groups
  std::vector<std::string> second;
};

// What became of a message that a failed check names, and on the node it names.
struct StoryData {
  struct Moment {
    double at_s = 0;
    std::string node;
  };
  struct Turn {
    double at_s = 0;
    std::string what;
  };
  std::string message;
  std::string node;                                            // empty: the check names none
  std::optional<Moment> published, acknowledged, first, last;  // first and last to process it
  std::uint64_t processed_by = 0;                              // core nodes that did at some time
  std::uint64_t without = 0;                                   // core nodes that never did
  std::vector<std::string> without_names;                      // some of them
  std::vector<Turn> turns;                                     // of that node
  std::uint64_t turns_left_out = 0;
};

struct Point {
  double t = 0;
  double v = 0;
};
using Series = std::vector<Point>;

// Times from publication to processing, counted in bins that grow by 2 %: fine enough for any page.
class TimeHistogram {
 public:
  static constexpr double kLowest = 1e-4;  // seconds; everything below is in the first bin
  static constexpr double kGrowth = 1.02;
  static constexpr std::size_t kBins = 1200;
  void add(double seconds);
  std::uint64_t count() const { return count_; }
  // (seconds, share of samples up to it), ascending; only where the share changes.
  std::vector<std::pair<double, double>> cumulative() const;
  double greatest() const { return greatest_; }

 private:
  std::vector<std::uint64_t> bins_;
  std::uint64_t count_ = 0;
  double greatest_ = 0;
};

struct RunData {
  // summary.json
  std::string scenario;
  std::uint64_t seed = 0;
  std::string world;
  std::string version;
  std::string crypto;
  std::string network;
  std::string verdict;
  std::string digest;  // empty in the real world
  std::string scenario_digest;
  std::uint64_t distinct_states = 0;
  std::string state_digest;
  double virtual_seconds = 0;
  double wall_seconds = 0;
  double cpu_seconds = 0;
  std::uint64_t peak_rss_bytes = 0;
  std::uint64_t events = 0;
  std::vector<PhaseData> phases;
  std::vector<FaultData> faults;
  std::vector<FaultData> adversaries;
  std::vector<CheckData> checks;
  std::vector<MeasureData> measures;
  std::vector<std::string> never_reached;  // of what the scenario provides for
  std::vector<RareStateData> rare_states;  // all of them
  std::string limit_hit;
  std::string reproduce;

  // scenario.json; empty strings when it is missing
  std::string scenario_text;
  std::string question;
  std::string expectation;
  std::string description;
  std::vector<GroupData> groups;
  std::string topology;
  std::vector<std::string> chains;
  std::vector<std::string> roads_on;
  std::vector<std::string> roads_off;
  std::vector<std::string> traffic;
  std::string economy;  // empty: everything is free
  std::vector<CutData> cuts;

  // metrics.csv: scope -> name -> series
  std::map<std::string, std::map<std::string, Series>> metrics;
  std::vector<std::string> scopes;  // in the order of the file
  // events.lmt: published before, during and after trouble
  std::array<TimeHistogram, 3> propagation;
  std::vector<StoryData> stories;  // of messages that failed checks name and events.lmt knows

  // What is missing or could not be read, one sentence each.
  std::vector<std::string> notes;
};

// Errors: no readable summary.json. Everything else that is missing becomes a note.
Result<RunData> read_run(const std::string& folder);

// Inside.
void read_metrics(const std::string& path, RunData& run);
void read_events(const std::string& path, RunData& run);

}  // namespace lastmile::study
