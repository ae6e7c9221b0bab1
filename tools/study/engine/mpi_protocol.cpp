#include "tools/study/engine/mpi_protocol.hpp"

#include <charconv>

namespace lastmile::study {

std::string for_rank(std::uint32_t rank, std::string_view text) {
  return std::to_string(rank) + " " + std::string(text);
}

std::optional<RankText> from_rank(std::string_view frame) {
  RankText out;
  const auto [end, error] = std::from_chars(frame.data(), frame.data() + frame.size(), out.rank);
  if (error != std::errc{} || end == frame.data() + frame.size() || *end != ' ' || out.rank > kRanksMax)
    return std::nullopt;
  out.text = frame.substr(static_cast<std::size_t>(end - frame.data()) + 1);
  return out;
}

}  // namespace lastmile::study
