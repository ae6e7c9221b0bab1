// Verdict, how to repeat it, world.
#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "tools/study/html.hpp"
#include "tools/study/page.hpp"

namespace lastmile::study {
namespace {

constexpr std::size_t kGroupsShown = 12;

std::size_t count_verdict(const RunData& run, std::string_view verdict) {
  return static_cast<std::size_t>(
      std::count_if(run.checks.begin(), run.checks.end(), [&](const CheckData& c) { return c.verdict == verdict; }));
}

std::string names_with(const RunData& run, std::string_view verdict) {
  std::string out;
  for (const CheckData& check : run.checks) {
    if (check.verdict != verdict) continue;
    if (!out.empty()) out += ", ";
    out += words(check.name);
  }
  return out;
}

// "2 of 10 checks".
std::string part_of(std::size_t part, std::size_t all) {
  return all == 1 ? "the one check" : fmt::format("{} of {} checks", grouped(part), grouped(all));
}

std::string list_of(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) {
    if (!out.empty()) out += ", ";
    out += item;
  }
  return out;
}

std::string outcome(const RunData& run) {
  const std::size_t failed = count_verdict(run, "fail");
  const std::size_t unknown = count_verdict(run, "unknown");
  if (run.verdict == "pass") {
    return run.checks.size() == 1 ? "the one check passed"
                                  : fmt::format("all {} checks passed", grouped(run.checks.size()));
  }
  if (run.verdict == "fail") {
    return part_of(failed, run.checks.size()) + " failed: " + names_with(run, "fail");
  }
  std::string why;
  if (unknown > 0) why = part_of(unknown, run.checks.size()) + " could not be decided: " + names_with(run, "unknown");
  if (!run.limit_hit.empty()) why += (why.empty() ? "" : "; ") + ("the run ended early: " + run.limit_hit);
  if (why.empty() && run.never_reached.empty()) why = "there was nothing to decide by";
  if (why.empty()) why = "what the scenario waits for never came: " + list_of(run.never_reached);
  return why;
}

std::optional<double> measured(const RunData& run, std::string_view name) {
  for (const MeasureData& measure : run.measures) {
    if (measure.name == name) return measure.value;
  }
  return std::nullopt;
}

// "diameter 3, clustering 0.2, degrees 7 to 8, ...": what the run says of its overlay.
std::string overlay_figures(const RunData& run) {
  std::vector<std::string> parts;
  const auto add = [&](std::string_view name, const auto& text) {
    if (const auto value = measured(run, name)) parts.push_back(text(*value));
  };
  add("topology.diameter", [](double v) { return "diameter " + figure(v); });
  add("topology.diameter_at_least", [](double v) { return "diameter at least " + figure(v); });
  add("topology.clustering", [](double v) { return "clustering " + figure(v); });
  const auto least = measured(run, "topology.degree_min");
  const auto most = measured(run, "topology.degree_max");
  const auto mean = measured(run, "topology.degree_mean");
  if (least && most && mean) {
    parts.push_back(*least == *most ? "everybody has " + figure(*least) + " neighbours"
                                    : fmt::format("{} to {} neighbours, {} on average", figure(*least), figure(*most),
                                                  figure(*mean)));
  }
  add("topology.articulation_points", [](double v) {
    return v == 0 ? std::string("no node whose loss splits it")
                  : fmt::format("{} node{} whose loss splits it", figure(v), v == 1 ? "" : "s");
  });
  add("topology.cut", [](double v) { return figure(v) + " links cross the cut"; });
  return list_of(parts);
}

std::string row(std::string_view term, const std::string& html) {
  return html.empty() ? std::string() : fmt::format("<dt>{}</dt><dd>{}</dd>", term, html);
}

}  // namespace

std::string verdict_mark(const std::string& verdict) {
  if (verdict == "pass") return "<span class=\"mark pass\">✓ pass</span>";
  if (verdict == "fail") return "<span class=\"mark fail\">✗ fail</span>";
  return "<span class=\"mark unknown\">? unknown</span>";
}

