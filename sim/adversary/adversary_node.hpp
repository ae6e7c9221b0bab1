// A node that does harm while its orders say so. What is common to the nodes of one entry of `adversaries`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/callback.hpp"
#include "core/message/item_hash.hpp"
#include "scenarios/engine/model/adversary.hpp"
#include "sim/env/node.hpp"

namespace lastmile::sim {

// Outlives the nodes.
struct Orders {
  const scenario::Adversary& entry;
  std::uint64_t seed;                // of the run
  std::vector<std::string> victims;  // names; of an eclipser
  // Told of every message that its author really signed, before anybody sees it: such a message is no forgery.
  Callback<void(const message::ItemHash&)>& signed_rightly;
  bool active = false;
  std::uint64_t acts = 0;  // harm done so far, by all of them
};

class AdversaryNode : public SimNode {
 public:
  virtual void orders_changed() = 0;  // on the loop
};

}  // namespace lastmile::sim
