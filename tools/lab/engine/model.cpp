#include "tools/lab/engine/model.hpp"

#include <cmath>

namespace lastmile::lab {
namespace {

bool share(double value) { return value >= 0 && value <= 1; }
bool sane(double value) { return std::isfinite(value) && value >= 0 && value <= 1e12; }
bool sane(const Law& law) { return sane(law.first) && sane(law.second) && law.third > 0 && law.third <= 100; }
bool slow_change(double per_day) { return per_day >= -1 && per_day <= 1; }
const Amount& envelope_limit() {
  static const Amount limit = Amount::tokens(1'000'000'000);
  return limit;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> contradictions(const Model& model) {
  std::vector<std::pair<std::string, std::string>> found;
  const auto refuse = [&](bool wrong, const char* pointer, const char* text) {
    if (wrong) found.emplace_back(pointer, text);
  };
  for (const std::string& text : economy::contradictions(model.rules)) found.emplace_back("/rules/set", text);
  for (const economy::Envelope* envelope : {&model.rules.operators, &model.rules.stakers}) {
    refuse(envelope->per_day > envelope_limit() || envelope->cap > envelope_limit(), "/rules/set",
           "expected envelopes of at most 10^9 tokens a day");
  }
  refuse(model.days == 0 || model.days > kDaysMax, "/horizon", "expected 1d to 36500d");
  refuse(model.pool > model.supply, "/start/pool", "expected at most the supply");
  refuse(model.supply > Amount::tokens(1'000'000'000'000), "/start/supply", "expected at most 10^12 tokens");
  const Operators& operators = model.operators;
  refuse(operators.count == 0 || operators.count > kOperatorsMax, "/start/operators/count",
         "expected 1 to 20000 with the candidates");
  refuse(operators.running > operators.count, "/start/operators", "expected at most 20000");
  refuse(operators.smoothing_days < 1, "/agents/operator/smoothing_days", "expected at least 1");
  refuse(!sane(operators.bond_token), "/start/operators/bond", "expected 0 to 10^12 tokens");
  refuse(!sane(operators.cost_usd_per_day), "/start/operators/cost_per_day", "expected at most 10^12 USD");
  refuse(!sane(operators.margin), "/agents/operator/margin", "expected 0 to 10^12");
  refuse(!sane(operators.opportunity_per_year), "/agents/operator/opportunity_rate", "expected 0 to 10^12");
  refuse(!sane(model.stakers.stake_token), "/start/stakers/stake", "expected at most 10^12 tokens");
  refuse(!sane(model.stakers.required_per_year), "/agents/staker/required_yield", "expected 0 to 10^12");
  refuse(!sane(model.scores.first), "/scores/first", "expected shares");
  refuse(!share(model.scores.pull_per_day), "/scores/pull", "expected 0 to 100%/d");
  refuse(!slow_change(model.price.drift_per_day), "/price/drift", "expected -100%/d to 100%/d");
  refuse(!sane(model.hold.units), "/hold_usage/units", "expected 0 to 10^12");
  refuse(!sane(model.hold.value_per_day), "/hold_usage/value_per_day", "expected 0 to 10^12 tokens");
  refuse(!slow_change(model.hold.growth_per_day), "/hold_usage/growth", "expected -100%/d to 100%/d");
  refuse(std::uint64_t{operators.count} * model.resource.per_core_node > kResourceNodesMax, "/start/resource_nodes",
         "expected at most 1048575 in all");
  refuse(!share(operators.join_per_day), "/agents/operator/join_per_day", "expected 0 to 1");
  refuse(!share(operators.leave_per_day), "/agents/operator/leave_per_day", "expected 0 to 1");
  refuse(model.stakers.count == 0 || model.stakers.count > kStakersMax, "/start/stakers/count",
         "expected 1 to 1048575");
  refuse(!share(model.stakers.rethink_per_day), "/agents/staker/rethink_per_day", "expected 0 to 1");
  refuse(model.resource.per_core_node > model.rules.max_linked, "/start/resource_nodes/per_core_node",
         "expected at most max_linked of the rules");
  refuse(!share(model.resource.failing), "/start/resource_nodes/failing", "expected 0% to 100%");
  refuse(!share(model.resource.decentralization), "/start/resource_nodes/decentralization", "expected 0 to 1");
  refuse(!share(model.hold.paid), "/hold_usage/paid", "expected 0% to 100%");
  refuse(!(model.price.start_usd > 0) || !sane(model.price.start_usd), "/price/start", "expected a price above 0");
  refuse(!sane(model.price.volatility_per_day) || model.price.volatility_per_day > 1, "/price/volatility",
         "expected 0 to 100%/d");
  refuse(model.price.kind == PriceKind::series && model.price.series.empty(), "/price/series",
         "expected at least one day");
  return found;
}

}  // namespace lastmile::lab
