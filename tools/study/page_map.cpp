// A map of the groups: a disc per group with a dot per node, a line where two groups may talk, a gap where a fault
// parts them.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tools/study/chart.hpp"
#include "tools/study/html.hpp"
#include "tools/study/page.hpp"

namespace lastmile::study {
namespace {

constexpr std::size_t kGroupsMax = 8;  // beyond that the cards below say more than a tangle
constexpr std::uint64_t kDotsMax = 61;
constexpr double kDotStep = 4.6;  // px; dots of a sunflower keep about twice this distance
constexpr double kDotRadius = 3;
constexpr double kReachMax = 230;  // a longer line says no more
constexpr double kSteepRoom = 100;
constexpr double kMargin = 7;
constexpr double kNameHeight = 19;

struct Disc {
  double x = 0;
  double y = 0;
  double radius = 0;
};

double radius_of(const GroupData& group) {
  const auto dots = static_cast<double>(std::clamp<std::uint64_t>(group.count, 1, kDotsMax));
  return kDotStep * std::sqrt(dots) + kDotRadius + kMargin;
}

// Two groups side by side, more of them on an ellipse, the first at the left.
std::vector<Disc> placed(const std::vector<GroupData>& groups, double width, double& height) {
  std::vector<Disc> discs(groups.size());
  double largest = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    discs[i].radius = radius_of(groups[i]);
    largest = std::max(largest, discs[i].radius);
  }
  const double edge = std::max(largest, 46.0) + 4;  // names are wider than small discs
  const double reach_x = std::clamp(width / 2 - edge, 10.0, kReachMax);
  const double reach_y = groups.size() < 3 ? 0 : largest + kNameHeight + 26 + 8 * static_cast<double>(groups.size());
  height = 2 * (reach_y + largest + 6) + 2 * kNameHeight;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const double angle =
        std::numbers::pi + 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(groups.size());
    discs[i].x = groups.size() == 1 ? width / 2 : width / 2 + reach_x * std::cos(angle);
    discs[i].y = height / 2 - kNameHeight / 2 + reach_y * std::sin(angle);
  }
  return discs;
}

std::string dots_of(const GroupData& group, const Disc& disc) {
  std::string out;
  const std::uint64_t shown = std::min(group.count, kDotsMax);
  for (std::uint64_t i = 0; i < shown; ++i) {
    const double far = shown == 1 ? 0 : kDotStep * std::sqrt(static_cast<double>(i) + 0.5);
    const double angle = static_cast<double>(i) * 2.39996323;  // the golden angle
    out += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" class=\"{}\"/>",
                       disc.x + far * std::cos(angle), disc.y + far * std::sin(angle),
                       group.light ? kDotRadius - 0.7 : kDotRadius, group.light ? "dot light" : "dot");
  }
  return out;
}

// What parts groups a and b, in the order of the scenario.
std::string parted_by(const RunData& run, const std::string& a, const std::string& b) {
  const auto has = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  std::string out;
  for (const CutData& cut : run.cuts) {
    if (!((has(cut.first, a) && has(cut.second, b)) || (has(cut.first, b) && has(cut.second, a)))) continue;
    out += (out.empty() ? "" : ", ") + cut.name;
  }
  return out;
}

// Two groups share the width, more of them have half of it each at the same height.
double groups_room(std::size_t groups, double width) { return groups < 2 ? width : width / 2 - 6; }

// Centred at x, or as far as the edges let it.
std::string name_at(double x, double y, double width, const std::string& name) {
  const double half = std::min(bold_width(name) / 2, width / 2);
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\" class=\"halo\">{}</text>",
                     std::clamp(x, half, width - half), y, escaped(name));
}

std::string line_between(const Disc& a, const Disc& b, const std::string& fault) {
  const double length = std::max(std::hypot(b.x - a.x, b.y - a.y), 1.0);
  const double ux = (b.x - a.x) / length;
  const double uy = (b.y - a.y) / length;
  // The middle of what is seen of the line.
  const double middle = (length + a.radius - b.radius) / 2;
  const auto segment = [&](double from, double until) {
    return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"link\"/>",
                       a.x + ux * from, a.y + uy * from, a.x + ux * until, a.y + uy * until);
  };
  if (fault.empty()) return segment(a.radius, length - b.radius);
  std::string out = segment(a.radius, middle - 5) + segment(middle + 5, length - b.radius);
  for (const double side : {-5.0, 5.0}) {
    const double x = a.x + ux * (middle + side);
    const double y = a.y + uy * (middle + side);
    out += fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"gap\"/>", x - uy * 9,
                       y + ux * 9, x + uy * 9, y - ux * 9);
  }
  const bool steep = std::fabs(uy) > std::fabs(ux);
  const double room = steep ? kSteepRoom : std::max(length - a.radius - b.radius, kSteepRoom);
  return out + fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" class=\"halo\">{}</text>",
                           a.x + ux * middle + (steep ? 14 : 0), a.y + uy * middle + (steep ? 4 : -14),
                           steep ? "start" : "middle", escaped(fitted(fault, room)));
}

std::string drawn(const RunData& run, std::size_t width, std::string_view klass, const std::string& description) {
  double height = 0;
  const auto discs = placed(run.groups, static_cast<double>(width), height);
  std::string out = open_svg(std::string("map ") + std::string(klass), static_cast<double>(width), height,
                             "Groups of the network", description);
  for (std::size_t a = 0; a < discs.size(); ++a) {
    for (std::size_t b = a + 1; b < discs.size(); ++b) {
      out += line_between(discs[a], discs[b], parted_by(run, run.groups[a].name, run.groups[b].name));
    }
  }
  for (std::size_t i = 0; i < discs.size(); ++i) {
    const Disc& disc = discs[i];
    out +=
        fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" class=\"disc\"/>", disc.x, disc.y, disc.radius);
    out += dots_of(run.groups[i], disc);
    out += name_at(disc.x, disc.y + disc.radius + 15, static_cast<double>(width),
                   fitted(run.groups[i].name, groups_room(discs.size(), static_cast<double>(width))));
  }
  return out + "</svg>";
}

}  // namespace

std::string group_map(const RunData& run) {
  if (run.groups.empty() || run.groups.size() > kGroupsMax) return {};
  std::string description;
  for (const GroupData& group : run.groups) {
    description += (description.empty() ? "" : ", ") +
                   fmt::format("{} with {} node{}", group.name, grouped(group.count), group.count == 1 ? "" : "s");
  }
  for (std::size_t a = 0; a < run.groups.size(); ++a) {
    for (std::size_t b = a + 1; b < run.groups.size(); ++b) {
      const std::string fault = parted_by(run, run.groups[a].name, run.groups[b].name);
      if (!fault.empty())
        description += fmt::format("; {} between {} and {}", fault, run.groups[a].name, run.groups[b].name);
    }
  }
  description += ".";
  return drawn(run, kWide, "wide", description) + drawn(run, kNarrow, "narrow", description);
}

}  // namespace lastmile::study
