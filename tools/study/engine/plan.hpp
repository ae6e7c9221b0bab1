// All that a study is, as data: study.json of its folder. Equal text, equal study.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/hash.hpp"
#include "core/base/result.hpp"
#include "tools/study/engine/points.hpp"
#include "tools/study/engine/record.hpp"
#include "tools/study/engine/statistics.hpp"

namespace lastmile::study {

inline constexpr std::uint32_t kReplicatesMax = 1'000'000;
inline constexpr std::uint64_t kRunsMax = 100'000'000;  // of a study

struct StudyPoint {
  PointValues values;  // of the parameters
  Hash256 digest;
  std::uint64_t seed = 0;  // replicates take theirs from it
};

struct StudyPlan {
  std::string name;
  std::string question;
  std::string expectation;
  std::string version;    // of the program
  std::string reproduce;  // the command
  std::vector<std::string> parameters;
  std::vector<StudyPoint> points;
  std::uint32_t replicates = 1;  // of each point; with a stopping rule at least
  std::string stop_metric;       // empty: no rule
  StopRule stop;
  std::vector<std::string> shares;  // metrics that are 0 or 1: probabilities
  std::vector<std::string> shown;   // metrics whose names begin so come first on the page

  std::uint32_t most_replicates() const;
  RunKey key(std::size_t point, std::uint32_t replicate) const {
    return {points[point].digest, replicate_seed(points[point].seed, replicate)};
  }
};

std::string plan_text(const StudyPlan& plan);
Result<StudyPlan> read_plan(std::string_view text);
// Sixteen hexadecimal digits that files of results carry, so that those of another study are not taken for its own.
std::string plan_mark(std::string_view text);

}  // namespace lastmile::study
