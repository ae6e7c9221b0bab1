#include "core/node/refused_messages.hpp"

#include "core/crypto/hash.hpp"

namespace lastmile::node {
namespace {

// No part of a triple can hold a zero byte (docs/decisions/0111).
Hash256 triple(const message::Envelope& envelope) {
  static constexpr std::string_view kEnd("\0", 1);
  crypto::Sha256 hash;
  hash.add(envelope.sender).add(kEnd).add(envelope.item_hash.view()).add(kEnd);
  if (envelope.signature) hash.add(*envelope.signature);
  return hash.finish();
}

}  // namespace

void RefusedMessages::add(const message::Envelope& envelope, Why why) {
  if (limit_ == 0) return;
  const Hash256 name = triple(envelope);
  if (!why_.try_emplace(name, why).second) return;
  order_.push_back(name);
  if (order_.size() <= limit_) return;
  why_.erase(order_.front());
  order_.pop_front();
}

std::optional<RefusedMessages::Why> RefusedMessages::find(const message::Envelope& envelope) const {
  if (why_.empty()) return std::nullopt;
  const auto found = why_.find(triple(envelope));
  if (found == why_.end()) return std::nullopt;
  return found->second;
}

}  // namespace lastmile::node
