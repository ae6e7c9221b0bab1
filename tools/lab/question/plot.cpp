#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "tools/lab/question/answer.hpp"
#include "tools/study/html.hpp"

namespace lastmile::lab {
namespace {

constexpr double kWidth = 760;
constexpr double kHeight = 420;
constexpr double kLeft = 90;
constexpr double kBottom = 60;
constexpr double kTop = 40;
constexpr double kRight = 20;
constexpr std::array<std::string_view, 4> kDashes = {"none", "8 4", "2 3", "12 3 2 3"};

struct Range {
  double low = 0;
  double high = 0;
  void hold(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  double share(double value) const { return high > low ? (value - low) / (high - low) : 0; }
};

}  // namespace

std::string plot_svg(const Plot& plot) {
  Range x;
  Range y;
  for (const PlotLine& line : plot.lines) {
    for (const auto& [at, value] : line.points) {
      x.hold(at);
      y.hold(value);
    }
  }
  const double wide = kWidth - kLeft - kRight;
  const double high = kHeight - kTop - kBottom;
  const auto left = [&](double at) { return kLeft + wide * x.share(at); };
  const auto top = [&](double value) { return kTop + high * (1 - y.share(value)); };
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"100%\" style=\"max-width:{0}px\" "
      "font-family=\"sans-serif\" font-size=\"13\" role=\"img\"><title>{2} over {3}</title>"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>",
      kWidth, kHeight, study::escaped(plot.y), study::escaped(plot.x));
  for (int tick = 0; tick <= 4; ++tick) {
    const double at = x.low + (x.high - x.low) * tick / 4;
    const double value = y.low + (y.high - y.low) * tick / 4;
    svg += fmt::format("<line x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\" stroke=\"#ccc\"/>", kLeft,
                       kWidth - kRight, top(value));
    svg += fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>", kLeft - 8, top(value) + 4,
                       study::figure(value));
    svg += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>", left(at), kHeight - kBottom + 20,
                       study::figure(at));
  }
  svg += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>", kLeft + wide / 2, kHeight - 14,
                     study::escaped(plot.x));
  svg += fmt::format("<text x=\"{}\" y=\"16\">{}</text>", 8, study::escaped(plot.y));
  double key = kWidth - kRight;
  for (std::size_t i = plot.lines.size(); i-- > 0;) {
    const PlotLine& line = plot.lines[i];
    const std::string_view dash = kDashes.at(i % kDashes.size());
    std::string points;
    for (const auto& [at, value] : line.points) points += fmt::format("{:.1f},{:.1f} ", left(at), top(value));
    svg += fmt::format(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"black\" stroke-width=\"2\" stroke-dasharray=\"{}\"/>", points,
        dash);
    svg += fmt::format("<text x=\"{:.0f}\" y=\"32\" text-anchor=\"end\">{}</text>", key, study::escaped(line.name));
    key -= 7.5 * static_cast<double>(line.name.size()) + 36;
    svg += fmt::format(
        "<line x1=\"{:.0f}\" x2=\"{:.0f}\" y1=\"28\" y2=\"28\" stroke=\"black\" stroke-width=\"2\" "
        "stroke-dasharray=\"{}\"/>",
        key + 4, key + 32, dash);
    key -= 12;
  }
  return svg + "</svg>\n";
}

}  // namespace lastmile::lab
