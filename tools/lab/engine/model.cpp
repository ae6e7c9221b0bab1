#include "tools/lab/engine/model.hpp"

#include <cmath>

namespace lastmile::lab {
namespace {

bool share(double value) { return value >= 0 && value <= 1; }
bool sane(double value) { return std::isfinite(value) && value >= 0 && value <= 1e12; }

}  // namespace

std::vector<std::pair<std::string, std::string>> contradictions(const Model& model) {
  std::vector<std::pair<std::string, std::string>> found;
  const auto refuse = [&](bool wrong, const char* pointer, const char* text) {
    if (wrong) found.emplace_back(pointer, text);
  };
  for (const std::string& text : economy::contradictions(model.rules)) found.emplace_back("/rules/set", text);
  refuse(model.days == 0 || model.days > kDaysMax, "/horizon", "expected 1d to 36500d");
  refuse(model.pool > model.supply, "/pool", "expected at most the supply");
  refuse(model.supply > Amount::tokens(1'000'000'000'000), "/supply", "expected at most 10^12 tokens");
  const Operators& operators = model.operators;
  refuse(operators.count == 0 || operators.count > kOperatorsMax, "/operators/count", "expected 1 to 20000");
  refuse(operators.running > operators.count, "/operators/running", "expected at most /operators/count");
  refuse(operators.smoothing_days < 1, "/operators/smoothing", "expected at least 1d");
  refuse(!sane(operators.bond_token), "/operators/bond", "expected 0 to 10^12 tokens");
  refuse(!share(operators.join_per_day), "/operators/join_per_day", "expected 0 to 1");
  refuse(!share(operators.leave_per_day), "/operators/leave_per_day", "expected 0 to 1");
  refuse(model.stakers.count == 0 || model.stakers.count > kStakersMax, "/stakers/count", "expected 1 to 1048575");
  refuse(!share(model.stakers.rethink_per_day), "/stakers/rethink_per_day", "expected 0 to 1");
  refuse(model.resource.per_core_node > model.rules.max_linked, "/resource_nodes/per_core_node",
         "expected at most max_linked of the rules");
  refuse(!share(model.resource.failing), "/resource_nodes/failing", "expected 0% to 100%");
  refuse(!share(model.resource.decentralization), "/resource_nodes/decentralization", "expected 0 to 1");
  refuse(!share(model.hold.paid), "/hold_usage/paid", "expected 0% to 100%");
  refuse(!(model.price.start_usd > 0) || !sane(model.price.start_usd), "/price/start", "expected a price above 0");
  refuse(!sane(model.price.volatility_per_day) || model.price.volatility_per_day > 1, "/price/volatility",
         "expected 0 to 100%/d");
  refuse(model.price.kind == PriceKind::series && model.price.series.empty(), "/price/series",
         "expected at least one day");
  return found;
}

}  // namespace lastmile::lab
