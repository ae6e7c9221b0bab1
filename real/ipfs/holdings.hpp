// What the service of IPFS blocks has to know of the node: which files are at hand, and which are wanted.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/node/core_node.hpp"

namespace lastmile::real {

class Holdings {
 public:
  virtual ~Holdings() = default;
  virtual bool at_hand(const message::ItemHash& file) = 0;  // whole, and may be served
  // Files and contents with IPFS names that messages wait for: a page of them; the next call gives the next page, in
  // turn.
  virtual std::vector<message::ItemHash> wanted() = 0;
  virtual bool paused() = 0;  // nothing new is taken in
  virtual void arrived(const message::ItemHash& file, std::uint64_t bytes, bool directory) = 0;  // its blob is durable
};

class NodeHoldings final : public Holdings {
 public:
  explicit NodeHoldings(node::CoreNode& node) : node_(node) {}
  bool at_hand(const message::ItemHash& file) override;
  std::vector<message::ItemHash> wanted() override;
  bool paused() override { return node_.intake_paused(); }
  void arrived(const message::ItemHash& file, std::uint64_t bytes, bool directory) override {
    node_.file_arrived(file, bytes, directory);
  }

 private:
  node::CoreNode& node_;
  std::optional<message::ItemHash> file_turn_;
  std::optional<store::WaitingSince> content_turn_;
};

}  // namespace lastmile::real
