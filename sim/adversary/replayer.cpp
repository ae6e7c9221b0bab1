#include "sim/adversary/replayer.hpp"

#include "core/crypto/hash.hpp"
#include "core/message/envelope.hpp"

namespace lastmile::sim {

using message::Type;

void ReplayerNode::heard(env::PeerId, const gossip::Rpc& rpc) {
  for (const gossip::MessageRef& message : rpc.publish) {
    if (!keys_.insert(message->key().value).second) continue;
    remember(message);
    if (store_ || !config_.store.charge) continue;
    const auto envelope = message::parse_gossip_payload(message->fields().data.text());
    if (envelope.ok() && envelope->type == Type::STORE) store_ = envelope->item_hash;
  }
}

void ReplayerNode::remember(const gossip::MessageRef& message) {
  if (remembered_.size() < kRemembered) return remembered_.push_back(message);
  keys_.erase(remembered_[oldest_]->key().value);
  remembered_[oldest_] = message;
  oldest_ = (oldest_ + 1) % kRemembered;
}

void ReplayerNode::act() {
  if (peers().empty()) return;
  ++turn_;
  const bool own = turn_ % 2 == 0 || remembered_.empty();
  tell_all(gossip::RpcBody::of(own ? of_its_own() : again()));
  ++orders_.acts;
}

gossip::MessageRef ReplayerNode::again() {
  const gossip::MessageRef& message = remembered_[draws_.below(remembered_.size())];
  if (turn_ % 4 == 1) return message;
  auto envelope = message::parse_gossip_payload(message->fields().data.text());
  return envelope.ok() ? dressed(*std::move(envelope)) : message;
}

gossip::MessageRef ReplayerNode::of_its_own() {
  write_own();
  return dressed(own_[turn_ / 2 % own_.size()]);
}

// An amend of what nobody has; a post whose content nobody has; and a machine that nobody paid for, once there is a
// file to start it from.
void ReplayerNode::write_own() {
  const Wall now = env_.clock.wall();
  const auto write = [&](Type type, const std::string& content) -> message::Envelope& {
    own_.push_back(write_message(accounts_.account(own_.size()), type, content, now));
    orders_.signed_rightly(own_.back().item_hash);
    return own_.back();
  };
  const auto owner = [&]() -> const std::string& { return accounts_.account(own_.size()).address(); };
  if (own_.empty()) {
    const auto absent = message::ItemHash::of(crypto::sha256("nobody wrote this"));
    write(Type::POST, content_of(owner(), now, "\"type\":\"amend\",\"ref\":\"" + absent.text() + "\",\"content\":1"));
    message::Envelope& apart = write(Type::POST, note_of(owner(), now, 0));
    apart.item_type = message::ItemType::storage;
    apart.item_content.reset();
  }
  if (own_.size() == 2 && store_) write(Type::INSTANCE, machine_of(owner(), now, 0, *store_));
}

// Nobody signs the channel and the time: with others it is the same message under a gossip id that nobody has seen.
gossip::MessageRef ReplayerNode::dressed(message::Envelope envelope) {
  envelope.channel = "replay-" + std::to_string(turn_);
  if (turn_ % 3 != 0) {  // and now and then in its own channel, which it may have to keep
    envelope.channel.reset();
    envelope.time_number -= static_cast<double>(turn_) / 1000;
  }
  return publication(message::gossip_payload(envelope));
}

}  // namespace lastmile::sim
