#include "tools/lab/scenario/quantity.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace lastmile::lab {
namespace {

using scenario::Json;
using scenario::Place;

constexpr double kYear = 365;
constexpr std::array<std::string_view, 5> kLawWords = {"constant", "uniform", "power", "lognormal", "pareto"};

std::string_view expected_text(Measure measure) {
  switch (measure) {
    case Measure::plain:
      return "a number";
    case Measure::share:
      return "a share such as \"20%\"";
    case Measure::usd:
      return "a sum such as \"5USD\"";
    case Measure::token:
      return "a sum such as \"5000token\"";
    case Measure::per_day:
    case Measure::volatility:
      return "a rate such as \"60%/y\" or \"0.1%/d\"";
    case Measure::per_year:
      return "a rate such as \"5%/y\"";
  }
  return "";
}

// What one of the unit is worth; 0: no unit of this measure.
double unit_factor(Measure measure, std::string_view unit) {
  switch (measure) {
    case Measure::plain:
      return unit.empty() ? 1 : 0;
    case Measure::share:
      return unit.empty() || unit == "%" ? 1 : 0;
    case Measure::usd:
      return unit == "USD" ? 1 : 0;
    case Measure::token:
      return unit == "token" ? 1 : 0;
    case Measure::per_day:
      return unit == "/d" || unit == "%/d" ? 1 : unit == "/y" || unit == "%/y" ? 1 / kYear : 0;
    case Measure::volatility:
      return unit == "/d" || unit == "%/d" ? 1 : unit == "/y" || unit == "%/y" ? 1 / std::sqrt(kYear) : 0;
    case Measure::per_year:
      return unit == "/y" || unit == "%/y" ? 1 : unit == "/d" || unit == "%/d" ? kYear : 0;
  }
  return 0;
}

std::string_view unit_written(Measure measure) {
  switch (measure) {
    case Measure::plain:
    case Measure::share:
      return "";
    case Measure::usd:
      return "USD";
    case Measure::token:
      return "token";
    case Measure::per_day:
    case Measure::volatility:
      return "/d";
    case Measure::per_year:
      return "/y";
  }
  return "";
}

}  // namespace

bool read_number(const Place& place, double& out, Measure measure) {
  const bool bare = place.json.number() != nullptr;
  if (!bare && place.json.text() == nullptr) return place.refuse(expected_text(measure));
  const std::string_view text = bare ? place.json.number()->text : *place.json.text();
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value)) return place.refuse(expected_text(measure));
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  const double factor = unit_factor(measure, unit);
  if (factor == 0) {
    return place.refuse_because(expected_text(measure),
                                unit.empty() ? "no unit" : fmt::format("unknown unit \"{}\"", unit));
  }
  if (unit.starts_with('%')) value /= 100;
  value = factor == 1 ? value : value * factor;
  if (measure == Measure::share && !(value >= 0 && value <= 1)) return place.refuse("a share from 0% to 100%");
  const bool signed_rate = measure == Measure::per_day || measure == Measure::plain;
  if (!signed_rate && value < 0) return place.refuse_because(expected_text(measure), "below 0");
  out = value;
  return true;
}

bool read_days(const Place& place, std::uint32_t& out) {
  Duration duration;
  if (!read(place, duration)) return false;
  const Duration day = hours(24);
  if (duration.ns % day.ns != 0) return place.refuse("whole days such as \"30d\"");
  out = static_cast<std::uint32_t>(duration.ns / day.ns);
  return true;
}

bool read_law(const Place& place, Law& out, Measure measure) {
  if (place.json.members() == nullptr) {
    Law law;
    if (!read_number(place, law.first, measure)) return false;
    out = law;
    return true;
  }
  scenario::ObjectReader reader(place);
  Law law;
  const auto word = reader.require("law", scenario::alternatives(std::span(kLawWords).subspan(1)));
  std::size_t position = 0;
  if (!word || !scenario::read_word(*word, kLawWords, position)) return false;
  law.kind = static_cast<LawKind>(position);
  bool good = true;
  const auto take = [&](std::string_view key, double& value, Measure of) {
    const auto member = reader.require(key, expected_text(of));
    good = member && read_number(*member, value, of) && good;
  };
  switch (law.kind) {
    case LawKind::constant:
      take("value", law.first, measure);
      break;
    case LawKind::uniform:
    case LawKind::power:
      take("min", law.first, measure);
      take("max", law.second, measure);
      if (law.kind == LawKind::power) take("exponent", law.third, Measure::plain);
      break;
    case LawKind::lognormal:
      take("median", law.first, measure);
      take("sigma", law.second, Measure::plain);
      break;
    case LawKind::pareto:
      take("scale", law.first, measure);
      take("shape", law.second, Measure::plain);
      if (good && !(law.second > 0)) {
        reader.refuse("shape", "a number above 0");
        good = false;
      }
      break;
  }
  reader.done();
  if (good) out = law;
  return good;
}

Json number_json(double value, Measure measure) {
  const std::string_view unit = unit_written(measure);
  if (unit.empty()) return Json::real(value);
  return fmt::format("{}{}", value, unit);
}

Json law_json(const Law& law, Measure measure) {
  Json json = Json::object().set("law", kLawWords.at(static_cast<std::size_t>(law.kind)));
  switch (law.kind) {
    case LawKind::constant:
      return number_json(law.first, measure);
    case LawKind::uniform:
    case LawKind::power:
      json.set("min", number_json(law.first, measure)).set("max", number_json(law.second, measure));
      if (law.kind == LawKind::power) json.set("exponent", Json::real(law.third));
      return json;
    case LawKind::lognormal:
      return json.set("median", number_json(law.first, measure)).set("sigma", Json::real(law.second));
    case LawKind::pareto:
      return json.set("scale", number_json(law.first, measure)).set("shape", Json::real(law.second));
  }
  return json;
}

}  // namespace lastmile::lab
