// The benchmark economy as a model (bm1-model.md).
#pragma once

#include <cmath>

#include "tools/lab/engine/model.hpp"

namespace lastmile::lab {

inline Model bm1_model() {
  Model model;
  model.name = "bm1";
  model.rules = *economy::reward_preset("network-2022");
  model.rules.linkage_none = 10;
  model.rules.activation_least = Amount::tokens(500'000);
  model.arithmetic = Arithmetic::fast;
  model.days = 365;
  model.operators.count = model.operators.running = 100;
  model.operators.cost_usd_per_day = {LawKind::uniform, 4, 20, 1};
  model.stakers.count = 1'000;
  model.stakers.stake_token = {LawKind::power, 20'000, 200'000, 2};
  model.stakers.required_per_year = {LawKind::uniform, 0.02, 0.12, 1};
  model.price.drift_per_day = -0.0005;
  model.price.volatility_per_day = 0.02;
  model.scores.first = {LawKind::uniform, 0.75, 1, 1};
  model.scores.pull_per_day = 0.05;
  model.scores.mean = 0.9;
  model.scores.noise = 0.12;
  return model;
}

}  // namespace lastmile::lab
