#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/strong.hpp"
#include "core/base/time.hpp"
#include "core/env/done.hpp"

namespace lastmile::env {

struct HeightTag;
using Height = Strong<HeightTag, std::uint64_t>;

// One event of the synchronization contract, in block order (messages.md 6.3).
struct ChainEvent {
  enum class Kind : std::uint8_t { sync, message };
  Kind kind = Kind::sync;
  std::string chain;  // chain name as configured ("ethereum")
  Height height;
  std::string block_hash;
  std::string transaction;   // hash, unique within its chain
  Wall time;                 // of the block
  std::string publisher;     // address that sent it
  std::string message_type;  // message events only
  std::string payload;       // JSON text of a sync event, content of a message event
};

// Far below what is final a block without events may come with its height alone: hash and parent empty, time zero.
struct ChainBlock {
  Height height;
  std::string hash;
  std::string parent;
  Wall time;
  std::vector<ChainEvent> events;
};

// Calls come on the node's loop, per chain in this order: blocks by ascending height without a gap; on_reorg(h) says
// that all blocks above h are taken back, new ones follow from h+1; on_final(h) says that blocks up to h will not be
// taken back. A chain that cannot be reached falls silent and continues later where it stopped.
class ChainHandler {
 public:
  virtual ~ChainHandler() = default;
  virtual void on_block(std::string_view chain, const ChainBlock& block) = 0;
  virtual void on_reorg(std::string_view chain, Height kept) = 0;
  virtual void on_final(std::string_view chain, Height height) = 0;
};

// Several public chains at once, told apart by name.
class ChainGateway {
 public:
  virtual ~ChainGateway() = default;
  // Start (or move) the following of a chain: blocks from `from` on, as far as they exist. known_hash = hash of the
  // block before `from` as the node remembers it, empty at the start: if the chain has another there now, on_reorg
  // comes first.
  virtual void follow(std::string_view chain, Height from, std::string_view known_hash, ChainHandler& handler) = 0;
  // Send a sync payload. done: the transaction hash once a node of the chain accepted it; that is no promise of a
  // block.
  virtual void submit(std::string_view chain, std::string payload, Done<std::string> done) = 0;
  // The address under which submit() publishes on this chain.
  virtual std::string publisher(std::string_view chain) const = 0;
  // Token balance of an address as decimal units of 10^-18, at the newest block seen.
  virtual void balance(std::string_view chain, std::string address, Done<std::string> done) = 0;
};

}  // namespace lastmile::env
