// Laws: a fixed quantity or a distribution of it.
#include "scenarios/engine/text/law.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "scenarios/engine/text/json_reader.hpp"

namespace lastmile::scenario {
namespace {

TEST(Law, HoldsDriftsAndLatenciesWhereTheyMayLie) {
  Generator draws(1);
  Law drift{LawKind::normal, Unit::drift, 0, 999'999'000, 0, {}, {}, {}};
  Law latency{LawKind::exponential, Unit::duration, hours(1).ns, 0, 0, {}, {}, {}};
  bool long_one = false;
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t parts = drift.draw(draws);
    EXPECT_LT(parts, 1'000'000'000);
    EXPECT_GT(parts, -1'000'000'000);
    const Duration time = draw_latency(latency, draws);
    EXPECT_LE(time, kLatencyMax);
    long_one = long_one || time == kLatencyMax;
  }
  EXPECT_TRUE(long_one);
}

std::optional<Law> law(std::string_view text, Unit unit, std::string* wrong = nullptr) {
  Findings findings;
  const auto json = read_json(text, findings);
  EXPECT_TRUE(json.has_value()) << text;
  auto parsed = parse_law(*json, unit, "/x", findings);
  EXPECT_EQ(parsed.has_value(), findings.empty());
  if (wrong != nullptr) *wrong = findings.lines("f");
  return parsed;
}

std::string refusal(std::string_view text, Unit unit = Unit::duration) {
  std::string wrong;
  EXPECT_FALSE(law(text, unit, &wrong).has_value()) << text;
  return wrong;
}

// Mean of many draws.
double mean(const Law& l) {
  Generator draws(substream(1, 0, "law"));
  double sum = 0;
  for (int i = 0; i < 20'000; ++i) sum += static_cast<double>(l.draw(draws));
  return sum / 20'000;
}

TEST(Law, MayBeAFixedQuantityOfAnyUnit) {
  EXPECT_EQ(law(R"("2ms")", Unit::duration)->value, 2'000'000);
  EXPECT_EQ(law(R"("-2ms")", Unit::signed_duration)->value, -2'000'000);
  EXPECT_EQ(law(R"("4KiB")", Unit::size)->value, 4096);
  EXPECT_EQ(law("0.5", Unit::share)->value, 500'000'000);
  EXPECT_EQ(law(R"("3ppm")", Unit::drift)->value, 3000);
  EXPECT_EQ(law("12", Unit::count)->value, 12);
}

TEST(Law, HasEveryKindWithItsMean) {
  EXPECT_NEAR(mean(*law(R"({"law":"fixed","mean":"1s"})", Unit::duration)), 1e9, 1);
  EXPECT_NEAR(mean(*law(R"({"law":"uniform","min":"1s","max":"3s"})", Unit::duration)), 2e9, 2e7);
  EXPECT_NEAR(mean(*law(R"({"law":"exponential","mean":"1s"})", Unit::duration)), 1e9, 3e7);
  EXPECT_NEAR(mean(*law(R"({"law":"normal","mean":"10s","sigma":"1s"})", Unit::duration)), 1e10, 3e7);
  // exp(mu + sigma^2 / 2) with median 1 s, sigma 0.5
  EXPECT_NEAR(mean(*law(R"({"law":"lognormal","median":"1s","sigma":0.5})", Unit::duration)), 1.1331e9, 2e7);
  // scale * shape / (shape - 1)
  EXPECT_NEAR(mean(*law(R"({"law":"pareto","scale":"1s","shape":4})", Unit::duration)), 1.3333e9, 2e7);
  EXPECT_NEAR(mean(*law(R"({"law":"empirical","points":[["1s","25%"],["5s",0.75]]})", Unit::duration)), 4e9, 4e7);
}

// scale * Gamma(1 + 1 / shape), and scale^2 * (Gamma(1 + 2 / shape) - Gamma(1 + 1 / shape)^2).
TEST(Law, OfWeibullHasItsMomentsInClosedForm) {
  struct Case {
    std::string shape;
    double mean, variance;  // in scales
  };
  for (const Case& c :
       {Case{"0.5", 2, 20}, Case{"1", 1, 1}, Case{"2", 0.886227, 0.214602}, Case{"5", 0.918169, 0.0442300}}) {
    const auto l = *law(R"({"law":"weibull","scale":"1s","shape":)" + c.shape + "}", Unit::duration);
    Generator draws(substream(1, 0, "weibull"));
    constexpr int kDraws = 200'000;
    double sum = 0, squares = 0;
    int below = 0;
    for (int i = 0; i < kDraws; ++i) {
      const double value = static_cast<double>(l.draw(draws)) / 1e9;
      sum += value;
      squares += value * value;
      below += value <= 1 ? 1 : 0;
    }
    const double mean = sum / kDraws;
    EXPECT_NEAR(mean, c.mean, 0.01 * c.mean) << c.shape;
    EXPECT_NEAR(squares / kDraws - mean * mean, c.variance, 0.05 * c.variance) << c.shape;
    EXPECT_NEAR(below / double{kDraws}, 0.632121, 0.003) << "whatever the shape";
  }
}

// To the last bit, on every CPU.
TEST(Law, OfWeibullIsTheSameEverywhere) {
  const auto l = *law(R"({"law":"weibull","scale":"1h","shape":0.7})", Unit::duration);
  Generator draws(substream(1, 0, "weibull"));
  EXPECT_EQ(l.draw(draws), 2'010'111'478'752);
  EXPECT_EQ(l.draw(draws), 35'642'698);
  EXPECT_EQ(l.draw(draws), 2'492'625'295'322);
}

TEST(Law, IsHeldBetweenItsBounds) {
  const auto bounded = law(R"({"law":"exponential","mean":"1s","at_least":"500ms","at_most":"2s"})", Unit::duration);
  Generator draws(substream(1, 0, "law"));
  std::int64_t least = bounded->draw(draws);
  std::int64_t most = least;
  for (int i = 0; i < 1000; ++i) {
    const std::int64_t value = bounded->draw(draws);
    least = std::min(least, value);
    most = std::max(most, value);
  }
  EXPECT_EQ(least, 500'000'000);
  EXPECT_EQ(most, 2'000'000'000);
}

TEST(Law, IsNeverNegativeUnlessItsUnitHasASign) {
  Generator draws(substream(1, 0, "law"));
  const auto plain = law(R"({"law":"normal","mean":"1ms","sigma":"10ms"})", Unit::duration);
  const auto with_sign = law(R"({"law":"normal","mean":"1ms","sigma":"10ms"})", Unit::signed_duration);
  bool below = false;
  for (int i = 0; i < 100; ++i) {
    EXPECT_GE(plain->draw(draws), 0);
    below = below || with_sign->draw(draws) < 0;
  }
  EXPECT_TRUE(below);
}

TEST(Law, NeverDrawsMoreThanAMomentCanBear) {
  const auto heavy = law(R"({"law":"pareto","scale":"20000d","shape":0.01})", Unit::duration);
  Generator draws(substream(1, 0, "law"));
  for (int i = 0; i < 100; ++i) EXPECT_LE(heavy->draw(draws), kDurationMax.ns);
}

TEST(Law, RefusesWhatDoesNotFit) {
  EXPECT_EQ(refusal(R"({"law":"gaussian","mean":"1s"})"),
            "f: /x/law: expected \"fixed\", \"uniform\", \"exponential\", \"normal\", \"lognormal\", \"pareto\", "
            "\"weibull\" or \"empirical\", found \"gaussian\"\n");
  EXPECT_EQ(refusal(R"({"law":"lognormal","median":"1s","sigma":0})"),
            "f: /x/sigma: expected a number above 0 and up to 100, found 0\n");
  EXPECT_EQ(refusal(R"({"law":"uniform","min":"3s","max":"1s"})"),
            "f: /x: expected a max that is not below min, found an object\n");
  EXPECT_EQ(refusal(R"({"law":"exponential","median":"1s"})"),
            "f: /x/mean: expected a value, found nothing\n"
            "f: /x/median: expected a known key, found \"median\"; did you mean \"mean\"\n");
  EXPECT_EQ(refusal(R"({"law":"empirical","points":[["1s","25%"],["5s","25%"]]})"),
            "f: /x/points: expected a list of [value, share] whose shares add up to 1, found a sum of 50%\n");
  EXPECT_EQ(refusal(R"({"law":"fixed","mean":"1s","at_least":"3s","at_most":"2s"})"),
            "f: /x: expected an at_most that is not below at_least, found an object\n");
}

TEST(Law, ReadsBackFromItsJson) {
  for (const std::string_view text :
       {R"("2ms")", R"({"law":"uniform","min":"1s","max":"3s"})", R"({"law":"exponential","mean":"1s","at_most":"9s"})",
        R"({"law":"normal","mean":"10s","sigma":"1s"})", R"({"law":"lognormal","median":"1s","sigma":0.5})",
        R"({"law":"pareto","scale":"1s","shape":1.25})", R"({"law":"weibull","scale":"1h","shape":0.5})",
        R"({"law":"empirical","points":[["1s","25%"],["5s","75%"]]})"}) {
    const auto first = law(text, Unit::duration);
    EXPECT_EQ(law(compact(law_json(*first)), Unit::duration), first) << text;
  }
}

}  // namespace
}  // namespace lastmile::scenario
