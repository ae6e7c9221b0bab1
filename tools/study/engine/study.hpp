// A study from its plan to its tables, in a folder that can be left and taken up at any moment.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "tools/study/engine/plan.hpp"
#include "tools/study/engine/store.hpp"
#include "tools/study/engine/workers.hpp"

namespace lastmile::study {

struct Shard {
  std::uint32_t index = 1;  // from 1
  std::uint32_t count = 1;
  // Points are dealt out one by one; all replicates of a point are of one shard.
  bool has(std::size_t point) const { return point % count == index - 1; }
};
inline constexpr std::uint32_t kShardsMax = 10'000;
// "2/4".
Result<Shard> read_shard(std::string_view text);

struct StudyProgress {
  std::uint64_t done = 0;      // runs of this shard, those of earlier times too
  std::uint64_t expected = 0;  // as far as is known; a stopping rule may want more, up to its cap
  std::uint64_t failed = 0;
  double seconds_left = 0;  // an estimate from the runs of this time; negative: none yet
};

struct StudyOptions {
  std::string folder;
  Shard shard;
  bool retry_failed = false;  // runs that failed, crashed or hung are computed again
  std::function<bool()> interrupted = [] { return false; };
  std::function<void(const StudyProgress&)> progress = [](const StudyProgress&) {};
};

struct StudyResult {
  bool complete = false;  // every run of the plan is there, of all shards
  std::uint64_t runs = 0;
  std::uint64_t failed = 0;
  std::uint64_t computed = 0;          // at this time
  std::vector<std::uint32_t> counted;  // replicates of each point that belong to the study
};

// Creates the folder or goes on with it. Refused: one that is not empty and no study, and one of another plan; nothing
// in it is touched then. Takes the files of results of all shards that lie there, computes what is missing of its own
// shard, and writes the tables of what is there.
Result<StudyResult> run_study(const StudyPlan& plan, Workers& workers, const StudyOptions& options);

// A folder as it lies there.
struct StudyFolder {
  StudyPlan plan;
  ResultIndex results;
  StudyResult result;  // computed: 0
};
Result<StudyFolder> read_study(const std::string& folder);

}  // namespace lastmile::study
