#include "scenarios/engine/text/law.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace lastmile::scenario {
namespace {

constexpr std::array<std::string_view, 8> kKinds{"fixed",     "uniform", "exponential", "normal",
                                                 "lognormal", "pareto",  "weibull",     "empirical"};

constexpr std::int64_t kDriftMax = std::int64_t{kWhole} - 1;  // as parse_drift: a clock never stands still

bool has_sign(Unit unit) { return unit == Unit::signed_duration || unit == Unit::drift; }

bool read_value(const Place& place, Unit unit, std::int64_t& out) {
  switch (unit) {
    case Unit::duration:
    case Unit::signed_duration: {
      Duration value;
      if (!(unit == Unit::duration ? read(place, value) : read_signed(place, value))) return false;
      out = value.ns;
      return true;
    }
    case Unit::size: {
      Size value;
      if (!read(place, value)) return false;
      out = static_cast<std::int64_t>(value.bytes);
      return true;
    }
    case Unit::share: {
      Share value;
      if (!read(place, value)) return false;
      out = value.parts;
      return true;
    }
    case Unit::drift: {
      Drift value;
      if (!read(place, value)) return false;
      out = value.parts;
      return true;
    }
    case Unit::count: {
      std::uint64_t value = 0;
      if (!read(place, value, 0, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))) return false;
      out = static_cast<std::int64_t>(value);
      return true;
    }
  }
  return false;
}

Json value_json(Unit unit, std::int64_t value) {
  switch (unit) {
    case Unit::duration:
    case Unit::signed_duration:
      return Json(duration_text({value}));
    case Unit::size:
      return Json(size_text({static_cast<std::uint64_t>(value)}));
    case Unit::share:
      return Json(share_text({static_cast<std::uint32_t>(value)}));
    case Unit::drift:
      return Json(drift_text({value}));
    case Unit::count:
      return Json::integer(value);
  }
  return {};
}

// A number without unit above zero: sigma, shape.
bool read_shape(const Place& place, double& out) {
  const auto value = place.json.as_double();
  if (!value || !(*value > 0) || *value > 100) return place.refuse("a number above 0 and up to 100");
  out = *value;
  return true;
}

bool read_points(const Place& place, Law& law) {
  constexpr std::string_view kExpected = "a list of [value, share] whose shares add up to 1";
  const auto* items = place.json.items();
  if (items == nullptr || items->empty() || items->size() > kLawPointsMax) return place.refuse(kExpected);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < items->size(); ++i) {
    const Place point = place.item(i);
    if (point.json.items() == nullptr || point.json.items()->size() != 2) return point.refuse("a pair [value, share]");
    std::int64_t value = 0;
    Share share;
    if (!read_value(point.item(0), law.unit, value) || !read(point.item(1), share)) return false;
    law.points.emplace_back(value, share);
    sum += share.parts;
  }
  // Shares such as 1/3 cannot be written exactly: a billionth per point is forgiven and goes to the last one.
  if (sum + items->size() < kWhole || sum > kWhole + items->size()) return place.refuse_sum(kExpected, sum);
  return true;
}

std::int64_t nearest_whole(double value) {
  // As kDurationMax: what is drawn may be added to a moment.
  constexpr double kMax = 2e18;
  const double held = std::min(std::max(value, -kMax), kMax);
  return static_cast<std::int64_t>(held < 0 ? held - 0.5 : held + 0.5);
}

double weibull(double scale, double shape, Generator& draws) {
  const double drawn = draws.exponential(1.0);
  return drawn > 0.0 ? scale * portable_pow(drawn, 1.0 / shape) : 0.0;
}

}  // namespace

