#include "sim/env/event_ring.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace lastmile::sim {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kChunksKept = 1024;  // 1 MiB of them stay free, besides as many as are in use
constexpr std::size_t kRoomKept = 4096;    // events of an opened bucket that have room always
constexpr std::size_t kRoomSpare = 4;      // a bucket may have so many times the room it needs

// For std::push_heap and friends, which keep the greatest in front.
struct Later {
  bool operator()(const Event& a, const Event& b) const { return event_before(b, a); }
};

// Position of the first set bit at or after `from` in a circle of bits, as a distance from `from`; kNever if none is
// set.
std::int64_t next_bit(const std::vector<std::uint64_t>& words, std::size_t from) {
  const std::size_t count = words.size();
  std::size_t word = from >> 6;
  std::uint64_t bits = words[word] & (~std::uint64_t{0} << (from & 63));
  for (std::size_t turn = 0; turn <= count; ++turn) {
    if (turn == count) bits = words[word] & ~(~std::uint64_t{0} << (from & 63));  // back at the start: what lay before
    if (bits != 0) {
      const std::size_t at = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
      return static_cast<std::int64_t>(at >= from ? at - from : at + count * 64 - from);
    }
    word = word + 1 == count ? 0 : word + 1;
    bits = words[word];
  }
  return kNever;
}

}  // namespace

EventRing::EventRing()
    : ring_(static_cast<std::size_t>(kBuckets), nullptr),
      used_(static_cast<std::size_t>(kBuckets) / 64, 0),
      slots_(static_cast<std::size_t>(kSlots), nullptr),
      slots_used_(static_cast<std::size_t>(kSlots) / 64, 0) {}

EventRing::~EventRing() {
  drain([](const Event&) {});
  while (free_ != nullptr) {
    Chunk* const next = free_->next;
    delete free_;
    free_ = next;
  }
}

EventRing::Chunk* EventRing::take_chunk() {
  ++chunks_used_;
  if (free_ == nullptr) return new Chunk;  // not filled: events are written before they are read
  --chunks_free_;
  Chunk* chunk = free_;
  free_ = chunk->next;
  return chunk;
}

// Above what is plenty another one goes with it, so that what is free shrinks as fast as what is used.
void EventRing::give_chunk(Chunk* chunk) {
  LM_CHECK(chunks_used_ > 0);
  --chunks_used_;
  ++chunks_free_;
  chunk->next = free_;
  free_ = chunk;
  for (int i = 0; i < 2 && chunks_free_ > chunks_used_ + kChunksKept; ++i) {
    Chunk* const next = free_->next;
    delete free_;
    free_ = next;
    --chunks_free_;
  }
}

void EventRing::push_elsewhere(const Event& event) {
  LM_CHECK(event.time >= 0);
  if (event.time >> kBucketBits <= open_bucket_) {
    late_.push_back(event);
    std::push_heap(late_.begin(), late_.end(), Later{});
    return;
  }
  place(event);
}

// Anywhere after the open bucket.
void EventRing::place(const Event& event) {
  const std::int64_t bucket = event.time >> kBucketBits;
  if (bucket - open_bucket_ <= kBuckets) {
    add(ring_[static_cast<std::size_t>(bucket & (kBuckets - 1))], event);
    mark(bucket & (kBuckets - 1));
    return;
  }
  const std::int64_t slot = bucket >> kRingBits;
  if (slot - slot_ < kSlots) {
    const auto index = static_cast<std::size_t>(slot & (kSlots - 1));
    add(slots_[index], event);
    slots_used_[index >> 6] |= std::uint64_t{1} << (index & 63);
    return;
  }
  far_.push_back(event);
  std::push_heap(far_.begin(), far_.end(), Later{});
}

std::int64_t EventRing::next_used_bucket() const {
  const std::int64_t from = open_bucket_ + 1;
  const std::int64_t distance = next_bit(used_, static_cast<std::size_t>(from & (kBuckets - 1)));
  return distance == kNever ? kNever : from + distance;
}

std::int64_t EventRing::next_used_slot() const {
  const std::int64_t from = slot_ + 1;
  const std::int64_t distance = next_bit(slots_used_, static_cast<std::size_t>(from & (kSlots - 1)));
  const std::int64_t slot = distance == kNever ? kNever : from + distance;
  const std::int64_t far = far_.empty() ? kNever : far_.front().time >> (kBucketBits + kRingBits);
  return std::min(slot, far);
}

