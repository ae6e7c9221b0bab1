#include "real/http/byte_range.hpp"

#include <algorithm>

#include "real/http/parameters.hpp"

namespace lastmile::http {

WantedBytes wanted_bytes(std::string_view header, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  const WantedBytes all{.range = {0, size}};
  if (!header.starts_with(kUnit) || header.find(',') != std::string_view::npos) return all;
  header.remove_prefix(kUnit.size());
  const std::size_t dash = header.find('-');
  if (dash == std::string_view::npos) return all;
  const auto first = parse_whole(header.substr(0, dash));
  const auto last = parse_whole(header.substr(dash + 1));
  const bool open = dash + 1 == header.size();
  if (!first) {
    if (dash != 0 || !last) return all;  // "-500": the last 500
    if (*last == 0 || size == 0) return {WantedBytes::Kind::unsatisfiable, {}};
    const std::uint64_t length = std::min(*last, size);
    return {WantedBytes::Kind::part, {size - length, length}};
  }
  if ((!last && !open) || (last && *last < *first)) return all;
  if (*first >= size) return {WantedBytes::Kind::unsatisfiable, {}};
  const std::uint64_t end = last ? std::min(*last, size - 1) + 1 : size;
  return {WantedBytes::Kind::part, {*first, end - *first}};
}

}  // namespace lastmile::http
