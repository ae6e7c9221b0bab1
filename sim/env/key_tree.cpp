#include "sim/env/key_tree.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>
#include <utility>

namespace lastmile::sim {
namespace {

// Of a text from this place on, as a number in the order of the texts: missing ones are zero, so ties must be looked
// at.
template <class Number>
Number bytes_at(std::string_view text, std::size_t place) {
  Number number = 0;
  if (text.size() >= place + sizeof number) {
    std::memcpy(&number, text.data() + place, sizeof number);
    if constexpr (std::endian::native == std::endian::big) return number;
    return sizeof number == 8 ? __builtin_bswap64(number) : __builtin_bswap32(static_cast<std::uint32_t>(number));
  }
  for (std::size_t i = place; i < place + sizeof number; ++i) {
    number = static_cast<Number>(number << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0U));
  }
  return number;
}

}  // namespace

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

std::size_t KeyTree::leaf_of(std::string_view key) const {
  const auto head = bytes_at<std::uint64_t>(key, 0);
  auto above = static_cast<std::size_t>(std::upper_bound(heads_.begin(), heads_.end(), head) - heads_.begin());
  while (above > 0 && heads_[above - 1] == head && key < leaves_[above - 1].first()->text()) --above;
  return above == 0 ? 0 : above - 1;
}

// One text is looked at: that of the entry found, which says whether the rest of the leaf is meant at all.
std::size_t KeyTree::slot_of(const Leaf& leaf, std::string_view key) {
  const auto tag = bytes_at<std::uint32_t>(key, leaf.prefix);
  auto slot = static_cast<std::size_t>(std::lower_bound(leaf.tags.begin(), leaf.tags.end(), tag) - leaf.tags.begin());
  const std::size_t size = leaf.entries.size();
  const std::string_view common = leaf.text(std::min(slot, size - 1)).substr(0, leaf.prefix);
  if (const int order = key.substr(0, leaf.prefix).compare(common); order != 0) return order < 0 ? 0 : size;
  while (slot < size && leaf.tags[slot] == tag && leaf.text(slot) < key) ++slot;
  return slot;
}

void KeyTree::Leaf::tag_again() {
  const std::string_view low = first()->text();
  const std::string_view high = entries.back().key->text();
  const auto differ = std::mismatch(low.begin(), low.end(), high.begin(), high.end()).first;
  prefix = static_cast<std::uint32_t>(differ - low.begin());
  tags.resize(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) tags[i] = bytes_at<std::uint32_t>(text(i), prefix);
}

void KeyTree::Leaf::insert(std::size_t slot, Entry entry) {
  const std::string_view key = entry.key->text();
  const bool as_they_are = !entries.empty() && key.substr(0, prefix) == first()->text().substr(0, prefix);
  if (entries.size() == entries.capacity()) {
    entries.reserve(entries.size() + kLeafGrowth);
    tags.reserve(entries.size() + kLeafGrowth);
  }
  entries.insert(entries.begin() + static_cast<std::ptrdiff_t>(slot), std::move(entry));
  if (as_they_are)
    tags.insert(tags.begin() + static_cast<std::ptrdiff_t>(slot), bytes_at<std::uint32_t>(key, prefix));
  else
    tag_again();
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
  const bool present = !leaves_.empty() && slot < leaves_[leaf].entries.size() && leaves_[leaf].text(slot) == key;
  if (!present) {
    if (value != nullptr) insert(leaf, slot, {pool_->hold(key), std::move(value)});
    return nullptr;
  }
  const bool remove = value == nullptr;
  env::Value before = std::exchange(leaves_[leaf].entries[slot].value, std::move(value));
  if (remove) erase(leaf, slot);
  return before;
}

void KeyTree::split(std::size_t leaf, std::size_t keep) {
  std::vector<Entry>& lower = leaves_[leaf].entries;
  const auto cut = lower.begin() + static_cast<std::ptrdiff_t>(keep);
  Leaf upper;
  upper.entries.reserve(std::max(kLeafMax - keep, kLeafGrowth));
  std::move(cut, lower.end(), std::back_inserter(upper.entries));
  lower.resize(keep);
  lower.shrink_to_fit();
  leaves_[leaf].tag_again();
  leaves_[leaf].tags.shrink_to_fit();
  upper.tag_again();
  const auto after = static_cast<std::ptrdiff_t>(leaf) + 1;
  heads_.insert(heads_.begin() + after, bytes_at<std::uint64_t>(upper.first()->text(), 0));
  leaves_.insert(leaves_.begin() + after, std::move(upper));
}

void KeyTree::insert(std::size_t leaf, std::size_t slot, Entry entry) {
  ++size_;
  const auto head = bytes_at<std::uint64_t>(entry.key->text(), 0);
  const bool full = leaf < leaves_.size() && leaves_[leaf].entries.size() == kLeafMax;
  if (full && slot < kLeafMax) {
    split(leaf, kLeafMax / 2);
    if (slot >= kLeafMax / 2) {
      ++leaf;
      slot -= kLeafMax / 2;
    }
  } else if (full || leaves_.empty()) {
    // Keys that grow with time are appended: then the full leaf stays full.
    leaf = leaves_.empty() ? 0 : leaf + 1;
    slot = 0;
    leaves_.emplace(leaves_.begin() + static_cast<std::ptrdiff_t>(leaf));
    heads_.insert(heads_.begin() + static_cast<std::ptrdiff_t>(leaf), head);
  }
  leaves_[leaf].insert(slot, std::move(entry));
  if (slot == 0) heads_[leaf] = head;
}

void KeyTree::erase(std::size_t leaf, std::size_t slot) {
  --size_;
  Leaf& from = leaves_[leaf];
  pool_->release(from.entries[slot].key);
  from.entries.erase(from.entries.begin() + static_cast<std::ptrdiff_t>(slot));
  from.tags.erase(from.tags.begin() + static_cast<std::ptrdiff_t>(slot));
  if (from.entries.size() < kMergeBelow && leaf + 1 < leaves_.size() &&
      from.entries.size() + leaves_[leaf + 1].entries.size() <= kLeafMax / 2) {
    merge_next_into(leaf);
  }
  if (from.entries.empty()) {
    heads_.erase(heads_.begin() + static_cast<std::ptrdiff_t>(leaf));
    leaves_.erase(leaves_.begin() + static_cast<std::ptrdiff_t>(leaf));
  } else {
    heads_[leaf] = bytes_at<std::uint64_t>(from.first()->text(), 0);
  }
}

void KeyTree::merge_next_into(std::size_t leaf) {
  std::vector<Entry>& next = leaves_[leaf + 1].entries;
  std::move(next.begin(), next.end(), std::back_inserter(leaves_[leaf].entries));
  leaves_[leaf].tag_again();
  heads_.erase(heads_.begin() + static_cast<std::ptrdiff_t>(leaf) + 1);
  leaves_.erase(leaves_.begin() + static_cast<std::ptrdiff_t>(leaf) + 1);
}

}  // namespace lastmile::sim