std::optional<EventRing::Opening> EventRing::next_opening(std::int64_t until) const {
  LM_CHECK(between_buckets());
  const std::int64_t last = until >> kBucketBits;
  const std::int64_t bucket = next_used_bucket();
  const std::int64_t slot = next_used_slot();
  const bool is_slot = slot != kNever && slot << kRingBits <= bucket;
  if ((is_slot ? slot << kRingBits : bucket) > last) return std::nullopt;
  return Opening{is_slot ? slot : bucket, is_slot};
}

bool EventRing::open_next(std::int64_t until) {
  while (const auto next = next_opening(until)) {
    if (!next->is_slot) {
      open(next->number);
      return true;
    }
    enter_slot(next->number);
  }
  return false;
}

// Nothing waits before this slot: the ring is put in front of it, so that the whole slot fits.
void EventRing::enter_slot(std::int64_t slot) {
  LM_CHECK(slot > slot_ && slot << kRingBits > open_bucket_);
  open_bucket_ = (slot << kRingBits) - 1;
  slot_ = slot;
  const auto index = static_cast<std::size_t>(slot & (kSlots - 1));
  Chunk* list = slots_[index];
  slots_[index] = nullptr;
  slots_used_[index >> 6] &= ~(std::uint64_t{1} << (index & 63));
  while (list != nullptr) {
    for (std::uint32_t i = 0; i < list->count; ++i) place(list->events[i]);
    Chunk* done = list;
    list = list->next;
    give_chunk(done);
  }
  while (!far_.empty() && (far_.front().time >> (kBucketBits + kRingBits)) - slot_ < kSlots) {
    std::pop_heap(far_.begin(), far_.end(), Later{});
    const Event event = far_.back();
    far_.pop_back();
    place(event);
  }
}

// Exactly as much room as a large bucket needs. What an exceptional one took, like that in which all nodes start, is
// given back.
void EventRing::make_room(std::size_t events) {
  const std::size_t room = open_.capacity();
  if (events <= room && (room <= kRoomKept || room / kRoomSpare <= events)) return;
  std::vector<Event>().swap(open_);
  std::vector<std::uint64_t>().swap(order_);
  open_.reserve(std::max(events, kRoomKept));
  order_.reserve(std::max(events, kRoomKept));
}

void EventRing::open(std::int64_t bucket) {
  open_bucket_ = bucket;
  slot_ = std::max(slot_, bucket >> kRingBits);
  const auto index = static_cast<std::size_t>(bucket & (kBuckets - 1));
  used_[index >> 6] &= ~(std::uint64_t{1} << (index & 63));
  open_.clear();
  order_.clear();
  next_ = 0;
  Chunk* list = ring_[index];
  ring_[index] = nullptr;
  std::size_t events = 0;
  for (const Chunk* chunk = list; chunk != nullptr; chunk = chunk->next) events += chunk->count;
  make_room(events);
  while (list != nullptr) {
    for (std::uint32_t i = 0; i < list->count; ++i) {
      const auto within = static_cast<std::uint64_t>(list->events[i].time) & ((std::uint64_t{1} << kBucketBits) - 1);
      order_.push_back(within << 32 | open_.size());
      open_.push_back(list->events[i]);
    }
    Chunk* done = list;
    list = list->next;
    give_chunk(done);
  }
  // Sorting small words is much cheaper than sorting events; the few that share a nanosecond are put right afterwards.
  std::sort(order_.begin(), order_.end());
  const auto event_of = [&](std::uint64_t word) -> const Event& { return open_[static_cast<std::uint32_t>(word)]; };
  for (std::size_t i = 0; i + 1 < order_.size();) {
    std::size_t end = i + 1;
    while (end < order_.size() && order_[end] >> 32 == order_[i] >> 32) ++end;
    if (end - i > 1) {
      std::sort(order_.begin() + static_cast<std::ptrdiff_t>(i), order_.begin() + static_cast<std::ptrdiff_t>(end),
                [&](std::uint64_t a, std::uint64_t b) { return event_before(event_of(a), event_of(b)); });
    }
    i = end;
  }
}

void EventRing::pop() {
  LM_CHECK(size_ > 0);
  --size_;
  const bool from_late =
      next_ == order_.size() ||
      (!late_.empty() && event_before(late_.front(), open_[static_cast<std::uint32_t>(order_[next_])]));
  if (!from_late) {
    ++next_;
    return;
  }
  std::pop_heap(late_.begin(), late_.end(), Later{});
  late_.pop_back();
}

std::size_t EventRing::memory_bytes() const {
  return (chunks_used_ + chunks_free_) * sizeof(Chunk) +
         (open_.capacity() + late_.capacity() + far_.capacity()) * sizeof(Event) +
         order_.capacity() * sizeof(std::uint64_t) + (ring_.size() + slots_.size()) * sizeof(Chunk*);
}

}  // namespace lastmile::sim
