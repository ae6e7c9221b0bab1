// The loop: which event goes to whom.
#include "sim/env/kernel.hpp"

#include <algorithm>

#include "sim/env/disk_image.hpp"
#include "sim/env/node_runtime.hpp"

namespace lastmile::sim {
namespace {

// How many events ahead the way to a receiver is asked for: its slot and the frame, then its handler.
constexpr std::size_t kSlotAhead = 8;
constexpr std::size_t kHandlerAhead = 4;

env::FrameBody const* frame_body(const Event& event) { return reinterpret_cast<const env::FrameBody*>(event.argument); }

bool carries_frame(EventKind kind) { return kind == EventKind::frame || kind == EventKind::parcel; }

}  // namespace

Kernel::Kernel(EngineConfig config, std::unique_ptr<Physics> physics)
    : config_(std::move(config)), other_counters_(std::size_t{kEngineNode.value} - kFirstChainSource + 1, 0) {
  if (physics != nullptr) flows_ = std::make_unique<FlowPlane>(*this, std::move(physics));
}

Kernel::~Kernel() {
  dispatching_ = true;  // nothing may be started any more
  for (auto& machine : machines_) machine->runtime.reset();
  for (auto& machine : machines_) {
    if (machine->backlog != nullptr)
      for (const Event& event : *machine->backlog) release(event);
  }
  ring_.drain([](const Event& event) { release(event); });
  links_.clear();
}

void Kernel::release(const Event& event) {
  switch (event.kind()) {
    case EventKind::frame:
    case EventKind::frame_downlink:
      env::Frame::adopt(frame_body(event));
      return;
    case EventKind::parcel:
    case EventKind::parcel_downlink:
    case EventKind::transfer:
      delete reinterpret_cast<Parcel*>(event.argument);
      return;
    case EventKind::transaction:
    case EventKind::chain_answer:
      delete reinterpret_cast<Submission*>(event.argument);
      return;
    case EventKind::network_timer:
      if (static_cast<NetworkTimer>(event.aux()) == NetworkTimer::unknown_address)
        delete reinterpret_cast<std::string*>(event.argument);
      return;
    default:
      return;
  }
}

void Kernel::release(const HeldFrame& frame) {
  Event event{};
  event.argument = frame.argument;
  event.set_kind(frame.kind);
  release(event);
}

// Large runs are bound by cache misses: each step reads only what an earlier one has asked for.
void Kernel::prefetch() const {
  const std::size_t count = slots_.size();
  if (const Event* event = ring_.glimpse(kSlotAhead); event != nullptr && event->destination().value < count) {
    const NodeSlot& slot = slots_[event->destination().value];
    __builtin_prefetch(&slot, 1);
    __builtin_prefetch(&slot.door, 1);
    if (event->kind() == EventKind::frame) __builtin_prefetch(frame_body(*event), 1);
  }
  if (const Event* event = ring_.glimpse(kHandlerAhead); event != nullptr && event->destination().value < count) {
    const NodeSlot& slot = slots_[event->destination().value];
    if (event->kind() == EventKind::frame) {
      __builtin_prefetch(slot.door.gossip);
    } else {
      __builtin_prefetch(slot.network);
    }
  }
}

// Brings the second clock to the end of the bucket that the ring is about to open, or to `until` when nothing waits
// before it. A completion on the way may be due first: it is looked for again.
void Kernel::step_flows(std::int64_t until) {
  while (!flows_->idle() && ring_.between_buckets()) {
    const auto next = ring_.next_opening(until);
    if (flows_->advance(!next ? until : next->is_slot ? next->start() : EventRing::end_of_bucket(next->start())))
      continue;
    if (!next || !next->is_slot) return;
    ring_.enter_slot(next->number);
  }
}

Kernel::StepEnd Kernel::run(std::int64_t until, std::uint64_t events_max) {
  LM_CHECK(!dispatching_);
  stop_ = false;
  for (std::uint64_t done = 0;; ++done) {
    if (flows_ != nullptr && ring_.between_buckets()) [[unlikely]]
      step_flows(until);
    const Event* next = ring_.peek(until);
    if (next == nullptr) {
      now_ = std::max(now_, until);
      const bool idle = ring_.empty() && (flows_ == nullptr || flows_->idle());
      return idle ? StepEnd::idle : StepEnd::time;
    }
    if (done == events_max) return StepEnd::events;
    const Event event = *next;
    ring_.pop();
    prefetch();
    now_ = event.time;
    ++events_;
    dispatching_ = true;
    dispatch(event);
    dispatching_ = false;
    if (stop_) return StepEnd::stopped;
  }
}

void Kernel::dispatch(const Event& event) {
  const NodeIndex node = event.destination();
  if (node == kEngineNode) {
    engine_event(event);
    return;
  }
  const NodeSlot& slot = slots_[node.value];
  if (slot.network == nullptr || slot.deferring || slot.busy_until > now_) [[unlikely]] {
    deliver_slow(node, event);
    return;
  }
  deliver(node, event);
}

void Kernel::deliver_frame(NodeIndex node, NodeSlot& slot, const Event& event) {
  FrameDoor& door = slot.door;
  // Aux names the protocol and whether the frame was damaged.
  const bool plain = event.extra < FrameDoor::kPeers &&
                     event.aux() == static_cast<std::uint8_t>(env::Protocol::gossip) &&
                     door.live[event.extra] == event.stamp && door.gossip != nullptr;
  if (!plain) return slot.network->on_frame(event);
  const env::Frame frame = env::Frame::adopt(frame_body(event));
  ++door.frames;
  door.bytes += frame->wire_size();
  hand(node, LoopKind::frame, event.source(), frame->digest());
  door.gossip->on_frame({event.extra}, frame);
}

void Kernel::deliver(NodeIndex node, const Event& event) {
  NodeSlot& slot = slots_[node.value];
  const EventKind kind = event.kind();
  if (kind == EventKind::frame) [[likely]] {
    handling_ = node;
    deliver_frame(node, slot, event);
    handling_ = kEngineNode;
    return;
  }
  if (kind == EventKind::frame_downlink || kind == EventKind::parcel_downlink) return slot.network->on_downlink(event);
  handling_ = node;
  // Frames and steps of connections name a connection; everything else belongs to one incarnation.
  const bool by_connection = kind == EventKind::parcel || kind == EventKind::connection || kind == EventKind::transfer;
  // Heads of chains go to whatever incarnation listens.
  const bool is_head = kind == EventKind::chain && event.source() != node;
  if (!by_connection && !is_head && event.stamp != slot.incarnation) {
    release(event);
  } else {
    NodeRuntime& runtime = *machine(node).runtime;
    switch (kind) {
      case EventKind::parcel:
        runtime.network.on_parcel(event);
        break;
      case EventKind::transfer:
        runtime.network.on_transfer(event);
        break;
      case EventKind::connection:
        runtime.network.on_connection(event);
        break;
      case EventKind::network_timer:
        runtime.network.on_timer(event);
        break;
      case EventKind::timer:
        runtime.timers.on_timer(event);
        break;
      case EventKind::disk:
        runtime.disk.on_event(event);
        break;
      case EventKind::executor:
        runtime.executor.on_done(event);
        break;
      case EventKind::chain:
        runtime.chains.on_head(event);
        break;
      case EventKind::chain_answer:
        runtime.chains.on_answer(event);
        break;
      case EventKind::wake:
        wake(node, event);
        break;
      default:
        LM_CHECK(false);
    }
  }
  handling_ = kEngineNode;
}

// Down, paused or busy.
void Kernel::deliver_slow(NodeIndex node, const Event& event) {
  const EventKind kind = event.kind();
  if (!running(node)) {
    const bool dial = kind == EventKind::connection && static_cast<ConnectionStep>(event.aux()) == ConnectionStep::dial;
    if (dial) refuse_dial(node, event);
    release(event);
    return;
  }
  if (kind == EventKind::frame_downlink || kind == EventKind::parcel_downlink)
    return slots_[node.value].network->on_downlink(event);
  if (kind == EventKind::wake) {
    wake(node, event);
    return;
  }
  defer(node, event);
}

// The machine answers for a process that is not there.
void Kernel::refuse_dial(NodeIndex node, const Event& event) {
  const auto effect = links_.rules().effect(node, event.source());
  if (effect && effect->cut != CutMode::none) return;  // the dialler's time-out decides
  post(event.source(), node, now_ + latency(node, event.source()).ns, EventKind::connection,
       static_cast<std::uint8_t>(ConnectionStep::refuse), event.stamp, static_cast<std::uint32_t>(event.argument),
       static_cast<std::uint64_t>(env::CloseReason::refused));
}

void Kernel::defer(NodeIndex node, const Event& event) {
  Machine& machine = *machines_[node.value];
  if (machine.backlog == nullptr) machine.backlog = std::make_unique<std::deque<Event>>();
  if (carries_frame(event.kind())) {
    if (machine.backlog_frames >= config_.network.backlog_frames_max) {
      ++machine.past.frames_dropped;
      release(event);
      return;
    }
    ++machine.backlog_frames;
  }
  machine.backlog->push_back(event);
  slots_[node.value].deferring = true;
  if (!machine.paused) schedule_wake(node, std::max(now_, slots_[node.value].busy_until));
}

void Kernel::schedule_wake(NodeIndex node, std::int64_t time) {
  Machine& machine = *machines_[node.value];
  if (machine.wake_pending) return;
  machine.wake_pending = true;
  post_own(node, time, EventKind::wake, 0, 0, 0);
}

// Hands on what waits, one after another, until the node is busy again.
void Kernel::wake(NodeIndex node, const Event& event) {
  Machine& machine = *machines_[node.value];
  NodeSlot& slot = slots_[node.value];
  if (event.stamp != slot.incarnation) return;
  machine.wake_pending = false;
  if (machine.paused) return;
  while (machine.backlog != nullptr && !machine.backlog->empty()) {
    if (slot.busy_until > now_) {
      schedule_wake(node, slot.busy_until);
      return;
    }
    const Event next = machine.backlog->front();
    machine.backlog->pop_front();
    if (carries_frame(next.kind())) --machine.backlog_frames;
    deliver(node, next);
  }
  machine.backlog.reset();
  slot.deferring = false;
}

void Kernel::engine_event(const Event& event) {
  switch (event.kind()) {
    case EventKind::call: {
      Callback<void()> call;
      if (calls_.take({event.extra, static_cast<std::uint32_t>(event.argument)}, call)) call();
      return;
    }
    case EventKind::block: {
      Chain& chain = *chains_[event.extra];
      chain.make_block(wall());
      announce_head(event.extra);
      post(kEngineNode, event.source(), now_ + chain.next_interval().ns, EventKind::block, 0, 0, event.extra, 0);
      return;
    }
    case EventKind::transaction: {
      std::unique_ptr<Submission> submission(reinterpret_cast<Submission*>(event.argument));
      const NodeIndex sender = event.source();
      submission->hash = chains_[event.extra]->accept(std::move(submission->event));
      post(sender, {kFirstChainSource + event.extra}, now_ + chain_latency(event.extra, sender).ns,
           EventKind::chain_answer, 0, event.stamp, event.extra, reinterpret_cast<std::uint64_t>(submission.release()));
      return;
    }
    default:
      LM_CHECK(false);
  }
}

void Kernel::at(Instant time, Callback<void()> call) {
  const SlotRef ref = calls_.add(std::move(call));
  post(kEngineNode, kEngineNode, time.ns, EventKind::call, 0, 0, ref.slot, ref.generation);
}

}  // namespace lastmile::sim
