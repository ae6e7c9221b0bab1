// A simulated public chain: makes blocks by a law, can be made to fork, keeps every block it ever made. One per name
// and run; the nodes see it through SimChainGateway, each with its own delay.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/callback.hpp"
#include "core/base/random.hpp"
#include "core/env/chain_gateway.hpp"

namespace lastmile::sim {

struct ChainConfig {
  std::string name = {};
  Callback<Duration(Generator&)> block_time = {};  // law; results below 1 ms count as 1 ms
  std::uint64_t finality_blocks = 12;              // a block is final when this many lie above it
  std::uint32_t block_transactions_max = 1000;
  Duration access_latency_min =
      milliseconds(40);  // node to its access point of the chain, one way, drawn once per node
  Duration access_latency_max = milliseconds(400);
};

struct ChainStats {
  std::uint64_t blocks = 0;        // ever made
  std::uint64_t transactions = 0;  // accepted into the mempool
  std::uint64_t bytes = 0;         // of payloads: what fees would be paid for
  std::uint64_t refused = 0;       // mempool full
  std::uint64_t reorgs = 0;
  std::uint64_t blocks_taken_back = 0;
};

class Chain {
 public:
  static constexpr std::size_t kMempoolMax = 1'000'000;
  static constexpr std::uint32_t kNoBlock = 0xffffffffU;

  struct Block {
    std::uint32_t parent = kNoBlock;  // position in blocks(); kNoBlock for the first
    std::shared_ptr<const env::ChainBlock> block;
  };

  // Block 0 exists from the start, without events, at the epoch.
  Chain(ChainConfig config, std::uint64_t seed, Wall epoch);

  const std::string& name() const { return config_.name; }
  const ChainConfig& config() const { return config_; }
  Duration next_interval();  // draws the law

  // Appends a block with what waits in the mempool; returns its position.
  std::uint32_t make_block(Wall time);
  // Takes the newest `depth` blocks back, never a final one, and puts an equal number of empty ones plus one with the
  // oldest waiting transactions in their place; transactions of the lost blocks return to the mempool, before all
  // others. Returns the number taken back.
  std::uint64_t reorg(std::uint64_t depth, Wall time);

  // Hash of the accepted transaction; empty when the mempool is full. Chain, height, block and time are filled in
  // later.
  std::string accept(env::ChainEvent event);

  const Block& at(std::uint32_t position) const { return blocks_[position]; }
  std::uint32_t head() const { return canonical_.back(); }
  std::uint32_t canonical(std::uint64_t height) const;  // kNoBlock above the head
  bool is_canonical(std::uint32_t position) const;
  // The block at a height on the branch that ends in `position`; height not above it.
  std::uint32_t ancestor(std::uint32_t position, std::uint64_t height) const;
  std::uint32_t common_ancestor(std::uint32_t a, std::uint32_t b) const;
  std::uint32_t find(std::string_view hash) const;  // kNoBlock when never made
  std::uint64_t height_of(std::uint32_t position) const { return blocks_[position].block->height.value; }
  // Height that is final when `position` is the newest block; 0 at least.
  std::uint64_t final_height(std::uint32_t position) const;

  void set_balance(const std::string& address, std::string units);
  std::string balance(const std::string& address) const;  // "0" when unknown
  // Deterministic address of a publisher, in the style "0x" + 40 digits.
  static std::string address_of(std::string_view chain, std::string_view node);

  std::size_t mempool_size() const { return mempool_.size(); }
  const ChainStats& stats() const { return stats_; }

 private:
  std::uint32_t append(std::uint32_t parent, Wall time, std::size_t transactions_max);

  ChainConfig config_;
  Generator interval_draws_;
  std::uint64_t salt_;  // of this run and chain, for hashes
  std::vector<Block> blocks_;
  std::vector<std::uint32_t> canonical_;  // by height
  std::unordered_map<std::string, std::uint32_t> by_hash_;
  std::deque<env::ChainEvent> mempool_;
  std::map<std::string, std::string> balances_;
  std::uint64_t transaction_counter_ = 0;
  ChainStats stats_;
};

}  // namespace lastmile::sim