std::string_view law_kind_text(LawKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::int64_t Law::least() const {
  std::int64_t result = 0;
  switch (kind) {
    case LawKind::fixed:
    case LawKind::uniform:
    case LawKind::pareto:
      result = value;
      break;
    case LawKind::empirical:
      result = std::min_element(points.begin(), points.end())->first;
      break;
    case LawKind::exponential:
    case LawKind::lognormal:
    case LawKind::weibull:
      break;
    case LawKind::normal:
      result = has_sign(unit) ? std::numeric_limits<std::int64_t>::min() : 0;
      break;
  }
  if (at_least) result = std::max(result, *at_least);
  if (at_most) result = std::min(result, *at_most);
  return result;
}

std::optional<std::int64_t> Law::most() const {
  std::optional<std::int64_t> result = at_most;
  const auto bound = [&](std::int64_t most) { result = std::min(result.value_or(most), most); };
  if (kind == LawKind::fixed) bound(value);
  if (kind == LawKind::uniform) bound(upper);
  if (kind == LawKind::empirical) bound(std::max_element(points.begin(), points.end())->first);
  if (result && at_least) result = std::max(*result, *at_least);
  return result;
}

std::int64_t Law::draw(Generator& draws) const {
  const auto base = static_cast<double>(value);
  std::int64_t result = value;
  switch (kind) {
    case LawKind::fixed:
      break;
    case LawKind::uniform:
      result = draws.between(value, upper);
      break;
    case LawKind::exponential:
      result = nearest_whole(draws.exponential(base));
      break;
    case LawKind::normal:
      result = nearest_whole(draws.normal(base, static_cast<double>(upper)));
      break;
    case LawKind::lognormal:
      result = nearest_whole(draws.lognormal(base, shape));
      break;
    case LawKind::pareto:
      result = nearest_whole(draws.pareto(base, shape));
      break;
    case LawKind::weibull:
      result = nearest_whole(weibull(base, shape, draws));
      break;
    case LawKind::empirical: {
      std::uint64_t left = draws.below(kWhole);
      result = points.back().first;
      for (const auto& [point, share] : points) {
        if (left < share.parts) {
          result = point;
          break;
        }
        left -= share.parts;
      }
      break;
    }
  }
  if (!has_sign(unit)) result = std::max<std::int64_t>(result, 0);
  if (unit == Unit::drift) result = std::clamp(result, -kDriftMax, kDriftMax);
  if (at_least) result = std::max(result, *at_least);
  if (at_most) result = std::min(result, *at_most);
  return result;
}

bool read(const Place& place, Law& out, Unit unit) {
  Law law;
  law.unit = unit;
  if (place.json.members() == nullptr) {
    if (!read_value(place, unit, law.value)) return false;
    out = law;
    return true;
  }
  const std::size_t before = place.reading.findings.total();
  const Json* kind = place.json.find("law");
  Place here = place;
  here.pattern = "law";
  std::string_view kind_name;
  if (kind != nullptr && kind->text() != nullptr) kind_name = *kind->text();
  ObjectReader reader(here, std::find(kKinds.begin(), kKinds.end(), kind_name) != kKinds.end() ? kind_name : "");
  const auto law_place = reader.require("law", alternatives(kKinds));
  if (!law_place || !read_enum(*law_place, kKinds, law.kind)) return false;
  const auto value = [&](std::string_view key, std::int64_t& target) {
    if (const auto at = reader.require(key, "a value")) read_value(*at, unit, target);
  };
  const auto number = [&](std::string_view key) {
    if (const auto at = reader.require(key, "a number")) read_shape(*at, law.shape);
  };
  switch (law.kind) {
    case LawKind::fixed:
    case LawKind::exponential:
      value("mean", law.value);
      break;
    case LawKind::uniform:
      value("min", law.value);
      value("max", law.upper);
      if (law.upper < law.value) place.refuse("a max that is not below min");
      break;
    case LawKind::normal:
      value("mean", law.value);
      value("sigma", law.upper);
      break;
    case LawKind::lognormal:
      value("median", law.value);
      number("sigma");
      break;
    case LawKind::pareto:
    case LawKind::weibull:
      value("scale", law.value);
      number("shape");
      break;
    case LawKind::empirical:
      if (const auto at = reader.require("points", "a list of [value, share]")) read_points(*at, law);
      break;
  }
  const auto bound = [&](std::string_view key, std::optional<std::int64_t>& target) {
    std::int64_t limit = 0;
    if (const auto at = reader.get(key); at && read_value(*at, unit, limit)) target = limit;
  };
  bound("at_least", law.at_least);
  bound("at_most", law.at_most);
  if (law.at_least && law.at_most && *law.at_most < *law.at_least)
    place.refuse("an at_most that is not below at_least");
  reader.done();
  if (place.reading.findings.total() != before) return false;
  out = std::move(law);
  return true;
}

std::optional<Law> parse_law(const Json& value, Unit unit, const std::string& pointer, Findings& findings) {
  Reading reading{findings};
  Law law;
  if (!read(Place{reading, value, pointer, pointer}, law, unit)) return std::nullopt;
  return law;
}

Duration draw_latency(const Law& law, Generator& draws) { return std::min(Duration{law.draw(draws)}, kLatencyMax); }

Json law_json(const Law& law) {
  if (law.kind == LawKind::fixed && !law.at_least && !law.at_most) return value_json(law.unit, law.value);
  Json out = Json::object();
  out.set("law", law_kind_text(law.kind));
  switch (law.kind) {
    case LawKind::fixed:
    case LawKind::exponential:
      out.set("mean", value_json(law.unit, law.value));
      break;
    case LawKind::uniform:
      out.set("min", value_json(law.unit, law.value)).set("max", value_json(law.unit, law.upper));
      break;
    case LawKind::normal:
      out.set("mean", value_json(law.unit, law.value)).set("sigma", value_json(law.unit, law.upper));
      break;
    case LawKind::lognormal:
      out.set("median", value_json(law.unit, law.value)).set("sigma", Json::real(law.shape));
      break;
    case LawKind::pareto:
    case LawKind::weibull:
      out.set("scale", value_json(law.unit, law.value)).set("shape", Json::real(law.shape));
      break;
    case LawKind::empirical: {
      Json points = Json::list();
      for (const auto& [value, share] : law.points) {
        points.push(Json::list({value_json(law.unit, value), Json(share_text(share))}));
      }
      out.set("points", std::move(points));
      break;
    }
  }
  if (law.at_least) out.set("at_least", value_json(law.unit, *law.at_least));
  if (law.at_most) out.set("at_most", value_json(law.unit, *law.at_most));
  return out;
}

}  // namespace lastmile::scenario
