// What went over the wire, how the mesh held, and how busy disks, queues and cores were.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "tools/study/html.hpp"
#include "tools/study/page.hpp"
#include "tools/study/page_time.hpp"

namespace lastmile::study {
namespace {

constexpr std::size_t kExtremeStyle = 6;  // of the worst node, in a panel of means

struct TrafficName {
  const char* metric;
  const char* shown;
};
constexpr std::array<TrafficName, 6> kTraffic{{{"sent_bytes.messages", "messages by gossip"},
                                               {"sent_bytes.gossip_control", "gossip control"},
                                               {"sent_bytes.reconciliation", "reconciliation"},
                                               {"sent_bytes.content", "contents and envelopes asked for"},
                                               {"sent_bytes.heads", "signed heads"},
                                               {"sent_bytes.bulk", "files and archives in ranges"}}};

double largest(const Series& points) {
  double most = 0;
  for (const Point& point : points) most = std::max(most, point.v);
  return most;
}

Series scaled(Series points, double by) {
  for (Point& point : points) point.v *= by;
  return points;
}

// Totals as they grow -> per second.
Series rate(const Series& totals) {
  Series out;
  for (std::size_t i = 1; i < totals.size(); ++i) {
    const double passed = totals[i].t - totals[i - 1].t;
    if (passed > 0) out.push_back({totals[i].t, std::max(0.0, totals[i].v - totals[i - 1].v) / passed});
  }
  return out;
}

struct ByteUnit {
  double size;
  const char* name;
};
ByteUnit unit_for(double bytes) {
  if (bytes >= 2.0 * (1 << 20)) return {1 << 20, "MiB"};
  if (bytes >= 2.0 * (1 << 10)) return {1 << 10, "KiB"};
  return {1, "B"};
}

// A panel of its own for each kind: a heal sends a thousand times what announcements take.
std::string traffic_figure(const RunData& run) {
  double sum = 0;
  for (const TrafficName& kind : kTraffic) {
    if (const Series* points = series(run, "all", kind.metric); points != nullptr && !points->empty())
      sum += points->back().v;
  }
  if (sum <= 0) return {};
  TimeChart chart = time_chart_of(run);
  std::string totals;
  for (const TrafficName& kind : kTraffic) {
    const Series* points = series(run, "all", kind.metric);
    if (points == nullptr || points->empty() || points->back().v <= 0) continue;
    totals += fmt::format("{}{} {} ({} %)", totals.empty() ? "" : ", ", kind.shown, bytes_text(points->back().v),
                          figure(100 * points->back().v / sum));
    const Series sent = rate(*points);
    const ByteUnit unit = unit_for(largest(sent));
    chart.panels.push_back(
        {fmt::format("{}, {}/s", kind.shown, unit.name), {{kind.shown, scaled(sent, 1 / unit.size), kLoneStyle}}});
  }
  chart.title = "Bytes sent by honest nodes, by kind";
  chart.description = "In all: " + totals + ".";
  return "<div class=\"figure\">" + time_chart_html(chart) + "</div>" +
         fmt::format("<p class=\"note\">Sent by all honest nodes, each kind on a scale of its own. In all {}: {}.</p>",
                     bytes_text(sum), escaped(totals));
}

struct Health {
  const char* title;  // "{}" stands for the unit of bytes
  const char* metric;
  const char* extreme;  // of any node; null: the metric is one
  double scale;
  bool bytes;
};
constexpr std::array<Health, 4> kHealth{
    {{"mesh peers of a node (mean)", "mesh_degree", "mesh_degree_least", 1, false},
     {"messages in the deepest queue of any node", "queue_depth", nullptr, 1, false},
     {"{} on a node's disk (mean)", "disk_bytes", nullptr, 1, true},
     {"% of a node's cores busy (mean)", "cpu_busy", "cpu_busy_most", 100, false}}};

Panel health_panel(const RunData& run, const std::vector<std::string>& scopes, const Health& health) {
  Panel panel;
  double most = 0;
  const auto add = [&](const std::string& name, const Series* points, std::size_t style) {
    if (points == nullptr) return;
    panel.curves.push_back({name, scaled(*points, health.scale), style});
    most = std::max(most, largest(panel.curves.back().points));
  };
  for (std::size_t i = 0; i < scopes.size(); ++i)
    add(scope_name(scopes[i]), series(run, scopes[i], health.metric), i + 1);
  if (health.extreme != nullptr) add("the worst node", series(run, "all", health.extreme), kExtremeStyle);
  const ByteUnit unit = health.bytes ? unit_for(most) : ByteUnit{1, ""};
  for (Curve& curve : panel.curves) curve.points = scaled(std::move(curve.points), 1 / unit.size);
  panel.title = health.bytes ? fmt::format(fmt::runtime(health.title), unit.name) : health.title;
  return panel;
}

std::string machines_figure(const RunData& run) {
  TimeChart chart = time_chart_of(run);
  chart.title = "Mesh, queues, disks and cores";
  const auto scopes = shown_scopes(run);
  bool extremes = false;
  for (const Health& health : kHealth) {
    Panel panel = health_panel(run, scopes, health);
    if (panel.curves.empty()) continue;
    double least = 1e300;
    double most = 0;
    for (const Curve& curve : panel.curves) {
      most = std::max(most, largest(curve.points));
      for (const Point& point : curve.points) least = std::min(least, point.v);
      extremes = extremes || curve.style == kExtremeStyle;
    }
    chart.description +=
        fmt::format("{}{}: {} to {}", chart.description.empty() ? "" : "; ", panel.title, figure(least), figure(most));
    chart.panels.push_back(std::move(panel));
  }
  if (chart.panels.empty()) return {};
  chart.description += ".";
  std::vector<Curve> key;
  key.reserve(scopes.size() + 1);
  for (std::size_t i = 0; i < scopes.size(); ++i) key.push_back({scope_name(scopes[i]), {}, i + 1});
  if (extremes) key.push_back({"the worst node", {}, kExtremeStyle});
  return "<div class=\"figure\">" + legend_html(key) + time_chart_html(chart) + "</div>";
}

}  // namespace

std::string network_section(const RunData& run) {
  const std::string traffic = traffic_figure(run);
  const std::string machines = machines_figure(run);
  std::string out;
  if (!traffic.empty()) out += "<h2>What went over the wire</h2>" + traffic;
  if (!machines.empty()) out += "<h2>How the nodes fared</h2>" + machines;
  return out;
}

}  // namespace lastmile::study
