#include <array>
#include <iostream>

#include "scenarios/engine/text/input_file.hpp"
#include "scenarios/engine/text/json_reader.hpp"
#include "scenarios/engine/text/reading.hpp"
#include "tools/lab/engine/metrics.hpp"
#include "tools/lab/scenario/quantity.hpp"
#include "tools/lab/scenario/scenario.hpp"
#include "tools/lab/scenario/words.hpp"

namespace lastmile::lab {
namespace {

using scenario::Findings;
using scenario::Json;
using scenario::ObjectReader;
using scenario::Place;

constexpr std::uint64_t kAnyCount = 1'000'000'000;

void number_if(ObjectReader& reader, std::string_view key, double& out, Measure measure) {
  if (const auto member = reader.get(key)) read_number(*member, out, measure);
}
void law_if(ObjectReader& reader, std::string_view key, Law& out, Measure measure) {
  if (const auto member = reader.get(key)) read_law(*member, out, measure);
}
void days_if(ObjectReader& reader, std::string_view key, std::uint32_t& out) {
  if (const auto member = reader.get(key)) read_days(*member, out);
}

void read_envelope(const Place& place, economy::Envelope& out) {
  ObjectReader reader(place);
  if (!reader.is_object()) return;
  if (const auto shape = reader.get("shape")) scenario::read_enum(*shape, kShapeWords, out.shape);
  reader.read_if("per_day", out.per_day);
  reader.read_if("cap", out.cap);
  reader.read_if("since", out.since, std::uint64_t{0}, kAnyCount);
  reader.read_if("period", out.period, std::uint64_t{1}, kAnyCount);
  reader.done();
}

void read_rules(const Place& place, Model& model) {
  ObjectReader reader(place);
  if (!reader.is_object()) return;
  if (const auto preset = reader.get("preset")) {
    std::size_t position = 0;
    if (scenario::read_word(*preset, kPresetWords, position)) model.preset = kPresetWords.at(position);
  }
  model.rules = *economy::reward_preset(model.preset);
  if (const auto set = reader.get("set")) {
    ObjectReader changes(*set);
    if (changes.is_object()) {
      economy::RewardRules& rules = model.rules;
      if (const auto envelope = changes.get("/operator_envelope")) read_envelope(*envelope, rules.operators);
      if (const auto envelope = changes.get("/staker_envelope")) read_envelope(*envelope, rules.stakers);
      changes.read_if("/activation_least", rules.activation_least);
      changes.read_if("/resource_base", rules.resource_base);
      changes.read_if("/resource_variable", rules.resource_variable);
      changes.read_if("/max_linked", rules.max_linked, 0, 1'000);
      changes.read_if("/max_paid", rules.max_paid, 0, 255);
      changes.read_if("/linkage_none", rules.linkage_none, 0, 10);
      changes.read_if("/linkage_each", rules.linkage_each, 0, 10);
      changes.done();
    }
  }
  reader.done();
}

void read_start(const Place& place, Model& model) {
  ObjectReader reader(place);
  if (!reader.is_object()) return;
  reader.read_if("supply", model.supply);
  reader.read_if("pool", model.pool);
  if (const auto operators = reader.get("operators")) {
    ObjectReader of(*operators);
    if (of.is_object()) {
      if (of.read_if("count", model.operators.running, 0, kOperatorsMax))
        model.operators.count = model.operators.running;
      std::uint32_t candidates = 0;
      of.read_if("candidates", candidates, 0, kOperatorsMax);
      model.operators.count = model.operators.running + candidates;
      law_if(of, "cost_per_day", model.operators.cost_usd_per_day, Measure::usd);
      number_if(of, "bond", model.operators.bond_token, Measure::token);
      of.done();
    }
  }
  if (const auto stakers = reader.get("stakers")) {
    ObjectReader of(*stakers);
    if (of.is_object()) {
      of.read_if("count", model.stakers.count, 1, kStakersMax);
      law_if(of, "stake", model.stakers.stake_token, Measure::token);
      of.done();
    }
  }
  if (const auto resource = reader.get("resource_nodes")) {
    ObjectReader of(*resource);
    if (of.is_object()) {
      of.read_if("per_core_node", model.resource.per_core_node, 0, 255);
      number_if(of, "failing", model.resource.failing, Measure::share);
      number_if(of, "decentralization", model.resource.decentralization, Measure::share);
      of.done();
    }
  }
  reader.done();
}

void read_agents(const Place& place, Model& model) {
  ObjectReader reader(place);
  if (!reader.is_object()) return;
  if (const auto place_of = reader.get("operator")) {
    Operators& operators = model.operators;
    ObjectReader of(*place_of);
    if (of.is_object()) {
      if (const auto mode = of.get("mode")) scenario::read_enum(*mode, kModeWords, operators.mode);
      number_if(of, "opportunity_rate", operators.opportunity_per_year, Measure::per_year);
      days_if(of, "patience", operators.patience_days);
      number_if(of, "smoothing_days", operators.smoothing_days, Measure::plain);
      number_if(of, "join_per_day", operators.join_per_day, Measure::share);
      number_if(of, "leave_per_day", operators.leave_per_day, Measure::share);
      if (const auto expects = of.get("expects")) scenario::read_enum(*expects, kExpectsWords, operators.expects);
      number_if(of, "expected_share", operators.expected_share, Measure::share);
      number_if(of, "margin", operators.margin, Measure::plain);
      of.read_if("joins_per_day", operators.joins_per_day, 0, kAnyCount);
      of.read_if("leaves_per_day", operators.leaves_per_day, 0, kAnyCount);
      of.done();
    }
  }
  if (const auto place_of = reader.get("staker")) {
    Stakers& stakers = model.stakers;
    ObjectReader of(*place_of);
    if (of.is_object()) {
      if (const auto mode = of.get("mode")) scenario::read_enum(*mode, kModeWords, stakers.mode);
      law_if(of, "required_yield", stakers.required_per_year, Measure::per_year);
      number_if(of, "rethink_per_day", stakers.rethink_per_day, Measure::share);
      number_if(of, "leave_below", stakers.leave_below, Measure::share);
      number_if(of, "least_multiplier", stakers.least_multiplier, Measure::share);
      of.done();
    }
  }
  reader.done();
}

void read_price(const Place& place, Price& price) {
  ObjectReader reader(place);
  if (!reader.is_object()) return;
  if (const auto process = reader.get("process")) scenario::read_enum(*process, kPriceWords, price.kind);
  number_if(reader, "start", price.start_usd, Measure::usd);
  number_if(reader, "drift", price.drift_per_day, Measure::per_day);
  number_if(reader, "volatility", price.volatility_per_day, Measure::volatility);
  if (const auto series = reader.get("series")) {
    const Json::List* items = series->json.items();
    if (items == nullptr || items->size() > kDaysMax) {
      series->refuse("a list of {\"day\", \"price\"}");
    } else {
      for (std::size_t i = 0; i < items->size(); ++i) {
        ObjectReader each(series->item(i));
        if (!each.is_object()) continue;
        std::uint32_t day = 0;
        double usd = 0;
        each.read_required("day", "a day, counted from 0", day, 0, kDaysMax);
        if (const auto value = each.require("price", "a sum such as \"0.1USD\""))
          read_number(*value, usd, Measure::usd);
        each.done();
        if (!price.series.empty() && price.series.back().first >= day) each.refuse("day", "a day after the one before");
        price.series.emplace_back(day, usd);
      }
    }
  }
  reader.done();
}

void read_scores(const Place& place, Scores& scores) {
  ObjectReader reader(place);
  if (!reader.is_object()) return;
  law_if(reader, "first", scores.first, Measure::share);
  number_if(reader, "pull", scores.pull_per_day, Measure::per_day);
  number_if(reader, "mean", scores.mean, Measure::share);
  number_if(reader, "noise", scores.noise, Measure::share);
  reader.done();
}

void read_hold(const Place& place, HoldUsage& hold) {
  ObjectReader reader(place);
  if (!reader.is_object()) return;
  number_if(reader, "units", hold.units, Measure::plain);
  number_if(reader, "value_per_day", hold.value_per_day, Measure::token);
  number_if(reader, "growth", hold.growth_per_day, Measure::per_day);
  number_if(reader, "paid", hold.paid, Measure::share);
  reader.done();
}

void read_study(const Place& place, StudySection& study) {
  ObjectReader reader(place);
  if (!reader.is_object()) return;
  if (const auto metric = reader.get("metric")) {
    std::size_t position = 0;
    if (scenario::read_word(*metric, kMetricWords, position)) study.metric = kMetricWords.at(position);
  }
  number_if(reader, "half_width", study.half_width, Measure::plain);
  reader.read_if("replicates", study.replicates, 1, 1'000'000);
  reader.read_if("at_most", study.at_most, 1, 1'000'000);
  if (const auto sweep = reader.get("sweep")) {
    if (const Json::Object* axes = sweep->json.members()) {
      for (const Json::Member& axis : *axes) study.sweep.emplace_back(axis.key, scenario::compact(axis.value));
    } else {
      sweep->refuse("an object of JSON pointers and what each goes through");
    }
  }
  reader.done();
}

}  // namespace

std::optional<LabScenario> parse_lab(const Json& document, Findings& findings) {
  LabScenario result;
  result.document = document;
  Model& model = result.model;
  model.rules = *economy::reward_preset(model.preset);
  scenario::Reading reading{findings, nullptr};
  ObjectReader reader(Place{reading, document, "", ""});
  if (!reader.is_object()) return std::nullopt;
  reader.get("$schema");
  std::uint64_t format = 1;
  reader.read_required("format", "1", format, std::uint64_t{1}, std::uint64_t{1});
  std::size_t unused = 0;
  if (const auto program = reader.require("program", "\"lab\"")) scenario::read_word(*program, kProgramWords, unused);
  if (const auto name = reader.require("name", "a name")) scenario::read_name(*name, model.name);
  reader.read_if("question", model.question);
  reader.read_if("expectation", model.expectation);
  reader.read_if("seed", model.seed);
  std::uint64_t level = 1;
  reader.read_if("level", level, std::uint64_t{1}, std::uint64_t{1});
  if (const auto word = reader.get("arithmetic")) scenario::read_enum(*word, kArithmeticWords, model.arithmetic);
  days_if(reader, "horizon", model.days);
  if (const auto rules = reader.get("rules")) read_rules(*rules, model);
  if (const auto start = reader.get("start")) read_start(*start, model);
  if (const auto agents = reader.get("agents")) read_agents(*agents, model);
  if (const auto price = reader.get("price")) read_price(*price, model.price);
  if (const auto scores = reader.get("scores")) read_scores(*scores, model.scores);
  if (const auto hold = reader.get("hold_usage")) read_hold(*hold, model.hold);
  if (const auto study = reader.get("study")) read_study(*study, result.study);
  reader.done();
  if (findings.empty()) {
    for (auto& [pointer, text] : contradictions(model)) findings.add(pointer, text);
  }
  if (!findings.empty()) return std::nullopt;
  return result;
}

std::optional<LabScenario> load_lab(std::string_view text, const Loading& loading, Findings& findings) {
  auto document = scenario::read_json(text, findings);
  if (!document) return std::nullopt;
  for (const std::string& set : loading.sets) {
    if (!scenario::apply_set(*document, set, findings)) return std::nullopt;
  }
  if (loading.seed && document->members() != nullptr) document->set("seed", Json::unsigned_integer(*loading.seed));
  return parse_lab(*document, findings);
}

std::optional<LabScenario> load_lab_file(const std::string& path, const Loading& loading, Findings& findings) {
  std::string text(scenario::kJsonBytesMax + 1, '\0');
  const auto take = [&](std::istream& in) {
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return load_lab(text, loading, findings);
  };
  if (path == "-") return take(std::cin);
  const auto opened = scenario::open_input(path);
  if (!opened.ok()) {
    findings.add("", "expected a scenario file, found " + opened.error().text);
    return std::nullopt;
  }
  return take(**opened);
}

}  // namespace lastmile::lab
