#include "sim/env/key_tree.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>
#include <utility>

namespace lastmile::sim {

KeyTree::~KeyTree() {
  for (Leaf& leaf : leaves_) {
    for (Entry& entry : leaf.entries) pool_->release(entry.key);
  }
}

void KeyTree::Position::next() {
  if (++slot_ < tree_->leaves_[leaf_].entries.size()) return;
  ++leaf_;
  slot_ = 0;
}

void KeyTree::Position::previous() {
  if (slot_ > 0) {
    --slot_;
  } else if (leaf_ > 0) {
    --leaf_;
    slot_ = tree_->leaves_[leaf_].entries.size() - 1;
  } else {
    leaf_ = tree_->leaves_.size();
  }
}

std::uint64_t KeyTree::head_of(std::string_view key) {
  std::uint64_t head = 0;
  if (key.size() >= sizeof head) {
    std::memcpy(&head, key.data(), sizeof head);
    return std::endian::native == std::endian::little ? __builtin_bswap64(head) : head;
  }
  for (std::size_t i = 0; i < sizeof head; ++i) {
    head = head << 8 | (i < key.size() ? static_cast<unsigned char>(key[i]) : 0U);
  }
  return head;
}

void KeyTree::Leaf::begin_at(const SharedKey* key) {
  head = head_of(key->text());
  first = key;
}

std::size_t KeyTree::leaf_of(std::string_view key) const {
  const auto above =
      std::upper_bound(leaves_.begin(), leaves_.end(), head_of(key), [key](std::uint64_t head, const Leaf& leaf) {
        return head != leaf.head ? head < leaf.head : key < leaf.first->text();
      });
  return above == leaves_.begin() ? 0 : static_cast<std::size_t>(above - leaves_.begin()) - 1;
}

std::size_t KeyTree::slot_of(const Leaf& leaf, std::string_view key) {
  const auto at = std::lower_bound(leaf.entries.begin(), leaf.entries.end(), key,
                                   [](const Entry& entry, std::string_view k) { return entry.key->text() < k; });
  return static_cast<std::size_t>(at - leaf.entries.begin());
}

KeyTree::Position KeyTree::lower_bound(std::string_view key) const {
  if (leaves_.empty()) return {*this, 0, 0};
  const std::size_t leaf = leaf_of(key);
  const std::size_t slot = slot_of(leaves_[leaf], key);
  return slot < leaves_[leaf].entries.size() ? Position{*this, leaf, slot} : Position{*this, leaf + 1, 0};
}

env::Value KeyTree::find(std::string_view key) const {
  const Position at = lower_bound(key);
  return at.valid() && at.key() == key ? at.value() : nullptr;
}

env::Value KeyTree::exchange(std::string_view key, env::Value value) {
  const std::size_t leaf = leaf_of(key);
  const std::size_t slot = leaves_.empty() ? 0 : slot_of(leaves_[leaf], key);
  const bool present =
      !leaves_.empty() && slot < leaves_[leaf].entries.size() && leaves_[leaf].entries[slot].key->text() == key;
  if (!present) {
    if (value != nullptr) insert(leaf, slot, {pool_->hold(key), std::move(value)});
    return nullptr;
  }
  const bool remove = value == nullptr;
  env::Value before = std::exchange(leaves_[leaf].entries[slot].value, std::move(value));
  if (remove) erase(leaf, slot);
  return before;
}

void KeyTree::insert(std::size_t leaf, std::size_t slot, Entry entry) {
  ++size_;
  if (leaves_.empty()) leaves_.emplace_back(entry.key);
  if (leaves_[leaf].entries.size() == kLeafMax) {
    // Keys that grow with time are appended: then the full leaf stays full. Else it is halved.
    const std::size_t keep = slot == kLeafMax ? kLeafMax : kLeafMax / 2;
    std::vector<Entry>& lower = leaves_[leaf].entries;
    const auto cut = lower.begin() + static_cast<std::ptrdiff_t>(keep);
    Leaf upper(keep == kLeafMax ? entry.key : cut->key);
    upper.entries.reserve(std::max(kLeafMax - keep, kLeafGrowth));
    std::move(cut, lower.end(), std::back_inserter(upper.entries));
    lower.resize(keep);
    lower.shrink_to_fit();
    leaves_.insert(leaves_.begin() + static_cast<std::ptrdiff_t>(leaf) + 1, std::move(upper));
    if (slot >= keep) {
      ++leaf;
      slot -= keep;
    }
  }
  if (slot == 0) leaves_[leaf].begin_at(entry.key);
  std::vector<Entry>& to = leaves_[leaf].entries;
  if (to.size() == to.capacity()) to.reserve(to.size() + kLeafGrowth);
  to.insert(to.begin() + static_cast<std::ptrdiff_t>(slot), std::move(entry));
}

void KeyTree::erase(std::size_t leaf, std::size_t slot) {
  --size_;
  std::vector<Entry>& from = leaves_[leaf].entries;
  pool_->release(from[slot].key);
  from.erase(from.begin() + static_cast<std::ptrdiff_t>(slot));
  const auto after = leaves_.begin() + static_cast<std::ptrdiff_t>(leaf) + 1;
  if (from.size() < kMergeBelow && after != leaves_.end() && from.size() + after->entries.size() <= kLeafMax / 2) {
    std::move(after->entries.begin(), after->entries.end(), std::back_inserter(from));
    leaves_.erase(after);
  }
  if (from.empty()) {
    leaves_.erase(leaves_.begin() + static_cast<std::ptrdiff_t>(leaf));
  } else if (slot == 0) {
    leaves_[leaf].begin_at(from.front().key);
  }
}

}  // namespace lastmile::sim
