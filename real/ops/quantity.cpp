#include "real/ops/quantity.hpp"

#include <array>
#include <charconv>

namespace lastmile::real {
namespace {

struct Scale {
  std::string_view unit;
  std::uint64_t factor;
};
constexpr std::array<Scale, 7> kDurations{{{"d", 86400000000000ULL},
                                           {"h", 3600000000000ULL},
                                           {"min", 60000000000ULL},
                                           {"s", 1000000000ULL},
                                           {"ms", 1000000ULL},
                                           {"us", 1000ULL},
                                           {"ns", 1ULL}}};
constexpr std::array<Scale, 9> kSizes{{{"", 1},
                                       {"B", 1},
                                       {"KiB", 1ULL << 10},
                                       {"MiB", 1ULL << 20},
                                       {"GiB", 1ULL << 30},
                                       {"TiB", 1ULL << 40},
                                       {"kB", 1000},
                                       {"MB", 1000000},
                                       {"GB", 1000000000}}};
constexpr std::uint64_t kDurationMax = 10ULL * 366 * 86400 * 1000000000;
constexpr std::uint64_t kSizeMax = 1ULL << 60;

// Takes "<number><unit>" from the front; empty when it is none or above the limit.
template <std::size_t N>
std::optional<std::uint64_t> take(std::string_view& text, const std::array<Scale, N>& scales, std::uint64_t limit) {
  std::uint64_t number = 0;
  const auto [after, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(after - text.data()));
  const std::size_t end = std::min(text.find_first_of("0123456789"), text.size());
  const std::string_view unit = text.substr(0, end);
  text.remove_prefix(end);
  for (const Scale& scale : scales) {
    if (scale.unit != unit) continue;
    if (number > limit / scale.factor) return std::nullopt;
    return number * scale.factor;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  std::uint64_t total = 0;
  do {
    const auto part = take(text, kDurations, kDurationMax);
    if (!part.has_value()) return std::nullopt;
    total += *part;
    if (total > kDurationMax) return std::nullopt;
  } while (!text.empty());
  return Duration{static_cast<std::int64_t>(total)};
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto size = take(text, kSizes, kSizeMax);
  return text.empty() ? size : std::nullopt;
}

std::string size_text(std::uint64_t bytes) {
  for (const char* unit : {"TiB", "GiB", "MiB", "KiB"}) {
    for (const Scale& scale : kSizes) {
      if (scale.unit == unit && bytes > 0 && bytes % scale.factor == 0)
        return std::to_string(bytes / scale.factor) + unit;
    }
  }
  return std::to_string(bytes) + "B";
}

std::string duration_text(Duration duration) {
  std::string out;
  auto rest = static_cast<std::uint64_t>(duration.ns);
  for (const Scale& scale : kDurations) {
    if (rest >= scale.factor) out += std::to_string(rest / scale.factor) + std::string(scale.unit);
    rest %= scale.factor;
  }
  return out.empty() ? "0s" : out;
}

}  // namespace lastmile::real
