#include "sim/adversary/equivocator.hpp"

namespace lastmile::sim {

using message::Type;

void EquivocatorNode::act() {
  if (peers().size() < 2) return;  // nobody to play off against somebody
  const Pair said = turn_ % 3 == 0 ? elements() : turn_ % 3 == 1 ? amends() : copies();
  ++turn_;
  const env::Frame frames[] = {frame_of(said.first), frame_of(said.second)};
  for (std::size_t i = 0; i < peers().size(); ++i) tell(peers()[i], frames[i % 2]);
  ++orders_.acts;
}

env::Frame EquivocatorNode::frame_of(const message::Envelope& envelope) {
  orders_.signed_rightly(envelope.item_hash);
  return gossip::RpcBody::of(publication(message::gossip_payload(envelope)));
}

// Two values of one key at one time.
EquivocatorNode::Pair EquivocatorNode::elements() {
  const crypto::Account& owner = accounts_.account(turn_);
  const Wall now = env_.clock.wall();
  const auto element = [&](std::string_view value) {
    const std::string rest = "\"key\":\"word\",\"content\":{\"given\":\"" + std::string(value) + "\"}";
    return write_message(owner, Type::AGGREGATE, content_of(owner.address(), now, rest), now);
  };
  return {element("yes"), element("no")};
}

// Two amends, of one time, of a post that everybody gets.
EquivocatorNode::Pair EquivocatorNode::amends() {
  const crypto::Account& owner = accounts_.account(turn_);
  const Wall now = env_.clock.wall();
  const message::Envelope original = write_message(owner, Type::POST, note_of(owner.address(), now, turn_), now);
  tell_all(frame_of(original));
  const auto amend = [&](std::string_view value) {
    const std::string rest = "\"type\":\"amend\",\"ref\":\"" + original.item_hash.text() +
                             "\",\"content\":{\"said\":\"" + std::string(value) + "\"}";
    return write_message(owner, Type::POST, content_of(owner.address(), now, rest), now);
  };
  return {amend("yes"), amend("no")};
}

// One content, signed by its owner and by somebody who may not act for him.
EquivocatorNode::Pair EquivocatorNode::copies() {
  const crypto::Account& owner = accounts_.account(turn_);
  const crypto::Account& stranger = accounts_.account(turn_ + 1);
  const Wall now = env_.clock.wall();
  const std::string content = note_of(owner.address(), now, turn_);
  return {write_message(stranger, Type::POST, content, now), write_message(owner, Type::POST, content, now)};
}

}  // namespace lastmile::sim
