// Large items, in ranges.
#include <algorithm>

#include "core/base/check.hpp"
#include "core/gossip/content_fetcher.hpp"

namespace lastmile::gossip {

void ContentFetcher::begin_transfer(Item& item, env::PeerId source, std::uint64_t size, Instant now) {
  end_transfer(item);
  item.transfer = Transfer{.source = source, .announced = now, .size = size, .received = {}};
}

void ContentFetcher::end_transfer(Item& item) {
  if (item.transfer && item.transfer->running) {
    --transfers_;
    transfer_bytes_ -= item.transfer->size;
    --peer(item.transfer->source).transfers;
  }
  item.transfer.reset();
}

bool ContentFetcher::has_place(const Transfer& transfer) const {
  return transfers_ < params_.transfers_max && transfer_bytes_ + transfer.size <= params_.transfer_bytes_max;
}

// Empty: the source will not give it, or not soon.
std::optional<ContentFetcher::Planned> ContentFetcher::plan_transfer(Item& item, const ContentName& name,
                                                                     std::size_t batches, std::vector<FetchOrder>& out,
                                                                     Instant now) {
  LM_CHECK(item.transfer.has_value());
  Transfer& transfer = *item.transfer;
  Peer& source = peers_[transfer.source.value];
  if (!source.connected) return std::nullopt;
  if (!transfer.running) {
    // A peer that says it has everything, and gives it slowly, does not hold up what others have too. An idle one is
    // not to blame when the places of all are taken.
    const bool is_busy = source.transfers >= params_.transfers_per_peer_max;
    if (is_busy && now - transfer.announced >= params_.range_deadline) return std::nullopt;
    if (is_busy || !has_place(transfer)) return Planned::must_wait;
  }
  if (orders_.size() + batches >= params_.orders_max || source.orders >= params_.orders_per_peer_max) {
    return Planned::must_wait;
  }
  if (!transfer.running) {
    transfer.running = true;
    ++transfers_;
    transfer_bytes_ += transfer.size;
    ++source.transfers;
  }
  out.push_back(range_order(name, item, now));
  return Planned::done;
}

FetchOrder ContentFetcher::range_order(const ContentName& name, Item& item, Instant now) {
  LM_CHECK(item.transfer.has_value());
  set_busy(name, item);
  Transfer& transfer = *item.transfer;
  FetchOrder out = issue({transfer.source, {name}, true, now});
  transfer.order = out.id;
  const std::uint64_t left = transfer.size - transfer.received.size();
  out.range = env::ContentRange{content_name(name), transfer.received.size(), std::min(left, params_.range_bytes)};
  return out;
}

Received ContentFetcher::on_range(OrderId id, ByteView bytes, Instant now) {
  Received received;
  if (const auto known = orders_.find(id); known == orders_.end() || !known->second.is_range) return received;
  const auto order = close(id);
  LM_CHECK(order.has_value());
  const auto found = items_.find(order->names.front());
  if (found == items_.end()) return received;
  Item& item = found->second;
  if (!item.transfer || item.transfer->order != id) return received;  // forgotten and wanted anew, from another offset
  Transfer& transfer = *item.transfer;
  // Short ranges would let a transfer last for ever.
  if (bytes.size() != std::min(transfer.size - transfer.received.size(), params_.range_bytes)) {
    ++peer(order->peer).counts.wrong;
    tried(found, order->peer, now);
    return received;
  }
  transfer.received += as_text(bytes);
  transfer.giving = transfer.giving + (now - order->since);
  if (transfer.received.size() < transfer.size) {
    if (may_go_on(item, now)) {
      set_ready(found->first, item, now);
    } else {
      ++peer(order->peer).counts.failed;
      if (peer(order->peer).connected && !was_slow(item, order->peer)) item.slow.push_back(order->peer);
      tried(found, order->peer, now);
    }
    return received;
  }
  auto value = std::make_shared<const std::string>(std::move(transfer.received));
  end_transfer(item);
  if (found->first.kind == ContentKind::envelope) {
    ++peer(order->peer).counts.delivered;
    received.arrivals.push_back(arrive(found, std::move(value), order->peer));
  } else {
    received.checks.push_back(begin_check(found, std::move(value), order->peer));
  }
  return received;
}

// --- what is too slow

bool ContentFetcher::is_slow(const Transfer& transfer) const {
  const Duration counted = transfer.giving - params_.transfer_grace;
  return counted > Duration{} && transfer.received.size() < params_.transfer_rate_least *
                                                                static_cast<std::uint64_t>(counted.ns) / 1'000'000'000;
}

bool ContentFetcher::was_slow(const Item& item, env::PeerId id) const {
  return std::find(item.slow.begin(), item.slow.end(), id) != item.slow.end();
}

bool ContentFetcher::may_go_on(const Item& item, Instant now) {
  LM_CHECK(item.transfer.has_value());
  if (!is_slow(*item.transfer)) return true;
  if (holds_up_its_content(item)) return false;
  if (!holds_up_others(*item.transfer, now)) return true;
  gave_way_ = now;
  return false;
}

// Others may have it, and this peer was not yet found too slow for it.
bool ContentFetcher::holds_up_its_content(const Item& item) const {
  LM_CHECK(item.transfer.has_value());
  const env::PeerId source = item.transfer->source;
  return !was_slow(item, source) && std::any_of(connected_.begin(), connected_.end(),
                                                [&](env::PeerId id) { return id != source && !was_tried(item, id); });
}

// The slowest one, when another item has waited long for a place and none was made for one of late.
bool ContentFetcher::holds_up_others(const Transfer& transfer, Instant now) const {
  if (gave_way_ && now - *gave_way_ < params_.transfer_grace) return false;
  bool somebody_waits = false;
  for (const auto& [name, item] : items_) {
    if (!item.transfer) continue;
    const Transfer& other = *item.transfer;
    if (other.running) {
      if (is_slow(other) && other.rate() < transfer.rate()) return false;
      continue;
    }
    const Peer& source = peers_[other.source.value];
    const bool waits = source.connected && source.transfers < params_.transfers_per_peer_max && !has_place(other);
    if (waits && now - other.announced >= params_.transfer_grace) somebody_waits = true;
  }
  return somebody_waits;
}

}  // namespace lastmile::gossip
