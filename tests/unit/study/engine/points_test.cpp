// Which points a study looks at.
#include <gmock/gmock.h>

#include <set>

#include "tools/study/engine/points.hpp"

namespace lastmile::study {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Axis axis(const std::string& name, const std::string& json) {
  auto read = Axis::read(name, json);
  EXPECT_TRUE(read.ok()) << (read.ok() ? "" : read.error().text);
  return *read;
}

std::string complaint(const std::string& json) {
  const auto read = Axis::read("x", json);
  return read.ok() ? "" : read.error().text;
}

TEST(Axes, AreReadFromData) {
  EXPECT_THAT(axis("a", R"([1, "2s", {"k": true}])").levels(), ElementsAre("1", "\"2s\"", R"({"k":true})"));
  EXPECT_THAT(axis("a", R"({"from": 2, "to": 8, "steps": 4})").levels(), ElementsAre("2", "4", "6", "8"));
  EXPECT_THAT(axis("a", R"({"from": "1s", "to": "2s", "steps": 3})").levels(),
              ElementsAre("\"1s\"", "\"1.5s\"", "\"2s\""));
  EXPECT_THAT(axis("a", R"({"from": 0.5, "to": 0, "steps": 2})").levels(), ElementsAre("0.5", "0"));
  EXPECT_TRUE(axis("a", R"({"law": "uniform", "min": 0, "max": 1.5})").levels().empty());
}

TEST(Axes, SayWhatTheyExpected) {
  EXPECT_THAT(complaint("3"), HasSubstr("a list"));
  EXPECT_THAT(complaint("[]"), HasSubstr("1 to 100000 values"));
  EXPECT_THAT(complaint(R"({"from": "1s", "to": "2min", "steps": 3})"), HasSubstr("of one unit"));
  EXPECT_THAT(complaint(R"({"from": "1h30min", "to": "2h", "steps": 3})"), HasSubstr("of one unit"));
  EXPECT_THAT(complaint(R"({"from": 1, "to": 2, "steps": 1})"), HasSubstr("from 2 to"));
  EXPECT_THAT(complaint(R"({"from": 1, "to": 2, "steps": 5})"), HasSubstr("as many steps as there are values"));
  EXPECT_THAT(complaint(R"({"from": 1, "to": 2, "step": 5})"), HasSubstr("found \"step\""));
  EXPECT_THAT(complaint(R"({"law": "cauchy"})"), HasSubstr("uniform, normal"));
  EXPECT_THAT(complaint(R"({"law": "uniform", "min": 2, "max": 1})"), HasSubstr("a law that has values"));
  EXPECT_THAT(complaint(R"({"law": "lognormal", "median": "1s", "sigma": "1s"})"), HasSubstr("\"sigma\", a number"));
}

TEST(Axes, GoThroughTheirDistribution) {
  EXPECT_EQ(axis("a", R"({"law": "uniform", "min": 1, "max": 6})").at(0.999), "6");
  EXPECT_EQ(axis("a", R"({"law": "uniform", "min": 1, "max": 6})").at(0), "1");
  EXPECT_EQ(axis("a", R"(["x", "y"])").at(0.5), "\"y\"");
  EXPECT_EQ(axis("a", R"({"law": "lognormal", "median": "2ms", "sigma": 0.5})").at(0.5), "\"2ms\"");
  EXPECT_EQ(axis("a", R"({"law": "normal", "mean": 10, "sigma": 2})").at(0.975), "13.919928");
  EXPECT_EQ(axis("a", R"({"law": "exponential", "mean": 1})").at(0.5), "0.693147181");
}

TEST(Points, OfAGridAreAllCombinations) {
  const auto points = make_points(PointDesign::grid, {axis("a", "[1, 2]"), axis("b", "[3, 4]")}, 0, 1);
  EXPECT_THAT(*points,
              ElementsAre(ElementsAre("1", "3"), ElementsAre("1", "4"), ElementsAre("2", "3"), ElementsAre("2", "4")));
  const auto law = make_points(PointDesign::grid, {axis("a", R"({"law": "exponential", "mean": 1})")}, 0, 1);
  EXPECT_THAT(law.error().text, HasSubstr("found a law"));
}

TEST(Points, OfAListGoSideBySide) {
  const auto points = make_points(PointDesign::list, {axis("a", "[1, 2]"), axis("b", "[3, 4]")}, 0, 1);
  EXPECT_THAT(*points, ElementsAre(ElementsAre("1", "3"), ElementsAre("2", "4")));
  EXPECT_FALSE(make_points(PointDesign::list, {axis("a", "[1, 2]"), axis("b", "[3]")}, 0, 1).ok());
}

TEST(Points, AreCounted) {
  std::string many = "[0";
  for (int i = 1; i < 1001; ++i) many += "," + std::to_string(i);
  const Axis thousand = axis("a", many + "]");
  EXPECT_THAT(make_points(PointDesign::grid, {thousand, thousand}, 0, 1).error().text, HasSubstr("at most 1000000"));
  EXPECT_FALSE(make_points(PointDesign::latin, {thousand}, kPointsMax + 1, 1).ok());
}

TEST(Points, OfALatinHypercubeUseEachPartOnce) {
  const std::vector<Axis> axes{axis("a", R"({"law": "uniform", "min": 0, "max": 1.0})"),
                               axis("b", R"({"law": "uniform", "min": 0, "max": 1.0})")};
  const auto points = make_points(PointDesign::latin, axes, 64, 7);
  for (std::size_t a = 0; a < 2; ++a) {
    std::set<int> parts;
    for (const auto& point : *points) parts.insert(static_cast<int>(std::stod(point[a]) * 64));
    EXPECT_EQ(parts.size(), 64U);
  }
  EXPECT_NE((*points)[0][0], (*points)[0][1]);
  EXPECT_EQ(*points, *make_points(PointDesign::latin, axes, 64, 7));
  EXPECT_NE(*points, *make_points(PointDesign::latin, axes, 64, 8));
}

TEST(Points, OfSobolAreThePublishedOnes) {
  std::vector<Axis> axes;
  for (int i = 0; i < 3; ++i) axes.push_back(axis("a", R"({"law": "uniform", "min": 0.0, "max": 1.0})"));
  const auto points = make_points(PointDesign::sobol, axes, 7, 1);
  // Joe and Kuo, new-joe-kuo-6.21201, points 1 to 7 in Gray code order.
  EXPECT_THAT(*points, ElementsAre(ElementsAre("0.5", "0.5", "0.5"), ElementsAre("0.75", "0.25", "0.25"),
                                   ElementsAre("0.25", "0.75", "0.75"), ElementsAre("0.375", "0.375", "0.625"),
                                   ElementsAre("0.875", "0.875", "0.125"), ElementsAre("0.625", "0.125", "0.875"),
                                   ElementsAre("0.125", "0.625", "0.375")));
  const auto more = make_points(PointDesign::sobol, axes, 14, 1);
  EXPECT_TRUE(std::equal(points->begin(), points->end(), more->begin()));
}

}  // namespace
}  // namespace lastmile::study
