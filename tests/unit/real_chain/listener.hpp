// A node as the gateway sees it: remembers the blocks it was told, and holds the gateway to its contract at every call.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/env/chain_gateway.hpp"
#include "tests/unit/real_chain/fake_chain.hpp"

namespace lastmile::real::test {

class Listener final : public env::ChainHandler {
 public:
  void on_block(std::string_view, const env::ChainBlock& block) override {
    if (!blocks.empty()) {
      EXPECT_EQ(block.height.value, blocks.back().height.value + 1) << "a gap";
      if (!block.parent.empty() && !blocks.back().hash.empty()) {
        EXPECT_EQ(block.parent, blocks.back().hash);
      }
    }
    blocks.push_back(block);
  }
  void on_reorg(std::string_view, env::Height kept) override {
    EXPECT_GE(kept.value, final.value_or(0)) << "something final was taken back";
    while (!blocks.empty() && blocks.back().height > kept) blocks.pop_back();
    ++reorgs;
  }
  void on_final(std::string_view, env::Height height) override {
    EXPECT_GT(height.value, final.value_or(0));
    EXPECT_TRUE(blocks.empty() || height.value <= blocks.back().height.value);
    final = height.value;
  }

  // Another life of the node: it follows from what it remembers, and its own rules keep what was final.
  void restart() { final.reset(); }

  std::vector<std::string> payloads() const {
    std::vector<std::string> out;
    for (const auto& block : blocks) {
      for (const auto& event : block.events) out.push_back(event.payload);
    }
    return out;
  }
  std::uint64_t head() const { return blocks.empty() ? 0 : blocks.back().height.value; }

  std::vector<env::ChainBlock> blocks;
  std::optional<std::uint64_t> final;
  int reorgs = 0;
};

// Of the chain as it stands, from a height on.
inline std::vector<std::string> payloads_of(const FakeChain& chain, std::uint64_t from = 0) {
  std::vector<std::string> out;
  for (const FakeBlock& block : chain.blocks()) {
    if (block.number >= from) out.insert(out.end(), block.payloads.begin(), block.payloads.end());
  }
  return out;
}

}  // namespace lastmile::real::test
