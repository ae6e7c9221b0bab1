#include "tools/console/print_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "scenarios/engine/text/quantity.hpp"

namespace lastmile::tools {

std::string printable(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return out;
}

void print_summary(const scenario::Summary& summary) {
  fmt::print("{}: {} (seed {})\n", summary.scenario, scenario::verdict_text(summary.verdict), summary.seed);
  for (const scenario::CheckResult& check : summary.checks) {
    fmt::print("  {:<8} {:<26} {}\n", scenario::verdict_text(check.verdict), scenario::check_text(check.name),
               printable(check.detail));
    if (check.first_violation) {
      const scenario::Violation& v = *check.first_violation;
      fmt::print("           first at {:.3f} s{}{}{}{}: {}\n", static_cast<double>(v.time.ns) / 1e9,
                 v.node.empty() ? "" : " on ", v.node, v.message.empty() ? "" : ", message ", v.message, v.event);
    }
  }
  for (const std::string& state : summary.never_reached) fmt::print("  never reached: {}\n", printable(state));
  const auto reached = std::count_if(summary.rare_states.begin(), summary.rare_states.end(),
                                     [](const scenario::RareStateResult& state) { return state.count > 0; });
  if (!summary.rare_states.empty()) fmt::print("  {} of {} rare states reached\n", reached, summary.rare_states.size());
  if (summary.limit_hit) fmt::print("  ended early: {}\n", *summary.limit_hit);
  if (summary.digest) fmt::print("  digest {}\n", summary.digest->hex());
  fmt::print("  {:.1f} s {} in {:.1f} s, {} events, memory at most {}\n", static_cast<double>(summary.end.ns) / 1e9,
             summary.world == scenario::WorldKind::sim ? "simulated" : "on real processes", summary.wall_seconds,
             scenario::human_count(summary.events), scenario::human_size(summary.peak_rss_bytes));
  std::fflush(stdout);
}

}  // namespace lastmile::tools
