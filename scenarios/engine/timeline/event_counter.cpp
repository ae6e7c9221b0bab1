#include "scenarios/engine/timeline/event_counter.hpp"

namespace lastmile::scenario {
namespace {

// kind_count: no node reports it.
trace::Kind traced_as(EventKind kind) {
  switch (kind) {
    case EventKind::message_processed:
      return trace::Kind::message_processed;
    case EventKind::block_final:
      return trace::Kind::block_final;
    case EventKind::node_started:
      return trace::Kind::node_started;
    case EventKind::node_crashed:
      return trace::Kind::node_crashed;
    case EventKind::queue_above:
      return trace::Kind::queue_depth;
    case EventKind::partition_started:
    case EventKind::partition_healed:
      break;
  }
  return trace::Kind::kind_count;
}

}  // namespace

void EventCounter::wait(std::uint32_t entry, const OnEvent& on) {
  waiting_.push_back({entry, on, on.count});
  const auto kind = traced_as(on.event.kind);
  if (kind != trace::Kind::kind_count) wanted_[static_cast<std::size_t>(kind)] = true;
}

template <class Matches>
EventCounter::DueEntries EventCounter::count(const Matches& matches) {
  DueEntries due;
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    if (matches(it->on.event) && --it->left == 0) {
      due.emplace_back(it->entry, it->on.after);
      it = waiting_.erase(it);
    } else {
      ++it;
    }
  }
  return due;
}

EventCounter::DueEntries EventCounter::happened(const trace::Event& event) {
  return count([&](const EventPattern& wanted) {
    if (traced_as(wanted.kind) != event.kind) return false;
    return wanted.kind != EventKind::queue_above ||
           (event.a == static_cast<std::uint64_t>(wanted.queue) && event.b > wanted.depth);
  });
}

EventCounter::DueEntries EventCounter::happened(const EventPattern& event) {
  return count([&](const EventPattern& wanted) { return wanted.kind == event.kind; });
}

}  // namespace lastmile::scenario
