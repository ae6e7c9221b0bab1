// The event queue (simulation-engine.md section 4): a ring of short time buckets, each sorted when it is opened.
//
// 8,192 buckets of 2^16 ns reach 0.54 s ahead; 256 coarse slots of that length reach 137 s; what is later waits in a
// heap. Slots and heap move into the ring when due. An event posted into the bucket being drained goes to a small heap
// beside it. Buckets are chains of chunks from one pool, and the pool gives back what it has plenty of: memory follows
// the number of events that wait, not their greatest burst.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/check.hpp"
#include "sim/env/event.hpp"

namespace lastmile::sim {

class EventRing {
 public:
  static constexpr int kBucketBits = 16;  // 65.5 us: below the smallest latency of a link
  static constexpr int kRingBits = 13;
  static constexpr std::int64_t kBuckets = std::int64_t{1} << kRingBits;
  static constexpr std::int64_t kSlots = 256;

  EventRing();
  ~EventRing();
  EventRing(const EventRing&) = delete;
  EventRing& operator=(const EventRing&) = delete;

  // time >= 0 and not before the last event taken; the key must be unique.
  void push(const Event& event) {
    const std::int64_t bucket = event.time >> kBucketBits;
    ++size_;
    if (bucket > open_bucket_ && bucket - open_bucket_ <= kBuckets) {
      add(ring_[static_cast<std::size_t>(bucket & (kBuckets - 1))], event);
      mark(bucket & (kBuckets - 1));
      return;
    }
    push_elsewhere(event);
  }

  // The next event in key order if its time is not after `until`, else null; valid until the next push() or pop().
  // Opens no bucket that begins after `until`: what is pushed before that bucket later would all have to go through the
  // heap.
  const Event* peek(std::int64_t until = INT64_MAX) {
    if (next_ == order_.size() && late_.empty() && !open_next(until)) return nullptr;
    const Event* event = peek_open();
    return event->time <= until ? event : nullptr;
  }
  void pop();

  // Everything taken in has been popped: peek() would open something.
  bool between_buckets() const { return next_ == order_.size() && late_.empty(); }
  // What that would be, if it begins not after `until`: a bucket, or a coarse slot, whose buckets are not known before
  // it is entered. Only between_buckets().
  struct Opening {
    std::int64_t number;
    bool is_slot;
    std::int64_t start() const { return number << (is_slot ? kBucketBits + kRingBits : kBucketBits); }  // ns
  };
  std::optional<Opening> next_opening(std::int64_t until) const;
  void enter_slot(std::int64_t slot);
  static std::int64_t end_of_bucket(std::int64_t time) { return ((time >> kBucketBits) + 1) << kBucketBits; }

  // The event that will probably come `ahead` events from now, or null: only for prefetching.
  const Event* glimpse(std::size_t ahead) const {
    const std::size_t at = next_ + ahead;
    return at < order_.size() ? &open_[static_cast<std::uint32_t>(order_[at])] : nullptr;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t memory_bytes() const;

  // Hands every waiting event to `take`, in no particular order, and empties the queue (release at the end of a run).
  template <class Take>
  void drain(Take&& take);

 private:
  static constexpr std::size_t kChunkEvents = 25;  // with the header about 1 KiB
  struct Chunk {
    Chunk* next;
    std::uint32_t count;
    std::array<Event, kChunkEvents> events;
  };

  void add(Chunk*& list, const Event& event) {
    Chunk* chunk = list;
    if (chunk == nullptr || chunk->count == kChunkEvents) {
      Chunk* fresh = take_chunk();
      fresh->next = chunk;
      fresh->count = 0;
      list = chunk = fresh;
    }
    chunk->events[chunk->count++] = event;
  }
  void mark(std::int64_t index) {
    const auto i = static_cast<std::size_t>(index);
    used_[i >> 6] |= std::uint64_t{1} << (i & 63);
  }
  const Event* peek_open() const {
    if (next_ == order_.size()) return &late_.front();
    const Event* sorted = &open_[static_cast<std::uint32_t>(order_[next_])];
    return !late_.empty() && event_before(late_.front(), *sorted) ? &late_.front() : sorted;
  }

  Chunk* take_chunk();
  void give_chunk(Chunk* chunk);
  void push_elsewhere(const Event& event);
  void place(const Event& event);
  bool open_next(std::int64_t until);
  void open(std::int64_t bucket);
  void make_room(std::size_t events);
  std::int64_t next_used_bucket() const;  // absolute bucket, or max
  std::int64_t next_used_slot() const;

  std::int64_t open_bucket_ = -1;  // absolute number of the bucket being drained
  std::int64_t slot_ = 0;          // coarse slot that the ring has taken in
  std::size_t size_ = 0;
  std::vector<Event> open_;           // the opened bucket as it was filled
  std::vector<std::uint64_t> order_;  // time within the bucket << 32 | position in open_, sorted
  std::size_t next_ = 0;
  std::vector<Event> late_;  // heap of events posted into (or before) the open bucket
  std::vector<Chunk*> ring_;
  std::vector<std::uint64_t> used_;  // one bit per bucket
  std::vector<Chunk*> slots_;
  std::vector<std::uint64_t> slots_used_;
  std::vector<Event> far_;  // heap beyond the coarse slots
  Chunk* free_ = nullptr;
  std::size_t chunks_used_ = 0;
  std::size_t chunks_free_ = 0;
};

template <class Take>
void EventRing::drain(Take&& take) {
  for (; next_ < order_.size(); ++next_) take(open_[static_cast<std::uint32_t>(order_[next_])]);
  for (const Event& event : late_) take(event);
  for (const Event& event : far_) take(event);
  late_.clear();
  far_.clear();
  for (auto* lists : {&ring_, &slots_}) {
    for (Chunk*& list : *lists) {
      while (list != nullptr) {
        for (std::uint32_t i = 0; i < list->count; ++i) take(list->events[i]);
        Chunk* done = list;
        list = list->next;
        give_chunk(done);
      }
    }
  }
  for (auto& word : used_) word = 0;
  for (auto& word : slots_used_) word = 0;
  size_ = 0;
}

}  // namespace lastmile::sim
