#include "core/node/refused_messages.hpp"

#include "core/crypto/hash.hpp"

namespace lastmile::node {
namespace {

// All that the verdict looked at: a name that left out the type would let who changes it in a copy keep the true one
// out.
Hash256 name_of(const message::Envelope& envelope) { return crypto::sha256(message::statement_of(envelope)); }

}  // namespace

void RefusedMessages::add(const message::Envelope& envelope, Why why) {
  if (limit_ == 0) return;
  const Hash256 name = name_of(envelope);
  if (!why_.try_emplace(name, why).second) return;
  order_.push_back(name);
  if (order_.size() <= limit_) return;
  why_.erase(order_.front());
  order_.pop_front();
}

std::optional<RefusedMessages::Why> RefusedMessages::find(const message::Envelope& envelope) const {
  if (why_.empty()) return std::nullopt;
  const auto found = why_.find(name_of(envelope));
  if (found == why_.end()) return std::nullopt;
  return found->second;
}

}  // namespace lastmile::node
