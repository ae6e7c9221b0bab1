// Paying by numbers is paying by the rules: the same units as the registry's rewards and the ledger with addresses.
#include <gtest/gtest.h>
// clang-format off: rapidcheck needs gtest first
#include <rapidcheck/gtest.h>
// clang-format on

#include <string>
#include <vector>

#include "core/economy/ledger/ledger.hpp"
#include "core/economy/ledger/numbered.hpp"
#include "core/economy/reward/availability.hpp"
#include "core/economy/reward/fine.hpp"
#include "core/economy/reward/proportion.hpp"

namespace lastmile::economy {
namespace {

RC_GTEST_PROP(NumberedProperty, AReciprocalGivesTheQuotientOfTheLongDivision, ()) {
  const auto envelope = fine(Amount::units(Uint256(*rc::gen::arbitrary<std::uint64_t>()) * 100'000u));
  const auto whole = Units128{*rc::gen::inRange<std::uint64_t>(1, 1'000'000'000'000)} *
                     *rc::gen::inRange<std::uint64_t>(1, Amount::kUnitsPerToken);
  const Proportion proportion(envelope, whole);
  for (int i = 0; i < 50; ++i) {
    const auto weight = *rc::gen::inRange<std::uint64_t>(0, kWholeWeight + 1);
    const auto part = Units128{*rc::gen::arbitrary<std::uint64_t>()} * *rc::gen::inRange<std::uint64_t>(0, 1'000'000);
    RC_ASSERT(proportion.of(weight, part) == proportion.slow(weight, part));
  }
}

// Where quotients are whole the reciprocal, which is too small, would be one short.
TEST(Numbered, QuotientsWithoutRemainderAreNotOneShort) {
  const Units128 whole = Units128{3'000'000} * Amount::kUnitsPerToken;
  const Proportion proportion(fine(Amount::tokens(15'000)), whole);
  for (std::uint64_t k = 1; k <= 300; ++k) {
    const Units128 part = whole / 300 * k;
    EXPECT_EQ(amount_of(proportion.of(kWholeWeight, part)), Amount::tokens(50 * k)) << k;
  }
}

struct Network {
  NodeState state;
  std::vector<std::uint64_t> weights;
  std::vector<bool> active;
  std::vector<std::vector<Units128>> stakes;
};

Network any_network(const RewardRules& rules) {
  Network network;
  const int nodes = *rc::gen::inRange(1, 8);
  for (int n = 0; n < nodes; ++n) {
    const std::uint64_t parts = *rc::gen::inRange<std::uint64_t>(0, kScoreParts + 1);
    CoreNodeRecord core;
    core.hash = core.owner = "operator-" + std::to_string(n);
    std::string digits = std::to_string(parts);
    digits.insert(0, 10 - std::min<std::size_t>(10, digits.size()), '0');
    core.score = Share::clamped(digits.substr(0, 1) + "." + digits.substr(1));
    core.active = *rc::gen::arbitrary<bool>();
    auto& stakes = network.stakes.emplace_back();
    const int stakers = *rc::gen::inRange(1, 6);
    for (int s = 0; s < stakers; ++s) {
      const Units128 stake = Units128{*rc::gen::inRange<std::uint64_t>(1, 900'000)} * Amount::kUnitsPerToken +
                             *rc::gen::inRange<std::uint64_t>(0, Amount::kUnitsPerToken);
      stakes.push_back(stake);
      core.stakers["staker-" + std::to_string(n) + "-" + std::to_string(s)] = amount_of(stake);
      core.total_staked = *core.total_staked.plus(amount_of(stake));
    }
    network.weights.push_back(node_weight(parts, rules.linkage_none));
    network.active.push_back(core.active);
    network.state.core[core.hash] = core;
  }
  return network;
}

// One day of the same network, paid by both; a small pool is scaled down by both.
RC_GTEST_PROP(NumberedProperty, ADayPaysTheSameUnitsAsTheRegistryAndTheLedger, ()) {
  RewardRules rules;
  rules.ethereum_payees = false;
  rules.bonus_before.reset();
  const Network network = any_network(rules);
  const Amount pool = Amount::tokens(*rc::gen::element<std::uint64_t>(9, 3'000, 100'000'000));

  Accruals accruals(rules.blocks_per_day);
  accrue_stretch(network.state, {rules.start, rules.start + rules.blocks_per_day}, rules, accruals);
  Ledger ledger = *Ledger::open(Amount::tokens(500'000'000), pool);
  ledger.distribute(accruals.payouts(), 0);

  std::uint64_t count = 0;
  Units128 staked = 0;
  std::size_t stakers = 0;
  for (std::size_t n = 0; n < network.weights.size(); ++n) {
    stakers += network.stakes[n].size();
    if (!network.active[n]) continue;
    ++count;
    for (const Units128 stake : network.stakes[n]) staked += stake;
  }
  NumberedLedger numbered = *NumberedLedger::open(Amount::tokens(500'000'000), pool, network.weights.size() + stakers);
  std::vector<Units128> operators(network.weights.size());
  std::vector<Units128> by_stake;
  std::vector<std::string> names;
  if (count > 0) {
    const Proportion per_node(envelope_per_day(rules.operators, count, rules.start), count);
    const Proportion per_stake(envelope_per_day(rules.stakers, count, rules.start), staked);
    for (std::size_t n = 0; n < network.weights.size(); ++n) {
      const std::uint64_t weight = network.active[n] ? network.weights[n] : 0;
      operators[n] = per_node.of(weight, 1);
      for (std::size_t s = 0; s < network.stakes[n].size(); ++s) {
        by_stake.push_back(per_stake.of(weight, network.stakes[n][s]));
        names.push_back("staker-" + std::to_string(n) + "-" + std::to_string(s));
      }
    }
    const std::vector<NumberedLedger::Due> dues = {{Reason::operators, 0, operators},
                                                   {Reason::stakers, operators.size(), by_stake}};
    numbered.distribute(dues);
  }
  for (std::size_t n = 0; n < operators.size(); ++n) {
    RC_ASSERT(amount_of(numbered.addresses()[n]) == ledger.balance(address_account("operator-" + std::to_string(n))));
  }
  for (std::size_t s = 0; s < names.size(); ++s) {
    RC_ASSERT(amount_of(numbered.addresses()[operators.size() + s]) == ledger.balance(address_account(names[s])));
  }
  RC_ASSERT(numbered.sum() == numbered.supply());
}

}  // namespace
}  // namespace lastmile::economy
