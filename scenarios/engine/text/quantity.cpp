#include "scenarios/engine/text/quantity.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "core/base/uint256_wide.hpp"

namespace lastmile::scenario {
namespace {

using Big = boost::multiprecision::cpp_int;

constexpr std::size_t kDigitsMax = 80;
constexpr int kExponentMax = 60;
constexpr std::size_t kTextMax = 200;

// numerator / denominator, exact.
struct Fraction {
  Big numerator = 0;
  Big denominator = 1;
};

struct UnitFactor {
  std::string_view name;
  std::uint64_t numerator;
  std::uint64_t denominator = 1;
};

Big power_of_ten(int exponent) { return boost::multiprecision::pow(Big(10), static_cast<unsigned>(exponent)); }

Error wrong(std::string text) { return Error{std::move(text)}; }

// Takes a decimal number from the front of `rest`. Errors say what is wrong with it: none, a sign, more digits than
// anybody means.
Result<Fraction> take_number(std::string_view& rest) {
  const auto none = [&rest] { return wrong("no number before \"" + std::string(rest.substr(0, 20)) + "\""); };
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) return wrong("a sign where none may be");
  std::string digits;
  int exponent = 0;
  bool point = false;
  bool any = false;
  std::size_t i = 0;
  for (; i < rest.size(); ++i) {
    const char c = rest[i];
    if (c >= '0' && c <= '9') {
      digits += c;
      any = true;
      if (point) --exponent;
    } else if (c == '.' && !point && any) {
      point = true;
    } else {
      break;
    }
    if (digits.size() > kDigitsMax) return wrong("more than " + std::to_string(kDigitsMax) + " digits");
  }
  if (!any || (point && rest[i - 1] == '.')) return none();
  // "e" belongs to the number only when digits follow.
  if (i < rest.size() && (rest[i] == 'e' || rest[i] == 'E')) {
    std::size_t j = i + 1;
    const bool negative = j < rest.size() && rest[j] == '-';
    if (j < rest.size() && (rest[j] == '-' || rest[j] == '+')) ++j;
    int written = 0;
    const std::size_t first = j;
    for (; j < rest.size() && rest[j] >= '0' && rest[j] <= '9'; ++j) {
      written = written * 10 + (rest[j] - '0');
      if (written > kExponentMax) return wrong("an exponent beyond " + std::to_string(kExponentMax));
    }
    if (j > first) {
      exponent += negative ? -written : written;
      i = j;
    }
  }
  rest.remove_prefix(i);
  // Leading zeros would make cpp_int read octal.
  const auto nonzero = digits.find_first_not_of('0');
  Fraction value;
  value.numerator = nonzero == std::string::npos ? Big(0) : Big(digits.substr(nonzero));
  if (exponent >= 0) {
    value.numerator *= power_of_ten(exponent);
  } else {
    value.denominator = power_of_ten(-exponent);
  }
  return value;
}

Fraction sum(const Fraction& a, const Fraction& b) {
  return {a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator};
}

// Half away from zero; values are not negative here.
Big rounded(const Fraction& value) { return (2 * value.numerator + value.denominator) / (2 * value.denominator); }

// "5 min" has a unit with a space before it; "30parsecs" has one that nobody knows.
Error no_unit(std::string_view found, const std::vector<std::string_view>& units) {
  const std::string_view word = found.substr(std::min(found.find_first_not_of(' '), found.size()));
  if (std::find(units.begin(), units.end(), word) != units.end())
    return wrong("a space before \"" + std::string(word) + "\"");
  std::string list;
  for (const std::string_view unit : units) list += (list.empty() ? "" : ", ") + std::string(unit);
  if (word.empty()) return wrong("no unit; there are " + list);
  return wrong("unknown unit \"" + std::string(word.substr(0, 20)) + "\"; there are " + list);
}

Error no_unit(std::string_view found, std::span<const UnitFactor> units) {
  std::vector<std::string_view> names;
  for (const UnitFactor& unit : units) names.push_back(unit.name);
  return no_unit(found, names);
}

// number unit [number unit ...]; all of `text`.
Result<Fraction> parse_terms(std::string_view text, std::span<const UnitFactor> units, bool sums) {
  if (text.empty()) return wrong("no number");
  if (text.size() > kTextMax) return wrong("longer than " + std::to_string(kTextMax) + " characters");
  Fraction total;
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto number = take_number(rest);
    if (!number.ok()) return number.error();
    std::size_t length = 0;
    while (length < rest.size() && !(rest[length] >= '0' && rest[length] <= '9')) ++length;
    const std::string_view name = rest.substr(0, length);
    const UnitFactor* unit = nullptr;
    for (const UnitFactor& candidate : units) {
      if (candidate.name == name) unit = &candidate;
    }
    if (unit == nullptr) return no_unit(name, units);
    rest.remove_prefix(length);
    if (!sums && !rest.empty()) return wrong("more than one quantity");
    total = sum(total, {number->numerator * unit->numerator, number->denominator * unit->denominator});
  }
  return total;
}

