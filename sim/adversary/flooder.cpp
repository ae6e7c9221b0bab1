#include "sim/adversary/flooder.hpp"

#include "core/message/limits.hpp"

namespace lastmile::sim {

using message::Type;

void FlooderNode::act() {
  const scenario::Flood what = flooder_.what[turn_++ % flooder_.what.size()];
  std::optional<env::Frame> frame;
  if (what == scenario::Flood::invalid) frame = invalid();
  if (what == scenario::Flood::unpaid) frame = unpaid();
  if (what == scenario::Flood::oversized) frame = oversized();
  if (what == scenario::Flood::free) frame = free();
  if (!frame || peers().empty()) return;
  tell_all(*frame);
  ++orders_.acts;
}

// To see that it is forged costs a check of the signature; to make it costs nothing.
env::Frame FlooderNode::invalid() {
  const crypto::Account& sender = accounts_.account(turn_);
  const Wall now = env_.clock.wall();
  const message::Envelope forged =
      write_message(accounts_.account(turn_ + 1), sender, Type::POST, note_of(sender.address(), now, turn_), now);
  return gossip::RpcBody::of(publication(message::gossip_payload(forged)));
}

// From the files of somebody else; nothing while none is known.
std::optional<env::Frame> FlooderNode::unpaid() {
  if (!store_) return std::nullopt;
  const crypto::Account& sender = accounts_.account(turn_);
  const Wall now = env_.clock.wall();
  return signed_rightly(write_message(sender, Type::INSTANCE, machine_of(sender.address(), now, turn_, *store_), now));
}

// Nothing is wrong with it, but that there are so many.
env::Frame FlooderNode::free() {
  const crypto::Account& sender = accounts_.account(turn_);
  const Wall now = env_.clock.wall();
  return signed_rightly(write_message(sender, Type::POST, note_of(sender.address(), now, turn_), now));
}

env::Frame FlooderNode::signed_rightly(const message::Envelope& envelope) {
  orders_.signed_rightly(envelope.item_hash);
  return gossip::RpcBody::of(publication(message::gossip_payload(envelope)));
}

// By turns a message with too much in it, which must be read to be seen through, and a frame that is too large as a
// whole.
env::Frame FlooderNode::oversized() {
  if (turn_ / flooder_.what.size() % 2 == 0) {
    constexpr std::uint32_t kBytes = 2 * gossip::kRpcBytesMaxAleph;
    return gossip::RpcBody::of(publication(gossip::Field::synthetic(kBytes, turn_)));
  }
  const crypto::Account& sender = accounts_.account(turn_);
  const Wall now = env_.clock.wall();
  const std::string text(message::kInlineCodePointsMax, 'x');
  const std::string rest =
      "\"type\":\"note\",\"content\":{\"number\":" + std::to_string(turn_) + ",\"text\":\"" + text + "\"}";
  const message::Envelope large = write_message(sender, Type::POST, content_of(sender.address(), now, rest), now);
  return gossip::RpcBody::of(publication(message::gossip_payload(large)));
}

void FlooderNode::heard(env::PeerId, const gossip::Rpc& rpc) {
  if (store_) return;
  for (const gossip::MessageRef& message : rpc.publish) {
    const auto envelope = message::parse_gossip_payload(message->fields().data.text());
    if (envelope.ok() && envelope->type == Type::STORE) store_ = envelope->item_hash;
  }
}

}  // namespace lastmile::sim
