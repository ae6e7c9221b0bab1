#include "core/gossip/content_fetcher.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/gossip/limits.hpp"

namespace lastmile::gossip {
namespace {

constexpr std::size_t kPlanScanMax = 4096;  // items looked at by one plan()

// Lower is better: what a peer cost us for what it gave.
std::uint64_t badness(const FetchPeerCounts& counts) {
  const std::uint64_t cost = counts.wrong * 256 + counts.failed * 8 + counts.absent;
  return cost * 16 / (counts.delivered + 1);
}

}  // namespace

ContentFetcher::Peer& ContentFetcher::peer(env::PeerId id) {
  LM_CHECK(id.value < kPeerNumbersMax);
  if (id.value >= peers_.size()) peers_.resize(id.value + 1);
  return peers_[id.value];
}

void ContentFetcher::on_connected(env::PeerId id) {
  if (peer(id).connected) return;
  peer(id).connected = true;
  connected_.insert(std::lower_bound(connected_.begin(), connected_.end(), id), id);
  new_peer_ = true;
  // Who comes back is a newcomer: what it could not be asked for while it was away is asked again.
  for (auto& [name, item] : items_) {
    if (!item.in_flight) std::erase(item.tried, id);
  }
}

void ContentFetcher::on_lost(env::PeerId id) {
  if (!peer(id).connected) return;
  peer(id).connected = false;
  std::erase(connected_, id);
}

void ContentFetcher::on_forgotten(env::PeerId id) {
  if (id.value >= peers_.size() || peers_[id.value].connected) return;
  peers_[id.value].counts = {};
  for (auto& [_, check] : checks_) check.teller_forgotten = check.teller_forgotten || check.from == id;
  for (auto& [name, item] : items_) {
    std::erase(item.hints, id);
    if (!item.in_flight) std::erase(item.tried, id);
  }
}

const FetchPeerCounts& ContentFetcher::counts(env::PeerId id) const {
  static const FetchPeerCounts none;
  return id.value < peers_.size() ? peers_[id.value].counts : none;
}

void ContentFetcher::set_ready(const ContentName& name, Item& item, Instant at) {
  if (!item.in_flight) ready_.erase({item.ready_at, item.turn, name});
  item.in_flight = false;
  item.ready_at = at;
  item.turn = next_turn_++;
  ready_.insert({item.ready_at, item.turn, name});
}

void ContentFetcher::set_busy(const ContentName& name, Item& item) {
  ready_.erase({item.ready_at, item.turn, name});
  item.in_flight = true;
}

void ContentFetcher::erase(Items::iterator item) {
  ready_.erase({item->second.ready_at, item->second.turn, item->first});
  if (item->first.kind == ContentKind::envelope) --envelopes_;
  items_.erase(item);
}

bool ContentFetcher::has_place(ContentKind kind) const {
  if (kind == ContentKind::envelope) return envelopes_ < params_.envelopes_max;
  return items_.size() - envelopes_ < params_.contents_max;
}

bool ContentFetcher::want(const ContentName& name, std::span<const env::PeerId> hints, Instant now,
                          std::optional<Duration> retry_max) {
  auto found = items_.find(name);
  if (found == items_.end()) {
    if (!has_place(name.kind)) return false;
    found = items_.try_emplace(name).first;
    if (name.kind == ContentKind::envelope) ++envelopes_;
    found->second.in_flight = true;  // not in ready_ yet
    found->second.retry_max = params_.retry_max;
    set_ready(name, found->second, now);
  }
  Item& item = found->second;
  if (retry_max) item.retry_max = std::min(item.retry_max, *retry_max);
  for (const env::PeerId hint : hints) {
    if (item.hints.size() >= params_.hints_max) break;
    if (std::find(item.hints.begin(), item.hints.end(), hint) != item.hints.end()) continue;
    item.hints.push_back(hint);
    std::erase(item.tried, hint);
    if (!item.in_flight) set_ready(name, item, now);  // worth asking now, also in a pause
  }
  return true;
}

void ContentFetcher::forget(const ContentName& name) {
  const auto found = items_.find(name);
  if (found != items_.end()) erase(found);
}

int ContentFetcher::rounds(const ContentName& name) const {
  const auto found = items_.find(name);
  return found == items_.end() ? 0 : found->second.rounds;
}

bool ContentFetcher::was_tried(const Item& item, env::PeerId id) const {
  return std::binary_search(item.tried.begin(), item.tried.end(), id);
}

bool ContentFetcher::all_tried(const Item& item) const {
  return std::includes(item.tried.begin(), item.tried.end(), connected_.begin(), connected_.end());
}

bool ContentFetcher::has_room(env::PeerId id, const std::vector<Batch>& batches) const {
  const Peer& p = peers_[id.value];
  std::size_t open = 0;
  for (const Batch& batch : batches) {
    if (batch.peer != id) continue;
    if (batch.names.size() < params_.names_per_request) return true;
    ++open;
  }
  return orders_.size() + batches.size() < params_.orders_max && p.orders + open < params_.orders_per_peer_max;
}

// Hinted peers in their order, then the least bad of the others, equals by lot.
std::optional<env::PeerId> ContentFetcher::choose(const Item& item, const std::vector<Batch>& batches) {
  for (const env::PeerId hint : item.hints) {
    if (hint.value < peers_.size() && peers_[hint.value].connected && !was_tried(item, hint) &&
        has_room(hint, batches)) {
      return hint;
    }
  }
  std::optional<env::PeerId> best;
  const std::size_t start = connected_.empty() ? 0 : random_.below(connected_.size());
  for (std::size_t i = 0; i < connected_.size(); ++i) {
    const env::PeerId id = connected_[(start + i) % connected_.size()];
    if (was_tried(item, id) || !has_room(id, batches)) continue;
    if (!best || badness(peers_[id.value].counts) < badness(peers_[best->value].counts)) best = id;
  }
  return best;
}

std::vector<FetchOrder> ContentFetcher::plan(Instant now) {
  last_plan_ = now;
  if (std::exchange(new_peer_, false)) {  // those in a pause may ask the newcomer at once
    for (auto& [name, item] : items_) {
      if (item.paused && !item.in_flight && item.ready_at > now) set_ready(name, item, now);
    }
  }
  std::vector<FetchOrder> out;
  std::vector<Batch> batches;
  std::vector<ContentName> due;
  for (const Ready& ready : ready_) {
    if (ready.at > now || due.size() >= kPlanScanMax) break;
    due.push_back(ready.name);
  }
  if (check_bytes_ > params_.check_bytes_max) return out;  // on_checked changes that
  for (const ContentName& name : due) {
    std::size_t asked = names_asked_ + checks_.size();
    for (const Batch& batch : batches) asked += batch.names.size();
    if (asked >= params_.checks_max) break;
    const bool full = orders_.size() + batches.size() >= params_.orders_max &&
                      std::all_of(batches.begin(), batches.end(),
                                  [&](const Batch& b) { return b.names.size() >= params_.names_per_request; });
    if (full) break;
    plan_item(items_.find(name), batches, out, now);
  }
  for (Batch& batch : batches) out.push_back(issue({batch.peer, std::move(batch.names), false}));
  return out;
}

void ContentFetcher::plan_item(Items::iterator found, std::vector<Batch>& batches, std::vector<FetchOrder>& out,
                               Instant now) {
  Item& item = found->second;
  if (item.paused && item.not_before <= now) {
    item.paused = false;
    item.tried.clear();
  }
  if (item.source) {
    const env::PeerId source = *item.source;
    if (!peers_[source.value].connected) {
      tried(found, source, now);
    } else if (orders_.size() + batches.size() < params_.orders_max &&
               peers_[source.value].orders < params_.orders_per_peer_max) {
      out.push_back(range_order(found->first, item));
    }
    return;
  }
  const auto chosen = choose(item, batches);
  if (!chosen) {
    if (connected_.empty() || !all_tried(item)) return;  // an event will change that
    if (item.paused) {
      set_ready(found->first, item, item.not_before);
    } else {
      end_round(found, now);
    }
    return;
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

FetchOrder ContentFetcher::range_order(const ContentName& name, Item& item) {
  set_busy(name, item);
  FetchOrder out = issue({*item.source, {name}, true});
  const std::uint64_t left = item.size - item.received.size();
  out.range = env::ContentRange{content_name(name), item.received.size(), std::min(left, params_.range_bytes)};
  return out;
}

std::optional<Instant> ContentFetcher::next_plan() const {
  // What was due at the last plan waits for an event: a peer or a place becoming free.
  const auto at = ready_.lower_bound({last_plan_ + nanoseconds(1), 0, ContentName{}});
  if (at == ready_.end()) return std::nullopt;
  return at->at;
}

std::optional<ContentFetcher::Order> ContentFetcher::close(OrderId id) {
  const auto found = orders_.find(id);
  if (found == orders_.end()) return std::nullopt;
  Order order = std::move(found->second);
  orders_.erase(found);
  names_asked_ -= order.names.size();
  --peer(order.peer).orders;
  return order;
}

void ContentFetcher::tried(Items::iterator found, env::PeerId by, Instant now) {
  Item& item = found->second;
  item.source.reset();
  item.received = {};
  const auto at = std::lower_bound(item.tried.begin(), item.tried.end(), by);
  if (at == item.tried.end() || *at != by) item.tried.insert(at, by);
  std::erase(item.hints, by);
  if (!all_tried(item) || connected_.empty()) {
    set_ready(found->first, item, now);
  } else if (item.paused) {  // the newcomer had nothing either: back into the pause
    set_ready(found->first, item, std::max(item.not_before, now));
  } else {
    end_round(found, now);
  }
}

void ContentFetcher::end_round(Items::iterator found, Instant now) {
  Item& item = found->second;
  ++item.rounds;
  if (params_.rounds_max > 0 && item.rounds >= params_.rounds_max) {
    given_up_.push_back(found->first);
    erase(found);
    return;
  }
  Duration pause = params_.retry_first;
  for (int i = 1; i < item.rounds && pause < item.retry_max; ++i) pause = pause * 2;
  pause = std::min(pause, item.retry_max);
  pause = pause + random_.uniform({}, pause / 4);  // nodes that lack the same thing should not ask together
  item.paused = true;
  item.not_before = now + pause;
  set_ready(found->first, item, item.not_before);
}

Arrival ContentFetcher::arrive(Items::iterator found, env::Value bytes, env::PeerId from) {
  Arrival arrival{found->first, std::move(bytes), from};
  ++peer(from).counts.delivered;
  erase(found);
  return arrival;
}

ContentCheck ContentFetcher::begin_check(Items::iterator found, env::Value bytes, env::PeerId from) {
  const CheckId id = next_check_++;
  found->second.check = id;
  check_bytes_ += bytes->size();
  checks_.emplace(id, Check{found->first, from, bytes, false});
  return {id, found->first.hash, std::move(bytes)};
}

std::optional<Arrival> ContentFetcher::on_checked(CheckId id, bool matches, Instant now) {
  auto node = checks_.extract(id);
  if (node.empty()) return std::nullopt;
  Check& check = node.mapped();
  check_bytes_ -= check.bytes->size();
  const auto found = items_.find(check.name);
  if (found == items_.end() || found->second.check != id) return std::nullopt;
  if (matches) return arrive(found, std::move(check.bytes), check.from);
  found->second.check = 0;
  if (check.teller_forgotten) {
    set_ready(found->first, found->second, now);
    return std::nullopt;
  }
  ++peer(check.from).counts.wrong;
  tried(found, check.from, now);
  return std::nullopt;
}

Received ContentFetcher::on_answer(OrderId id, const ContentAnswer& answer, Instant now) {
  Received received;
  if (const auto known = orders_.find(id); known == orders_.end() || known->second.is_range) return received;
  Order order = *close(id);
  FetchPeerCounts& counts = peer(order.peer).counts;
  const bool gave = std::any_of(answer.items.begin(), answer.items.end(),
                                [](const ContentItem& item) { return item.availability == Availability::inside; });
  for (const ContentItem& got : answer.items) {
    const auto asked = std::find(order.names.begin(), order.names.end(), got.name);
    if (asked == order.names.end()) {
      ++counts.wrong;
      continue;
    }
    order.names.erase(asked);
    const auto found = items_.find(got.name);
    if (found == items_.end()) continue;  // forgotten meanwhile
    switch (got.availability) {
      case Availability::inside:
        if (got.bytes != nullptr && got.name.kind == ContentKind::envelope) {
          received.arrivals.push_back(arrive(found, got.bytes, order.peer));
        } else if (got.bytes != nullptr) {
          received.checks.push_back(begin_check(found, got.bytes, order.peer));
        } else {
          ++counts.wrong;
          tried(found, order.peer, now);
        }
        break;
      case Availability::large:
        if (got.size == 0 || got.size > params_.item_bytes_max) {
          ++counts.absent;
          tried(found, order.peer, now);
        } else {
          found->second.source = order.peer;
          found->second.size = got.size;
          found->second.received = {};
          set_ready(got.name, found->second, now);
        }
        break;
      case Availability::later:  // free only for a peer that gave something, or it could go on for ever
        if (gave) {
          set_ready(got.name, found->second, now);
          break;
        }
        [[fallthrough]];
      case Availability::absent:
        ++counts.absent;
        tried(found, order.peer, now);
        break;
    }
  }
  for (const ContentName& name : order.names) {  // not mentioned
    ++counts.absent;
    if (const auto found = items_.find(name); found != items_.end()) tried(found, order.peer, now);
  }
  return received;
}

Received ContentFetcher::on_range(OrderId id, ByteView bytes, Instant now) {
  Received received;
  if (const auto known = orders_.find(id); known == orders_.end() || !known->second.is_range) return received;
  const Order order = *close(id);
  const auto found = items_.find(order.names.front());
  if (found == items_.end() || found->second.source != order.peer) return received;
  Item& item = found->second;
  if (bytes.empty() || bytes.size() > item.size - item.received.size()) {
    ++peer(order.peer).counts.wrong;
    tried(found, order.peer, now);
    return received;
  }
  item.received += as_text(bytes);
  if (item.received.size() < item.size) {
    set_ready(found->first, item, now);
    return received;
  }
  auto value = std::make_shared<const std::string>(std::exchange(item.received, {}));
  item.source.reset();
  if (found->first.kind == ContentKind::envelope) {
    received.arrivals.push_back(arrive(found, std::move(value), order.peer));
  } else {
    received.checks.push_back(begin_check(found, std::move(value), order.peer));
  }
  return received;
}

void ContentFetcher::on_failed(OrderId id, Instant now) {
  const auto order = close(id);
  if (!order) return;
  ++peer(order->peer).counts.failed;
  for (const ContentName& name : order->names) {
    const auto found = items_.find(name);
    if (found != items_.end() && found->second.in_flight) tried(found, order->peer, now);
  }
}

}  // namespace lastmile::gossip
