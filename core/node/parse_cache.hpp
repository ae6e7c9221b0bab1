#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <unordered_map>

#include "core/gossip/message.hpp"
#include "core/message/content.hpp"
#include "core/message/envelope.hpp"

namespace lastmile::node {

// What gossip messages say, read once for all nodes of a simulation: a thousand of them are handed the same object, and
// each would make the same envelope and content of its text. For nodes with the same switches. A real node reads a
// message once anyway and has no such cache.
class ParseCache {
 public:
  static constexpr std::size_t kMessagesMax = 4096;  // the newest; who meets an older one reads it again

  struct Parsed {
    std::shared_ptr<const message::Envelope> envelope;
    std::shared_ptr<const message::Content> content;  // null until somebody has read it
  };

  // Null when nobody has read it. Valid until the next add().
  Parsed* find(const gossip::MessageRef& message) {
    const auto found = parsed_.find(message.get());
    return found == parsed_.end() ? nullptr : &found->second;
  }

  void add(gossip::MessageRef message, std::shared_ptr<const message::Envelope> envelope) {
    if (!parsed_.try_emplace(message.get(), Parsed{std::move(envelope), nullptr}).second) return;
    held_.push_back(std::move(message));
    if (held_.size() <= kMessagesMax) return;
    parsed_.erase(held_.front().get());
    held_.pop_front();
  }

 private:
  // Found by its place in memory, which `held_` keeps from being given to another; never ordered by it.
  std::unordered_map<const gossip::PubsubMessage*, Parsed> parsed_;
  std::deque<gossip::MessageRef> held_;  // oldest first
};

}  // namespace lastmile::node
