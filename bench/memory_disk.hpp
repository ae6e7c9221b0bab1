// The cheapest env::Disk: an ordered map, durable at once. What the in-memory figures stand on.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "core/env/disk.hpp"

namespace lastmile::bench {

class MemoryDisk final : public env::Disk {
  using Map = std::map<std::string, env::Value, std::less<>>;

  class MapCursor final : public env::Cursor {
   public:
    MapCursor(const Map& map, Map::const_iterator at) : map_(map), at_(at) {}
    bool valid() const override { return at_ != map_.end(); }
    std::string_view key() const override { return at_->first; }
    std::string_view value() const override { return *at_->second; }
    void next() override { ++at_; }
    void previous() override { at_ = at_ == map_.begin() ? map_.end() : std::prev(at_); }

   private:
    const Map& map_;
    Map::const_iterator at_;
  };

  class MapReader final : public env::Reader {
   public:
    explicit MapReader(const Map& map) : map_(map) {}
    env::Value get(std::string_view key) const override {
      const auto found = map_.find(key);
      return found == map_.end() ? nullptr : found->second;
    }
    std::unique_ptr<env::Cursor> seek(std::string_view key) const override {
      return std::make_unique<MapCursor>(map_, map_.lower_bound(key));
    }
    std::unique_ptr<env::Cursor> seek_before(std::string_view key) const override {
      const auto at = map_.lower_bound(key);
      return std::make_unique<MapCursor>(map_, at == map_.begin() ? map_.end() : std::prev(at));
    }

   private:
    const Map& map_;
  };

 public:
  const env::Reader& latest() const override { return reader_; }
  std::shared_ptr<const env::Reader> snapshot() const override {
    struct Frozen {
      explicit Frozen(const Map& m) : map(m), reader(map) {}
      Map map;
      MapReader reader;
    };
    auto frozen = std::make_shared<Frozen>(map_);
    return {frozen, &frozen->reader};
  }
  void commit(env::Batch batch, env::Done<Unit> done) override {
    for (env::Batch::Change& change : batch.changes) {
      if (change.value != nullptr) {
        map_.insert_or_assign(std::move(change.key), std::move(change.value));
      } else {
        map_.erase(change.key);
      }
    }
    answers_.push_back(std::move(done));
  }
  // What a loop would do: answer what is waiting.
  void answer() {
    while (!answers_.empty()) {
      env::Done<Unit> done = std::move(answers_.front());
      answers_.pop_front();
      done(Unit{});
    }
  }
  void put_blob(std::string name, Bytes bytes, env::Done<Unit> done) override {
    blobs_[std::move(name)] = std::move(bytes);
    answers_.push_back(std::move(done));
  }
  void get_blob(env::ContentRange range, env::Done<Bytes> done) override {
    const auto found = blobs_.find(range.name);
    done(found == blobs_.end() ? Result<Bytes>(Error{"absent"}) : Result<Bytes>(found->second));
  }
  void remove_blob(std::string name, env::Done<Unit> done) override {
    blobs_.erase(name);
    answers_.push_back(std::move(done));
  }
  std::optional<std::uint64_t> blob_size(std::string_view name) const override {
    const auto found = blobs_.find(name);
    if (found == blobs_.end()) return std::nullopt;
    return found->second.size();
  }

 private:
  Map map_;
  MapReader reader_{map_};
  std::map<std::string, Bytes, std::less<>> blobs_;
  std::deque<env::Done<Unit>> answers_;
};

}  // namespace lastmile::bench
