// Gossip repeats of what was refused for good: the last statements (message::statement_of; messages.md 5.1), so that a
// forged message that comes again, dressed anew, costs no second signature check. What the store keeps needs no place
// here: it is known by its status (docs/decisions/0123).
#pragma once

#include <deque>
#include <map>
#include <optional>

#include "core/base/hash.hpp"
#include "core/message/envelope.hpp"

namespace lastmile::node {

class RefusedMessages {
 public:
  enum class Why : std::uint8_t { forged, malformed };
  // Limits::recent_messages; 0 remembers nothing.
  explicit RefusedMessages(std::size_t limit) : limit_(limit) {}

  // The oldest goes when there are too many.
  void add(const message::Envelope& envelope, Why why);
  std::optional<Why> find(const message::Envelope& envelope) const;
  std::size_t size() const { return why_.size(); }

 private:
  std::size_t limit_;
  std::map<Hash256, Why> why_;
  std::deque<Hash256> order_;  // oldest first
};

}  // namespace lastmile::node
