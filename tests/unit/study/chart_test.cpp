// Scales, thinning and figures: what a chart shows is what was measured.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tools/study/chart.hpp"
#include "tools/study/html.hpp"

namespace lastmile::study {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Ticks, AreRoundAndReachTheGreatestValue) {
  EXPECT_THAT(nice_ticks(2955, 4), ElementsAre(0, 1000, 2000, 3000));
  EXPECT_THAT(nice_ticks(3, 4), ElementsAre(0, 1, 2, 3));
  EXPECT_GE(nice_ticks(0.37, 4).back(), 0.37);
}

TEST(Ticks, OfNothingStillMakeAScale) { EXPECT_THAT(nice_ticks(0, 4), ElementsAre(0, 1)); }

TEST(TimeTicks, AreStepsOfAClock) { EXPECT_THAT(time_ticks(360, 6), ElementsAre(0, 60, 120, 180, 240, 300, 360)); }

TEST(TimeTicks, OfAVeryLongRunStayFew) { EXPECT_LE(time_ticks(1e9, 6).size(), 101U); }

TEST(Thinned, KeepsPeaksDipsAndTheEnd) {
  Series points;
  for (int i = 0; i <= 10'000; ++i)
    points.push_back({static_cast<double>(i), i == 1234 ? 99.0 : i == 4321 ? 0.0 : 1.0});
  points.back().v = 7;
  const Series out = thinned(points, 10'000, 100);
  EXPECT_LE(out.size(), 300U);
  EXPECT_TRUE(std::any_of(out.begin(), out.end(), [](const Point& p) { return p.t == 4321 && p.v == 0; }));
  EXPECT_TRUE(std::any_of(out.begin(), out.end(), [](const Point& p) { return p.t == 1234 && p.v == 99; }));
  EXPECT_EQ(out.back().v, 7);
}

TEST(Histogram, GrowsToOne) {
  TimeHistogram times;
  for (const double seconds : {0.0, 0.05, 0.05, 12.0, 1e9}) times.add(seconds);
  const auto curve = times.cumulative();
  EXPECT_TRUE(std::is_sorted(curve.begin(), curve.end()));
  EXPECT_DOUBLE_EQ(curve.back().second, 1.0);
  EXPECT_EQ(times.count(), 5U);
  EXPECT_EQ(times.greatest(), 1e9);
}

TEST(Figures, ReadAsPeopleWriteThem) {
  EXPECT_EQ(with_unit(0.078235444, "s"), "78.2 ms");
  EXPECT_EQ(with_unit(0.000043, "s"), "43 µs");
  EXPECT_EQ(with_unit(302.39, "s"), "302 s");
  EXPECT_EQ(with_unit(8212, "B"), "8.02 KiB");
  EXPECT_EQ(with_unit(0.125, "share"), "12.5 %");
  EXPECT_EQ(figure(84662), "84,662");
  EXPECT_EQ(figure(0.000577), "0.000577");
  EXPECT_EQ(clock_time(3723.4), "1:02:03");
}

TEST(TimeChart, HasTextAlternativesAndEscapesNames) {
  TimeChart chart;
  chart.title = "a <b> title";
  chart.description = "what \"it\" shows";
  chart.end = 10;
  chart.lanes = {{"<script>", {{"<script>", 2, 4}}}};
  chart.panels = {{"panel", {{"x", {{0, 0}, {10, 5}}, 1}}}};
  const std::string html = time_chart_html(chart);
  EXPECT_THAT(html, HasSubstr("<title>a &lt;b&gt; title</title><desc>what &quot;it&quot; shows</desc>"));
  EXPECT_THAT(html, HasSubstr("role=\"img\""));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
}

TEST(TimeChart, OfARunThatEndedAtOnceHasOnlyNumbers) {
  TimeChart chart;
  chart.panels = {{"panel", {{"x", {{0, 0}}, 1}}}};
  const std::string html = time_chart_html(chart);
  EXPECT_THAT(html, Not(HasSubstr("nan")));
  EXPECT_THAT(html, Not(HasSubstr("inf")));
}

}  // namespace
}  // namespace lastmile::study
