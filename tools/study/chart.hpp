// Inline SVG line charts that are read in black and white and on a telephone: every curve has a line pattern of its
// own, and a chart is drawn for the width it is shown at, so that its text never shrinks.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/study/run_data.hpp"

namespace lastmile::study {

struct Curve {
  std::string name;
  Series points;  // ascending in t
  std::size_t style = 0;
};

// A stretch of time with a name: a phase, or one of a fault's lanes.
struct Stretch {
  std::string name;
  double from = 0;
  double until = 0;
};
struct Lane {
  std::string name;
  std::vector<Stretch> stretches;
};

struct Panel {
  std::string title;  // what is counted
  std::vector<Curve> curves;
};

struct TimeChart {
  std::string title;  // text alternatives: what it is, and what it shows
  std::string description;
  double end = 0;  // seconds
  std::vector<Stretch> phases;
  std::vector<Lane> lanes;  // faults; their time is hatched in all panels
  std::vector<Panel> panels;
};

struct ShareChart {
  std::string title;
  std::string description;
  std::vector<Curve> curves;  // t = seconds (drawn on a logarithmic axis), v = share 0..1
};

inline constexpr std::size_t kStyleCount = 7;
inline constexpr std::size_t kWide = 760;  // CSS pixels
inline constexpr std::size_t kNarrow = 350;

// Both widths, one of which the style sheet hides.
std::string time_chart_html(const TimeChart& chart);
std::string share_chart_html(const ShareChart& chart);
// A key: patterns with their names.
std::string legend_html(const std::vector<Curve>& curves);
// An open <svg> with its text alternatives; klass "wide" or "narrow" says at which width of the page it is shown.
std::string open_svg(std::string_view klass, double width, double height, std::string_view title,
                     std::string_view description);
// The text cut to what a width (CSS pixels, in the bold of a chart) holds, with "…" where something is left out.
std::string fitted(std::string_view text, double width);
double bold_width(std::string_view text);
std::string chart_style();  // for the page's <style>

// Inside, for tests.
std::vector<double> nice_ticks(double max, std::size_t about);
std::vector<double> time_ticks(double end, std::size_t about);
Series thinned(const Series& points, double end, std::size_t buckets);

}  // namespace lastmile::study