template <class Integer>
Result<Integer> parse_whole(std::string_view text, std::span<const UnitFactor> units, bool sums = false,
                            Integer max = std::numeric_limits<Integer>::max()) {
  auto exact = parse_terms(text, units, sums);
  if (!exact.ok()) return exact.error();
  const Big value = rounded(*exact);
  if (value > Big(max)) return wrong("too large");
  return static_cast<Integer>(value);
}

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::array<UnitFactor, 7> kDurations{{{"d", 86400 * kSecond},
                                                {"h", 3600 * kSecond},
                                                {"min", 60 * kSecond},
                                                {"s", kSecond},
                                                {"ms", 1'000'000},
                                                {"us", 1000},
                                                {"ns", 1}}};
// The largest first: a size is written in the first that needs no fraction.
constexpr std::array<UnitFactor, 9> kSizes{{{"TiB", 1ULL << 40},
                                            {"TB", 1'000'000'000'000},
                                            {"GiB", 1ULL << 30},
                                            {"GB", 1'000'000'000},
                                            {"MiB", 1ULL << 20},
                                            {"MB", 1'000'000},
                                            {"KiB", 1ULL << 10},
                                            {"kB", 1000},
                                            {"B", 1}}};
constexpr std::uint64_t kMicroPerDay = 1'000'000;
constexpr std::array<UnitFactor, 4> kRates{
    {{"/s", 86400 * kMicroPerDay}, {"/min", 1440 * kMicroPerDay}, {"/h", 24 * kMicroPerDay}, {"/d", kMicroPerDay}}};
constexpr std::array<UnitFactor, 6> kBandwidths{{{"Gbit/s", 1'000'000'000},
                                                 {"Mbit/s", 1'000'000},
                                                 {"kbit/s", 1000},
                                                 {"bit/s", 1},
                                                 {"MiB/s", 8ULL << 20},
                                                 {"B/s", 8}}};
constexpr std::array<UnitFactor, 3> kPowers{{{"kW", 1'000'000}, {"W", 1000}, {"mW", 1}}};
constexpr std::array<UnitFactor, 1> kPercent{{{"%", kWhole, 100}}};
constexpr std::array<UnitFactor, 1> kPpm{{{"ppm", 1000}}};

std::string decimal_text(const Big& numerator, const Big& denominator, int digits_max, bool* exact) {
  Big scaled = numerator * power_of_ten(digits_max);
  *exact = scaled % denominator == 0;
  scaled /= denominator;
  std::string whole = Big(scaled / power_of_ten(digits_max)).str();
  std::string part = Big(scaled % power_of_ten(digits_max)).str();
  part.insert(0, static_cast<std::size_t>(digits_max) - part.size(), '0');
  while (!part.empty() && part.back() == '0') part.pop_back();
  return part.empty() ? whole : whole + "." + part;
}

// The first unit of the table in which the value needs no fraction.
std::string whole_text(std::uint64_t value, std::span<const UnitFactor> units) {
  for (const UnitFactor& unit : units) {
    if (value % unit.numerator == 0 && (value != 0 || unit.numerator == 1)) {
      return std::to_string(value / unit.numerator) + std::string(unit.name);
    }
  }
  return std::to_string(value) + std::string(units.back().name);
}

std::string one_decimal(double value) {
  const auto tenths = std::llround(value * 10);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

}  // namespace

Duration Rate::mean_interval() const {
  if (micro_per_day == 0) return {std::numeric_limits<std::int64_t>::max()};
  const Big ns = (Big(86400) * kSecond * kMicroPerDay + micro_per_day / 2) / micro_per_day;
  return {ns > Big(std::numeric_limits<std::int64_t>::max()) ? std::numeric_limits<std::int64_t>::max()
                                                             : static_cast<std::int64_t>(ns)};
}

Result<Duration> parse_duration(std::string_view text) {
  auto ns = parse_whole<std::int64_t>(text, kDurations, true, kDurationMax.ns);
  if (!ns.ok()) return ns.error();
  return Duration{*ns};
}

Result<Duration> parse_signed_duration(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  auto value = parse_duration(text);
  if (!value.ok()) return value.error();
  return Duration{negative ? -value->ns : value->ns};
}

Result<Size> parse_size(std::string_view text) {
  // Fits int64 too, so that a law can hold it.
  auto bytes = parse_whole<std::uint64_t>(text, kSizes, false, std::numeric_limits<std::int64_t>::max());
  if (!bytes.ok()) return bytes.error();
  return Size{*bytes};
}

Result<Rate> parse_rate(std::string_view text) {
  auto value = parse_whole<std::uint64_t>(text, kRates);
  if (!value.ok()) return value.error();
  return Rate{*value};
}

Result<Bandwidth> parse_bandwidth(std::string_view text) {
  auto value = parse_whole<std::uint64_t>(text, kBandwidths);
  if (!value.ok()) return value.error();
  return Bandwidth{*value};
}
Result<Power> parse_power(std::string_view text) {
  auto value = parse_whole<std::uint64_t>(text, kPowers, false, kPowerMax.milliwatts);
  if (!value.ok()) return value.error();
  return Power{*value};
}

Result<Share> parse_share(std::string_view text) {
  auto parts = parse_whole<std::uint32_t>(text, kPercent, false, kWhole);
  if (!parts.ok()) return parts.error();
  return Share{*parts};
}

Result<Share> parse_bare_share(std::string_view number) {
  std::string_view rest = number;
  const auto value = take_number(rest);
  if (!value.ok() || !rest.empty()) return wrong("no number from 0 to 1");
  const Big parts = rounded({value->numerator * kWhole, value->denominator});
  if (parts > kWhole) return wrong("above 1");
  return Share{static_cast<std::uint32_t>(parts)};
}

Result<Amount> parse_amount(std::string_view text) {
  std::string_view rest = text.substr(0, kTextMax);
  const auto number = take_number(rest);
  if (!number.ok()) return text.empty() ? wrong("no number") : number.error();
  Fraction units = *number;
  if (rest == "token") {
    units.numerator *= power_of_ten(Amount::kDecimals);
  } else if (rest != "unit") {
    return no_unit(rest, std::vector<std::string_view>{"token", "unit"});
  }
  // Money is never rounded.
  if (units.numerator % units.denominator != 0) return wrong("finer than 10^-18 token");
  const auto whole = narrowed(Big(units.numerator / units.denominator));
  if (!whole) return wrong("too large");
  return Amount::units(*whole);
}

Result<Drift> parse_drift(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  auto parts = parse_whole<std::int64_t>(text, kPpm, false, kWhole - 1);
  if (!parts.ok()) return parts.error();
  return Drift{negative ? -*parts : *parts};
}

std::string duration_text(Duration value) {
  if (value.ns == 0) return "0s";
  // Negating the smallest number would overflow; the parser cannot make it.
  return value.ns < 0 ? "-" + whole_text(static_cast<std::uint64_t>(-value.ns), kDurations)
                      : whole_text(static_cast<std::uint64_t>(value.ns), kDurations);
}
std::string size_text(Size value) { return whole_text(value.bytes, kSizes); }
std::string rate_text(Rate value) {
  for (const UnitFactor& unit : kRates) {
    bool exact = false;
    const std::string text = decimal_text(Big(value.micro_per_day), Big(unit.numerator), 6, &exact);
    if (exact) return text + std::string(unit.name);
  }
  return "0/s";  // not reached: every rate is a multiple of 10^-6 per day
}
std::string bandwidth_text(Bandwidth value) {
  static constexpr std::array<UnitFactor, 4> kBits{kBandwidths[0], kBandwidths[1], kBandwidths[2], kBandwidths[3]};
  return whole_text(value.bits_per_second, kBits);
}
std::string power_text(Power value) { return whole_text(value.milliwatts, kPowers); }
std::string share_text(Share value) { return sum_text(value.parts); }
std::string sum_text(std::uint64_t parts) {
  bool exact = false;
  return decimal_text(Big(parts), Big(kWhole / 100), 7, &exact) + "%";
}
std::string amount_text(const Amount& value) {
  std::string text = value.tokens_text();
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text + "token";
}
std::string drift_text(Drift value) {
  bool exact = false;
  const std::string text =
      decimal_text(Big(value.parts < 0 ? -value.parts : value.parts), Big(1000), 3, &exact) + "ppm";
  return value.parts < 0 ? "-" + text : text;
}

std::string human_duration(Duration value) {
  if (value.ns < 0) return "-" + human_duration({-value.ns});
  const double s = value.seconds();
  if (value < microseconds(1)) return std::to_string(value.ns) + " ns";
  if (value < milliseconds(1)) return one_decimal(s * 1e6) + " us";
  if (value < seconds(1)) return one_decimal(s * 1e3) + " ms";
  if (value < minutes(2)) return one_decimal(s) + " s";
  const std::int64_t whole = (value.ns + 500'000'000) / 1'000'000'000;
  if (value < hours(2)) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole / 60 % 60) + " min";
}

std::string human_size(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 5> kNames{" B", " KiB", " MiB", " GiB", " TiB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kNames.size()) {
    value /= 1024;
    ++unit;
  }
  return (unit == 0 ? std::to_string(bytes) : one_decimal(value)) + std::string(kNames[unit]);
}

std::string human_count(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return human_count(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace lastmile::scenario
