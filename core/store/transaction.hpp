// Reading the disk, alone (Source) or seen through the changes of one call (Transaction), which are committed as one
// batch or not at all.
//
// A record that cannot be read ends the whole call, whoever meets it: damaged(key) throws Damage, which the public
// calls of this room turn into their Error (guarded()); nothing was committed then. The only exception this room
// throws.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/env/disk.hpp"

namespace lastmile::store {

// Key -> new value; null = removed.
using Changes = std::pmr::map<std::string, env::Value, std::less<>>;

// A walk over the keys with a prefix, from a key on (forward: >= from) or down (backward: < from). Views are valid
// until the next move; nothing may be written meanwhile.
class Scan {
 public:
  enum class Direction { forward, backward };
  Scan(const env::Reader& base, const Changes* changes, std::string_view prefix, std::string_view from,
       Direction direction);
  bool valid() const { return place_ != Place::end; }
  std::string_view key() const { return place_ == Place::base ? base_->key() : std::string_view(change_->first); }
  std::string_view value() const { return place_ == Place::base ? base_->value() : std::string_view(*change_->second); }
  void next();

 private:
  enum class Place { base, change, both, end };
  void settle();
  bool change_valid() const;
  void move_base();
  void move_change();

  const Changes* changes_;
  std::string prefix_;
  Direction direction_;
  std::unique_ptr<env::Cursor> base_;
  Changes::const_iterator change_{};
  bool change_end_ = true;
  Place place_ = Place::end;
};

struct Damage {
  Error error;
};

class Source {
 public:
  explicit Source(const env::Reader& base) : Source(base, nullptr) {}
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  // Null when absent. Valid until the key is written again.
  env::Value get(std::string_view key) const;
  bool has(std::string_view key) const { return get(key) != nullptr; }

  Scan scan(std::string_view prefix) const { return scan(prefix, prefix); }
  Scan scan(std::string_view prefix, std::string_view from) const {
    return {base_, changes_, prefix, from, Scan::Direction::forward};
  }
  // Down from the last key with the prefix, or from the last one before `from`.
  Scan scan_back(std::string_view prefix) const;
  Scan scan_back(std::string_view prefix, std::string_view before) const {
    return {base_, changes_, prefix, before, Scan::Direction::backward};
  }
  bool any(std::string_view prefix) const { return scan(prefix).valid(); }

  [[noreturn]] static void damaged(std::string_view key);

 protected:
  Source(const env::Reader& base, const Changes* changes) : base_(base), changes_(changes) {}

 private:
  const env::Reader& base_;
  const Changes* changes_;
};

class Transaction final : public Source {
 public:
  explicit Transaction(const env::Reader& base) : Source(base, &changes_) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void put(std::string key, std::string value);
  void remove(std::string key);
  // Only when it is there: spares the batch needless removals.
  void remove_if_there(const std::string& key) {
    if (has(key)) remove(key);
  }
  bool empty() const { return changes_.empty(); }
  // Empties the transaction. Changes in the order of their keys.
  env::Batch take();

 private:
  // A call that stores one message writes a dozen rows: their nodes need no heap.
  static constexpr std::size_t kRoomBytes = 4096;
  std::array<std::byte, kRoomBytes> room_;
  std::pmr::monotonic_buffer_resource memory_{room_.data(), room_.size()};
  Changes changes_{&memory_};
};

// Runs a public call: its value, or the damage it met.
template <class Call>
auto guarded(Call call) -> Result<decltype(call())> {
  try {
    return call();
  } catch (const Damage& damage) {
    return damage.error;
  }
}

// The smallest key that is greater than every key with this prefix.
std::string prefix_end(std::string_view prefix);

}  // namespace lastmile::store
