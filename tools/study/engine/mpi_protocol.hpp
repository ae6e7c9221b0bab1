// What lastmile-study-mpi and the programs that it starts agree on (decision 0281).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lastmile::study {

// "FD:coordinator" or "FD:worker": an open stream of frames, and what to do with it. The first frame to a coordinator
// is the number of ranks that compute; then frames are for and from ranks 1, 2, ... Those of a worker are the texts
// alone.
inline constexpr const char* kLinkVariable = "LASTMILE_STUDY_LINK";
inline constexpr std::string_view kCoordinatorRole = ":coordinator";
inline constexpr std::string_view kWorkerRole = ":worker";

inline constexpr std::uint32_t kRanksMax = 65'536;

struct RankText {
  std::uint32_t rank = 0;
  std::string text;
};
std::string for_rank(std::uint32_t rank, std::string_view text);
std::optional<RankText> from_rank(std::string_view frame);

}  // namespace lastmile::study
