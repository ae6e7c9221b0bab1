#include "sim/adversary/replayer.hpp"

#include "core/message/envelope.hpp"

namespace lastmile::sim {

void ReplayerNode::heard(env::PeerId, const gossip::Rpc& rpc) {
  for (const gossip::MessageRef& message : rpc.publish) {
    if (!keys_.insert(message->key().value).second) continue;
    if (remembered_.size() < kRemembered) {
      remembered_.push_back(message);
      continue;
    }
    keys_.erase(remembered_[oldest_]->key().value);
    remembered_[oldest_] = message;
    oldest_ = (oldest_ + 1) % kRemembered;
  }
}

void ReplayerNode::act() {
  if (remembered_.empty() || peers().empty()) return;
  const gossip::MessageRef& message = remembered_[draws_.below(remembered_.size())];
  tell_all(gossip::RpcBody::of(turn_++ % 2 == 0 ? message : dressed(message)));
  ++orders_.acts;
}

// Nobody signs the channel: with another one it is the same message under a gossip id that nobody has seen.
gossip::MessageRef ReplayerNode::dressed(const gossip::MessageRef& message) {
  auto envelope = message::parse_gossip_payload(message->fields().data.text());
  if (!envelope.ok()) return message;
  envelope->channel = "replay-" + std::to_string(turn_);
  return publication(message::gossip_payload(*envelope));
}

}  // namespace lastmile::sim
