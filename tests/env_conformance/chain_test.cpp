#include <optional>

#include "tests/env_conformance/recorders.hpp"
#include "tests/env_conformance/suite.hpp"

namespace lastmile::env_conformance {
namespace {

// Follows one chain and checks the order that the contract promises.
class Follower final : public env::ChainHandler {
 public:
  explicit Follower(NodeLog& node_log) : log(node_log) {}

  void on_block(std::string_view, const env::ChainBlock& block) override {
    log.outside();
    if (!blocks.empty()) {
      EXPECT_EQ(block.height.value, blocks.back().height.value + 1) << "a gap";
      EXPECT_EQ(block.parent, blocks.back().hash);
    }
    for (const env::ChainEvent& event : block.events) {
      EXPECT_EQ(event.height, block.height);
      EXPECT_EQ(event.block_hash, block.hash);
    }
    blocks.push_back(block);
    everything.push_back('b');
  }
  void on_reorg(std::string_view, env::Height kept) override {
    log.outside();
    EXPECT_GE(kept.value, final_height.value_or(env::Height{0}).value) << "something final was taken back";
    while (!blocks.empty() && blocks.back().height > kept) blocks.pop_back();
    ++reorgs;
    everything.push_back('r');
  }
  void on_final(std::string_view, env::Height height) override {
    log.outside();
    EXPECT_GE(height.value, final_height.value_or(env::Height{0}).value);
    ASSERT_FALSE(blocks.empty());
    EXPECT_LE(height.value, blocks.back().height.value);
    final_height = height;
    everything.push_back('f');
  }
  const env::ChainEvent* find(const std::string& transaction) const {
    for (const auto& block : blocks) {
      for (const auto& event : block.events) {
        if (event.transaction == transaction) return &event;
      }
    }
    return nullptr;
  }

