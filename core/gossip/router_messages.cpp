// Publishing, receiving, checking and forwarding messages (libp2p.md 12.3), with the counting of 13.
#include <algorithm>

#include "core/base/check.hpp"
#include "core/gossip/router.hpp"

namespace lastmile::gossip {

MessageNumber Router::number_of(const PubsubMessage& message) const {
  if (!own_numbers_ && message.number() != kNoNumber) [[likely]]
    return message.number();
  return numbers_->find(message.key());
}

bool Router::is_seen(const PubsubMessage& message, Instant now) const {
  const MessageNumber number = number_of(message);
  return number != kNoNumber && seen_.contains(number, now);
}

MessageNumber Router::mark_seen(const PubsubMessage& message, Instant now) {
  MessageNumber number = number_of(message);
  if (number == kNoNumber) {
    // A flood of well-signed messages must not grow the table for the whole seen time. A table that a run shares is
    // bounded by the run.
    if (own_numbers_ && numbers_->size() >= params_->seen_messages_max) {
      numbers_->forget_before(numbers_->oldest() + static_cast<MessageNumber>(params_->seen_messages_max / 4 + 1));
    }
    number = numbers_->number(message.key());
  }
  seen_.mark(number, now);
  return number;
}

Published Router::publish(const MessageRef& message, Instant now) {
  const TopicId topic = message->topic();
  LM_CHECK(topic.value < topic_count_);
  if (is_seen(*message, now)) return Published::duplicate;
  const env::Frame frame = RpcBody::of(message);
  if (frame->wire_size() > params_->rpc_bytes_max) return Published::too_large;
  cache_.put(frame, message->key(), mark_seen(*message, now), topic);
  ++statistics_.published;

  const std::uint32_t bit = topic_bit(topic);
  if (params_->flood_publish) {
    for (const env::PeerId peer : connected_) {
      PeerRecord& record = peers_[peer.value];
      if ((record.subscribed & bit) == 0) continue;
      if (!record.direct && !reaches(peer, record, params_->score.publish_threshold, now)) continue;
      send_frame(peer, frame, Class::own);
    }
    return Published::ok;
  }
  TopicState& state = topic_states_[topic.value];
  if (joined(topic)) {
    for (const MeshPeer& member : state.mesh) send_frame(member.peer, frame, Class::own);
  } else {
    state.fanout_used = now;
    fill_fanout(topic, now);
    for (const env::PeerId peer : state.fanout) send_frame(peer, frame, Class::own);
  }
  for (const env::PeerId peer : direct_) {
    if ((peers_[peer.value].subscribed & bit) != 0) send_frame(peer, frame, Class::own);
  }
  return Published::ok;
}

// frame: the one-message RPC it came in, null if it came with others.
void Router::receive(env::PeerId from, PeerRecord& peer, const MessageRef& message, const env::Frame* frame,
                     Instant now) {
  if (!reaches(from, peer, hot_params_->score.graylist_threshold, now)) [[unlikely]] {
    ++statistics_.graylisted;
    actions_.reached(trace::RareState::peer_graylisted);
    return;
  }
  const TopicId topic = message->topic();
  if (topic.value >= topic_count_ || !joined(topic)) {
    ++statistics_.not_joined;
    return;
  }
  if (is_seen(*message, now)) [[likely]] {
    duplicate(from, *message, now);
    return;
  }
  __builtin_prefetch(topic_states_.data() + topic.value);
  __builtin_prefetch(&topic_peer(from, topic), 1);
  cache_.prefetch();
  if (own_identity_ != 0 && message->author() == own_identity_) {
    ++statistics_.own_returned;
    return;
  }
  if (frame != nullptr && (*frame)->wire_size() > params_->rpc_bytes_max) {
    ++statistics_.malformed;
    if ((*frame)->wire_size() > kRpcBytesMaxKubo) add_behaviour(from, 1);
    return;
  }
  if (!records_.empty()) {
    DeliveryRecord* const record = records_.find(message->key());
    if (record != nullptr && record->pending()) {
      add_copy(*record, from, message, frame);
      return;
    }
    if (record != nullptr) records_.remove(*record);  // of an earlier life: seen, expired, and back
  }
  if (params_->checking == Checking::full) {
    check(from, message, frame, now);
  } else {
    mark_seen(*message, now);
    settle(from, message, frame, Verdict::accept, now);
  }
}

void Router::duplicate(env::PeerId from, const PubsubMessage& message, Instant now) {
  ++statistics_.duplicates;
  if (records_.empty()) [[likely]]
    return;
  DeliveryRecord* const record = records_.find(message.key());
  if (record == nullptr) return;
  if (record->pending()) {
    record->add_deliverer(from, record->current);
  } else if (now <= record->until && record->add_deliverer(from, 0)) {
    if (record->state == DeliveryRecord::State::rejected) {
      count_invalid(from, record->topic);
    } else {
      count_mesh_delivery(from, record->topic);
    }
  }
}

void Router::check(env::PeerId from, const MessageRef& message, const env::Frame* frame, Instant now) {
  if (structure_fault(message->fields()) != StructureFault::none) {
    ++statistics_.invalid;
    count_invalid(from, message->topic());
    return;
  }
  if (records_.pending() >= kPendingChecksMax) {
    ++statistics_.checks_refused;
    return;
  }
  const Check signature = actions_.verify(message, from);
  if (signature == Check::busy) {
    ++statistics_.checks_refused;
    return;
  }
  if (signature == Check::bad) {
    ++statistics_.invalid;
    count_invalid(from, message->topic());
    return;
  }
  Verdict verdict = Verdict::later;
  if (signature == Check::good) {
    mark_seen(*message, now);
    verdict = actions_.validate(message, from);
    if (verdict != Verdict::later) {
      settle(from, message, frame, verdict, now);
      return;
    }
  }
  DeliveryRecord& record = records_.add(message->key(), message->topic());
  if (signature == Check::good) record.state = DeliveryRecord::State::validating;
  add_copy(record, from, message, frame);
}

// The common case: nothing had to wait, nobody else has delivered it yet. The message is marked as seen.
void Router::settle(env::PeerId from, const MessageRef& message, const env::Frame* frame, Verdict verdict,
                    Instant now) {
  using State = DeliveryRecord::State;
  const TopicId topic = message->topic();
  const auto remember = [&](State state, Duration time) {  // for those who deliver it later
    DeliveryRecord& record = records_.add(message->key(), topic);
    record.add_deliverer(from, 0);
    records_.settle(record, state, now + time);
  };
  if (verdict == Verdict::ignore) {
    ++statistics_.ignored;
  } else if (verdict == Verdict::reject) {
    ++statistics_.invalid;
    count_invalid(from, topic);
    remember(State::rejected, kRejectedMemory);
  } else {
    if ((counts_mesh_ & topic_bit(topic)) != 0) remember(State::accepted, topics_->score(topic).mesh_deliveries_window);
    accept(from, message, frame, number_of(*message));
  }
}

// Another copy of a content whose check is under way. The same message object or equal fields share one check; others
// wait for theirs, because the outcome of the first says nothing about them.
void Router::add_copy(DeliveryRecord& record, env::PeerId from, const MessageRef& message, const env::Frame* frame) {
  for (std::size_t i = record.current; i < record.copies.size(); ++i) {
    const MessageRef& known = record.copies[i].message;
    if (known == message || known->fields() == message->fields()) {
      ++statistics_.duplicates;
      record.add_deliverer(from, static_cast<std::uint8_t>(i));
      return;
    }
  }
  if (record.copies.size() >= kPendingCopiesMax) {
    ++statistics_.checks_refused;
    return;
  }
  record.copies.push_back({message, from, frame == nullptr ? env::Frame{} : *frame});
  record.add_deliverer(from, static_cast<std::uint8_t>(record.copies.size() - 1));
}

// Asks for the check of the current copy, and of the next ones as long as answers come at once and are bad.
void Router::verify_current(DeliveryRecord& record, Instant now) {
  for (;;) {
    const DeliveryRecord::Copy& copy = record.copies[record.current];
    switch (actions_.verify(copy.message, copy.from)) {
      case Check::good:
        signature_good(record, now);
        return;
      case Check::later:
        return;
      case Check::busy:
        ++statistics_.checks_refused;
        records_.remove(record);
        return;
      case Check::bad:
        if (!next_copy(record)) return;
        break;
    }
  }
}

// The current copy is a forgery: P4 for who brought it, then the next one's turn. False when none is left.
bool Router::next_copy(DeliveryRecord& record) {
  ++statistics_.invalid;
  const env::PeerId first = record.copies[record.current].from;
  count_invalid(first, record.topic);
  for (DeliveryRecord::Deliverer& d : record.deliverers) {
    if (d.copy != record.current || d.punished) continue;
    d.punished = true;
    if (d.peer != first) count_invalid(d.peer, record.topic);
  }
  ++record.current;
  if (record.current < record.copies.size()) return true;
  records_.remove(record);
  return false;
}

void Router::signature_good(DeliveryRecord& record, Instant now) {
  const DeliveryRecord::Copy& copy = record.copies[record.current];
  if (is_seen(*copy.message, now)) {  // we published the same content meanwhile
    ++statistics_.duplicates;
    records_.remove(record);
    return;
  }
  mark_seen(*copy.message, now);
  record.state = DeliveryRecord::State::validating;
  const Verdict verdict = actions_.validate(copy.message, copy.from);
  if (verdict != Verdict::later) conclude(record, verdict, now);
}

void Router::verified(const MessageRef& message, bool good, Instant now) {
  DeliveryRecord* const record = records_.find(message->key());
  if (record == nullptr || record->state != DeliveryRecord::State::verifying ||
      record->copies[record->current].message != message) {
    return;
  }
  if (good) {
    signature_good(*record, now);
  } else if (next_copy(*record)) {
    verify_current(*record, now);
  }
}

void Router::validated(const MessageRef& message, Verdict verdict, Instant now) {
  LM_CHECK(verdict != Verdict::later);
  DeliveryRecord* const record = records_.find(message->key());
  if (record == nullptr || record->state != DeliveryRecord::State::validating ||
      record->copies[record->current].message != message) {
    return;
  }
  conclude(*record, verdict, now);
}

void Router::conclude(DeliveryRecord& record, Verdict verdict, Instant now) {
  using State = DeliveryRecord::State;
  const DeliveryRecord::Copy copy = record.copies[record.current];
  const TopicId topic = record.topic;
  if (verdict == Verdict::ignore) {
    ++statistics_.ignored;
    records_.remove(record);
    return;
  }
  if (verdict == Verdict::reject) {
    ++statistics_.invalid;
    for (const DeliveryRecord::Deliverer& d : record.deliverers) {
      if (!d.punished) count_invalid(d.peer, topic);
    }
    records_.settle(record, State::rejected, now + kRejectedMemory);
    return;
  }
  for (const DeliveryRecord::Deliverer& d : record.deliverers) {
    if (!d.punished && d.peer != copy.from) count_mesh_delivery(d.peer, topic);
  }
  if ((counts_mesh_ & topic_bit(topic)) != 0) {
    record.add_deliverer(copy.from, record.current);
    records_.settle(record, State::accepted, now + topics_->score(topic).mesh_deliveries_window);
  } else {
    records_.remove(record);
  }
  if (!joined(topic)) return;  // left while it was being checked
  accept(copy.from, copy.message, copy.frame ? &copy.frame : nullptr, number_of(*copy.message));
}

void Router::accept(env::PeerId from, const MessageRef& message, const env::Frame* frame, MessageNumber number) {
  ++statistics_.first_deliveries;
  const TopicId topic = message->topic();
  count_first_delivery(from, topic);
  count_mesh_delivery(from, topic);
  if (frame != nullptr) {
    cache_.put(*frame, message->key(), number, topic);
    actions_.deliver(message, from);
    forward(from, *message, *frame);
  } else {
    const env::Frame made = RpcBody::of(message);
    cache_.put(made, message->key(), number, topic);
    actions_.deliver(message, from);
    forward(from, *message, made);
  }
}

// To the mesh and to direct peers, except the sender and the author.
void Router::forward(env::PeerId from, const PubsubMessage& message, const env::Frame& frame) {
  const std::uint64_t author = message.author();
  for (const MeshPeer& member : topic_states_[message.topic().value].mesh) {
    if (member.peer == from) continue;
    if (member.identity == static_cast<std::uint32_t>(author) && peers_[member.peer.value].identity == author) continue;
    send_frame(member.peer, frame, Class::forwarded);
  }
  for (const env::PeerId peer : direct_) {
    const PeerRecord& record = peers_[peer.value];
    if (peer == from || record.identity == author || (record.subscribed & topic_bit(message.topic())) == 0) continue;
    send_frame(peer, frame, Class::forwarded);
  }
}

}  // namespace lastmile::gossip
