#include "sim/env/key_tree.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace lastmile::sim {

KeyTree::~KeyTree() {
  for (Leaf& leaf : leaves_) {
    for (Entry& entry : leaf) pool_->release(entry.key);
  }
}

void KeyTree::Position::next() {
  if (++slot_ < tree_->leaves_[leaf_].size()) return;
  ++leaf_;
  slot_ = 0;
}

void KeyTree::Position::previous() {
  if (slot_ > 0) {
    --slot_;
  } else if (leaf_ > 0) {
    --leaf_;
    slot_ = tree_->leaves_[leaf_].size() - 1;
  } else {
    leaf_ = tree_->leaves_.size();
  }
}

std::size_t KeyTree::leaf_of(std::string_view key) const {
  const auto above = std::upper_bound(leaves_.begin(), leaves_.end(), key, [](std::string_view k, const Leaf& leaf) {
    return k < leaf.front().key->text();
  });
  return above == leaves_.begin() ? 0 : static_cast<std::size_t>(above - leaves_.begin()) - 1;
}

std::size_t KeyTree::slot_of(const Leaf& leaf, std::string_view key) {
  const auto at = std::lower_bound(leaf.begin(), leaf.end(), key,
                                   [](const Entry& entry, std::string_view k) { return entry.key->text() < k; });
  return static_cast<std::size_t>(at - leaf.begin());
}

KeyTree::Position KeyTree::lower_bound(std::string_view key) const {
  if (leaves_.empty()) return {*this, 0, 0};
  const std::size_t leaf = leaf_of(key);
  const std::size_t slot = slot_of(leaves_[leaf], key);
  return slot < leaves_[leaf].size() ? Position{*this, leaf, slot} : Position{*this, leaf + 1, 0};
}

env::Value KeyTree::find(std::string_view key) const {
  const Position at = lower_bound(key);
  return at.valid() && at.key() == key ? at.value() : nullptr;
}

env::Value KeyTree::exchange(std::string_view key, env::Value value) {
  const std::size_t leaf = leaf_of(key);
  const std::size_t slot = leaves_.empty() ? 0 : slot_of(leaves_[leaf], key);
  const bool present = !leaves_.empty() && slot < leaves_[leaf].size() && leaves_[leaf][slot].key->text() == key;
  if (!present) {
    if (value != nullptr) insert(leaf, slot, {pool_->hold(key), std::move(value)});
    return nullptr;
  }
  env::Value before = std::exchange(leaves_[leaf][slot].value, std::move(value));
  if (leaves_[leaf][slot].value == nullptr) erase(leaf, slot);
  return before;
}

void KeyTree::insert(std::size_t leaf, std::size_t slot, Entry entry) {
  ++size_;
  if (leaves_.empty()) leaves_.emplace_back();
  if (leaves_[leaf].size() == kLeafMax) {
    // Keys that grow with time are appended: then the full leaf stays full. Else it is halved.
    const std::size_t keep = slot == kLeafMax ? kLeafMax : kLeafMax / 2;
    Leaf upper;
    upper.reserve(std::max(kLeafMax - keep, kLeafGrowth));
    std::move(leaves_[leaf].begin() + static_cast<std::ptrdiff_t>(keep), leaves_[leaf].end(),
              std::back_inserter(upper));
    leaves_[leaf].resize(keep);
    leaves_[leaf].shrink_to_fit();
    leaves_.insert(leaves_.begin() + static_cast<std::ptrdiff_t>(leaf) + 1, std::move(upper));
    if (slot >= keep) {
      ++leaf;
      slot -= keep;
    }
  }
  Leaf& to = leaves_[leaf];
  if (to.size() == to.capacity()) to.reserve(to.size() + kLeafGrowth);
  to.insert(to.begin() + static_cast<std::ptrdiff_t>(slot), std::move(entry));
}

void KeyTree::erase(std::size_t leaf, std::size_t slot) {
  --size_;
  Leaf& from = leaves_[leaf];
  pool_->release(from[slot].key);
  from.erase(from.begin() + static_cast<std::ptrdiff_t>(slot));
  if (from.size() >= kMergeBelow) return;
  if (leaf + 1 < leaves_.size() && from.size() + leaves_[leaf + 1].size() <= kLeafMax / 2) {
    std::move(leaves_[leaf + 1].begin(), leaves_[leaf + 1].end(), std::back_inserter(from));
    leaves_.erase(leaves_.begin() + static_cast<std::ptrdiff_t>(leaf) + 1);
  } else if (from.empty()) {
    leaves_.erase(leaves_.begin() + static_cast<std::ptrdiff_t>(leaf));
  }
}

}  // namespace lastmile::sim
