#include <algorithm>

#include "core/gossip/limits.hpp"
#include "core/gossip/peer_record.hpp"

namespace lastmile::gossip {

void OutboundQueue::add_control(const ControlItem& item) {
  const auto announces = [](ControlItem::Kind kind) {
    return kind == ControlItem::Kind::subscribe || kind == ControlItem::Kind::unsubscribe;
  };
  std::erase_if(control, [&](const ControlItem& old) {
    return old.topic == item.topic && announces(old.kind) == announces(item.kind);
  });
  control.push_back(item);
}

bool OutboundQueue::fits(std::size_t more) const {
  return size() < kOutboundMessagesMax && bytes + more <= kOutboundBytesMax;
}

std::size_t OutboundQueue::add_message(const env::Frame& frame, bool own) {
  std::size_t dropped = 0;
  const std::size_t more = frame->wire_size();
  while (!fits(more) && !gossip.empty()) {
    bytes -= gossip.front()->wire_size();
    gossip.pop_front();
    ++dropped;
  }
  while (own && !fits(more)) {
    const auto victim = std::find_if(messages.begin(), messages.end(), [](const Message& m) { return !m.own; });
    if (victim == messages.end()) break;
    bytes -= victim->frame->wire_size();
    messages.erase(victim);
    ++dropped;
  }
  if (!fits(more)) return dropped + 1;
  messages.push_back({frame, own});
  bytes += more;
  return dropped;
}

std::size_t OutboundQueue::add_gossip(const env::Frame& frame) {
  if (!fits(frame->wire_size())) return 1;
  gossip.push_back(frame);
  bytes += frame->wire_size();
  return 0;
}

}  // namespace lastmile::gossip