std::string verdict_section(const RunData& run) {
  std::string out =
      fmt::format("<p class=\"kicker\">Lastmile · {} · seed {}</p><h1>{}</h1>",
                  run.world == "real" ? "real processes" : "simulated network", run.seed, escaped(run.scenario));
  // One sentence: what was asked, what was expected, what came out.
  out += "<p class=\"verdict\">";
  if (!run.question.empty()) out += fmt::format("<i>{}</i> ", escaped(run.question));
  if (!run.expectation.empty()) out += fmt::format("Expected: {}. ", escaped(run.expectation));
  out += fmt::format("Outcome: {}, {}.</p>", verdict_mark(run.verdict), escaped(outcome(run)));
  if (!run.description.empty()) out += fmt::format("<p>{}</p>", escaped(run.description));
  return out;
}

std::string repeat_section(const RunData& run) {
  std::string out = "<h2>How to repeat it</h2>";
  out += fmt::format("<pre>{}</pre>", escaped(run.reproduce));
  // How far a run came by the clock of the machine, or by a user's patience, is not ours to repeat.
  const bool by_chance = !run.limit_hit.empty() && run.limit_hit != "events";
  if (!run.digest.empty() && by_chance) {
    out += fmt::format(
        "<p>This run was ended early ({}), at a moment that no other will share: its digest is that of its "
        "beginning. A complete one has the same digest each time.</p>",
        escaped(run.limit_hit));
  } else if (!run.digest.empty()) {
    out += "<p>The same file and seed give the same digest, event for event, on any x86-64 machine with Debian 12.</p>";
  } else {
    out +=
        "<p>Real processes do not run in a repeatable order: there is no digest, but the state of the nodes is "
        "compared as usual.</p>";
  }
  out += "<dl>";
  out += row("digest", run.digest.empty() ? "" : "<code>" + escaped(run.digest) + "</code>");
  out += row("scenario", "<code>" + escaped(run.scenario_digest) + "</code>");
  out += row("states", run.distinct_states == 1 ? "all equal, <code>" + escaped(run.state_digest) + "</code>"
                       : run.distinct_states == 0
                           ? std::string("no full node was running at the end")
                           : fmt::format("{} different ones at the end", grouped(run.distinct_states)));
  out += row("version", escaped(run.version));
  if (run.world == "sim")
    out += row("fidelity", fmt::format("network “{}”, signatures “{}”", escaped(run.network), escaped(run.crypto)));
  out += row("cost",
             fmt::format("{} {} in {} ({} of processor time), {} events, {} of memory",
                         with_unit(run.virtual_seconds, "s"), run.world == "real" ? "on real processes" : "simulated",
                         with_unit(run.wall_seconds, "s"), with_unit(run.cpu_seconds, "s"), grouped(run.events),
                         bytes_text(static_cast<double>(run.peak_rss_bytes))));
  return out + "</dl>";
}

std::string world_section(const RunData& run) {
  if (run.groups.empty()) return {};
  std::uint64_t nodes = 0;
  std::uint64_t light = 0;
  for (const GroupData& group : run.groups) {
    nodes += group.count;
    if (group.light) light += group.count;
  }
  std::string out =
      fmt::format("<h2>World</h2><p>{} node{} in {} group{}{}.</p>{}<ul class=\"groups\">", grouped(nodes),
                  nodes == 1 ? "" : "s", run.groups.size(), run.groups.size() == 1 ? "" : "s",
                  light == 0 ? "" : fmt::format(", {} of them light", grouped(light)), group_map(run));
  for (std::size_t i = 0; i < std::min(run.groups.size(), kGroupsShown); ++i) {
    const GroupData& group = run.groups[i];
    out += fmt::format("<li><b>{}</b>{} {} node{}{}", escaped(group.name), grouped(group.count), escaped(group.role),
                       group.count == 1 ? "" : "s", group.light ? ", light" : "");
    if (!group.region.empty()) out += "<br>" + escaped(words(group.region));
    if (!group.hardware.empty()) out += fmt::format("<br>machine “{}”", escaped(group.hardware));
    out += "</li>";
  }
  out += "</ul>";
  if (run.groups.size() > kGroupsShown)
    out += fmt::format("<p class=\"note\">and {} more groups</p>", run.groups.size() - kGroupsShown);
  out += "<dl>" + row("overlay", escaped(run.topology));
  out += row("its figures", overlay_figures(run));
  out += row("roads", escaped(list_of(run.roads_on)) +
                          (run.roads_off.empty() ? "" : "; switched off: " + escaped(list_of(run.roads_off))));
  out += row("chains", escaped(list_of(run.chains)));
  out += row("traffic", escaped(list_of(run.traffic)));
  out += row("economy", escaped(run.economy));
  return out + "</dl>";
}

}  // namespace lastmile::study
