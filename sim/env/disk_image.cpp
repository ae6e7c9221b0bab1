#include "sim/env/disk_image.hpp"

#include <algorithm>
#include <type_traits>

#include "core/base/check.hpp"
#include "sim/env/disk_snapshot.hpp"
#include "sim/env/hardware.hpp"

namespace lastmile::sim {
namespace {

std::uint64_t size_of(std::string_view key, const env::Value& value) { return key.size() + value->size(); }

}  // namespace

env::Value DiskImage::set(const std::string& key, env::Value value) {
  if (value != nullptr) key_value_bytes_ += size_of(key, value);
  env::Value before = live_.exchange(key, std::move(value));
  if (before != nullptr) key_value_bytes_ -= size_of(key, before);
  for (SnapshotReader* snapshot : snapshots_) snapshot->remember(key, before);
  return before;
}

std::uint64_t DiskImage::apply(env::Batch batch) {
  UndoBatch undo;
  undo.reserve(batch.changes.size());
  std::uint64_t bytes = 0;
  for (env::Batch::Change& change : batch.changes) {
    bytes += change.key.size() + (change.value != nullptr ? change.value->size() : 0);
    env::Value before = set(change.key, change.value != nullptr ? pool_.intern(std::move(change.value)) : nullptr);
    undo.emplace_back(std::move(change.key), std::move(before));
  }
  undo_.emplace_back(std::move(undo));
  return bytes;
}

void DiskImage::set_blob(const std::string& name, Blob blob, Blob* before) {
  Blob& entry = blobs_[name];
  if (before != nullptr) *before = entry;
  if (entry != nullptr) blob_bytes_ -= entry->size();
  if (blob == nullptr) {
    blobs_.erase(name);
    return;
  }
  blob_bytes_ += blob->size();
  entry = std::move(blob);
}

std::uint64_t DiskImage::put_blob(std::string name, Bytes bytes) {
  UndoBlob undo{std::move(name), nullptr, true};
  const std::uint64_t size = bytes.size();
  set_blob(undo.name, pool_.intern_blob(std::move(bytes)), &undo.before);
  undo_.emplace_back(std::move(undo));
  return size;
}

std::uint64_t DiskImage::remove_blob(const std::string& name) {
  UndoBlob undo{name, nullptr, false};
  set_blob(name, nullptr, &undo.before);
  undo_.emplace_back(std::move(undo));
  return 0;
}

void DiskImage::durable(std::size_t entries) {
  LM_CHECK(entries + refused_ <= undo_.size());
  undo_.erase(undo_.begin(), undo_.begin() + static_cast<std::ptrdiff_t>(entries));
}

void DiskImage::revert(Undo& undo) {
  if (auto* batch = std::get_if<UndoBatch>(&undo)) {
    for (auto change = batch->rbegin(); change != batch->rend(); ++change) set(change->first, change->second);
  } else {
    auto& blob = std::get<UndoBlob>(undo);
    set_blob(blob.name, blob.before, nullptr);
  }
}

void DiskImage::refuse_last() {
  LM_CHECK(refused_ < undo_.size());
  ++refused_;
}

void DiskImage::revert_down_to(std::size_t entries) {
  while (undo_.size() > entries) {
    revert(undo_.back());
    undo_.pop_back();
  }
}

void DiskImage::keep_all() {
  revert_down_to(undo_.size() - std::exchange(refused_, 0));
  undo_.clear();
}

void DiskImage::tear(Generator& draws) {
  revert_down_to(undo_.size() - std::exchange(refused_, 0));
  const std::size_t survive = draws.below(undo_.size() + 1);
  std::optional<std::pair<std::string, Bytes>> piece;
  if (survive < undo_.size()) {
    const auto* blob = std::get_if<UndoBlob>(&undo_[survive]);
    const Blob whole = blob != nullptr && blob->put && blob->before == nullptr ? this->blob(blob->name) : nullptr;
    if (whole != nullptr && !whole->empty()) {
      const auto length = static_cast<std::ptrdiff_t>(draws.below(whole->size()));
      piece.emplace(blob->name, Bytes(whole->begin(), whole->begin() + length));
    }
  }
  revert_down_to(survive);
  undo_.clear();
  if (piece) set_blob(piece->first, pool_.intern_blob(std::move(piece->second)), nullptr);
}

std::size_t DiskImage::damage(std::uint64_t parts, Generator& draws) {
  const auto hit = [&](auto& bytes) {
    auto& byte = bytes[draws.below(bytes.size())];
    byte = static_cast<std::remove_reference_t<decltype(byte)>>(static_cast<unsigned>(byte) ^ (1 + draws.below(255)));
  };
  std::vector<std::string> keys;
  for (KeyTree::Position at = live_.lower_bound(""); at.valid(); at.next()) {
    if (!at.value()->empty() && draws.below(kBillion) < parts) keys.emplace_back(at.key());
  }
  for (const std::string& key : keys) {  // a snapshot reads the same places of the disk
    std::string value = *live_.find(key);
    hit(value);
    live_.exchange(key, env::make_value(std::move(value)));
  }
  std::size_t damaged = keys.size();
  for (auto& [name, blob] : blobs_) {  // order-free: a sorted map
    if (blob->empty() || draws.below(kBillion) >= parts) continue;
    Bytes bytes = *blob;
    hit(bytes);
    blob = std::make_shared<const Bytes>(std::move(bytes));
    ++damaged;
  }
  return damaged;
}

DiskImage::Blob DiskImage::blob(std::string_view name) const {
  const auto found = blobs_.find(name);
  return found == blobs_.end() ? nullptr : found->second;
}

std::shared_ptr<const env::Reader> DiskImage::snapshot() {
  return std::make_shared<SnapshotReader>(shared_from_this());
}

}  // namespace lastmile::sim
