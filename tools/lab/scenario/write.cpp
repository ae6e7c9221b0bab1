#include "core/crypto/hash.hpp"
#include "scenarios/engine/text/quantity.hpp"
#include "tools/lab/scenario/quantity.hpp"
#include "tools/lab/scenario/scenario.hpp"
#include "tools/lab/scenario/words.hpp"

namespace lastmile::lab {
namespace {

using scenario::Json;

Json count_json(std::uint64_t count) { return Json::unsigned_integer(count); }
Json days_json(std::uint32_t days) { return std::to_string(days) + "d"; }
template <class Words, class Enum>
Json word_json(const Words& words, Enum value) {
  return words.at(static_cast<std::size_t>(value));
}

Json envelope_json(const economy::Envelope& envelope) {
  return Json::object()
      .set("shape", economy::envelope_shape_name(envelope.shape))
      .set("per_day", scenario::amount_text(envelope.per_day))
      .set("cap", scenario::amount_text(envelope.cap))
      .set("since", count_json(envelope.since))
      .set("period", count_json(envelope.period));
}

Json rules_json(const Model& model) {
  const economy::RewardRules& rules = model.rules;
  Json set = Json::object()
                 .set("/operator_envelope", envelope_json(rules.operators))
                 .set("/staker_envelope", envelope_json(rules.stakers))
                 .set("/activation_least", scenario::amount_text(rules.activation_least))
                 .set("/resource_base", scenario::amount_text(rules.resource_base))
                 .set("/resource_variable", scenario::amount_text(rules.resource_variable))
                 .set("/max_linked", count_json(rules.max_linked))
                 .set("/max_paid", count_json(rules.max_paid))
                 .set("/linkage_none", count_json(rules.linkage_none))
                 .set("/linkage_each", count_json(rules.linkage_each));
  return Json::object().set("preset", model.preset).set("set", std::move(set));
}

Json start_json(const Model& model) {
  const Operators& operators = model.operators;
  return Json::object()
      .set("supply", scenario::amount_text(model.supply))
      .set("pool", scenario::amount_text(model.pool))
      .set("operators", Json::object()
                            .set("count", count_json(operators.running))
                            .set("candidates", count_json(operators.count - operators.running))
                            .set("cost_per_day", law_json(operators.cost_usd_per_day, Measure::usd))
                            .set("bond", number_json(operators.bond_token, Measure::token)))
      .set("stakers", Json::object()
                          .set("count", count_json(model.stakers.count))
                          .set("stake", law_json(model.stakers.stake_token, Measure::token)))
      .set("resource_nodes",
           Json::object()
               .set("per_core_node", count_json(model.resource.per_core_node))
               .set("failing", number_json(model.resource.failing, Measure::share))
               .set("decentralization", number_json(model.resource.decentralization, Measure::share)));
}

Json agents_json(const Model& model) {
  const Operators& operators = model.operators;
  const Stakers& stakers = model.stakers;
  return Json::object()
      .set("operator", Json::object()
                           .set("mode", word_json(kModeWords, operators.mode))
                           .set("opportunity_rate", number_json(operators.opportunity_per_year, Measure::per_year))
                           .set("patience", days_json(operators.patience_days))
                           .set("smoothing_days", number_json(operators.smoothing_days, Measure::plain))
                           .set("join_per_day", number_json(operators.join_per_day, Measure::share))
                           .set("leave_per_day", number_json(operators.leave_per_day, Measure::share))
                           .set("expects", word_json(kExpectsWords, operators.expects))
                           .set("expected_share", number_json(operators.expected_share, Measure::share))
                           .set("margin", number_json(operators.margin, Measure::plain))
                           .set("joins_per_day", count_json(operators.joins_per_day))
                           .set("leaves_per_day", count_json(operators.leaves_per_day)))
      .set("staker", Json::object()
                         .set("mode", word_json(kModeWords, stakers.mode))
                         .set("required_yield", law_json(stakers.required_per_year, Measure::per_year))
                         .set("rethink_per_day", number_json(stakers.rethink_per_day, Measure::share))
                         .set("leave_below", number_json(stakers.leave_below, Measure::share))
                         .set("least_multiplier", number_json(stakers.least_multiplier, Measure::share)));
}

Json price_json(const Price& price) {
  Json json = Json::object()
                  .set("process", word_json(kPriceWords, price.kind))
                  .set("start", number_json(price.start_usd, Measure::usd))
                  .set("drift", number_json(price.drift_per_day, Measure::per_day))
                  .set("volatility", number_json(price.volatility_per_day, Measure::volatility));
  if (price.series.empty()) return json;
  Json series = Json::list();
  for (const auto& [day, usd] : price.series) {
    series.push(Json::object().set("day", count_json(day)).set("price", number_json(usd, Measure::usd)));
  }
  return json.set("series", std::move(series));
}

}  // namespace

Json resolved(const Model& model) {
  Json json = Json::object().set("format", count_json(1)).set("program", "lab").set("name", model.name);
  if (!model.question.empty()) json.set("question", model.question);
  if (!model.expectation.empty()) json.set("expectation", model.expectation);
  return json.set("seed", count_json(model.seed))
      .set("level", count_json(1))
      .set("arithmetic", word_json(kArithmeticWords, model.arithmetic))
      .set("horizon", days_json(model.days))
      .set("rules", rules_json(model))
      .set("start", start_json(model))
      .set("agents", agents_json(model))
      .set("price", price_json(model.price))
      .set("scores", Json::object()
                         .set("first", law_json(model.scores.first, Measure::share))
                         .set("pull", number_json(model.scores.pull_per_day, Measure::per_day))
                         .set("mean", number_json(model.scores.mean, Measure::share))
                         .set("noise", number_json(model.scores.noise, Measure::share)))
      .set("hold_usage", Json::object()
                             .set("units", number_json(model.hold.units, Measure::plain))
                             .set("value_per_day", number_json(model.hold.value_per_day, Measure::token))
                             .set("growth", number_json(model.hold.growth_per_day, Measure::per_day))
                             .set("paid", number_json(model.hold.paid, Measure::share)));
}

Hash256 model_digest(const Model& model) {
  Model plain = model;
  plain.seed = 0;
  plain.question.clear();
  plain.expectation.clear();
  return crypto::sha256(scenario::compact(resolved(plain)));
}

}  // namespace lastmile::lab
