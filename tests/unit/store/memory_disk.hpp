// A disk in memory for the tests of this room: commits are visible at once and become durable when the test says so; a
// crash keeps a prefix of them. Keys can be damaged by hand.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/env/disk.hpp"
#include "tests/unit/store/memory_disk_blobs.hpp"

namespace lastmile::store::test {

class MemoryDisk final : public env::Disk {
 public:
  using Rows = std::map<std::string, env::Value, std::less<>>;

  const env::Reader& latest() const override { return latest_; }
  std::shared_ptr<const env::Reader> snapshot() const override {
    auto copy = std::make_shared<Table>();
    copy->rows = latest_.rows;
    return copy;
  }

  void commit(env::Batch batch, env::Done<Unit> done) override {
    for (const env::Batch::Change& change : batch.changes) apply(latest_.rows, change);
    batches_.push_back({std::move(batch), std::move(done)});
    if (instantly_durable) settle();
  }
  void put_blob(std::string name, Bytes bytes, env::Done<Unit> done) override {
    blobs.put(std::move(name), std::move(bytes), std::move(done));
    if (instantly_durable) blobs.settle(blobs.waiting());
  }
  void get_blob(env::ContentRange range, env::Done<Bytes> done) override {
    const auto found = blobs.all().find(range.name);
    if (found == blobs.all().end()) return done(Error{"no blob of this name"});
    done(found->second);
  }
  void remove_blob(std::string name, env::Done<Unit> done) override {
    blobs.remove(std::move(name), std::move(done));
    if (instantly_durable) blobs.settle(blobs.waiting());
  }
  std::optional<std::uint64_t> blob_size(std::string_view name) const override {
    const auto found = blobs.all().find(name);
    if (found == blobs.all().end()) return std::nullopt;
    return found->second.size();
  }

  // Everything committed so far is durable now, and the store is told.
  void settle() { settle(batches_.size()); }
  void settle(std::size_t count) {
    for (; count > 0 && !batches_.empty(); --count) {
      for (const env::Batch::Change& change : batches_.front().batch.changes) apply(durable_, change);
      auto done = std::move(batches_.front().done);
      batches_.pop_front();
      ++durable_batches;
      if (done) done(Unit{});
    }
  }
  // The next batch fails, and so does everything after it.
  void fail() {
    for (auto& waiting : std::exchange(batches_, {})) waiting.done(Error{"disk full"});
  }
  // What was not durable is gone; nobody is told. Of blobs that were not answered anything may be there.
  void crash() {
    Generator draws(0);
    lose(draws);
  }
  // The same, but some of what was not answered may have become durable.
  void crash(Generator& draws) {
    settle_silently(draws.below(batches_.size() + 1));
    lose(draws);
  }
  std::size_t waiting() const { return batches_.size(); }

  Rows& rows() { return latest_.rows; }
  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const auto& [key, value] : latest_.rows) sum += key.size() + value->size();
    return sum;
  }

  MemoryBlobs blobs;
  bool instantly_durable = true;
  std::size_t durable_batches = 0;

 private:
  class Walk final : public env::Cursor {
   public:
    Walk(const Rows& rows, Rows::const_iterator at) : rows_(rows), at_(at) {}
    bool valid() const override { return !before_begin_ && at_ != rows_.end(); }
    std::string_view key() const override { return at_->first; }
    std::string_view value() const override { return *at_->second; }
    void next() override { ++at_; }
    void previous() override {
      if (at_ == rows_.begin()) {
        before_begin_ = true;
      } else {
        --at_;
      }
    }

   private:
    const Rows& rows_;
    Rows::const_iterator at_;
    bool before_begin_ = false;
  };

  struct Table final : env::Reader {
    env::Value get(std::string_view key) const override {
      const auto found = rows.find(key);
      return found == rows.end() ? nullptr : found->second;
    }
    std::unique_ptr<env::Cursor> seek(std::string_view key) const override {
      return std::make_unique<Walk>(rows, rows.lower_bound(key));
    }
    std::unique_ptr<env::Cursor> seek_before(std::string_view key) const override {
      auto at = rows.lower_bound(key);
      auto walk = std::make_unique<Walk>(rows, at);
      walk->previous();
      return walk;
    }
    Rows rows;
  };

  void lose(Generator& draws) {
    batches_.clear();
    latest_.rows = durable_;
    blobs.crash(draws);
  }
  // Durable although nobody was told.
  void settle_silently(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      for (const env::Batch::Change& change : batches_[i].batch.changes) apply(durable_, change);
    }
  }

  static void apply(Rows& rows, const env::Batch::Change& change) {
    if (change.value != nullptr) {
      rows[change.key] = change.value;
    } else {
      rows.erase(change.key);
    }
  }

  struct Waiting {
    env::Batch batch;
    env::Done<Unit> done;
  };
  Table latest_;
  Rows durable_;
  std::deque<Waiting> batches_;
};

}  // namespace lastmile::store::test
