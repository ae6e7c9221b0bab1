#include "sim/env/disk_snapshot.hpp"

#include <algorithm>
#include <iterator>

#include "core/base/check.hpp"

namespace lastmile::sim {
namespace {

class LiveCursor final : public env::Cursor {
 public:
  LiveCursor(const DiskImage::Live& live, DiskImage::Live::const_iterator at) : live_(live), at_(at) {}
  bool valid() const override { return at_ != live_.end(); }
  std::string_view key() const override { return at_->first; }
  std::string_view value() const override { return *at_->second; }
  void next() override { ++at_; }
  void previous() override { at_ = at_ == live_.begin() ? live_.end() : std::prev(at_); }

 private:
  const DiskImage::Live& live_;
  DiskImage::Live::const_iterator at_;
};

}  // namespace

std::unique_ptr<env::Cursor> live_cursor(const DiskImage& image, std::string_view key, bool before) {
  const DiskImage::Live& live = image.live();
  auto at = live.lower_bound(key);
  if (before) at = at == live.begin() ? live.end() : std::prev(at);
  return std::make_unique<LiveCursor>(live, at);
}

// Holds key and value itself, because the map may change under it; every move looks its place up again.
class SnapshotCursor final : public env::Cursor {
 public:
  explicit SnapshotCursor(const SnapshotReader& reader) : reader_(reader) {}

  bool valid() const override { return value_ != nullptr; }
  std::string_view key() const override { return key_; }
  std::string_view value() const override { return *value_; }
  void next() override {
    LM_CHECK(valid());
    forward(key_, false);
  }
  void previous() override {
    LM_CHECK(valid());
    backward(key_);
  }

  // The first entry with a key above `from`, or at it when `inclusive`.
  void forward(std::string_view from, bool inclusive) {
    const auto& live = reader_.image_->live();
    const auto& changed = reader_.changed_;
    auto a = inclusive ? live.lower_bound(from) : live.upper_bound(from);
    auto b = inclusive ? changed.lower_bound(from) : changed.upper_bound(from);
    while (b != changed.end() && b->second == nullptr) ++b;
    while (a != live.end() && changed.contains(a->first)) ++a;
    if (a == live.end() && b == changed.end()) return place({}, nullptr);
    if (b == changed.end() || (a != live.end() && a->first < b->first)) return place(a->first, a->second);
    return place(b->first, b->second);
  }
  // The last entry with a key below `from`.
  void backward(std::string_view from) {
    const auto& live = reader_.image_->live();
    const auto& changed = reader_.changed_;
    auto a = std::make_reverse_iterator(live.lower_bound(from));
    auto b = std::make_reverse_iterator(changed.lower_bound(from));
    while (b != changed.rend() && b->second == nullptr) ++b;
    while (a != live.rend() && changed.contains(a->first)) ++a;
    if (a == live.rend() && b == changed.rend()) return place({}, nullptr);
    if (b == changed.rend() || (a != live.rend() && a->first > b->first)) return place(a->first, a->second);
    return place(b->first, b->second);
  }

 private:
  void place(std::string_view key, env::Value value) {
    std::string copy(key);  // key may be a view of key_
    key_ = std::move(copy);
    value_ = std::move(value);
  }

  const SnapshotReader& reader_;
  std::string key_;
  env::Value value_;
};

SnapshotReader::SnapshotReader(std::shared_ptr<DiskImage> image) : image_(std::move(image)) {
  image_->snapshots_.push_back(this);
}

SnapshotReader::~SnapshotReader() { std::erase(image_->snapshots_, this); }

env::Value SnapshotReader::get(std::string_view key) const {
  if (const auto found = changed_.find(key); found != changed_.end()) return found->second;
  const auto found = image_->live().find(key);
  return found == image_->live().end() ? nullptr : found->second;
}

std::unique_ptr<env::Cursor> SnapshotReader::seek(std::string_view key) const {
  auto cursor = std::make_unique<SnapshotCursor>(*this);
  cursor->forward(key, true);
  return cursor;
}

std::unique_ptr<env::Cursor> SnapshotReader::seek_before(std::string_view key) const {
  auto cursor = std::make_unique<SnapshotCursor>(*this);
  cursor->backward(key);
  return cursor;
}

}  // namespace lastmile::sim
