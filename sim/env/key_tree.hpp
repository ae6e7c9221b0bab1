#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "core/env/disk.hpp"
#include "sim/env/key_pool.hpp"

namespace lastmile::sim {

// The ordered key-value space of one simulated disk: two levels, leaves of up to kLeafMax entries and their list. An
// entry is 24 bytes here; its key is shared with all disks of the run, its value as ValuePool does. Keys compare as
// unsigned bytes.
class KeyTree {
  struct Entry {
    SharedKey* key;
    env::Value value;
  };

 public:
  explicit KeyTree(std::shared_ptr<KeyPool> pool) : pool_(std::move(pool)) {}
  ~KeyTree();
  KeyTree(const KeyTree&) = delete;
  KeyTree& operator=(const KeyTree&) = delete;

  // A place in the order, or the end; valid until the next change.
  class Position {
   public:
    bool valid() const { return leaf_ < tree_->leaves_.size(); }
    std::string_view key() const { return entry().key->text(); }
    const env::Value& value() const { return entry().value; }
    void next();
    void previous();  // also from the end; from the first to the end

   private:
    friend class KeyTree;
    Position(const KeyTree& tree, std::size_t leaf, std::size_t slot) : tree_(&tree), leaf_(leaf), slot_(slot) {}
    const Entry& entry() const { return tree_->leaves_[leaf_].entries[slot_]; }
    const KeyTree* tree_;
    std::size_t leaf_;
    std::size_t slot_;
  };

  Position lower_bound(std::string_view key) const;  // the first entry at or above the key
  env::Value find(std::string_view key) const;       // null when absent
  // Sets the value, or removes the key (null). Returns what was there before, null when absent.
  env::Value exchange(std::string_view key, env::Value value);
  std::size_t size() const { return size_; }

 private:
  struct Leaf {
    explicit Leaf(const SharedKey* key) { begin_at(key); }
    void begin_at(const SharedKey* key);
    // Of the first entry: its key, and the first bytes of that as a number, so that finding the leaf seldom looks at a
    // text.
    std::uint64_t head = 0;
    const SharedKey* first = nullptr;
    std::vector<Entry> entries = {};  // sorted, never empty
  };
  static constexpr std::size_t kLeafMax = 64;
  static constexpr std::size_t kLeafGrowth = 8;  // entries a leaf makes room for at a time
  static constexpr std::size_t kMergeBelow = 16;

  static std::uint64_t head_of(std::string_view key);  // in the order of the keys, ties apart
  std::size_t leaf_of(std::string_view key) const;     // the last leaf that begins at or below the key, else 0
  static std::size_t slot_of(const Leaf& leaf, std::string_view key);
  void insert(std::size_t leaf, std::size_t slot, Entry entry);
  void erase(std::size_t leaf, std::size_t slot);

  std::shared_ptr<KeyPool> pool_;  // a snapshot may outlive the run
  std::vector<Leaf> leaves_;
  std::size_t size_ = 0;
};

}  // namespace lastmile::sim
