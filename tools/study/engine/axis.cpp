#include "tools/study/engine/axis.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/base/nearest.hpp"
#include "core/base/random.hpp"

namespace lastmile::study {
namespace {

using nlohmann::json;

struct Quantity {
  double number = 0;
  bool whole = false;
  std::string unit;
};

std::optional<Quantity> quantity_of(const json& value) {
  if (value.is_number()) return Quantity{value.get<double>(), value.is_number_integer(), {}};
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  Quantity out;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out.number);
  if (error != std::errc{} || !std::isfinite(out.number)) return std::nullopt;
  out.unit.assign(end, text.data() + text.size());
  // A sum such as "1h30min" has no one unit.
  if (out.unit.empty() || std::any_of(out.unit.begin(), out.unit.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  return out;
}

Error expected(std::string_view what, const json& found) {
  std::string text = found.dump(-1, ' ', false, json::error_handler_t::replace);
  constexpr std::size_t kShown = 60;
  if (text.size() > kShown) text = text.substr(0, kShown) + "...";
  return Error{fmt::format("expected {}, found {}", what, text)};
}

// Members that nobody asked for; `known` are those of this form.
std::optional<Error> stranger(const json& object, const std::vector<std::string_view>& known) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string list;
    for (const std::string_view word : known) list += (list.empty() ? "" : ", ") + std::string(word);
    return Error{fmt::format("expected the members {}, found \"{}\"", list, key)};
  }
  return std::nullopt;
}

double normal_quantile(double share) {
  // The ends of the line are infinite.
  const double held = std::clamp(share, 1e-12, 1 - 1e-12);
  return boost::math::quantile(boost::math::normal_distribution<double>(0, 1), held);
}

}  // namespace

Result<Axis> Axis::read(std::string name, std::string_view text) {
  const json value = json::parse(text, nullptr, false);
  if (value.is_discarded()) return Error{"expected JSON"};
  Axis axis;
  axis.name_ = std::move(name);
  if (value.is_array()) {
    if (value.empty() || value.size() > kLevelsMax) {
      return Error{fmt::format("expected 1 to {} values, found {}", kLevelsMax, value.size())};
    }
    for (const json& level : value) axis.levels_.push_back(level.dump(-1, ' ', false, json::error_handler_t::replace));
    return axis;
  }
  if (!value.is_object()) return expected(R"(a list, {"from", "to", "steps"} or a law)", value);
  if (value.contains("law")) {
    if (!value["law"].is_string()) return expected("the name of a law", value["law"]);
    if (auto done = axis.read_law(text, value["law"].get<std::string>()); !done.ok()) return done.error();
    return axis;
  }
  if (auto done = axis.read_range(text); !done.ok()) return done.error();
  return axis;
}

Result<Unit> Axis::read_range(std::string_view text) {
  const json value = json::parse(text);
  if (auto error = stranger(value, {"from", "to", "steps"})) return *error;
  const auto from = quantity_of(value.value("from", json()));
  const auto to = quantity_of(value.value("to", json()));
  if (!from || !to || from->unit != to->unit) {
    return expected(R"("from" and "to", two numbers or two quantities of one unit)", value);
  }
  const json steps = value.value("steps", json());
  if (!steps.is_number_unsigned() || steps.get<std::uint64_t>() < 2 || steps.get<std::uint64_t>() > kLevelsMax) {
    return expected(fmt::format("\"steps\", a whole number from 2 to {}", kLevelsMax), value);
  }
  kind_ = Kind::range;
  first_ = from->number;
  second_ = to->number;
  unit_ = from->unit;
  whole_ = from->whole && to->whole;
  const auto count = steps.get<std::uint64_t>();
  for (std::uint64_t i = 0; i < count; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(count - 1);
    levels_.push_back(value_text(first_ + (second_ - first_) * share));
  }
  if (std::adjacent_find(levels_.begin(), levels_.end()) != levels_.end()) {
    return expected("at most as many steps as there are values between the ends", value);
  }
  return Unit{};
}

Result<Unit> Axis::read_law(std::string_view text, std::string_view law) {
  const json value = json::parse(text);
  struct Form {
    std::string_view law;
    Kind kind;
    std::string_view first;
    std::string_view second;  // empty: it has one parameter
  };
  static constexpr Form kForms[] = {{"uniform", Kind::uniform, "min", "max"},
                                    {"normal", Kind::normal, "mean", "sigma"},
                                    {"lognormal", Kind::lognormal, "median", "sigma"},
                                    {"exponential", Kind::exponential, "mean", ""}};
  const auto* form = std::find_if(std::begin(kForms), std::end(kForms), [&](const Form& f) { return f.law == law; });
  if (form == std::end(kForms)) {
    return expected("the law uniform, normal, lognormal or exponential", value["law"]);
  }
  std::vector<std::string_view> known{"law", form->first};
  if (!form->second.empty()) known.push_back(form->second);
  if (auto error = stranger(value, known)) return *error;
  const auto first = quantity_of(value.value(std::string(form->first), json()));
  if (!first) return expected(fmt::format("\"{}\", a number or a quantity with one unit", form->first), value);
  kind_ = form->kind;
  first_ = first->number;
  unit_ = first->unit;
  if (form->second.empty()) return Unit{};
  const auto second = quantity_of(value.value(std::string(form->second), json()));
  const bool bare = kind_ == Kind::lognormal;  // its sigma is that of the logarithm
  if (!second || second->unit != (bare ? std::string() : unit_)) {
    return expected(fmt::format("\"{}\", {}", form->second, bare ? "a number" : "in the unit of the other"), value);
  }
  second_ = second->number;
  whole_ = kind_ == Kind::uniform && first->whole && second->whole;
  const bool ordered = kind_ == Kind::uniform ? first_ < second_ : second_ >= 0;
  if (!ordered || (bare && first_ <= 0)) return expected("a law that has values", value);
  return Unit{};
}

std::string Axis::value_text(double value) const {
  if (whole_) return fmt::format("{}", std::llround(value));
  const std::string number = fmt::format("{:.9g}", value);
  return unit_.empty() ? number : json(number + unit_).dump();
}

std::string Axis::at(double share) const {
  LM_CHECK(share >= 0 && share < 1);
  switch (kind_) {
    case Kind::levels:
      return levels_[static_cast<std::size_t>(share * static_cast<double>(levels_.size()))];
    case Kind::range:
    case Kind::uniform:
      // Each whole number gets an equal part, both ends too.
      if (whole_) return value_text(std::floor(std::min(first_, second_) + share * (std::fabs(second_ - first_) + 1)));
      return value_text(first_ + (second_ - first_) * share);
    case Kind::normal:
      return value_text(first_ + second_ * normal_quantile(share));
    case Kind::lognormal:
      return value_text(first_ * portable_exp(second_ * normal_quantile(share)));
    case Kind::exponential:
      return value_text(-first_ * portable_log(1 - share));
  }
  LM_CHECK(false);
}

}  // namespace lastmile::study
