// An economy as the engine runs it: everything that decides a run, and nothing else. Shares of time are per day or per
// year as the names say; tokens are exact where they are paid.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/base/amount.hpp"
#include "core/economy/reward/rules.hpp"
#include "tools/lab/world/law.hpp"

namespace lastmile::lab {

inline constexpr std::uint32_t kOperatorsMax = 20'000;
inline constexpr std::uint32_t kStakersMax = 1'048'575;        // an index of the random draws has 20 bits
inline constexpr std::uint64_t kResourceNodesMax = 1'048'575;  // the same
inline constexpr std::uint32_t kDaysMax = 36'500;

enum class Arithmetic : std::uint8_t { exact, fast };
// inert: never changes anything. myopic: decides from yesterday.
enum class Mode : std::uint8_t { myopic, inert };

// What a candidate reckons with: its part of the announced envelope, or of what was paid to all operators that day.
enum class Expects : std::uint8_t { announced, observed };

struct Operators {
  std::uint32_t count = 54;    // candidates and active together
  std::uint32_t running = 54;  // at the start, the first of them
  Mode mode = Mode::myopic;
  Law cost_usd_per_day{LawKind::constant, 5, 0, 1};
  double bond_token = 200'000;       // what owning a node ties up
  double opportunity_per_year = 0;   // what the bond would earn elsewhere
  double smoothing_days = 30;        // of the profit that is looked at
  std::uint32_t patience_days = 60;  // between two decisions of one operator
  double join_per_day = 1.0 / 30;    // probability that a candidate looks
  double leave_per_day = 1;          // that one who loses acts
  Expects expects = Expects::announced;
  double expected_share = 0.9;      // of an equal part of the envelope, that a candidate reckons with
  double margin = 1.2;              // of cost, that it wants
  std::uint32_t joins_per_day = 0;  // at most, in the order of their numbers; 0: any
  std::uint32_t leaves_per_day = 0;
};

struct Stakers {
  std::uint32_t count = 1'000;
  Mode mode = Mode::myopic;
  Law stake_token{LawKind::constant, 30'000, 0, 1};
  Law required_per_year{LawKind::constant, 0.05, 0, 1};
  double rethink_per_day = 1.0 / 30;
  double leave_below = 0.8;       // of the required yield
  double least_multiplier = 0.5;  // below it a staker moves
};

struct ResourceNodes {
  std::uint32_t per_core_node = 0;
  double failing = 0;  // share of those that score 0, drawn once for each
  double decentralization = 0.5;
};

enum class PriceKind : std::uint8_t { walk, series };
struct Price {
  PriceKind kind = PriceKind::walk;
  double start_usd = 0.10;
  double drift_per_day = 0;
  double volatility_per_day = 0;                         // 0: constant but for the drift
  std::vector<std::pair<std::uint32_t, double>> series;  // (day, USD), days ascending; between them the earlier one
};

struct Scores {
  Law first{LawKind::constant, 1, 0, 1};
  double pull_per_day = 0;  // toward mean; 0 and noise 0: fixed
  double mean = 0.9;
  double noise = 0;  // uniform, +- half of it a day
};

// Resources used by holders, which the pool pays (economics.md 6 and 7.1).
struct HoldUsage {
  double units = 0;
  double value_per_day = 0;  // token
  double growth_per_day = 0;
  double paid = 0;  // share of the units whose users pay instead
};

struct Model {
  std::string name;
  std::string question;
  std::string expectation;
  std::uint64_t seed = 1;
  std::uint32_t days = 365;
  Arithmetic arithmetic = Arithmetic::exact;
  std::string preset = "network-2026";
  economy::RewardRules rules;
  Amount supply = Amount::tokens(500'000'000);
  Amount pool = Amount::tokens(100'000'000);
  Operators operators;
  Stakers stakers;
  ResourceNodes resource;
  Price price;
  Scores scores;
  HoldUsage hold;
};

// What does not fit together, as "/pointer: sentence"; empty when nothing.
std::vector<std::pair<std::string, std::string>> contradictions(const Model& model);

}  // namespace lastmile::lab
