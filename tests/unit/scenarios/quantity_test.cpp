// Quantities with units: exact, or refused with the reason.
#include "scenarios/engine/text/quantity.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace lastmile::scenario {
namespace {

template <class T>
std::string why(const Result<T>& result) {
  return result.ok() ? "accepted" : result.error().text;
}

TEST(Duration, HasEveryUnit) {
  const std::map<std::string, std::int64_t> all{{"7ns", 7},
                                                {"7us", 7'000},
                                                {"7ms", 7'000'000},
                                                {"7s", 7'000'000'000},
                                                {"7min", 420'000'000'000},
                                                {"7h", 25'200'000'000'000},
                                                {"7d", 604'800'000'000'000}};
  for (const auto& [text, ns] : all) EXPECT_EQ(parse_duration(text)->ns, ns) << text;
}

TEST(Duration, SumsItsTerms) {
  EXPECT_EQ(*parse_duration("1h30min"), minutes(90));
  EXPECT_EQ(*parse_duration("1d1h1min1s1ms1us1ns"), Duration{90'061'001'001'001});
}

TEST(Duration, TakesFractionsAndExponents) {
  EXPECT_EQ(*parse_duration("1.5s"), milliseconds(1500));
  EXPECT_EQ(*parse_duration("1e3s"), seconds(1000));
  EXPECT_EQ(*parse_duration("25E-1min"), seconds(150));
  EXPECT_EQ(*parse_duration("1e+2ms"), milliseconds(100));
  EXPECT_EQ(*parse_duration("007s"), seconds(7));
}

TEST(Duration, RoundsOnceHalfAwayFromZero) {
  EXPECT_EQ(parse_duration("0.5ns")->ns, 1);
  EXPECT_EQ(parse_duration("0.49ns")->ns, 0);
  EXPECT_EQ(parse_duration("0.25ns0.25ns")->ns, 1) << "the sum is rounded, not its terms";
}

TEST(Duration, RefusesWithTheReason) {
  EXPECT_EQ(why(parse_duration("30 parsecs")), "unknown unit \"parsecs\"; there are d, h, min, s, ms, us, ns");
  EXPECT_EQ(why(parse_duration("5 min")), "a space before \"min\"");
  EXPECT_EQ(why(parse_duration("30")), "no unit; there are d, h, min, s, ms, us, ns");
  EXPECT_EQ(why(parse_duration("")), "no number");
  EXPECT_EQ(why(parse_duration("s")), "no number before \"s\"");
  EXPECT_EQ(why(parse_duration("-5s")), "a sign where none may be");
  EXPECT_EQ(why(parse_duration("1.s")), "no number before \"1.s\"");
  EXPECT_EQ(why(parse_duration("5S")), "unknown unit \"S\"; there are d, h, min, s, ms, us, ns")
      << "units are case sensitive";
  EXPECT_EQ(why(parse_duration("1e99s")), "an exponent beyond 60");
  EXPECT_EQ(why(parse_duration(std::string(100, '9') + "s")), "more than 80 digits");
  EXPECT_EQ(why(parse_duration(std::string(201, '1'))), "longer than 200 characters");
}

TEST(Duration, StaysBelowWhatMomentsCanAddUp) {
  EXPECT_EQ(parse_duration("23148d3h33min20s")->ns, kDurationMax.ns);
  EXPECT_EQ(why(parse_duration("23148d3h33min20s1ns")), "too large");
  EXPECT_EQ(why(parse_signed_duration("-23149d")), "too large");
}

TEST(SignedDuration, TakesBothSigns) {
  EXPECT_EQ(*parse_signed_duration("-250ms"), milliseconds(-250));
  EXPECT_EQ(*parse_signed_duration("+1s"), seconds(1));
  EXPECT_FALSE(parse_signed_duration("--1s").ok());
}

TEST(Size, HasPowersOfTwoAndOfTen) {
  const std::map<std::string, std::uint64_t> all{
      {"3B", 3},     {"3KiB", 3072},     {"3MiB", 3ULL << 20},   {"3GiB", 3ULL << 30},       {"3TiB", 3ULL << 40},
      {"3kB", 3000}, {"3MB", 3'000'000}, {"3GB", 3'000'000'000}, {"3TB", 3'000'000'000'000}, {"1.5KiB", 1536}};
  for (const auto& [text, bytes] : all) EXPECT_EQ(parse_size(text)->bytes, bytes) << text;
  EXPECT_EQ(why(parse_size("1KiB1B")), "more than one quantity");
  EXPECT_EQ(why(parse_size("1KB")), "unknown unit \"KB\"; there are TiB, TB, GiB, GB, MiB, MB, KiB, kB, B");
  EXPECT_EQ(why(parse_size("9e30B")), "too large");
}

TEST(Rate, HasEveryUnit) {
  EXPECT_EQ(parse_rate("1/d")->micro_per_day, 1'000'000U);
  EXPECT_EQ(parse_rate("1/h")->micro_per_day, 24'000'000U);
  EXPECT_EQ(parse_rate("1/min")->micro_per_day, 1'440'000'000U);
  EXPECT_EQ(parse_rate("1/s")->micro_per_day, 86'400'000'000U);
  EXPECT_EQ(parse_rate("10/s")->mean_interval(), milliseconds(100));
  EXPECT_EQ(parse_rate("0/s")->mean_interval().ns, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(why(parse_rate("10")), "no unit; there are /s, /min, /h, /d");
}

TEST(Bandwidth, CountsBits) {
  const std::map<std::string, std::uint64_t> all{{"3bit/s", 3},          {"3kbit/s", 3000},
                                                 {"3Mbit/s", 3'000'000}, {"3Gbit/s", 3'000'000'000},
                                                 {"3B/s", 24},           {"3MiB/s", 24ULL << 20}};
  for (const auto& [text, bits] : all) EXPECT_EQ(parse_bandwidth(text)->bits_per_second, bits) << text;
}

TEST(Power, CountsMilliwatts) {
  EXPECT_EQ(parse_power("8.5W")->milliwatts, 8500U);
  EXPECT_EQ(parse_power("3mW")->milliwatts, 3U);
  EXPECT_EQ(*parse_power("1000kW"), kPowerMax);
  EXPECT_EQ(why(parse_power("1000.1kW")), "too large");
}

TEST(Share, IsAPercentageOrANumber) {
  EXPECT_EQ(parse_share("12.5%")->parts, 125'000'000U);
  EXPECT_EQ(parse_share("100%")->parts, kWhole);
  EXPECT_EQ(parse_bare_share("0.125")->parts, 125'000'000U);
  EXPECT_EQ(parse_bare_share("1")->parts, kWhole);
  EXPECT_EQ(why(parse_share("100.1%")), "too large");
  EXPECT_EQ(why(parse_bare_share("1.01")), "above 1");
  EXPECT_EQ(why(parse_bare_share("-0.5")), "no number from 0 to 1");
}

TEST(AmountOfMoney, IsNeverRounded) {
  EXPECT_EQ(*parse_amount("1.5token"), *parse_amount("1500000000000000000unit"));
  EXPECT_EQ(*parse_amount("0.000000000000000001token"), *parse_amount("1unit"));
  EXPECT_EQ(why(parse_amount("0.5unit")), "finer than 10^-18 token");
  EXPECT_EQ(why(parse_amount("5")), "no unit; there are token, unit");
  EXPECT_EQ(why(parse_amount("5tokens")), "unknown unit \"tokens\"; there are token, unit");
  EXPECT_EQ(why(parse_amount("1e60token")), "too large");
}

TEST(Drift, IsSignedPartsPerMillion) {
  EXPECT_EQ(parse_drift("20ppm")->parts, 20'000);
  EXPECT_EQ(parse_drift("-0.5ppm")->parts, -500);
  EXPECT_EQ(why(parse_drift("1000000ppm")), "too large") << "a clock never stands still";
}

TEST(QuantityText, NamesTheLargestUnitThatDivides) {
  EXPECT_EQ(duration_text(seconds(90)), "90s");
  EXPECT_EQ(duration_text(minutes(5)), "5min");
  EXPECT_EQ(duration_text(microseconds(1500)), "1500us");
  EXPECT_EQ(duration_text(seconds(-3)), "-3s");
  EXPECT_EQ(size_text({1536}), "1536B");
  EXPECT_EQ(size_text({500ULL << 20}), "500MiB");
  EXPECT_EQ(size_text({16ULL << 10}), "16KiB");
  EXPECT_EQ(size_text({4'000'000'000'000}), "4TB");
  EXPECT_EQ(share_text({333'333'333}), "33.3333333%");
  EXPECT_EQ(drift_text({-500}), "-0.5ppm");
}

RC_GTEST_PROP(QuantityText, ReadsBackAsTheSameValue, ()) {
  const Duration duration{*rc::gen::inRange<std::int64_t>(-kDurationMax.ns, kDurationMax.ns)};
  RC_ASSERT(*parse_signed_duration(duration_text(duration)) == duration);
  const Size size{
      static_cast<std::uint64_t>(*rc::gen::inRange<std::int64_t>(0, std::numeric_limits<std::int64_t>::max()))};
  RC_ASSERT(*parse_size(size_text(size)) == size);
  const Rate rate{*rc::gen::inRange<std::uint64_t>(0, 1ULL << 62)};
  RC_ASSERT(*parse_rate(rate_text(rate)) == rate);
  const Bandwidth bandwidth{*rc::gen::inRange<std::uint64_t>(0, 1ULL << 62)};
  RC_ASSERT(*parse_bandwidth(bandwidth_text(bandwidth)) == bandwidth);
  const Power power{*rc::gen::inRange<std::uint64_t>(0, kPowerMax.milliwatts + 1)};
  RC_ASSERT(*parse_power(power_text(power)) == power);
  const Share share{*rc::gen::inRange<std::uint32_t>(0, kWhole + 1)};
  RC_ASSERT(*parse_share(share_text(share)) == share);
  const Drift drift{*rc::gen::inRange<std::int64_t>(1 - std::int64_t{kWhole}, kWhole)};
  RC_ASSERT(*parse_drift(drift_text(drift)) == drift);
}

}  // namespace
}  // namespace lastmile::scenario
