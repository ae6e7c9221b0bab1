// What became of the orders.
#include <algorithm>

#include "core/base/present.hpp"
#include "core/gossip/content_fetcher.hpp"

namespace lastmile::gossip {

std::optional<ContentFetcher::Order> ContentFetcher::close(OrderId id) {
  const auto found = orders_.find(id);
  if (found == orders_.end()) return std::nullopt;
  Order order = std::move(found->second);
  orders_.erase(found);
  names_asked_ -= order.names.size();
  --peer(order.peer).orders;
  return order;
}

Arrival ContentFetcher::arrive(Items::iterator found, env::Value bytes, env::PeerId from) {
  Arrival arrival{found->first, std::move(bytes), from};
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
  if (matches) {
    if (!check.teller_forgotten) ++peer(check.from).counts.delivered;
    return arrive(found, std::move(check.bytes), check.from);
  }
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
  Order order = present(close(id));
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
    if (found != items_.end()) on_item(found, got, order.peer, gave, received, now);  // else forgotten meanwhile
  }
  for (const ContentName& name : order.names) {  // not mentioned
    ++counts.absent;
    if (const auto found = items_.find(name); found != items_.end()) tried(found, order.peer, now);
  }
  return received;
}

void ContentFetcher::on_item(Items::iterator found, const ContentItem& got, env::PeerId from, bool gave,
                             Received& received, Instant now) {
  FetchPeerCounts& counts = peer(from).counts;
  Item& item = found->second;
  switch (got.availability) {
    case Availability::inside:
      if (got.bytes == nullptr) {
        ++counts.wrong;
        tried(found, from, now);
      } else if (got.name.kind == ContentKind::envelope) {
        ++counts.delivered;
        received.arrivals.push_back(arrive(found, got.bytes, from));
      } else {
        received.checks.push_back(begin_check(found, got.bytes, from));
      }
      return;
    case Availability::large:
      if (got.size == 0 || got.size > params_.item_bytes_max) break;
      begin_transfer(item, from, got.size, now);
      return set_ready(got.name, item, now);
    case Availability::later:  // free only for a peer that gave something, or it could go on for ever
      if (!gave) break;
      return set_ready(got.name, item, now);
    case Availability::absent:
      break;
  }
  ++counts.absent;
  tried(found, from, now);
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
