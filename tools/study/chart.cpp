#include "tools/study/chart.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "tools/study/html.hpp"

namespace lastmile::study {
namespace {

constexpr double kFont = 12.5;       // px, also the width of a character is taken from it
constexpr double kCharacter = 0.53;  // of the font size, on average
constexpr double kBold = 1.18;       // how much wider bold is
constexpr double kPanelHeight = 132;
constexpr double kLaneHeight = 17;
constexpr std::size_t kLanesMax = 8;

struct Frame {
  double width;
  double left;
  double right;
  double inner() const { return width - left - right; }
};

Frame frame_of(std::size_t width) { return {static_cast<double>(width), 52.0, 12.0}; }

double text_width(std::string_view text) {
  // Bytes of one character count once.
  const auto characters =
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
  return static_cast<double>(characters) * kFont * kCharacter;
}

std::string text_at(double x, double y, std::string_view anchor, std::string_view text, std::string_view klass = "") {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"{}>{}</text>", x, y, anchor,
                     klass.empty() ? std::string() : fmt::format(" class=\"{}\"", klass), escaped(text));
}

std::string line_at(double x1, double y1, double x2, double y2, std::string_view klass) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>", x1, y1, x2, y2,
                     klass);
}

template <class X, class Y>
std::string path_of(const Series& points, std::size_t style, const X& x, const Y& y) {
  if (points.empty()) return {};
  std::string d;
  for (std::size_t i = 0; i < points.size(); ++i) {
    d += fmt::format("{}{:.1f} {:.1f}", i == 0 ? "M" : "L", x(points[i].t), y(points[i].v));
  }
  return fmt::format("<path d=\"{}\" class=\"curve c{}\"/>", d, style % kStyleCount);
}

// The hatch needs a name of its own per drawing: a hidden one must not lend its pattern to a shown one.
std::string hatch_defs(std::size_t serial) {
  return fmt::format(
      "<defs><pattern id=\"hatch{}\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" "
      "patternTransform=\"rotate(45)\"><line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"7\" class=\"hatch\"/></pattern></defs>",
      serial);
}

// As much of a name as fits; nothing when a few letters do not.
std::string shortened(const std::string& name, double room) {
  constexpr std::size_t kLettersMin = 3;
  if (text_width(name) <= room) return name;
  std::size_t letters = name.size();
  const auto cut = [&] { return name.substr(0, letters) + "…"; };
  while (letters >= kLettersMin && text_width(cut()) > room) --letters;
  while (letters > 0 && letters < name.size() && (static_cast<unsigned char>(name[letters]) & 0xc0) == 0x80) --letters;
  return letters < kLettersMin ? "" : cut();
}

std::string phases_row(const TimeChart& chart, const Frame& frame, double y, double bottom) {
  std::string out;
  const auto x = [&](double t) { return frame.left + frame.inner() * (chart.end > 0 ? t / chart.end : 0); };
  for (const Stretch& phase : chart.phases) {
    const double from = x(phase.from);
    const double until = x(phase.until);
    out += line_at(from, y + 4, from, bottom, "phase");
    if (text_width(words(phase.name)) + 6 <= until - from) {
      out += text_at((from + until) / 2, y, "middle", words(phase.name), "phase-name");
    }
  }
  return out;
}

