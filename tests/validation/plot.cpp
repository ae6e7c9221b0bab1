#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "tests/validation/part.hpp"

namespace lastmile::validation {
namespace {

constexpr double kWidth = 640, kHeight = 400, kLeft = 70, kRight = 20, kTop = 44, kBottom = 52;

// The least 1, 2 or 5 times a power of ten that makes at most six steps.
double step_for(double range) {
  const double power = std::pow(10, std::floor(std::log10(range / 6)));
  for (const double times : {1.0, 2.0, 5.0, 10.0}) {
    if (range / (times * power) <= 6) return times * power;
  }
  return 10 * power;
}

struct Axis {
  double low = 0, high = 1;
  double begin = 0, end = 1;  // pixels
  double at(double value) const { return begin + (value - low) / (high - low) * (end - begin); }
};

}  // namespace

std::string svg(const Plot& plot) {
  double x_low = 1e300, x_high = -1e300, y_high = 0;
  for (const Line& line : plot.lines) {
    for (const auto& [x, y] : line.points) {
      x_low = std::min(x_low, x);
      x_high = std::max(x_high, x);
      y_high = std::max(y_high, y);
    }
  }
  const Axis x{x_low, x_high, kLeft, kWidth - kRight};
  const Axis y{0, y_high * 1.05, kHeight - kBottom, kTop};
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" font-family=\"sans-serif\" font-size=\"13\" "
      "role=\"img\">\n"
      "<title>{}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
      "<text x=\"{}\" y=\"22\" font-weight=\"bold\" font-size=\"15\">{}</text>\n",
      kWidth, kHeight, plot.title, kLeft, plot.title);
  const auto line = [&](double x1, double y1, double x2, double y2, const char* colour) {
    out += fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"/>\n", x1, y1, x2,
                       y2, colour);
  };
  const double x_step = step_for(x.high - x.low);
  const double first = std::ceil(x.low / x_step);
  for (int i = 0; (first + i) * x_step <= x.high + 1e-9; ++i) {
    const double v = (first + i) * x_step;
    line(x.at(v), y.begin, x.at(v), y.begin + 5, "#222");
    out +=
        fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{:.6g}</text>\n", x.at(v), y.begin + 20, v);
  }
  const double y_step = step_for(y.high);
  for (int i = 0; i * y_step <= y.high; ++i) {
    const double v = i * y_step;
    line(kLeft, y.at(v), kWidth - kRight, y.at(v), i == 0 ? "#222" : "#ddd");
    out += fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{:.6g}</text>\n", kLeft - 8, y.at(v) + 4, v);
  }
  out += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n", kWidth - kRight, kHeight - 12,
                     plot.x_axis);
  out += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>\n", 6, kTop - 6, plot.y_axis);
  const bool several =
      std::count_if(plot.lines.begin(), plot.lines.end(), [](const Line& each) { return each.measured; }) > 1;
  double key = kTop + 14;
  for (const Line& each : plot.lines) {
    std::string path;
    for (const auto& [px, py] : each.points) {
      if (each.measured) {
        out += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"none\" stroke=\"#000\"/>\n", x.at(px),
                           y.at(py));
      } else {
        path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", x.at(px), y.at(py));
      }
    }
    if (!path.empty())
      out += fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"#000\" stroke-width=\"1.5\"/>\n", path);
    // Several measurements: each beside its own points, where no key can be mistaken.
    if (several && each.measured) {
      const auto& [px, py] = each.points[each.points.size() / 2];
      out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n", x.at(px) - 8, y.at(py) - 12,
                         each.name);
      continue;
    }
    if (several && key > kTop + 14) continue;
    if (each.measured) {
      out +=
          fmt::format("<circle cx=\"{}\" cy=\"{:.1f}\" r=\"4\" fill=\"none\" stroke=\"#000\"/>\n", kLeft + 24, key - 4);
    } else {
      line(kLeft + 12, key - 4, kLeft + 36, key - 4, "#000");
    }
    out += fmt::format("<text x=\"{}\" y=\"{:.1f}\">{}</text>\n", kLeft + 46, key, each.name);
    key += 18;
  }
  return out + "</svg>\n";
}

}  // namespace lastmile::validation
