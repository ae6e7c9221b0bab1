// The blobs of the disk in memory (memory_disk.hpp): what was asked for is seen at once and answered when the test says
// so. A crash applies, for each name, some of what was not answered; a write that is cut off may leave a piece where
// there was nothing.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/base/random.hpp"
#include "core/env/disk.hpp"

namespace lastmile::store::test {

class MemoryBlobs {
 public:
  using Blobs = std::map<std::string, Bytes, std::less<>>;

  void put(std::string name, Bytes bytes, env::Done<Unit> done) {
    now_[name] = bytes;
    waiting_.push_back({std::move(name), std::move(bytes), std::move(done)});
  }
  void remove(std::string name, env::Done<Unit> done) {
    now_.erase(name);
    waiting_.push_back({std::move(name), std::nullopt, std::move(done)});
  }
  const Blobs& all() const { return now_; }
  std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const auto& [name, bytes] : now_) sum += bytes.size();
    return sum;
  }
  std::size_t waiting() const { return waiting_.size(); }

  // Answers the first of what waits; the answer may ask for more.
  void settle(std::size_t count) {
    for (; count > 0 && !waiting_.empty(); --count) {
      Change change = std::move(waiting_.front());
      waiting_.pop_front();
      apply(change);
      if (change.done) change.done(Unit{});
    }
  }

  void crash(Generator& draws) {
    std::set<std::string> stopped;  // names whose next change did not happen
    for (Change& change : std::exchange(waiting_, {})) {
      if (stopped.contains(change.name)) continue;
      if (draws.chance(0.5)) {
        apply(change);
        continue;
      }
      stopped.insert(change.name);
      if (!change.bytes || change.bytes->empty() || durable_.contains(change.name) || draws.chance(0.5)) continue;
      change.bytes->resize(draws.below(change.bytes->size()));
      apply(change);
    }
    now_ = durable_;
  }

 private:
  struct Change {
    std::string name;
    std::optional<Bytes> bytes;  // empty: removed
    env::Done<Unit> done;
  };
  void apply(const Change& change) {
    if (change.bytes) {
      durable_[change.name] = *change.bytes;
    } else {
      durable_.erase(change.name);
    }
  }

  Blobs now_;
  Blobs durable_;
  std::deque<Change> waiting_;
};

}  // namespace lastmile::store::test
