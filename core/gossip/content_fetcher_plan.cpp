// Whom to ask for what, now.
#include <algorithm>

#include "core/gossip/content_fetcher.hpp"

namespace lastmile::gossip {
namespace {

constexpr std::size_t kPlanScanMax = 1024;  // names looked at by one plan()

// Lower is better: what a peer cost us for what it gave.
std::uint64_t badness(const FetchPeerCounts& counts) {
  const std::uint64_t cost = counts.wrong * 256 + counts.failed * 8 + counts.absent;
  return cost * 16 / (counts.delivered + 1);
}

}  // namespace

std::vector<FetchOrder> ContentFetcher::plan(Instant now) {
  last_plan_ = now;
  keep_headroom();
  if (std::exchange(new_peer_, false)) ask_newcomers(now);
  std::vector<FetchOrder> out;
  if (connected_.empty()) return out;
  if (check_bytes_ > params_.check_bytes_max) return out;  // on_checked changes that
  std::vector<Batch> batches;
  std::vector<ContentName> must_wait;
  std::array<Queue::const_iterator, 2 * kRooms> next;
  std::transform(queues_.begin(), queues_.end(), next.begin(), [](const Queue& queue) { return queue.begin(); });
  const std::uint64_t begun = next_turn_;  // what is queued from here on is for the next plan
  std::size_t looked = 0;
  std::size_t idle = 0;  // queues in a row that have nothing due
  while (idle < queues_.size() && looked < kPlanScanMax && !no_more(batches)) {
    const std::size_t turn = std::exchange(next_queue_, (next_queue_ + 1) % queues_.size());
    auto& at = next[turn];
    if (at == queues_[turn].end() || at->at > now || at->turn >= begun) {
      ++idle;
      continue;
    }
    idle = 0;
    ++looked;
    const ContentName name = at->name;
    ++at;  // the name may leave its queue
    if (plan_item(items_.find(name), batches, out, now) == Planned::must_wait) must_wait.push_back(name);
  }
  if (looked == kPlanScanMax) {  // those that wait for the same few peers do not hide the others from the next plan
    for (const ContentName& name : must_wait) set_ready(name, items_.at(name), now);
  }
  for (Batch& batch : batches) out.push_back(issue({batch.peer, std::move(batch.names), false, now}));
  return out;
}

// Those in a pause may ask them at once.
void ContentFetcher::ask_newcomers(Instant now) {
  for (auto& [name, item] : items_) {
    if (item.paused && !item.in_flight && item.ready_at > now) set_ready(name, item, now);
  }
}

bool ContentFetcher::no_more(const std::vector<Batch>& batches) const {
  std::size_t asked = names_asked_ + checks_.size();
  for (const Batch& batch : batches) asked += batch.names.size();
  if (asked >= params_.checks_max) return true;
  return orders_.size() + batches.size() >= params_.orders_max &&
         std::all_of(batches.begin(), batches.end(),
                     [&](const Batch& batch) { return batch.names.size() >= params_.names_per_request; });
}

bool ContentFetcher::has_room(env::PeerId id, const std::vector<Batch>& batches) const {
  std::size_t open = 0;
  for (const Batch& batch : batches) {
    if (batch.peer != id) continue;
    if (batch.names.size() < params_.names_per_request) return true;
    ++open;
  }
  return orders_.size() + batches.size() < params_.orders_max &&
         peers_[id.value].orders + open < params_.orders_per_peer_max;
}

// Hinted peers in their order, then the least bad of the others, equals by lot; last those that gave it too slowly.
std::optional<env::PeerId> ContentFetcher::choose(const Item& item, const std::vector<Batch>& batches) {
  for (const env::PeerId hint : item.hints) {
    if (hint.value < peers_.size() && peers_[hint.value].connected && !was_tried(item, hint) && !was_slow(item, hint) &&
        has_room(hint, batches)) {
      return hint;
    }
  }
  const auto cost = [&](env::PeerId id) { return std::pair(was_slow(item, id), badness(peers_[id.value].counts)); };
  std::optional<env::PeerId> best;
  const std::size_t start = random_.below(connected_.size());
  for (std::size_t i = 0; i < connected_.size(); ++i) {
    const env::PeerId id = connected_[(start + i) % connected_.size()];
    if (was_tried(item, id) || !has_room(id, batches)) continue;
    if (!best || cost(id) < cost(*best)) best = id;
  }
  return best;
}

ContentFetcher::Planned ContentFetcher::plan_item(Items::iterator found, std::vector<Batch>& batches,
                                                  std::vector<FetchOrder>& out, Instant now) {
  Item& item = found->second;
  if (item.paused && item.not_before <= now) {
    item.paused = false;
    item.tried.clear();
  }
  if (item.transfer) {
    if (const auto planned = plan_transfer(item, found->first, batches.size(), out, now)) return *planned;
    const ContentName name = found->first;
    tried(found, item.transfer->source, now);
    found = items_.find(name);  // it may be asked from others at once, or its round is over
    return found == items_.end() || found->second.ready_at > now ? Planned::done : plan_item(found, batches, out, now);
  }
  const auto chosen = choose(item, batches);
  if (!chosen) {
    if (!all_tried(item)) return Planned::must_wait;  // for busy peers
    if (item.paused) {
      set_ready(found->first, item, item.not_before);
    } else {
      end_round(found, now);
    }
    return Planned::done;
  }
  set_busy(found->first, item);
  const auto open = std::find_if(batches.begin(), batches.end(), [&](const Batch& b) {
    return b.peer == *chosen && b.names.size() < params_.names_per_request;
  });
  if (open != batches.end()) {
    open->names.push_back(found->first);
  } else {
    batches.push_back({*chosen, {found->first}});
  }
  return Planned::done;
}

FetchOrder ContentFetcher::issue(Order order) {
  Peer& p = peer(order.peer);
  ++p.orders;
  p.counts.asked += order.names.size();
  names_asked_ += order.names.size();
  FetchOrder out;
  out.id = next_order_++;
  out.peer = order.peer;
  out.deadline = order.is_range ? params_.range_deadline : params_.request_deadline;
  if (!order.is_range) out.request.wanted = order.names;
  orders_.emplace(out.id, std::move(order));
  return out;
}

std::optional<Instant> ContentFetcher::next_plan() const {
  // What was due at the last plan waits for an event: a peer or a place becoming free.
  std::optional<Instant> next;
  for (const Queue& queue : queues_) {
    const auto at = queue.lower_bound({last_plan_ + nanoseconds(1), 0, {}});
    if (at != queue.end()) next = std::min(next.value_or(at->at), at->at);
  }
  return next;
}

}  // namespace lastmile::gossip
