#include "scenarios/engine/text/finding.hpp"

#include <algorithm>
#include <string>

namespace lastmile::scenario {

void Findings::add(std::string place, std::string text) {
  if (total_++ < kMax) list_.push_back({std::move(place), std::move(text), "", "", ""});
}

void Findings::expected(std::string place, std::string_view what, std::string_view found, std::string_view suggestion) {
  std::string text = "expected " + std::string(what) + ", found " + std::string(found);
  if (!suggestion.empty()) text += "; did you mean \"" + std::string(suggestion) + "\"";
  if (total_++ >= kMax) return;
  list_.push_back({std::move(place), std::move(text), std::string(what), std::string(found), std::string(suggestion)});
}

bool Findings::has(std::string_view place) const {
  return std::any_of(list_.begin(), list_.end(), [&](const Finding& f) { return f.place == place; });
}

std::string Findings::lines(std::string_view file) const {
  std::string out;
  for (const Finding& finding : list_) {
    out += std::string(file) + ": ";
    if (!finding.place.empty()) out += finding.place + ": ";
    out += finding.text + "\n";
  }
  if (total_ > list_.size()) {
    out += std::string(file) + ": and " + std::to_string(total_ - list_.size()) + " more\n";
  }
  return out;
}

}  // namespace lastmile::scenario
