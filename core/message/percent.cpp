#include "core/message/percent.hpp"

#include "core/base/hex_digit.hpp"

namespace lastmile::message {
namespace {

bool is_coded(std::string_view text, std::size_t at) {
  return text.size() - at >= 3 && hex_digit(text[at + 1]) >= 0 && hex_digit(text[at + 2]) >= 0;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  bool changed = false;
  std::size_t start = 0;
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at)) {
    if (!is_coded(text, at)) {
      ++at;
      continue;
    }
    changed = true;
    out.append(text.substr(start, at - start));
    out.push_back(static_cast<char>(hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2])));
    at += 3;
    start = at;
  }
  if (!changed) return std::nullopt;
  out.append(text.substr(start));
  return out;
}

std::string percent_protect(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  std::size_t start = 0;
  for (std::size_t at = json.find('%'); at != std::string_view::npos; at = json.find('%', at + 1)) {
    if (!is_coded(json, at)) continue;
    out.append(json.substr(start, at - start));
    out.append("\\u0025");
    start = at + 1;
  }
  out.append(json.substr(start));
  return out;
}

}  // namespace lastmile::message