  NodeLog& log;
  std::vector<env::ChainBlock> blocks;  // as the follower believes them now
  std::optional<env::Height> final_height;
  int reorgs = 0;
  std::string everything;  // b, r, f in the order of the calls
};

#define LM_NEED_CHAIN(world) \
  if ((world)->chains(0) == nullptr || (world)->chain() == nullptr) GTEST_SKIP() << "this world has no chain yet"

TEST_P(ChainConformance, blocks_come_ascending_without_a_gap_and_become_final) {
  NodeLog log;
  Follower follower(log);
  auto world = make(2);
  LM_NEED_CHAIN(world);
  auto& chain = *world->chain();
  chain.grow(3);
  call(*world, 0, log, [&] { world->chains(0)->follow(chain.name(), env::Height{1}, "", follower); });
  chain.grow(chain.finality_blocks() + 2);
  ASSERT_TRUE(world->run_until([&] { return follower.final_height.has_value(); }, seconds(60)));
  EXPECT_EQ(follower.blocks.front().height.value, 1U);
  EXPECT_GE(follower.blocks.size(), 5U);
  EXPECT_EQ(follower.reorgs, 0);
}

TEST_P(ChainConformance, following_continues_where_it_is_told_to) {
  NodeLog log;
  Follower first(log), second(log);
  auto world = make(2);
  LM_NEED_CHAIN(world);
  auto& chain = *world->chain();
  call(*world, 0, log, [&] { world->chains(0)->follow(chain.name(), env::Height{1}, "", first); });
  chain.grow(6);
  ASSERT_TRUE(world->run_until([&] { return first.blocks.size() >= 4; }, seconds(60)));
  const env::ChainBlock known = first.blocks[1];
  call(*world, 1, log,
       [&] { world->chains(1)->follow(chain.name(), env::Height{known.height.value + 1}, known.hash, second); });
  ASSERT_TRUE(world->run_until([&] { return second.blocks.size() >= 2; }, seconds(60)));
  EXPECT_EQ(second.reorgs, 0);
  EXPECT_EQ(second.blocks[0].height.value, known.height.value + 1);
  EXPECT_EQ(second.blocks[0].parent, known.hash);
}

TEST_P(ChainConformance, a_reorg_takes_blocks_back_and_brings_others) {
  NodeLog log;
  Follower follower(log);
  auto world = make(2);
  LM_NEED_CHAIN(world);
  auto& chain = *world->chain();
  if (chain.finality_blocks() < 3) GTEST_SKIP() << "finality is too quick for a reorg of two blocks";
  call(*world, 0, log, [&] { world->chains(0)->follow(chain.name(), env::Height{1}, "", follower); });
  chain.grow(6);
  ASSERT_TRUE(world->run_until([&] { return follower.blocks.size() >= 4; }, seconds(60)));
  const std::string old_head = follower.blocks.back().hash;
  const env::Height old_height = follower.blocks.back().height;
  chain.reorg(2);
  ASSERT_TRUE(world->run_until(
      [&] { return follower.reorgs >= 1 && !follower.blocks.empty() && follower.blocks.back().height > old_height; },
      seconds(60)));
  for (const auto& block : follower.blocks) EXPECT_NE(block.hash, old_head);
}

TEST_P(ChainConformance, another_block_than_the_one_remembered_is_a_reorg_first) {
  NodeLog log;
  Follower follower(log);
  auto world = make(2);
  LM_NEED_CHAIN(world);
  auto& chain = *world->chain();
  chain.grow(5);
  call(*world, 0, log,
       [&] { world->chains(0)->follow(chain.name(), env::Height{4}, "a block that was never there", follower); });
  chain.grow(2);
  ASSERT_TRUE(world->run_until([&] { return !follower.blocks.empty(); }, seconds(60)));
  EXPECT_EQ(follower.everything[0], 'r');
  EXPECT_LT(follower.blocks.front().height.value, 4U);
}

TEST_P(ChainConformance, what_is_submitted_appears_in_a_block_under_the_publisher) {
  NodeLog log;
  Follower follower(log);
  auto world = make(2);
  LM_NEED_CHAIN(world);
  auto& chain = *world->chain();
  Answer<std::string> answer;
  const std::string payload = R"({"protocol":"aleph-offchain","version":1,"content":"Qm"})";
  call(*world, 1, log, [&] { world->chains(1)->follow(chain.name(), env::Height{1}, "", follower); });
  call(*world, 0, log, [&] { world->chains(0)->submit(chain.name(), payload, answer.done(log)); });
  ASSERT_TRUE(world->run_until([&] { return answer.calls == 1; }, seconds(60)));
  ASSERT_TRUE(answer.ok) << answer.error;
  EXPECT_FALSE(answer.value.empty());
  for (int i = 0; i < 20 && follower.find(answer.value) == nullptr; ++i) chain.grow(1);
  const env::ChainEvent* event = follower.find(answer.value);
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->kind, env::ChainEvent::Kind::sync);
  EXPECT_EQ(event->chain, chain.name());
  EXPECT_EQ(event->payload, payload);
  EXPECT_EQ(event->publisher, world->chains(0)->publisher(chain.name()));
}

TEST_P(ChainConformance, a_balance_is_a_decimal_number_and_comes_later) {
  NodeLog log;
  auto world = make(2);
  LM_NEED_CHAIN(world);
  auto& chain = *world->chain();
  chain.grow(1);
  Answer<std::string> answer;
  call(*world, 0, log,
       [&] { world->chains(0)->balance(chain.name(), world->chains(0)->publisher(chain.name()), answer.done(log)); });
  ASSERT_TRUE(world->run_until([&] { return answer.calls == 1; }, seconds(60)));
  ASSERT_TRUE(answer.ok) << answer.error;
  EXPECT_FALSE(answer.value.empty());
  EXPECT_EQ(answer.value.find_first_not_of("0123456789"), std::string::npos);
}

TEST_P(ChainConformance, an_unknown_chain_is_an_error_later) {
  NodeLog log;
  auto world = make(2);
  LM_NEED_CHAIN(world);
  Answer<std::string> submitted, balance;
  call(*world, 0, log, [&] {
    world->chains(0)->submit("no such chain", "{}", submitted.done(log));
    world->chains(0)->balance("no such chain", "0x0", balance.done(log));
  });
  ASSERT_TRUE(world->run_until([&] { return submitted.calls + balance.calls == 2; }, seconds(60)));
  EXPECT_FALSE(submitted.ok);
  EXPECT_FALSE(balance.ok);
}

}  // namespace
}  // namespace lastmile::env_conformance