std::string lanes_block(const TimeChart& chart, const Frame& frame, double& y, std::size_t serial, double bottom) {
  std::string out;
  const auto x = [&](double t) { return frame.left + frame.inner() * (chart.end > 0 ? t / chart.end : 0); };
  const std::size_t shown = std::min(chart.lanes.size(), kLanesMax);
  for (std::size_t i = 0; i < shown; ++i) {
    const Lane& lane = chart.lanes[i];
    double last = frame.left;
    for (const Stretch& stretch : lane.stretches) {
      const double from = x(stretch.from);
      const double until = std::max(x(stretch.until), from + 2);
      out += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"9\" class=\"fault\"/>", from, y - 9,
                         until - from);
      last = std::max(last, until);
    }
    // Beside its last bar, or before the first one.
    const double first = lane.stretches.empty() ? frame.left : x(lane.stretches.front().from);
    const double behind = frame.width - last - 6;
    const double before = first - 6;
    if (text_width(lane.name) <= behind || behind >= before) {
      out += text_at(last + 6, y - 0.5, "start", shortened(lane.name, behind));
    } else {
      out += text_at(first - 6, y - 0.5, "end", shortened(lane.name, before));
    }
    y += kLaneHeight;
  }
  std::string hatched;
  for (const Lane& lane : chart.lanes) {
    for (const Stretch& stretch : lane.stretches) {
      const double from = x(stretch.from);
      hatched +=
          fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"url(#hatch{})\"/>",
                      from, y - 6, std::max(x(stretch.until) - from, 1.0), bottom - y + 6, serial);
    }
  }
  return hatched + out;
}

std::string panel_block(const TimeChart& chart, const Panel& panel, const Frame& frame, double top, bool last) {
  double max = 0;
  for (const Curve& curve : panel.curves) {
    for (const Point& point : curve.points) max = std::max(max, point.v);
  }
  const double base = top + kPanelHeight;
  const auto ticks = nice_ticks(max, 4);
  const double scale_max = ticks.back();
  const auto x = [&](double t) {
    return frame.left + frame.inner() * (chart.end > 0 ? std::min(t / chart.end, 1.0) : 0);
  };
  const auto y = [&](double v) { return base - kPanelHeight * (scale_max > 0 ? v / scale_max : 0); };
  std::string out = text_at(0, top - 10, "start", panel.title, "panel-title");
  for (const double tick : ticks) {
    out += line_at(frame.left, y(tick), frame.width - frame.right, y(tick), tick == 0 ? "axis" : "grid");
    out += text_at(frame.left - 6, y(tick) + 4, "end", figure(tick), "tick");
  }
  const auto times = time_ticks(chart.end, static_cast<std::size_t>(frame.inner() / 70));
  for (const double time : times) {
    out += line_at(x(time), base, x(time), base + 4, "axis");
    if (last) {
      const bool at_edge = x(time) + text_width(clock_time(time)) / 2 > frame.width;
      out += text_at(at_edge ? frame.width : x(time), base + 18, at_edge ? "end" : "middle", clock_time(time), "tick");
    }
  }
  const auto buckets = static_cast<std::size_t>(frame.inner() / 2);
  for (const Curve& curve : panel.curves) out += path_of(thinned(curve.points, chart.end, buckets), curve.style, x, y);
  return out;
}

std::string time_chart_svg(const TimeChart& chart, std::size_t width, std::string_view klass, std::size_t serial) {
  const Frame frame = frame_of(width);
  const double lanes = static_cast<double>(std::min(chart.lanes.size(), kLanesMax)) * kLaneHeight;
  const double first_panel = 26 + lanes + 34;
  const double step = kPanelHeight + 44;
  const double bottom = first_panel + step * static_cast<double>(chart.panels.size()) - 44;
  std::string out = open_svg(klass, frame.width, bottom + 40, chart.title, chart.description) + hatch_defs(serial);
  double y = 38;
  out += lanes_block(chart, frame, y, serial, bottom);
  out += phases_row(chart, frame, 12, bottom);
  for (std::size_t i = 0; i < chart.panels.size(); ++i) {
    out += panel_block(chart, chart.panels[i], frame, first_panel + step * static_cast<double>(i),
                       i + 1 == chart.panels.size());
  }
  out += text_at(frame.width - frame.right, bottom + 35, "end",
                 chart.end >= 3600 ? "hours:minutes:seconds" : "minutes:seconds", "tick");
  return out + "</svg>";
}

// A power of ten, which need not be exact.
std::string seconds_label(double seconds) {
  if (seconds > 0.99) return figure(std::round(seconds)) + " s";
  if (seconds > 0.99e-3) return figure(std::round(seconds * 1e3)) + " ms";
  return figure(std::round(seconds * 1e6)) + " µs";
}

