// One simulated history of an economy.
//
//   const auto done = run_model(model, seed, [](const DayRow& row) { ... });
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/base/callback.hpp"
#include "core/base/hash.hpp"
#include "core/base/result.hpp"
#include "tools/lab/engine/model.hpp"
#include "tools/lab/world/draws.hpp"

namespace lastmile::lab {

// The end of a day; day 0 is the start. Tokens are for people here: the ledger is exact.
struct DayRow {
  std::uint32_t day = 0;
  std::uint32_t active_nodes = 0;   // at the start of the day: those that were paid
  std::uint32_t running_nodes = 0;  // operators who have not left
  double price_usd = 0;
  double pool = 0;
  double staked = 0;  // on active nodes, when it was paid
  double operator_balances = 0;
  double staker_balances = 0;
  double paid_operators = 0;
  double paid_stakers = 0;
  double paid_resource = 0;
  double hold_service = 0;
  double forfeited = 0;  // of the envelopes of the active nodes: what scores and linkage took, which stays in the pool
  double staker_yield = 0;  // of a token staked at full worth, per year
  std::uint32_t joins = 0;  // since the start
  std::uint32_t leaves = 0;
};

struct RunResult {
  DayRow last;
  double gini_stakers = 0;
  double staked_share = 0;                    // of the stakers' balances, on running nodes, at the end
  std::optional<std::uint32_t> exhausted_on;  // first day on which the pool holds nothing
  // The same for tables: no number when it never was.
  double exhausted_day() const { return exhausted_on ? *exhausted_on : std::numeric_limits<double>::quiet_NaN(); }
  std::vector<double> operators;  // balances at the end, tokens
  std::vector<double> stakers;
  std::vector<double> first_stakers;  // at the start
  std::vector<std::string> exact;     // of exact arithmetic: pool, outside, dust, then addresses; units of 10^-18 token
  std::array<std::uint64_t, kPurposes> draws{};
  Hash256 digest;  // over every day and the balances at the end
};

enum class Record : std::uint8_t { metrics, everything };  // everything: digest and exact balances besides

// Error: the start state needs more tokens than the supply. LM_CHECK every day: no unit was made or lost (exact), or at
// most 10^-9 of the supply (fast). The model contradicts nothing.
Result<RunResult> run_model(const Model& model, std::uint64_t seed, Record record,
                            Callback<void(const DayRow&)> each_day);

// Of what people hold; 0 for equal shares. Any order.
double gini(std::vector<double> values);

}  // namespace lastmile::lab
