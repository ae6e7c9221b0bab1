#include "core/store/streams.hpp"

#include <algorithm>

namespace lastmile::store {
namespace {

bool inside(const TimeRange& range, Wall time) {
  return (!range.start || time >= *range.start) && (!range.end || time < *range.end);
}

Scan open(const Source& source, const std::string& prefix, Order order, const TimeRange& range) {
  if (order == Order::ascending) {
    std::string from = prefix;
    if (range.start) append_time(from, *range.start);
    return source.scan(prefix, from);
  }
  if (!range.end) return source.scan_back(prefix);
  std::string before = prefix;
  append_time(before, *range.end);
  return source.scan_back(prefix, before);
}

}  // namespace

IndexCandidates::IndexCandidates(const Source& source, const std::vector<std::string>& prefixes, Order order,
                                 const TimeRange& range)
    : order_(order), range_(range) {
  std::vector<std::string> distinct = prefixes;
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  for (const std::string& prefix : distinct) {
    streams_.push_back({open(source, prefix, order, range), prefix.size(), std::nullopt});
    advance(streams_.back());
  }
}

// Reads the element the scan stands on and moves the scan behind it.
void IndexCandidates::advance(Stream& stream) {
  stream.head.reset();
  if (!stream.scan.valid()) return;
  const TimedHash item = timed_hash_at(stream.scan.key(), stream.prefix_size);
  if (!inside(range_, item.time)) return;
  stream.head = item;
  stream.scan.next();
}

bool IndexCandidates::next(Group& group) {
  std::optional<Wall> time;
  for (const Stream& stream : streams_) {
    if (!stream.head) continue;
    const bool better = !time || (order_ == Order::ascending ? stream.head->time < *time : stream.head->time > *time);
    if (better) time = stream.head->time;
  }
  if (!time) return false;
  group.time = *time;
  group.hashes.clear();
  for (Stream& stream : streams_) {
    while (stream.head && stream.head->time == *time) {
      group.hashes.push_back(stream.head->hash);
      advance(stream);
    }
  }
  std::sort(group.hashes.begin(), group.hashes.end());
  group.hashes.erase(std::unique(group.hashes.begin(), group.hashes.end()), group.hashes.end());
  return true;
}

ListCandidates::ListCandidates(const std::vector<TimedHash>& items, Order order, const TimeRange& range) {
  for (const TimedHash& item : items) {
    if (inside(range, item.time)) items_.push_back(item);
  }
  std::sort(items_.begin(), items_.end(), [order](const TimedHash& a, const TimedHash& b) {
    if (a.time != b.time) return order == Order::ascending ? a.time < b.time : a.time > b.time;
    return a.hash < b.hash;
  });
  items_.erase(std::unique(items_.begin(), items_.end()), items_.end());
}

bool ListCandidates::next(Group& group) {
  if (at_ == items_.size()) return false;
  group.time = items_[at_].time;
  group.hashes.clear();
  for (; at_ < items_.size() && items_[at_].time == group.time; ++at_) group.hashes.push_back(items_[at_].hash);
  return true;
}

TimeRange behind(const TimeRange& range, const PageRequest& page, Order order) {
  TimeRange rest = range;
  if (!page.cursor_mode || !page.after) return rest;
  const Wall time = page.after->time;
  if (order == Order::ascending) {
    if (!rest.start || *rest.start < time) rest.start = time;
  } else {
    if (!rest.end || *rest.end > time + nanoseconds(1)) rest.end = time + nanoseconds(1);
  }
  return rest;
}

}  // namespace lastmile::store
