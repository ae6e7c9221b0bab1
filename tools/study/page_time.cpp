#include "tools/study/page_time.hpp"

#include <algorithm>

namespace lastmile::study {
namespace {

constexpr std::size_t kScopesMax = 5;  // the styles 1 to 5

std::vector<Lane> all_lanes(const RunData& run) {
  std::vector<Lane> lanes = fault_lanes(run);
  for (const FaultData& harm : run.adversaries) lanes.push_back({harm.name, {{harm.name, harm.start_s, harm.end_s}}});
  return lanes;
}

}  // namespace

std::vector<std::string> shown_scopes(const RunData& run) {
  const auto with = [&](std::string_view prefix) {
    std::vector<std::string> out;
    for (const std::string& scope : run.scopes) {
      if (scope.starts_with(prefix)) out.push_back(scope);
    }
    return out;
  };
  auto scopes = with("island:");
  if (scopes.size() < 2 || scopes.size() > kScopesMax) scopes = with("group:");
  if (scopes.size() < 2 || scopes.size() > kScopesMax) scopes = {"all"};
  return scopes;
}

std::string scope_name(const std::string& scope) {
  const auto colon = scope.find(':');
  return colon == std::string::npos ? "all nodes" : scope.substr(colon + 1);
}

const Series* series(const RunData& run, const std::string& scope, const std::string& name) {
  const auto in_scope = run.metrics.find(scope);
  if (in_scope == run.metrics.end()) return nullptr;
  const auto found = in_scope->second.find(name);
  return found == in_scope->second.end() ? nullptr : &found->second;
}

std::vector<Lane> fault_lanes(const RunData& run) {
  std::vector<Lane> lanes;
  for (const FaultData& fault : run.faults) {
    auto lane = std::find_if(lanes.begin(), lanes.end(), [&](const Lane& l) { return l.name == fault.name; });
    if (lane == lanes.end()) lane = lanes.insert(lanes.end(), {fault.name, {}});
    lane->stretches.push_back({fault.name, fault.start_s, fault.end_s});
  }
  return lanes;
}

TimeChart time_chart_of(const RunData& run) {
  TimeChart chart;
  chart.end = run.virtual_seconds;
  for (const PhaseData& phase : run.phases) {
    if (phase.end_s > phase.start_s) chart.phases.push_back({phase.name, phase.start_s, phase.end_s});
  }
  chart.lanes = all_lanes(run);
  return chart;
}

}  // namespace lastmile::study
