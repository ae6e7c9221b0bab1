#include "sim/env/flow_plane.hpp"

#include <algorithm>
#include <utility>

#include "core/base/check.hpp"
#include "sim/env/kernel.hpp"
#include "sim/env/parcel.hpp"
#include "sim/env/part_of.hpp"

namespace lastmile::sim {
namespace {

// Of a path with a limit: what it passes in so much time goes at once.
constexpr Duration kSlice = milliseconds(20);
constexpr std::uint64_t kSliceBytesMin = 4096;

// 0 = no limit, and stays so.
std::uint64_t part_of_bandwidth(std::uint64_t bytes, std::uint64_t parts) {
  return bytes == 0 ? 0 : std::max<std::uint64_t>(1, part_of(bytes, parts));
}

}  // namespace

FlowPlane::FlowPlane(Kernel& kernel, std::unique_ptr<Physics> physics)
    : kernel_(kernel), physics_(std::move(physics)) {}

FlowPlane::~FlowPlane() {
  for (const auto& [token, activity] : activities_) Kernel::release(activity.event);
}

// --- beginning

bool FlowPlane::send(NodeIndex from, NodeIndex to, const HeldFrame& parcel, Duration latency) {
  LM_CHECK(from != to);
  settle_clock();
  Sender& sender = senders_[from.value];
  const bool begins = sender.waiting.empty() && has_place(sender) && !must_stand(from, to);
  if (!begins && sender.waiting.size() >= kernel_.config().network.transfers_waiting_max) return false;
  const ActivityToken token = ++tokens_;
  Activity& activity = activities_.emplace(token, Activity{from, to, parcel, latency, parcel.bytes}).first->second;
  if (begins)
    start(token, activity);
  else
    sender.waiting.push_back(token);
  return true;
}

ActivityToken FlowPlane::begin_at_disk(NodeIndex node, const HeldFrame& event, Duration latency) {
  settle_clock();
  const ActivityToken token = ++tokens_;
  Activity& activity = activities_.emplace(token, Activity{node, node, event, latency}).first->second;
  activity.started = activity.flowing = true;
  return token;
}

void FlowPlane::read(NodeIndex node, const HeldFrame& read, Duration seek) {
  physics_->read(begin_at_disk(node, read, seek), node.value, read.bytes);
}

void FlowPlane::write(NodeIndex node, const HeldFrame& write, Duration sync) {
  physics_->write(begin_at_disk(node, write, sync), node.value, write.bytes);
}

void FlowPlane::set_disk_speed(NodeIndex node, std::uint64_t left) {
  settle_clock();
  const Hardware& hardware = kernel_.machine(node).spec.hardware;
  physics_->set_disk(node.value, part_of_bandwidth(hardware.disk_read_bytes, left),
                     part_of_bandwidth(hardware.disk_write_bytes, left));
}

bool FlowPlane::has_place(const Sender& sender) const {
  const NetworkModel& limits = kernel_.config().network;
  return sender.running < limits.transfers_per_node_max && running_ < limits.transfers_max;
}

void FlowPlane::start(ActivityToken token, Activity& activity) {
  activity.started = true;
  turn_ = activity.from.value + 1;
  activity.limit_bits = path_limit(activity.from, activity.to);
  ++senders_[activity.from.value].running;
  ++running_;
  flow(token, activity);
}

// Free places go round the senders, one each.
void FlowPlane::start_waiting() {
  ActivityToken token = 0;
  const auto can = [this, &token](auto& entry) {
    std::deque<ActivityToken>& waiting = entry.second.waiting;
    if (waiting.empty() || !has_place(entry.second)) return false;
    const auto next = std::find_if(waiting.begin(), waiting.end(),
                                   [this](ActivityToken each) { return !must_stand(activities_.at(each)); });
    if (next == waiting.end()) return false;
    token = *next;
    waiting.erase(next);
    return true;
  };
  while (running_ < kernel_.config().network.transfers_max) {
    if (std::find_if(senders_.lower_bound(turn_), senders_.end(), can) == senders_.end() &&
        std::find_if(senders_.begin(), senders_.end(), can) == senders_.end())
      return;
    start(token, activities_.at(token));
  }
}

void FlowPlane::leave(const Activity& activity) {
  Sender& sender = senders_.at(activity.from.value);
  LM_CHECK(sender.running > 0 && running_ > 0);
  --sender.running;
  --running_;
}

// Hands on what is left; on a path with a limit of its own, which SimGrid cannot give to one transfer, a slice at a
// time: each goes at the speed of the links, and the next waits until the limit would have passed it.
void FlowPlane::flow(ActivityToken token, Activity& activity) {
  std::uint64_t part = activity.left;
  if (activity.limit_bits != 0) {
    // A completion has stopped the physics inside a bucket; who waits may wait for its end.
    const std::int64_t now = std::max(physics_->now().ns, EventRing::end_of_bucket(kernel_.now_ns()));
    const PathLimit fresh{activity.limit_bits, AccessLink(activity.limit_bits)};
    AccessLink& limit = limits_.try_emplace({activity.from.value, activity.to.value}, fresh).first->second.link;
    if (const std::int64_t free = limit.free_at(now); free > now) {
      activity.wake_at = free;
      kernel_.at({free}, [this, token, free] {
        const auto found = activities_.find(token);
        if (found == activities_.end() || found->second.wake_at != free) return;  // ended, stopped, or another wait
        settle_clock();
        flow(token, found->second);
      });
      return;
    }
    part = std::min(part, std::max(activity.limit_bits / 8 * kSlice.ns / kBillion, kSliceBytesMin));
    // What the wait for the end of the bucket took is given back.
    activity.limit_end = limit.pass(now - (std::int64_t{1} << EventRing::kBucketBits), part);
  }
  activity.left -= part;
  activity.flowing = true;
  activity.wake_at = -1;
  physics_->transfer(token, activity.from.value, activity.to.value, part);
}

void FlowPlane::take_back(ActivityToken token, Activity& activity) {
  activity.wake_at = -1;
  activity.limit_end = 0;
  if (!std::exchange(activity.flowing, false)) return;
  activity.left += physics_->remaining(token);
  physics_->cancel(token);
}

// --- standing still, and ending

// Either a cut keeps the bytes on this side, or one end does not take part: its buffers are small beside bulk.
bool FlowPlane::must_stand(NodeIndex from, NodeIndex to) const {
  if (kernel_.machine(from).paused || kernel_.machine(to).paused) return true;
  const auto effect = kernel_.links().rules().effect(from, to);
  return effect && effect->keeps_bytes();
}

std::uint64_t FlowPlane::path_limit(NodeIndex from, NodeIndex to) const {
  const auto effect = kernel_.links().rules().effect(from, to);
  return effect ? effect->quality.bandwidth_bits : 0;
}

void FlowPlane::refresh() {
  std::erase_if(limits_, [this](const auto& entry) {
    return path_limit({entry.first.first}, {entry.first.second}) != entry.second.bits;
  });
  if (activities_.empty()) return;
  settle_clock();
  for (auto at = activities_.rbegin(); at != activities_.rend(); ++at) {
    auto& [token, activity] = *at;
    if (activity.at_disk() || !activity.started) continue;
    if (must_stand(activity)) {  // and waits for a place again, the oldest first, before those that never had one
      take_back(token, activity);
      leave(activity);
      activity.started = false;
      senders_[activity.from.value].waiting.push_front(token);
      continue;
    }
    const std::uint64_t limit = path_limit(activity.from, activity.to);
    if (limit == activity.limit_bits) continue;
    take_back(token, activity);
    activity.limit_bits = limit;
    flow(token, activity);
  }
  start_waiting();
}

FlowPlane::Activities::iterator FlowPlane::drop(Activities::iterator at) {
  Activity& activity = at->second;
  take_back(at->first, activity);
  if (!activity.started)
    std::erase(senders_.at(activity.from.value).waiting, at->first);
  else if (!activity.at_disk())
    leave(activity);
  Kernel::release(activity.event);
  return activities_.erase(at);
}

template <class Which>
std::size_t FlowPlane::drop_if(const Which& which) {
  if (activities_.empty()) return 0;
  settle_clock();
  std::size_t dropped = 0;
  for (auto at = activities_.begin(); at != activities_.end();) {
    if (!which(at->second)) {
      ++at;
      continue;
    }
    at = drop(at);
    ++dropped;
  }
  if (dropped > 0) start_waiting();
  return dropped;
}

std::size_t FlowPlane::end_connection(std::uint32_t connection) {
  return drop_if([connection](const Activity& each) { return !each.at_disk() && each.event.connection == connection; });
}

std::size_t FlowPlane::end_answer(NodeIndex asker, SlotRef fetch) {
  return drop_if([asker, fetch](const Activity& each) {
    return !each.at_disk() && each.to == asker && reinterpret_cast<const Parcel*>(each.event.argument)->asker == fetch;
  });
}

// --- the second clock

void FlowPlane::settle_clock() {
  const std::int64_t end = EventRing::end_of_bucket(kernel_.now_ns());
  while (advance(end)) {
  }
}

bool FlowPlane::advance(std::int64_t end) {
  physics_->advance({std::max(end, physics_->now().ns)}, completions_);
  if (completions_.empty()) return false;
  telling_ = true;
  for (const Completion& completion : std::exchange(completions_, {})) tell(completion);
  telling_ = false;
  start_waiting();
  return true;
}

void FlowPlane::tell(const Completion& completion) {
  if (computing_.count(completion.token) > 0) return tell_computed(completion);
  const auto found = activities_.find(completion.token);
  LM_CHECK(found != activities_.end());
  Activity& activity = found->second;
  activity.flowing = false;
  if (!completion.ok) {
    if (!activity.at_disk()) ++lost_;
    drop(found);
    return;
  }
  if (activity.left > 0) return flow(completion.token, activity);
  if (!activity.at_disk()) leave(activity);
  const std::int64_t at = std::max({completion.at.ns, activity.limit_end, kernel_.now_ns()}) + activity.latency.ns;
  const HeldFrame& event = activity.event;
  kernel_.post(activity.to, activity.from, at, event.kind, event.aux, event.connection, event.extra, event.argument);
  activities_.erase(found);
}

}  // namespace lastmile::sim
