// Timeline and propagation.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "tools/study/chart.hpp"
#include "tools/study/html.hpp"
#include "tools/study/page.hpp"
#include "tools/study/page_time.hpp"

namespace lastmile::study {
namespace {

std::string fault_list(const RunData& run) {
  if (run.faults.empty()) return "<p class=\"note\">No fault was in force.</p>";
  std::string out = "<ul class=\"plain\">";
  const auto lanes = fault_lanes(run);
  for (const Lane& lane : lanes) {
    const auto first =
        std::find_if(run.faults.begin(), run.faults.end(), [&](const FaultData& f) { return f.name == lane.name; });
    std::uint64_t stopped = 0;
    bool counted = false;
    for (const FaultData& fault : run.faults) {
      if (fault.name != lane.name || !fault.frames_stopped) continue;
      stopped += *fault.frames_stopped;
      counted = true;
    }
    out += fmt::format("<li><b>{}</b>: {}", escaped(lane.name), escaped(first->kind));
    if (first->nodes > 0) out += fmt::format(", {} node{}", grouped(first->nodes), first->nodes == 1 ? "" : "s");
    if (lane.stretches.size() > 1) {
      out += fmt::format(", {} times between {} and {}", grouped(lane.stretches.size()),
                         clock_time(lane.stretches.front().from), clock_time(lane.stretches.back().until));
    } else if (first->end_s > first->start_s) {
      out += fmt::format(", from {} to {}", clock_time(first->start_s), clock_time(first->end_s));
    } else {
      out += fmt::format(", at {}", clock_time(first->start_s));
    }
    if (counted && stopped > 0) out += fmt::format(", {} frames stopped", grouped(stopped));
    out += "</li>";
  }
  return out + "</ul>";
}

std::string adversary_list(const RunData& run) {
  if (run.adversaries.empty()) return {};
  std::string out = "<ul class=\"plain\">";
  for (const FaultData& harm : run.adversaries) {
    const std::uint64_t acts = harm.acts.value_or(0);
    out += fmt::format("<li><b>{}</b>: {}, {} node{}, from {} to {}, {} hostile act{}</li>", escaped(harm.name),
                       escaped(harm.kind), grouped(harm.nodes), harm.nodes == 1 ? "" : "s", clock_time(harm.start_s),
                       clock_time(harm.end_s), grouped(acts), acts == 1 ? "" : "s");
  }
  return out + "</ul><p class=\"note\">Nothing is owed to these nodes, and no check or curve counts them.</p>";
}

}  // namespace

std::string timeline_section(const RunData& run) {
  if (run.metrics.empty()) return {};
  TimeChart chart = time_chart_of(run);
  const auto scopes = shown_scopes(run);
  Panel progress{"processed messages (mean per node)", {}};
  Panel backlog{"backlog: published but not processed (mean)", {}};
  std::vector<Curve> key;
  if (const Series* published = series(run, "all", "published")) {
    progress.curves.push_back({"published anywhere", *published, 0});
    key.push_back({"published anywhere", {}, 0});
  }
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    const std::string name = scope_name(scopes[i]);
    const std::size_t style = i + 1;
    if (const Series* points = series(run, scopes[i], "processed")) progress.curves.push_back({name, *points, style});
    if (const Series* points = series(run, scopes[i], "backlog")) backlog.curves.push_back({name, *points, style});
    key.push_back({name, {}, style});
  }
  chart.panels = {progress, backlog};
  double apart = 0;
  if (const Series* divergence = series(run, "all", "divergence_messages")) {
    chart.panels.push_back({"messages that only one side of a cut has", {{"divergence", *divergence, kLoneStyle}}});
    for (const Point& point : *divergence) apart = std::max(apart, point.v);
  }
  double worst = 0;
  for (const Curve& curve : backlog.curves) {
    for (const Point& point : curve.points) worst = std::max(worst, point.v);
  }
  chart.title = "Timeline of the run";
  chart.description = fmt::format(
      "Messages published and processed, and the backlog, over {} of the run; the backlog grew to {} messages",
      with_unit(chart.end, "s"), figure(worst));
  if (apart > 0) chart.description += fmt::format(", the sides of the cut were up to {} messages apart", figure(apart));
  chart.description += ".";
  std::string out = "<h2>What happened</h2>";
  out += "<div class=\"figure\">" + legend_html(key) + time_chart_html(chart) + "</div>";
  if (!chart.lanes.empty())
    out +=
        "<p class=\"note\">Dark bars: faults and adversaries by name; while one is in force the charts are "
        "hatched.</p>";
  return out + fault_list(run) + adversary_list(run);
}

std::string propagation_section(const RunData& run) {
  static constexpr std::array<const char*, 3> kNames{"before trouble", "during trouble", "after trouble"};
  static constexpr std::array<std::size_t, 3> kStyles{1, 2, 3};
  static constexpr std::array<const char*, 3> kMeasures{"propagation_s.before", "propagation_s.during",
                                                        "propagation_s.after"};
  ShareChart chart;
  std::string words_out;
  for (std::size_t i = 0; i < 3; ++i) {
    if (run.propagation[i].count() == 0) continue;
    Curve curve{
        fmt::format("published {} ({} deliveries)", kNames[i], grouped(run.propagation[i].count())), {}, kStyles[i]};
    double median = 0;
    for (const auto& [seconds, share] : run.propagation[i].cumulative()) {
      curve.points.push_back({seconds, share});
      if (median == 0 && share >= 0.5) median = seconds;
    }
    // The run's own figure is exact, a bin is not.
    const auto measure = std::find_if(run.measures.begin(), run.measures.end(),
                                      [&](const MeasureData& m) { return m.name == kMeasures[i] && m.count > 0; });
    const bool exact = measure != run.measures.end();
    if (exact) median = measure->p50;
    if (!words_out.empty()) words_out += "; ";
    words_out += fmt::format("{}: half within {}{}, all within {}", kNames[i], exact ? "" : "about ",
                             with_unit(median, "s"), with_unit(run.propagation[i].greatest(), "s"));
    chart.curves.push_back(std::move(curve));
  }
  if (chart.curves.empty()) return {};
  chart.title = "Time from publication to processing";
  chart.description = "Share of deliveries that were processed within a time. " + words_out + ".";
  std::string out = "<h2>How fast messages spread</h2>";
  out += "<div class=\"figure\">" + legend_html(chart.curves) + share_chart_html(chart) + "</div>";
  words_out[0] = static_cast<char>(words_out[0] - 'a' + 'A');
  return out + fmt::format("<p class=\"note\">{}.</p>", escaped(words_out));
}

}  // namespace lastmile::study
