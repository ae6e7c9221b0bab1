#include "sim/light/message_table.hpp"

#include <utility>

#include "core/message/content.hpp"
#include "core/message/verification.hpp"

namespace lastmile::sim {

MessageTable::Id MessageTable::read(const gossip::PubsubMessage& message) {
  const gossip::MessageNumber number = message.number();
  if (number != gossip::kNoNumber && number < by_number_.size() && by_number_[number] != kUnread)
    return by_number_[number];
  auto parsed = message::parse_gossip_payload(message.fields().data.text(), switches_.percent_decoding);
  const Id id = parsed.ok() ? add(std::move(*parsed)) : kNone;
  if (number == gossip::kNoNumber) return id;
  if (number >= by_number_.size()) by_number_.resize(std::size_t{number} + 1, kUnread);
  by_number_[number] = id;
  return id;
}

MessageTable::Id MessageTable::read(std::string_view payload) {
  auto parsed = message::parse_envelope(payload);
  return parsed.ok() ? add(std::move(*parsed)) : kNone;
}

MessageTable::Id MessageTable::add(message::Envelope envelope) {
  Id last = kNone;
  for (Id known = find(envelope.item_hash); known != kNone; known = next_copy(known)) {
    if (this->envelope(known) == envelope) return known;
    last = known;
  }
  if (entries_.size() == kMessagesMax || envelope.is_tombstone()) return kNone;
  if (envelope.item_type == message::ItemType::inlined && !message::parse_inline_content(envelope, switches_).ok())
    return kNone;
  const Id id = static_cast<Id>(entries_.size());
  auto shared = std::make_shared<const message::Envelope>(std::move(envelope));
  if (last == kNone) {
    by_hash_.emplace(shared->item_hash, id);
  } else {
    entries_[last].next_copy = id;
  }
  const env::JobKey key = message::verification_key(*shared);
  const Duration cost = message::verification_cost(*shared);
  entries_.push_back({std::move(shared), key, cost});
  return id;
}

MessageTable::Id MessageTable::find(const message::ItemHash& hash) const {
  const auto found = by_hash_.find(hash);
  return found == by_hash_.end() ? kNone : found->second;
}

env::Job MessageTable::verification(Id id) const {
  const Entry& entry = entries_[id];
  env::Job job{entry.key, entry.cost, {}};
  job.run = [envelope = entry.envelope.get(), switches = &switches_]() -> env::JobResult {
    return std::make_shared<const message::VerificationOutput>(message::verify(*envelope, *switches));
  };
  return job;
}

}  // namespace lastmile::sim
