// The metrics of a day, by name: columns of tables and what studies ask for.
#pragma once

#include <array>
#include <string_view>

#include "tools/lab/engine/run.hpp"

namespace lastmile::lab {

inline constexpr std::array<std::string_view, 15> kMetricWords = {
    "active_nodes",      "running_nodes",   "price_usd",      "pool",         "staked",
    "operator_balances", "staker_balances", "paid_operators", "paid_stakers", "paid_resource",
    "hold_service",      "forfeited",       "staker_yield",   "joins",        "leaves"};

// In the order of the words; tokens, USD, shares a year, counts.
inline std::array<double, kMetricWords.size()> metric_values(const DayRow& row) {
  return {static_cast<double>(row.active_nodes),
          static_cast<double>(row.running_nodes),
          row.price_usd,
          row.pool,
          row.staked,
          row.operator_balances,
          row.staker_balances,
          row.paid_operators,
          row.paid_stakers,
          row.paid_resource,
          row.hold_service,
          row.forfeited,
          row.staker_yield,
          static_cast<double>(row.joins),
          static_cast<double>(row.leaves)};
}

}  // namespace lastmile::lab
