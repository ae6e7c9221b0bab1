#include "tools/lab/question/closed_form.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lastmile::lab {
namespace {

constexpr double kYearDays = 365;
constexpr double kTokensOfANode = 500'000;
constexpr std::uint32_t kNodesLimit = 100'000;
constexpr double kEmpty = std::numeric_limits<double>::infinity();

double cost_of(const OperatorTerms& terms, double price) {
  return terms.cost_usd + terms.bond * terms.opportunity * price / kYearDays;
}

}  // namespace

std::uint32_t operators_carried(const OperatorTerms& terms, double price_usd) {
  return static_cast<std::uint32_t>(terms.envelope * terms.worth * price_usd / cost_of(terms, price_usd));
}

double break_even_price(const OperatorTerms& terms, std::uint32_t nodes) {
  const double gain = terms.envelope * terms.worth / nodes - terms.bond * terms.opportunity / kYearDays;
  return gain > 0 ? terms.cost_usd / gain : kEmpty;
}

double needed_envelope(const OperatorTerms& terms, double price_usd, std::uint32_t nodes) {
  return nodes * cost_of(terms, price_usd) / (price_usd * terms.worth);
}

double mean_linkage(std::uint32_t linked, double failing) {
  double mean = 0;
  double ways = 1;  // linked over good
  for (std::uint32_t good = 0; good <= linked; ++good) {
    mean += ways * std::pow(1 - failing, good) * std::pow(failing, linked - good) * std::min(1.0, 0.7 + 0.1 * good);
    ways = ways * (linked - good) / (good + 1);
  }
  return mean;
}

double staker_envelope(std::uint32_t nodes) { return nodes == 0 ? 0 : 5'000 * (1 + std::log10(nodes)); }

std::uint32_t nodes_stakers_carry(double required_yield) {
  std::uint32_t carried = 0;
  for (std::uint32_t n = 1; n < kNodesLimit; ++n) {
    if (kYearDays * staker_envelope(n) / required_yield < kTokensOfANode * n) break;
    carried = n;
  }
  return carried;
}

std::uint32_t days_of_pool(double pool, double outflow, double hold_value, double growth, std::uint32_t limit) {
  std::uint32_t days = 0;
  while (days < limit) {
    pool -= outflow + hold_value;
    if (pool < 0) break;
    hold_value *= 1 + growth;
    ++days;
  }
  return days;
}

double price_of_buying(double tokens, double pool_tokens, double pool_usd) {
  return tokens < pool_tokens ? pool_usd * tokens / (pool_tokens - tokens) : kEmpty;
}

std::uint32_t joining_for_a_third(std::uint32_t nodes) { return (nodes + 1) / 2; }

double holding_threshold(double held_tokens, double tokens_per_hour, double expected_rise) {
  return tokens_per_hour * 24 * kYearDays / held_tokens + expected_rise;
}

}  // namespace lastmile::lab
