#include "sim/env/disk_snapshot.hpp"

#include <algorithm>
#include <iterator>

#include "core/base/check.hpp"

namespace lastmile::sim {
namespace {

class LiveCursor final : public env::Cursor {
 public:
  explicit LiveCursor(KeyTree::Position at) : at_(at) {}
  bool valid() const override { return at_.valid(); }
  std::string_view key() const override { return at_.key(); }
  std::string_view value() const override { return *at_.value(); }
  void next() override { at_.next(); }
  void previous() override { at_.previous(); }

 private:
  KeyTree::Position at_;
};

}  // namespace

std::unique_ptr<env::Cursor> live_cursor(const DiskImage& image, std::string_view key, bool before) {
  KeyTree::Position at = image.live().lower_bound(key);
  if (before) at.previous();
  return std::make_unique<LiveCursor>(at);
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
    const auto& changed = reader_.changed_;
    KeyTree::Position a = reader_.image_->live().lower_bound(from);
    if (!inclusive && a.valid() && a.key() == from) a.next();
    auto b = inclusive ? changed.lower_bound(from) : changed.upper_bound(from);
    while (b != changed.end() && b->second == nullptr) ++b;
    while (a.valid() && changed.contains(a.key())) a.next();
    if (!a.valid() && b == changed.end()) return place({}, nullptr);
    if (b == changed.end() || (a.valid() && a.key() < b->first)) return place(a.key(), a.value());
    return place(b->first, b->second);
  }
  // The last entry with a key below `from`.
  void backward(std::string_view from) {
    const auto& changed = reader_.changed_;
    KeyTree::Position a = reader_.image_->live().lower_bound(from);
    a.previous();
    auto b = std::make_reverse_iterator(changed.lower_bound(from));
    while (b != changed.rend() && b->second == nullptr) ++b;
    while (a.valid() && changed.contains(a.key())) a.previous();
    if (!a.valid() && b == changed.rend()) return place({}, nullptr);
    if (b == changed.rend() || (a.valid() && a.key() > b->first)) return place(a.key(), a.value());
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
  return image_->live().find(key);
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
