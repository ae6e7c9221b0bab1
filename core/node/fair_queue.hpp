// A bounded queue that is fair to its sources: a flood from one peer, or in the name of one sender, delays itself only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/base/check.hpp"

namespace lastmile::node {

// Two levels of turns: sources (a peer, the local client, a chain) take turns, and inside a source the senders of the
// messages take turns. Order inside (source, sender) is kept. All choices are by key order, never by address.
template <class Item>
class FairQueue {
 public:
  struct Limits {
    std::size_t total;       // items in the queue
    std::size_t per_source;  // of them by one source, at most `total`
  };
  enum class Push : std::uint8_t { accepted, full, source_full };

  explicit FairQueue(Limits limits) : limits_(limits) { LM_CHECK(limits_.per_source <= limits_.total); }

  // How many more items of this source push() would accept.
  std::size_t room(std::uint64_t source) const {
    const auto slot = sources_.find(source);
    const std::size_t taken = slot == sources_.end() ? 0 : slot->second.size;
    return std::min(limits_.total - size_, limits_.per_source - taken);
  }
  bool has_room(std::uint64_t source) const { return room(source) > 0; }

  Push push(std::uint64_t source, const std::string& sender, Item item) {
    if (size_ >= limits_.total) return Push::full;
    Source& slot = sources_[source];
    if (slot.size >= limits_.per_source) return Push::source_full;
    slot.senders[sender].push_back(std::move(item));
    ++slot.size;
    ++size_;
    return Push::accepted;
  }

  // The next item by turns; empty when the queue is.
  std::optional<Item> pop() {
    if (size_ == 0) return std::nullopt;
    auto source = sources_.upper_bound(last_source_);
    if (source == sources_.end() || first_) source = sources_.begin();
    first_ = false;
    last_source_ = source->first;

    Source& slot = source->second;
    auto sender = slot.senders.upper_bound(slot.last_sender);
    if (sender == slot.senders.end()) sender = slot.senders.begin();
    slot.last_sender = sender->first;

    Item item = std::move(sender->second.front());
    sender->second.pop_front();
    if (sender->second.empty()) slot.senders.erase(sender);
    --slot.size;
    --size_;
    if (slot.size == 0) sources_.erase(source);
    return item;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Limits& limits() const { return limits_; }

 private:
  struct Source {
    std::map<std::string, std::deque<Item>> senders;
    std::string last_sender;
    std::size_t size = 0;
  };
  Limits limits_;
  std::map<std::uint64_t, Source> sources_;
  std::uint64_t last_source_ = 0;
  bool first_ = true;
  std::size_t size_ = 0;
};

}  // namespace lastmile::node
