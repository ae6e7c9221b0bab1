#include "core/node/retry_book.hpp"

#include <algorithm>
#include <vector>

namespace lastmile::node {

void RetryBook::on_attempt(Call again, Call over) {
  again_ = std::move(again);
  over_ = std::move(over);
}

void RetryBook::add(const message::ItemHash& hash) {
  const auto [entry, is_new] = entries_.try_emplace(hash);
  if (!is_new) return;
  entry->second.since = clock_.now();
  schedule(hash, entry->second);
  arm();
}

void RetryBook::remove(const message::ItemHash& hash) {
  const auto entry = entries_.find(hash);
  if (entry == entries_.end()) return;
  due_.erase({entry->second.due, hash});
  entries_.erase(entry);
}

std::optional<Instant> RetryBook::oldest() const {
  std::optional<Instant> first;
  for (const auto& [hash, entry] : entries_) first = first ? std::min(*first, entry.since) : entry.since;
  return first;
}

void RetryBook::schedule(const message::ItemHash& hash, Entry& entry) {
  // now + uniform(0, min(2^retries, 300)) seconds
  Duration most = seconds(1);
  for (int i = 0; i < entry.failures && most < limits_.retry_pause_max; ++i) most = most * 2;
  entry.due = clock_.now() + random_.uniform(Duration{}, std::min(most, limits_.retry_pause_max));
  due_.emplace(entry.due, hash);
}

void RetryBook::arm() {
  if (due_.empty()) return;
  const Instant next = due_.begin()->first;
  if (timer_.value != 0) {
    if (armed_for_ <= next) return;
    timers_.cancel(timer_);
  }
  armed_for_ = next;
  timer_ = timers_.after(next - clock_.now(), [this] {
    timer_ = {};
    fire();
  });
}

void RetryBook::fire() {
  const Instant now = clock_.now();
  std::vector<message::ItemHash> again, over;
  while (!due_.empty() && due_.begin()->first <= now) {
    const message::ItemHash hash = due_.begin()->second;
    due_.erase(due_.begin());
    Entry& entry = entries_.at(hash);
    if (++entry.failures > limits_.retries) {
      entries_.erase(hash);
      over.push_back(hash);
    } else {
      schedule(hash, entry);
      again.push_back(hash);
    }
  }
  arm();
  for (const auto& hash : again) again_(hash);
  for (const auto& hash : over) over_(hash);
}

}  // namespace lastmile::node
