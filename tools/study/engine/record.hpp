// What one run of a study gave, and how it is written down.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/hash.hpp"
#include "core/base/result.hpp"

namespace lastmile::study {

inline constexpr std::size_t kMetricsMax = 10'000;       // of one row
inline constexpr std::size_t kReasonBytesMax = 1'000;    // what is kept of a reason
inline constexpr std::size_t kRecordBytesMax = 4 << 20;  // one line of a store, one frame between processes

// Names are of letters, digits and "_.-@", at most 100, so that they can be column and file names.
bool is_metric_name(std::string_view name);

struct Metric {
  std::string name;
  double value = 0;  // what is no finite number is "nothing was measured"
};

struct Row {
  std::int64_t timestep = 0;  // of the model, at the end of the run
  std::vector<Metric> metrics;
};

// failed: the run said so; crashed: its process died; timed_out: it was given up and killed.
enum class RunEnd : std::uint8_t { finished, failed, crashed, timed_out };
std::string_view run_end_text(RunEnd end);

struct Outcome {
  RunEnd end = RunEnd::finished;
  std::string reason;  // of all but finished
  Row row;             // of finished
  static Outcome failure(RunEnd end, std::string reason) { return {end, std::move(reason), {}}; }
};

// What names a run wherever it is computed.
struct RunKey {
  Hash256 point;  // digest of everything that decides the run, but the seed
  std::uint64_t seed = 0;
  friend bool operator==(const RunKey&, const RunKey&) = default;
};

// One JSON object on one line, without its end. LM_CHECK: names of metrics are names.
std::string record_text(const RunKey& key, const Outcome& outcome);
struct Record {
  RunKey key;
  Outcome outcome;
};
Result<Record> read_record(std::string_view text);

}  // namespace lastmile::study

template <>
struct std::hash<lastmile::study::RunKey> {
  std::size_t operator()(const lastmile::study::RunKey& key) const noexcept {
    return std::hash<lastmile::Hash256>()(key.point) ^ (key.seed * 0x9e3779b97f4a7c15U);
  }
};