std::string share_chart_svg(const ShareChart& chart, std::size_t width, std::string_view klass) {
  const Frame frame = frame_of(width);
  double low = 1;
  double high = 1;
  for (const Curve& curve : chart.curves) {
    for (const Point& point : curve.points) {
      if (point.t <= 0) continue;
      low = std::min(low, point.t);
      high = std::max(high, point.t);
    }
  }
  const double from = std::floor(std::log10(std::max(low, 1e-4)));
  const double until = std::max(std::ceil(std::log10(high)), from + 1);
  const double top = 14;
  const double height = 190;
  const double base = top + height;
  const auto x = [&](double t) {
    return frame.left + frame.inner() * std::clamp((std::log10(std::max(t, 1e-9)) - from) / (until - from), 0.0, 1.0);
  };
  const auto y = [&](double v) { return base - height * v; };
  std::string out = open_svg(klass, frame.width, base + 40, chart.title, chart.description);
  for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    out += line_at(frame.left, y(share), frame.width - frame.right, y(share), share == 0 ? "axis" : "grid");
    out += text_at(frame.left - 6, y(share) + 4, "end", figure(share * 100) + " %", "tick");
  }
  // Every decade has a line; where they stand close, every second one a label.
  const double per_decade = frame.inner() / (until - from);
  const int every = per_decade < 46 ? 2 : 1;
  const auto decades = static_cast<int>(std::lround(until - from));
  for (int i = 0; i <= decades; ++i) {
    const double decade = from + i;
    const double at = x(std::pow(10, decade));
    out += line_at(at, top, at, base + 4, "grid");
    if (i % every != 0) continue;
    const std::string label = seconds_label(std::pow(10, decade));
    const bool edge = at + text_width(label) / 2 > frame.width;
    out += text_at(edge ? frame.width : at, base + 18, edge ? "end" : "middle", label, "tick");
  }
  for (const Curve& curve : chart.curves) out += path_of(curve.points, curve.style, x, y);
  out += text_at(frame.width - frame.right, base + 35, "end", "from publication to processing", "tick");
  return out + "</svg>";
}

}  // namespace

std::string open_svg(std::string_view klass, double width, double height, std::string_view title,
                     std::string_view description) {
  return fmt::format(
      "<svg class=\"chart {0}\" viewBox=\"0 0 {1:.0f} {2:.0f}\" role=\"img\" aria-label=\"{3}. {4}\" "
      "xmlns=\"http://www.w3.org/2000/svg\"><title>{3}</title><desc>{4}</desc>",
      klass, width, height, escaped(title), escaped(description));
}

std::vector<double> nice_ticks(double max, std::size_t about) {
  if (!(max > 1e-300)) return {0, 1};  // nothing, or what no step can divide
  const double rough = max / static_cast<double>(about);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = power * 10;
  for (const double factor : {1.0, 2.0, 2.5, 5.0}) {
    if (factor == 2.5 && power < 10) continue;  // counts want whole steps
    if (rough <= factor * power * 1.0001) {
      step = factor * power;
      break;
    }
  }
  std::vector<double> ticks;
  for (int i = 0; i * step < max + step * 0.999; ++i) ticks.push_back(i * step);
  return ticks;
}

std::vector<double> time_ticks(double end, std::size_t about) {
  static constexpr std::array<double, 20> kSteps{1,   2,    5,    10,   15,   20,    30,    60,    120,   300,
                                                 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800};
  double step = kSteps.back();
  for (const double candidate : kSteps) {
    if (end / candidate <= static_cast<double>(std::max<std::size_t>(about, 1))) {
      step = candidate;
      break;
    }
  }
  while (end / step > 100) step *= 2;
  std::vector<double> ticks;
  for (int i = 0; i * step <= end; ++i) ticks.push_back(i * step);
  return ticks;
}

