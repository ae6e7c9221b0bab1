#include "tools/study/html.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace lastmile::study {

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string words(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

std::string grouped(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string figure(double value) {
  if (!std::isfinite(value)) return "–";
  const double size = std::fabs(value);
  if (size == 0) return "0";
  if (size < 1e-6 || size >= 1e15) return fmt::format("{:.2e}", value);
  if (size < 1e-3) return fmt::format("{:.6f}", value);
  if (size >= 100 || size == std::floor(size)) {
    return (value < 0 ? "−" : "") + grouped(static_cast<std::uint64_t>(std::llround(size)));
  }
  return fmt::format("{:.{}f}", value, size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

std::string bytes_text(double bytes) {
  static constexpr std::array<std::string_view, 5> kNames{"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (bytes >= 1024 && unit + 1 < kNames.size()) {
    bytes /= 1024;
    ++unit;
  }
  return figure(bytes) + " " + std::string(kNames[unit]);
}

std::string with_unit(double value, std::string_view unit) {
  if (unit == "s") {
    if (value == 0) return "0 s";
    if (value < 1e-3) return figure(value * 1e6) + " µs";
    if (value < 1) return figure(value * 1e3) + " ms";
    return figure(value) + " s";
  }
  if (unit == "B") return bytes_text(value);
  if (unit == "share") return figure(value * 100) + " %";
  return figure(value);
}

std::string clock_time(double seconds) {
  const auto whole = std::llround(seconds);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace lastmile::study
