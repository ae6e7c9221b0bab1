// Inside: who holds what while a run goes on, once in exact units and once in doubles. Both offer the engine the same
// calls, so that there is one order of phases.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/mul_div.hpp"
#include "core/economy/ledger/numbered.hpp"
#include "core/economy/reward/fine.hpp"
#include "tools/lab/engine/model.hpp"

namespace lastmile::lab {

using economy::Units128;

inline constexpr double kUnit = 1e-18;
inline double tokens(Units128 units) { return static_cast<double>(units) * kUnit; }
inline double tokens(const Uint256& fine) { return tokens(economy::units128(fine / Uint256(economy::kFinePerUnit))); }
// To the unit where a double is that fine.
inline Units128 units_of(double tokens) {
  constexpr double most = 1e12;  // more than any supply
  const double whole = std::min(std::max(0.0, tokens), most);
  const auto integer = static_cast<std::uint64_t>(whole);
  const double rest = (whole - static_cast<double>(integer)) * 1e18;
  return Units128{integer} * Amount::kUnitsPerToken + static_cast<std::uint64_t>(rest);
}

// What one day pays, for decisions and for people.
struct DayPay {
  std::span<const std::uint64_t> weights;  // of each node; 0 when it is not active
  std::span<const std::uint8_t> working;   // paid resource nodes of each active node
  std::uint64_t active = 0;
  Uint256 operators;  // envelopes, 10^-36 token
  Uint256 stakers;
};
struct DayPaid {
  double operators = 0;
  double stakers = 0;
  double resource = 0;
  double share = 1;  // of what was owed
};

// Addresses: operators, then providers (of the resource nodes of one core node each), then stakers. `nowhere` is the
// number of a node that does not exist, where stakers are who stake on none.
class ExactBooks {
 public:
  static Result<ExactBooks> open(const Model& model, std::span<const double> stakes) {
    const std::size_t nodes = model.operators.count;
    auto ledger = economy::NumberedLedger::open(model.supply, model.pool, 2 * nodes + stakes.size());
    if (!ledger.ok()) return ledger.error();
    ExactBooks books(*std::move(ledger), nodes, stakes.size(), model);
    for (std::size_t n = 0; n < nodes; ++n) {
      if (const auto done = books.ledger_.fund(n, units_of(model.operators.bond_token)); !done.ok())
        return done.error();
    }
    for (std::size_t s = 0; s < stakes.size(); ++s) {
      if (const auto done = books.ledger_.fund(2 * nodes + s, units_of(stakes[s])); !done.ok()) return done.error();
    }
    return books;
  }

  void add_up(std::span<const std::uint32_t> where) {
    std::fill(on_node_.begin(), on_node_.end(), 0);
    const auto balances = ledger_.addresses().subspan(2 * nodes_);
    for (std::size_t s = 0; s < where.size(); ++s) on_node_[where[s]] += balances[s];
  }
  bool enough(std::size_t node) const { return on_node_[node] >= least_; }

  DayPaid pay(const DayPay& day, std::span<const std::uint32_t> where) {
    staked_ = 0;
    for (std::size_t n = 0; n < nodes_; ++n) {
      if (active_[n] != 0) staked_ += on_node_[n];
    }
    if (day.active == 0 || ledger_.pool() == 0) return nothing();
    const economy::Proportion by_node(day.operators, day.active);
    // Where nodes are active without stake, nobody has a share of the stakers' envelope.
    const economy::Proportion by_stake(day.stakers, std::max<Units128>(staked_, 1));
    for (std::size_t n = 0; n < nodes_; ++n) {
      due_[n] = day.weights[n] == 0 ? 0 : by_node.of(day.weights[n], 1);
      due_[nodes_ + n] = day.working[n] * resource_;
    }
    const auto balances = ledger_.addresses().subspan(2 * nodes_);
    Units128* const stakers = due_.data() + 2 * nodes_;
    for (std::size_t s = 0; s < where.size(); ++s) stakers[s] = by_stake.of(day.weights[where[s]], balances[s]);
    const std::span<const Units128> due = due_;
    const std::array<economy::NumberedLedger::Due, 3> dues = {{
        {economy::Reason::operators, 0, due.first(nodes_)},
        {economy::Reason::resource, nodes_, due.subspan(nodes_, nodes_)},
        {economy::Reason::stakers, 2 * nodes_, due.subspan(2 * nodes_)},
    }};
    const auto paid = ledger_.distribute(dues);
    const auto of = [&](economy::Reason reason) { return tokens(paid.by_reason.at(static_cast<std::size_t>(reason))); };
    for (std::size_t n = 0; n < nodes_; ++n) reward_[n] = tokens(due_[n]) * paid.share;
    return {of(economy::Reason::operators), of(economy::Reason::stakers), of(economy::Reason::resource), paid.share};
  }
  double hold_service(double amount) { return tokens(ledger_.spend(units_of(amount), economy::Reason::hold_service)); }

