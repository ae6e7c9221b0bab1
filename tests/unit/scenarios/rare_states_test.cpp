// What a run says of rare states: which nodes were in, how often, where and when first, and which nobody ever was in.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "core/trace/rare_state.hpp"
#include "scenarios/engine/folder/summary.hpp"
#include "tests/unit/scenarios/fake_run.hpp"

namespace lastmile::scenario::test {
namespace {

using trace::RareState;

const RareStateResult& of(const std::vector<RareStateResult>& all, RareState state) {
  return all.at(static_cast<std::size_t>(state));
}

TEST(RareStates, HaveNamesAndMeaningsOfTheirOwn) {
  std::set<std::string_view> names;
  std::set<std::string_view> meanings;
  for (std::size_t i = 0; i < trace::kRareStateCount; ++i) {
    const auto& info = trace::rare_state_info(static_cast<RareState>(i));
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_TRUE(meanings.insert(info.meaning).second) << info.meaning;
    EXPECT_FALSE(info.name.empty() || info.meaning.empty()) << i;
  }
}

TEST(RareStates, AreCountedWithTheFirstTimeAndNode) {
  FakeRun run("");
  run.until(7);
  run.event(3, {Kind::rare_state, {}, static_cast<std::uint64_t>(RareState::promise_broken)});
  run.until(9);
  run.event(0, {Kind::rare_state, {}, static_cast<std::uint64_t>(RareState::promise_broken)});
  run.until(140);
  const auto all = run.watch().rare_states();
  ASSERT_EQ(all.size(), trace::kRareStateCount);
  const RareStateResult& broken = of(all, RareState::promise_broken);
  EXPECT_EQ(broken.count, 2U);
  EXPECT_EQ(broken.first, at(7));
  EXPECT_EQ(broken.node, "east-0");
  EXPECT_EQ(of(all, RareState::graft_refused).count, 0U);
}

TEST(RareStates, AreSeenInEventsThatSaySoByThemselves) {
  FakeRun run("");
  const auto refused = [&](trace::Queue queue) {
    run.event(0, {Kind::queue_refused, {}, static_cast<std::uint64_t>(queue), 0, 0});
  };
  refused(trace::Queue::inbox);
  refused(trace::Queue::verify);  // nothing of its own
  refused(trace::Queue::heads);
  run.event(1, {Kind::chain_reorg, {}, 0, 10, 2});
  run.event(2, {Kind::node_failed, {}, 0, 0, 0});
  std::vector<RareState> reached;
  for (const auto& result : run.watch().rare_states()) {
    if (result.count > 0) reached.push_back(result.state);
  }
  EXPECT_THAT(reached, testing::ElementsAre(RareState::inbox_full, RareState::chain_reorg, RareState::heads_full,
                                            RareState::node_failed));
}

TEST(RareStates, OfAReorganisationThatTookNothingBackAreNone) {
  EXPECT_FALSE(trace::rare_state_of({Kind::chain_reorg, {}, 0, 10, 0}));
  EXPECT_FALSE(trace::rare_state_of({Kind::rare_state, {}, trace::kRareStateCount}));  // of a newer program
}

TEST(RareStates, OfAdversariesAreNobodysBusiness) {
  FakeRun run("");
  run.world.dishonest = {3};
  run.event(3, {Kind::rare_state, {}, static_cast<std::uint64_t>(RareState::graft_refused)});
  EXPECT_EQ(of(run.watch().rare_states(), RareState::graft_refused).count, 0U);
}

TEST(RareStates, NeverReachedAreListedAndDecideNothing) {
  FakeRun run("");
  run.until(7);
  run.event(3, {Kind::rare_state, {}, static_cast<std::uint64_t>(RareState::promise_broken)});
  run.until(140);
  Summary summary = make_summary(*run.scenario, 7, *run.timeline, run.watch(), at(140));
  summary.checks.push_back({CheckName::healed, Verdict::pass, "", 1, {}, {}});
  EXPECT_EQ(decide(summary), Verdict::pass);
  const Json json = summary_json(summary);
  std::set<std::string> never;
  for (const Json& item : *json.find("never_reached")->items()) never.insert(*item.text());
  EXPECT_FALSE(never.contains("state promise_broken"));
  EXPECT_TRUE(never.contains("state graft_refused"));
  const auto& states = *json.find("rare_states")->items();
  const auto broken = std::find_if(states.begin(), states.end(),
                                   [](const Json& state) { return *state.find("name")->text() == "promise_broken"; });
  ASSERT_NE(broken, states.end());
  EXPECT_EQ(compact(*broken->find("count")), "1");
  EXPECT_EQ(compact(*broken->find("first_s")), "7");
  EXPECT_EQ(*broken->find("node")->text(), "east-0");
  EXPECT_FALSE(broken->find("meaning")->text()->empty());
}

}  // namespace
}  // namespace lastmile::scenario::test