// The least, the greatest and the last value of each stretch, so that peaks and dips stay.
Series thinned(const Series& points, double end, std::size_t buckets) {
  if (points.size() <= 3 * buckets || end <= 0 || buckets == 0) return points;
  Series out;
  std::size_t i = 0;
  for (std::size_t bucket = 0; bucket < buckets && i < points.size(); ++bucket) {
    const double until = end * static_cast<double>(bucket + 1) / static_cast<double>(buckets);
    const std::size_t first = i;
    std::size_t peak = i;
    std::size_t dip = i;
    while (i < points.size() && (points[i].t <= until || bucket + 1 == buckets)) {
      if (points[i].v > points[peak].v) peak = i;
      if (points[i].v < points[dip].v) dip = i;
      ++i;
    }
    if (i == first) continue;
    for (const std::size_t kept : {std::min(peak, dip), std::max(peak, dip), i - 1}) {
      if (out.empty() || out.back().t < points[kept].t) out.push_back(points[kept]);
    }
  }
  return out;
}

std::string time_chart_html(const TimeChart& chart) {
  return time_chart_svg(chart, kWide, "wide", 1) + time_chart_svg(chart, kNarrow, "narrow", 2);
}
std::string share_chart_html(const ShareChart& chart) {
  return share_chart_svg(chart, kWide, "wide") + share_chart_svg(chart, kNarrow, "narrow");
}

std::string legend_html(const std::vector<Curve>& curves) {
  std::string out = "<ul class=\"legend\">";
  for (const Curve& curve : curves) {
    out += fmt::format(
        "<li><svg width=\"34\" height=\"10\" aria-hidden=\"true\"><path d=\"M1 5L33 5\" class=\"curve "
        "c{}\"/></svg>{}</li>",
        curve.style % kStyleCount, escaped(curve.name));
  }
  return out + "</ul>";
}

double bold_width(std::string_view text) { return text_width(text) * kBold; }

std::string fitted(std::string_view text, double width) {
  if (bold_width(text) <= width) return std::string(text);
  const auto room = static_cast<std::size_t>(std::max(width / (kFont * kCharacter * kBold) - 1, 0.0));
  std::string out;
  std::size_t characters = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80 && ++characters > room) break;
    out.push_back(c);
  }
  return out + "…";
}

std::string chart_style() {
  return R"(
.chart{display:block;width:100%;height:auto;margin:.4rem 0 0;overflow:visible}
.chart.narrow{display:none}
.chart text{font:12.5px/1 var(--sans);fill:var(--ink)}
.chart .tick{fill:var(--soft);font-variant-numeric:tabular-nums}
.chart .panel-title{font-weight:600}
.chart .phase-name{fill:var(--soft);font-style:italic}
.chart .grid{stroke:#ddd;stroke-width:1}
.chart .axis{stroke:#555;stroke-width:1}
.chart .phase{stroke:#999;stroke-width:1;stroke-dasharray:1 3}
.chart .hatch{stroke:#aaa;stroke-width:1.4;stroke-opacity:.55}
.chart .fault{fill:#444}
.curve{fill:none;stroke-linejoin:round;stroke-linecap:butt;stroke-width:2}
.c0{stroke:#222;stroke-width:1.5;stroke-dasharray:1 2}
.c1{stroke:#0a58a8}
.c2{stroke:#b23c06;stroke-dasharray:7 4}
.c3{stroke:#1d6b32;stroke-dasharray:14 3 3 3}
.c4{stroke:#6b2f98;stroke-dasharray:10 3 2 3}
.c5{stroke:#7a5c00;stroke-dasharray:12 5}
.c6{stroke:#222}
.map .disc{fill:#fff;stroke:#222;stroke-width:1.5}
.map .dot{fill:#222}
.map .light{fill:#fff;stroke:#222;stroke-width:1.2}
.map .link{stroke:#555;stroke-width:1.5}
.map .gap{stroke:#111;stroke-width:2}
.chart .halo{font-weight:600;paint-order:stroke;stroke:#fff;stroke-width:4px}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.3rem;margin:.3rem 0 .2rem;padding:0;font:13.5px/1.5 var(--sans)}
.legend li{overflow-wrap:anywhere;display:flex;align-items:center;gap:.45rem;margin:0}
.legend svg{flex:none}
@media(max-width:620px){.chart.wide{display:none}.chart.narrow{display:block}}
)";
}

}  // namespace lastmile::study
