#include "sim/env/chain.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "core/base/check.hpp"
#include "core/base/siphash.hpp"
#include "sim/env/digest_chain.hpp"

namespace lastmile::sim {
namespace {

constexpr Duration kIntervalMin = milliseconds(1);

// "0x" and 16 digits per word, of words derived from (key, text).
std::string spread(SipKey key, std::string_view text, int digits) {
  std::string out = "0x";
  for (std::uint64_t word = 0; static_cast<int>(out.size()) < digits + 2; ++word) {
    const std::uint64_t value = siphash_2_4({key.k0 ^ word, key.k1}, as_bytes(text));
    std::array<std::uint8_t, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
    out += to_hex(bytes);
  }
  out.resize(static_cast<std::size_t>(digits) + 2);
  return out;
}

}  // namespace

Chain::Chain(ChainConfig config, std::uint64_t seed, Wall epoch)
    : config_(std::move(config)),
      interval_draws_(substream(substream(seed, kRunScope, "chain"), kRunScope, config_.name)),
      salt_(substream(seed, kRunScope, config_.name)) {
  LM_CHECK(!config_.name.empty() && config_.block_time);
  canonical_.push_back(append(kNoBlock, epoch, 0));
}

Duration Chain::next_interval() { return std::max(config_.block_time(interval_draws_), kIntervalMin); }

std::uint32_t Chain::append(std::uint32_t parent, Wall time, std::size_t transactions_max) {
  LM_CHECK(blocks_.size() < kNoBlock);
  const auto position = static_cast<std::uint32_t>(blocks_.size());
  auto block = std::make_shared<env::ChainBlock>();
  block->height.value = parent == kNoBlock ? 0 : height_of(parent) + 1;
  if (parent != kNoBlock) {
    block->parent = blocks_[parent].block->hash;
    // Two blocks of one branch never share a moment, and none is older than its parent.
    block->time = std::max(time, blocks_[parent].block->time + nanoseconds(1));
  } else {
    block->time = time;
  }
  // The position makes blocks of different branches differ.
  block->hash = spread({salt_, position}, block->parent, 64);
  const std::size_t taken = std::min(transactions_max, mempool_.size());
  block->events.reserve(taken);
  for (std::size_t i = 0; i < taken; ++i) {
    env::ChainEvent event = std::move(mempool_.front());
    mempool_.pop_front();
    event.height = block->height;
    event.block_hash = block->hash;
    event.time = block->time;
    block->events.push_back(std::move(event));
  }
  by_hash_.emplace(block->hash, position);
  blocks_.push_back({parent, std::move(block)});
  ++stats_.blocks;
  return position;
}

std::uint32_t Chain::make_block(Wall time) {
  const std::uint32_t position = append(canonical_.back(), time, config_.block_transactions_max);
  canonical_.push_back(position);
  return position;
}

std::uint64_t Chain::reorg(std::uint64_t depth, Wall time) {
  const std::uint64_t head_height = height_of(head());
  depth = std::min(depth, head_height - final_height(head()));
  if (depth == 0) return 0;
  std::vector<env::ChainEvent> returned;
  for (std::uint64_t h = head_height - depth + 1; h <= head_height; ++h) {
    const auto& events = blocks_[canonical_[h]].block->events;
    returned.insert(returned.end(), events.begin(), events.end());
  }
  std::vector<Wall> times;
  for (std::uint64_t h = head_height - depth + 1; h <= head_height; ++h)
    times.push_back(blocks_[canonical_[h]].block->time);
  canonical_.resize(canonical_.size() - depth);
  mempool_.insert(mempool_.begin(), std::make_move_iterator(returned.begin()), std::make_move_iterator(returned.end()));
  for (const Wall each : times) canonical_.push_back(append(canonical_.back(), each, 0));
  canonical_.push_back(append(canonical_.back(), time, config_.block_transactions_max));
  ++stats_.reorgs;
  stats_.blocks_taken_back += depth;
  return depth;
}

std::string Chain::accept(env::ChainEvent event) {
  if (mempool_.size() >= kMempoolMax) {
    ++stats_.refused;
    return {};
  }
  event.chain = config_.name;
  event.transaction = spread({salt_, ++transaction_counter_}, event.publisher, 64);
  ++stats_.transactions;
  stats_.bytes += event.payload.size();
  mempool_.push_back(std::move(event));
  return mempool_.back().transaction;
}

std::uint32_t Chain::canonical(std::uint64_t height) const {
  return height < canonical_.size() ? canonical_[height] : kNoBlock;
}

bool Chain::is_canonical(std::uint32_t position) const { return canonical(height_of(position)) == position; }

std::uint32_t Chain::find(std::string_view hash) const {
  const auto found = by_hash_.find(std::string(hash));
  return found == by_hash_.end() ? kNoBlock : found->second;
}

std::uint32_t Chain::ancestor(std::uint32_t position, std::uint64_t height) const {
  LM_CHECK(height <= height_of(position));
  while (height_of(position) > height) {
    if (is_canonical(position)) return canonical_[height];
    position = blocks_[position].parent;
  }
  return position;
}

std::uint32_t Chain::common_ancestor(std::uint32_t a, std::uint32_t b) const {
  const std::uint64_t height = std::min(height_of(a), height_of(b));
  a = ancestor(a, height);
  b = ancestor(b, height);
  while (a != b) {
    a = blocks_[a].parent;
    b = blocks_[b].parent;
  }
  return a;
}

std::uint64_t Chain::final_height(std::uint32_t position) const {
  const std::uint64_t height = height_of(position);
  return height - std::min(height, config_.finality_blocks);
}

void Chain::set_balance(const std::string& address, std::string units) { balances_[address] = std::move(units); }

std::string Chain::balance(const std::string& address) const {
  const auto found = balances_.find(address);
  return found == balances_.end() ? "0" : found->second;
}

std::string Chain::address_of(std::string_view chain, std::string_view node) {
  return spread({siphash_2_4({}, as_bytes(chain)), 0x61646472657373U}, node, 40);
}

}  // namespace lastmile::sim
