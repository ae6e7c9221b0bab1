// Rewards of a window: the worked examples to the last unit, presets, and what bounds every history.
#include <gtest/gtest.h>
// clang-format off: rapidcheck's header needs gtest's before it
#include <rapidcheck/gtest.h>
// clang-format on

#include <algorithm>
#include <map>

#include "core/base/mul_div.hpp"
#include "core/base/random.hpp"
#include "core/economy/ledger/ledger.hpp"
#include "core/economy/reward/availability.hpp"
#include "core/economy/reward/fine.hpp"
#include "tests/unit/economy/small_network.hpp"

namespace lastmile::economy {
namespace {

constexpr std::uint64_t kDay = 7'130;

std::map<std::string, std::string> paid(const History& history, Window window, const RewardRules& rules) {
  std::map<std::string, std::string> texts;
  for (const Payout& payout : accrue_availability(history.events, window, rules).payouts().each) {
    texts[payout.payee + " " + std::string(reason_name(payout.reason))] = payout.amount.tokens_text();
  }
  return texts;
}

// economics.md 4.1, example A and B.
TEST(Availability, OneNodeWithoutAndWithResourceNodesIsPaidToTheUnit) {
  History bare;
  bare.whole_core("a", 0);
  bare.score({{"a", "1"}}, {});
  auto texts = paid(bare, {bare.height, bare.height + kDay}, plain_rules());
  EXPECT_EQ(texts["a-owner operator"], "10500.000000000000000000");
  EXPECT_EQ(texts["a-staker staker"], "3500.000000000000000000");
  History full;
  full.whole_core("a", 3);
  full.score({{"a", "1"}}, {{"a-crn0", "1"}, {"a-crn1", "1"}, {"a-crn2", "1"}});
  texts = paid(full, {full.height, full.height + kDay}, plain_rules());
  EXPECT_EQ(texts["a-owner operator"], "15000.000000000000000000");
  EXPECT_EQ(texts["a-staker staker"], "5000.000000000000000000");
  EXPECT_EQ(texts["a-crn1-owner resource"], "28.767123287671232876");  // 10500 / 365, rounded down
}

TEST(Availability, FiveOfEightArePaidInTheOrderOfLinkingAndAZeroTakesNoPlace) {
  History history;
  history.whole_core("a", 8);
  std::vector<std::pair<std::string, std::string>> scores;
  for (int i = 0; i < 8; ++i) scores.emplace_back("a-crn" + std::to_string(i), i == 1 ? "0.2" : "1");
  history.score({{"a", "1"}}, scores);
  const auto texts = paid(history, {history.height, history.height + kDay}, plain_rules());
  for (const int i : {0, 2, 3, 4, 5}) EXPECT_TRUE(texts.contains("a-crn" + std::to_string(i) + "-owner resource")) << i;
  for (const int i : {1, 6, 7}) EXPECT_FALSE(texts.contains("a-crn" + std::to_string(i) + "-owner resource")) << i;
}

TEST(Availability, NobodyIsPaidWhereNoCoreNodeIsActive) {
  History history;
  history.whole_core("a", 3);
  history.score({{"a", "1"}}, {{"a-crn0", "1"}});
  history.act(NodeAction::unstake, "a-staker", "a");
  EXPECT_TRUE(paid(history, {history.height, history.height + kDay}, plain_rules()).empty());
}

TEST(Availability, EarlyNodesKeepABonusThatMelts) {
  History history;
  history.height = 12'000'000;
  history.whole_core("a", 3);
  history.score({{"a", "1"}}, {{"a-crn0", "1"}, {"a-crn1", "1"}, {"a-crn2", "1"}});
  const RewardRules rules = plain_rules();
  auto texts = paid(history, {12'020'360, 12'020'360 + kDay}, rules);
  // 15,000 * (0.25 - 7130 * 10^-7)
  EXPECT_EQ(texts["a-owner bonus"], "3739.305000000000000000");
  texts = paid(history, {14'520'360, 14'520'360 + kDay}, rules);
  EXPECT_FALSE(texts.contains("a-owner bonus"));
}

TEST(Availability, PayeesAreEthereumAddressesInTheirOneSpelling) {
  const RewardRules rules;
  NodeRecord record;
  record.owner = "owner";
  record.reward = "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed";
  EXPECT_EQ(payee_of(record, rules), "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
  for (const char* none :
       {"", "0x12", "5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeg"}) {
    record.reward = none;
    EXPECT_EQ(payee_of(record, rules), "owner") << none;
  }
}

TEST(RewardPresets, AreFoundByNameAndContradictNothing) {
  for (const char* name : {"interview", "network-2022", "network-2026", "documents"}) {
    ASSERT_NE(reward_preset(name), nullptr) << name;
    EXPECT_TRUE(contradictions(*reward_preset(name)).empty()) << name;
  }
  EXPECT_EQ(reward_preset("network-2027"), nullptr);
}

// economics-lab.md 4: what the published text would pay a day more than the program, at 54 nodes.
TEST(RewardPresets, TheFlatEnvelopeOfTheTextPays1338TokensADayMore) {
  const Uint256 text = envelope_per_day(reward_preset("documents")->stakers, 54, 0);
  const Uint256 program = envelope_per_day(reward_preset("network-2026")->stakers, 54, 0);
  EXPECT_EQ(coarse(text - program).tokens_text().substr(0, 9), "1338.0312");
}

TEST(Envelopes, HaveFourShapes) {
  Envelope envelope;
  envelope.per_day = Amount::tokens(100);
  EXPECT_EQ(coarse(envelope_per_day(envelope, 7, 0)), Amount::tokens(100));
  envelope.shape = EnvelopeShape::logarithmic;
  EXPECT_EQ(coarse(envelope_per_day(envelope, 100, 0)), Amount::tokens(100));
  EXPECT_EQ(envelope_per_day(envelope, 0, 0), 0u);
  envelope.shape = EnvelopeShape::linear;
  envelope.cap = Amount::tokens(250);
  EXPECT_EQ(coarse(envelope_per_day(envelope, 2, 0)), Amount::tokens(200));
  EXPECT_EQ(coarse(envelope_per_day(envelope, 3, 0)), Amount::tokens(250));
  envelope.shape = EnvelopeShape::decaying;
  envelope.keep = Share::percent(50);
  envelope.since = 1'000;
  envelope.period = 10;
  EXPECT_EQ(coarse(envelope_per_day(envelope, 1, 0)), Amount::tokens(100));
  EXPECT_EQ(coarse(envelope_per_day(envelope, 1, 1'019)), Amount::tokens(50));
  EXPECT_EQ(coarse(envelope_per_day(envelope, 1, 1'020)), Amount::tokens(25));
  EXPECT_EQ(envelope_per_day(envelope, 1, ~std::uint64_t{0}), 0u);
  EXPECT_EQ(next_envelope_step(envelope, 0), 1'010u);
  EXPECT_EQ(next_envelope_step(envelope, 1'010), 1'020u);
  for (const EnvelopeShape shape :
       {EnvelopeShape::constant, EnvelopeShape::logarithmic, EnvelopeShape::linear, EnvelopeShape::decaying}) {
    EXPECT_EQ(parse_envelope_shape(envelope_shape_name(shape)), shape);
  }
}

// --- properties (economics.md 11) ------------------------------------------------------------------------------------

History any_history() {
  History history;
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 14));
  const auto name = [](const char* kind) { return kind + std::to_string(*rc::gen::inRange(0, 4)); };
  for (const int step : steps) {
    history.height += *rc::gen::inRange<std::uint64_t>(0, 3'000);
    switch (step) {
      case 0:
      case 1:
        history.hold(name("o"), *rc::gen::element<std::uint64_t>(0, 9'999, 199'999, 200'000, 900'000));
        break;
      case 2:
        history.hold(name("s"), *rc::gen::element<std::uint64_t>(0, 9'998, 500'000, 777'777));
        break;
      case 3:
        history.create_core("n" + std::to_string(history.events.size()), name("o"));
        break;
      case 4:
        history.create_resource("r" + std::to_string(history.events.size()), name("p"));
        break;
      case 5:
        history.whole_core("w" + std::to_string(history.events.size()), *rc::gen::inRange(0u, 7u));
        break;
      default: {
        // Something with what is there.
        std::vector<std::string> core{"none"};
        std::vector<std::string> resource{"none"};
        const NodeState& state = history.state(plain_rules());
        for (const auto& [hash, record] : state.core) core.push_back(hash);
        for (const auto& [hash, record] : state.resource) resource.push_back(hash);
        const std::string one = *rc::gen::elementOf(core);
        const std::string other = *rc::gen::elementOf(resource);
        const std::string score = *rc::gen::element<std::string>("0", "0.19", "0.35", "0.5", "0.8", "1");
        if (step == 6) history.act(NodeAction::stake_split, name("s"), one);
        if (step == 7) history.act(NodeAction::stake, name("s"), one);
        if (step == 8) history.act(NodeAction::unstake, name("s"), one);
        if (step == 9) history.act(NodeAction::link, name("o"), other);
        if (step == 10) history.act(NodeAction::unlink, name("p"), other);
        if (step == 11) history.act(NodeAction::drop_node, name("o"), *rc::gen::elementOf(core));
        if (step >= 12) history.score({{one, score}}, {{other, score}});
        break;
      }
    }
  }
  return history;
}

// Everything that is told twice must agree.
void check_state(const NodeState& state, const RewardRules& rules) {
  for (const auto& [hash, core] : state.core) {
    Uint256 staked;
    for (const auto& [staker, amount] : core.stakers) staked += amount.units();
    RC_ASSERT(staked == core.total_staked.units());
    RC_ASSERT(core.active == (core.total_staked >= rules.activation_least));
    RC_ASSERT(core.resource_nodes.size() <= rules.max_linked);
    RC_ASSERT(!core.stakers.contains(core.owner));
    for (const std::string& child : core.resource_nodes) RC_ASSERT(state.resource.at(child).parent == hash);
  }
  std::size_t linked = 0;
  for (const auto& [hash, resource] : state.resource) linked += resource.parent ? 1 : 0;
  for (const auto& [hash, core] : state.core) linked -= core.resource_nodes.size();
  RC_ASSERT(linked == 0u);
}

RC_GTEST_PROP(RegistryProperty, LinksAndStakesAgreeFromBothSides, ()) {
  const RewardRules rules = plain_rules();
  History history = any_history();
  check_state(history.state(rules), rules);
}

RC_GTEST_PROP(RewardProperty, AWindowMayBeCutAnywhere, ()) {
  const History history = any_history();
  const RewardRules rules = plain_rules();  // nobody here is old enough for the bonus
  const std::uint64_t start = kFirstBlock + *rc::gen::inRange<std::uint64_t>(0, 20'000);
  const std::uint64_t cut = start + *rc::gen::inRange<std::uint64_t>(0, 20'000);
  const std::uint64_t end = cut + *rc::gen::inRange<std::uint64_t>(0, 20'000);
  const Accruals whole = accrue_availability(history.events, {start, end}, rules);
  Accruals halves = accrue_availability(history.events, {start, cut}, rules);
  halves.add(accrue_availability(history.events, {cut, end}, rules));
  RC_ASSERT(whole == halves);
  // The same in one walk.
  AvailabilityWalk walk(history.events, rules);
  Accruals walked = walk.pay({start, cut});
  walked.add(walk.pay({cut, end}));
  RC_ASSERT(whole == walked);
}

RC_GTEST_PROP(RewardProperty, TheOrderOfArrivalDoesNotMatter, (std::uint64_t seed)) {
  const History history = any_history();
  const RewardRules rules = plain_rules();
  std::vector<RegistryEvent> shuffled = history.events;
  Generator luck(seed);
  luck.shuffle(shuffled);
  sort_events(shuffled);
  const Window window{kFirstBlock, history.height + 5'000};
  RC_ASSERT(accrue_availability(history.events, window, rules) == accrue_availability(shuffled, window, rules));
}

RC_GTEST_PROP(RewardProperty, NoEnvelopeIsExceeded, ()) {
  const History history = any_history();
  const RewardRules rules = plain_rules();
  // One stretch: what is in force at the end.
  Registry registry(rules);
  for (const RegistryEvent& event : history.events) registry.apply(event);
  std::uint64_t active = 0;
  for (const auto& [hash, core] : registry.state().core) active += core.active ? 1 : 0;
  const std::uint64_t blocks = *rc::gen::inRange<std::uint64_t>(1, 100'000);
  Accruals accruals(rules.blocks_per_day);
  accrue_stretch(registry.state(), {history.height, history.height + blocks}, rules, accruals);
  RC_ASSERT(accruals.total(Reason::operators) <= fine(Amount::tokens(15'000)) * blocks);
  RC_ASSERT(accruals.total(Reason::stakers) <= envelope_per_day(rules.stakers, active, history.height) * blocks);
  RC_ASSERT(accruals.total(Reason::resource) <= mul_div(fine(Amount::tokens(1'500)), 12u * 5u * active, 365u) * blocks);
}

RC_GTEST_PROP(LedgerProperty, NothingIsMadeOrLost, ()) {
  const History history = any_history();
  const RewardRules rules = plain_rules();
  const std::uint64_t pool = *rc::gen::element<std::uint64_t>(0, 1, 5'000, 100'000'000);
  auto ledger = Ledger::open(Amount::tokens(500'000'000), Amount::tokens(pool));
  RC_ASSERT(ledger.ok());
  AvailabilityWalk walk(history.events, rules);
  Amount given;
  for (std::uint64_t start = kFirstBlock; start < history.height + 5'000; start += 4'321) {
    const Payouts payouts = walk.pay({start, start + 4'321}).payouts();
    const Distribution done = ledger->distribute(payouts, start / kDay);
    RC_ASSERT(done.paid <= payouts.total);
    RC_ASSERT(done.scaled || done.paid == payouts.total);
    given = *given.plus(*done.paid.plus(done.dust));
    RC_ASSERT(ledger->sum() == ledger->supply());
  }
  RC_ASSERT(ledger->balance({AccountKind::pool, {}}) == Amount::tokens(pool).minus(given));
  Amount moved;
  for (const auto& [key, each] : ledger->moved()) moved = *moved.plus(each.amount);
  RC_ASSERT(moved == given);
}

TEST(Ledger, PaymentsAboveThePoolAreScaledDownForEverybody) {
  auto ledger = Ledger::open(Amount::tokens(1'000), Amount::tokens(10));
  Payouts payouts{{{"a", Reason::operators, Amount::tokens(30)}, {"b", Reason::stakers, Amount::tokens(15)}},
                  Amount::tokens(45),
                  Amount()};
  const Distribution done = ledger->distribute(payouts, 0);
  EXPECT_TRUE(done.scaled);
  EXPECT_EQ(ledger->balance(address_account("a")).tokens_text(), "6.666666666666666666");
  EXPECT_EQ(ledger->balance(address_account("b")).tokens_text(), "3.333333333333333333");
  EXPECT_EQ(done.dust, Amount::units(1));
  EXPECT_EQ(ledger->balance({AccountKind::pool, {}}), Amount());
  EXPECT_EQ(ledger->sum(), ledger->supply());
}

TEST(Ledger, NobodyGivesWhatItDoesNotHold) {
  auto ledger = Ledger::open(Amount::tokens(1'000), Amount::tokens(10));
  const auto refused =
      ledger->post({0, address_account("a"), {AccountKind::burned, {}}, Amount::tokens(1), Reason::sale});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text, "a holds 0.000000000000000000, asked for 1.000000000000000000");
  EXPECT_EQ(ledger->postings(), 0u);
  EXPECT_TRUE(ledger->post({0, {AccountKind::outside, {}}, address_account("a"), Amount::tokens(1), Reason::purchase}));
  EXPECT_EQ(ledger->moved(Reason::purchase).amount, Amount::tokens(1));
  EXPECT_FALSE(Ledger::open(Amount::tokens(1), Amount::tokens(2)));
}

}  // namespace
}  // namespace lastmile::economy
