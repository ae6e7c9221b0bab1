// Public chains: blocks, forks, outages, transactions.
#include "sim/env/chain.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/sim/toy.hpp"

namespace lastmile::sim::test {
namespace {

using Stories = std::vector<std::string>;

// Checks the contract of ChainHandler while it listens.
class Follower final : public env::ChainHandler {
 public:
  void on_block(std::string_view, const env::ChainBlock& block) override {
    if (!hashes.empty()) {
      EXPECT_EQ(block.height.value, hashes.rbegin()->first + 1);
      EXPECT_EQ(block.parent, hashes.rbegin()->second);
    }
    hashes[block.height.value] = block.hash;
    for (const env::ChainEvent& event : block.events) payloads[event.payload].push_back(block.height.value);
    ++blocks;
  }
  void on_reorg(std::string_view, env::Height kept) override {
    EXPECT_GE(kept.value, final_height);
    hashes.erase(hashes.upper_bound(kept.value), hashes.end());
    for (auto& [payload, heights] : payloads) std::erase_if(heights, [&](std::uint64_t h) { return h > kept.value; });
    reorgs.push_back(kept.value);
  }
  void on_final(std::string_view, env::Height height) override {
    EXPECT_GT(height.value, final_height);
    final_height = height.value;
  }
  std::map<std::uint64_t, std::string> hashes;
  std::map<std::string, std::vector<std::uint64_t>> payloads;
  std::vector<std::uint64_t> reorgs;
  std::uint64_t final_height = 0;
  int blocks = 0;
};

ChainConfig slow_chain() {
  ChainConfig config;
  config.name = "ethereum";
  config.block_time = [](Generator&) { return seconds(10); };
  config.finality_blocks = 6;
  return config;
}

struct World : Toys {
  explicit World(std::uint32_t count) : Toys(count) { chain = engine->add_chain(slow_chain()); }
  void follow(std::uint32_t node, Follower& follower, std::uint64_t from = 0, std::string known = {}) {
    on(node, [&] { (*this)[node].env.chains.follow("ethereum", {from}, known, follower); });
  }
  std::uint64_t height() const { return engine->chain(chain).height_of(engine->chain(chain).head()); }
  std::uint32_t chain = 0;
};

TEST(SimChains, blocks_reach_each_node_after_its_own_delay) {
  Follower a, b;
  World world(2);
  world.follow(0, a);
  world.follow(1, b);
  world.run(seconds(95));
  EXPECT_EQ(a.hashes.size(), 10U);
  EXPECT_EQ(a.hashes, b.hashes);
  EXPECT_EQ(a.final_height, 3U);
  EXPECT_EQ(a.reorgs, std::vector<std::uint64_t>{});
}

TEST(SimChains, a_reorg_returns_transactions_to_the_next_block) {
  Follower a, b;
  World world(2);
  world.follow(0, a);
  world.follow(1, b);
  Stories hashes;
  world.run(seconds(41));
  world.on(0, [&] {
    world[0].env.chains.submit("ethereum", "pay", [&](Result<std::string> result) {
      hashes.push_back(result.ok() ? *result : result.error().text);
    });
  });
  world.run(seconds(14));
  ASSERT_EQ(hashes.size(), 1U);
  EXPECT_EQ(hashes[0].substr(0, 2), "0x");
  EXPECT_EQ(b.payloads["pay"], std::vector<std::uint64_t>{5});
  const std::string lost = a.hashes[5];
  EXPECT_EQ(world.engine->reorg(world.chain, 2), 2U);
  world.run(seconds(1));
  EXPECT_EQ(a.reorgs, std::vector<std::uint64_t>{3});
  EXPECT_NE(a.hashes[5], lost);
  EXPECT_EQ(a.payloads["pay"], std::vector<std::uint64_t>{6});
  EXPECT_EQ(a.hashes, b.hashes);
  world.run(seconds(200));
  EXPECT_EQ(b.payloads["pay"], std::vector<std::uint64_t>{6});
  const ChainStats& stats = world.engine->chain(world.chain).stats();
  EXPECT_EQ(stats.blocks_taken_back, 2U);
  EXPECT_EQ(stats.transactions, 1U);
  EXPECT_EQ(stats.bytes, 3U);
}

TEST(SimChains, what_is_final_cannot_be_taken_back) {
  Follower a;
  World world(1);
  world.follow(0, a);
  world.run(seconds(205));
  EXPECT_EQ(world.height(), 20U);
  EXPECT_EQ(world.engine->reorg(world.chain, 100), 6U);
  world.run(seconds(50));
  EXPECT_EQ(a.reorgs, std::vector<std::uint64_t>{14});
}

TEST(SimChains, many_forks_in_a_row_keep_the_contract) {
  Follower a, b;
  World world(2);
  world.follow(0, a);
  Generator draws(5);
  for (int i = 0; i < 60; ++i) {
    world.run(Duration{draws.between(0, 25'000'000'000)});
    world.engine->reorg(world.chain, draws.below(7));
    if (i == 30) world.follow(1, b);
    if (i % 7 == 3) {
      const std::vector<NodeIndex> who{{0}};
      world.engine->begin_outage(world.chain, who);
      world.run(seconds(60));
      world.engine->end_outage(world.chain, who);
    }
  }
  world.run(seconds(30));
  EXPECT_EQ(a.hashes, b.hashes);
  EXPECT_EQ(a.hashes.size(), world.height() + 1);
  EXPECT_GT(a.reorgs.size(), 10U);
}

TEST(SimChains, a_node_that_comes_back_is_told_of_the_fork_it_missed) {
  Follower before, after, stranger;
  World world(1);
  world.follow(0, before);
  world.run(seconds(105));
  const auto [height, hash] = *before.hashes.rbegin();
  EXPECT_EQ(height, 10U);
  world.engine->crash({0}, DiskFate::kept);
  world.engine->reorg(world.chain, 3);
  world.run(seconds(100));
  world.engine->start({0});
  after.hashes = before.hashes;
  world.follow(0, after, height + 1, hash);
  world.run(seconds(2));
  EXPECT_EQ(after.reorgs, std::vector<std::uint64_t>{7});
  EXPECT_EQ(after.hashes.size(), world.height() + 1);
  // A hash that the chain never had: back to where nothing could have changed.
  stranger.hashes = before.hashes;
  world.follow(0, stranger, height + 1, "0xnever");
  world.run(seconds(2));
  EXPECT_EQ(stranger.reorgs, std::vector<std::uint64_t>{4});
  EXPECT_EQ(stranger.hashes, after.hashes);
}

TEST(SimChains, an_outage_is_silence_and_continues_where_it_stopped) {
  Follower a, b;
  World world(2);
  world.follow(0, a);
  world.follow(1, b);
  world.run(seconds(25));
  const std::vector<NodeIndex> who{{0}};
  world.engine->begin_outage(world.chain, who);
  Stories answers;
  world.on(0, [&] {
    world[0].env.chains.submit("ethereum", "x",
                               [&](Result<std::string> r) { answers.push_back(r.ok() ? *r : r.error().text); });
    world[0].env.chains.balance("ethereum", "y",
                                [&](Result<std::string> r) { answers.push_back(r.ok() ? *r : r.error().text); });
  });
  world.run(seconds(100));
  EXPECT_EQ(answers, (Stories{"chain unreachable", "chain unreachable"}));
  EXPECT_EQ(a.hashes.size(), 3U);
  EXPECT_EQ(b.hashes.size(), 13U);
  world.engine->end_outage(world.chain, who);
  world.run(seconds(1));
  EXPECT_EQ(a.hashes, b.hashes);
}

TEST(SimChains, a_delay_shifts_blocks_and_loses_none) {
  Follower a;
  World world(1);
  world.follow(0, a);
  const std::vector<NodeIndex> who{{0}};
  world.run(seconds(5));
  world.engine->add_chain_delay(world.chain, who, seconds(30));
  world.run(seconds(30));
  EXPECT_EQ(a.hashes.size(), 1U);
  world.run(seconds(10));
  EXPECT_EQ(a.hashes.size(), 2U);
  world.engine->add_chain_delay(world.chain, who, seconds(-30));
  world.run(seconds(10));
  EXPECT_EQ(a.hashes.size(), world.height() + 1);
}

TEST(SimChains, a_long_history_is_handed_over_in_turns) {
  Follower a;
  World world(1);
  world.run(seconds(10'005));
  world.follow(0, a);
  world.run(milliseconds(1));
  EXPECT_EQ(a.blocks, 0);
  world.run(seconds(2));
  EXPECT_EQ(a.hashes.size(), 1001U);
  EXPECT_EQ(a.final_height, 994U);
}

TEST(SimChains, messages_and_balances_of_outsiders) {
  Follower a;
  World world(1);
  world.follow(0, a);
  env::ChainEvent event;
  event.kind = env::ChainEvent::Kind::message;
  event.publisher = "0xuser";
  event.payload = "from a contract";
  EXPECT_TRUE(world.engine->inject(world.chain, event));
  world.engine->set_balance(world.chain, "0xuser", "1500000000000000000");
  Stories answers;
  world.on(0, [&] {
    for (const char* who : {"0xuser", "0xnobody"})
      world[0].env.chains.balance("ethereum", who, [&](Result<std::string> r) { answers.push_back(*r); });
  });
  world.run(seconds(15));
  EXPECT_EQ(answers, (Stories{"1500000000000000000", "0"}));
  EXPECT_EQ(a.payloads["from a contract"], std::vector<std::uint64_t>{1});
}

}  // namespace
}  // namespace lastmile::sim::test