  void set_active(std::span<const std::uint8_t> active) { active_ = active; }
  double reward(std::size_t node) const { return reward_[node]; }
  double staked() const { return tokens(staked_); }
  double pool() const { return tokens(ledger_.pool()); }
  double operator_balances() const { return sum(0, nodes_); }
  double staker_balances() const { return sum(2 * nodes_, ledger_.addresses().size()); }
  bool conserved() const { return ledger_.sum() == ledger_.supply(); }
  double operator_balance(std::size_t node) const { return tokens(ledger_.addresses()[node]); }
  double staker_balance(std::size_t staker) const { return tokens(ledger_.addresses()[2 * nodes_ + staker]); }
  std::vector<std::string> exact() const {
    std::vector<std::string> texts;
    const auto add = [&](Units128 units) { texts.push_back(economy::wide(units).text()); };
    add(ledger_.pool());
    add(ledger_.outside());
    add(ledger_.dust());
    for (const Units128 units : ledger_.addresses()) add(units);
    return texts;
  }

 private:
  ExactBooks(economy::NumberedLedger ledger, std::size_t nodes, std::size_t stakers, const Model& model)
      : ledger_(std::move(ledger)),
        nodes_(nodes),
        on_node_(nodes + 1),
        due_(2 * nodes + stakers),
        reward_(nodes),
        least_(economy::units128_of(model.rules.activation_least)) {
    const Uint256 monthly = economy::fine(model.rules.resource_base) +
                            mul_div(economy::fine(model.rules.resource_variable),
                                    Uint256(static_cast<std::uint64_t>(model.resource.decentralization * 1e9)),
                                    Uint256(std::uint64_t{1'000'000'000}));
    resource_ = economy::units128(mul_div(monthly, 12u, 365u) / Uint256(economy::kFinePerUnit));
  }
  DayPaid nothing() {
    std::fill(reward_.begin(), reward_.end(), 0.0);
    return {0, 0, 0, 0};
  }
  double sum(std::size_t from, std::size_t to) const {
    Units128 all = 0;
    for (const Units128 units : ledger_.addresses().subspan(from, to - from)) all += units;
    return tokens(all);
  }

  economy::NumberedLedger ledger_;
  std::size_t nodes_;
  std::vector<Units128> on_node_;
  std::vector<Units128> due_;
  std::vector<double> reward_;
  std::span<const std::uint8_t> active_;
  Units128 staked_ = 0;
  Units128 least_;
  Units128 resource_ = 0;  // of one that works, per day
};

class FastBooks {
 public:
  static Result<FastBooks> open(const Model& model, std::span<const double> stakes) {
    FastBooks books(model, stakes);
    double given = books.pool_ + model.operators.bond_token * model.operators.count;
    for (const double stake : stakes) given += stake;
    if (given > books.supply_) {
      return Error{"the pool, bonds and stakes of the start hold more than the supply, " + model.supply.tokens_text()};
    }
    books.outside_ = books.supply_ - given;
    return books;
  }

  void add_up(std::span<const std::uint32_t> where) {
    std::fill(on_node_.begin(), on_node_.end(), 0.0);
    for (std::size_t s = 0; s < where.size(); ++s) on_node_[where[s]] += stakers_[s];
  }
  bool enough(std::size_t node) const { return on_node_[node] >= least_; }

  DayPaid pay(const DayPay& day, std::span<const std::uint32_t> where) {
    std::fill(reward_.begin(), reward_.end(), 0.0);
    staked_ = 0;
    for (std::size_t n = 0; n < reward_.size(); ++n) {
      if (active_[n] != 0) staked_ += on_node_[n];
    }
    if (day.active == 0 || pool_ <= 0) return {0, 0, 0, 0};
    const double whole = static_cast<double>(economy::kWholeWeight);
    const double by_node = tokens(day.operators) / static_cast<double>(day.active) / whole;
    const double by_stake = staked_ > 0 ? tokens(day.stakers) / staked_ / whole : 0;
    DayPaid paid;
    for (std::size_t n = 0; n < reward_.size(); ++n) {
      rate_[n] = by_stake * static_cast<double>(day.weights[n]);
      reward_[n] = by_node * static_cast<double>(day.weights[n]);
      paid.operators += reward_[n];
      paid.stakers += rate_[n] * on_node_[n];
      paid.resource += resource_ * day.working[n];
    }
    const double owed = paid.operators + paid.stakers + paid.resource;
    if (owed > pool_) {
      paid.share = pool_ / owed;
      for (double& rate : rate_) rate *= paid.share;
      for (double& reward : reward_) reward *= paid.share;
      paid.operators *= paid.share;
      paid.stakers *= paid.share;
      paid.resource *= paid.share;
    }
    for (std::size_t n = 0; n < reward_.size(); ++n) operators_[n] += reward_[n];
    for (std::size_t s = 0; s < where.size(); ++s) stakers_[s] += stakers_[s] * rate_[where[s]];
    providers_ += paid.resource;
    operator_sum_ += paid.operators;
    staker_sum_ += paid.stakers;
    pool_ = owed > pool_ ? 0 : pool_ - owed;
    return paid;
  }
  double hold_service(double amount) {
    const double moved = std::min(amount, pool_);
    pool_ -= moved;
    outside_ += moved;
    return moved;
  }

  void set_active(std::span<const std::uint8_t> active) { active_ = active; }
  double reward(std::size_t node) const { return reward_[node]; }
  double staked() const { return staked_; }
  double pool() const { return pool_; }
  double operator_balances() const { return operator_sum_; }
  double staker_balances() const { return staker_sum_; }
  bool conserved() const {
    double sum = pool_ + outside_ + providers_;
    for (const double balance : operators_) sum += balance;
    for (const double balance : stakers_) sum += balance;
    return sum - supply_ < 1e-9 * supply_ && supply_ - sum < 1e-9 * supply_;
  }
  double operator_balance(std::size_t node) const { return operators_[node]; }
  double staker_balance(std::size_t staker) const { return stakers_[staker]; }
  std::vector<std::string> exact() const { return {}; }

 private:
  FastBooks(const Model& model, std::span<const double> stakes)
      : stakers_(stakes.begin(), stakes.end()),
        operators_(model.operators.count, model.operators.bond_token),
        reward_(model.operators.count),
        on_node_(model.operators.count + 1),
        rate_(model.operators.count + 1),
        pool_(tokens(economy::units128_of(model.pool))),
        supply_(tokens(economy::units128_of(model.supply))),
        least_(tokens(economy::units128_of(model.rules.activation_least))) {
    const double monthly =
        tokens(economy::units128_of(model.rules.resource_base)) +
        tokens(economy::units128_of(model.rules.resource_variable)) * model.resource.decentralization;
    resource_ = monthly * 12 / 365;
    for (const double balance : operators_) operator_sum_ += balance;
    for (const double balance : stakers_) staker_sum_ += balance;
  }

  std::vector<double> stakers_;
  std::vector<double> operators_;
  std::vector<double> reward_;
  std::vector<double> on_node_;
  std::vector<double> rate_;  // of a staked token; the last is of nowhere: 0
  std::span<const std::uint8_t> active_;
  double providers_ = 0;
  double outside_ = 0;
  double operator_sum_ = 0;
  double staker_sum_ = 0;
  double staked_ = 0;
  double pool_;
  double supply_;
  double least_;
  double resource_ = 0;
};

}  // namespace lastmile::lab
