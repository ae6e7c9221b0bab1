// Reading the disk, alone (Source) or seen through the changes of one call (Transaction), which are committed as one
// batch or not at all. Every value is written and read here, with its check (value_check.hpp).
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
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/result.hpp"
#include "core/env/disk.hpp"

namespace lastmile::store {

// Key -> new value, without its check; empty = removed.
using Changes = std::pmr::map<std::string, std::optional<std::string>, std::less<>>;

// A value without its check; null when absent. Valid until the key is written again.
class Stored {
 public:
  Stored() = default;
  explicit Stored(std::string_view text) : text_(text) {}
  Stored(env::Value kept, std::string_view text) : kept_(std::move(kept)), text_(text) {}

  std::string_view operator*() const { return *text_; }  // NOLINT(bugprone-unchecked-optional-access): as there
  const std::string_view* operator->() const { return &*text_; }  // NOLINT(bugprone-unchecked-optional-access)
  friend bool operator==(const Stored& stored, std::nullptr_t) { return !stored.text_; }

 private:
  env::Value kept_;  // what the text lies in, when it was read from the disk
  std::optional<std::string_view> text_;
};

// A walk over the keys with a prefix, from a key on (forward: >= from) or down (backward: < from). Views are valid
// until the next move; nothing may be written meanwhile.
class Scan {
 public:
  enum class Direction { forward, backward };
  Scan(const env::Reader& base, const Changes* changes, std::string_view prefix, std::string_view from,
       Direction direction);
  bool valid() const { return place_ != Place::end; }
  std::string_view key() const { return place_ == Place::base ? base_->key() : std::string_view(change_->first); }
  std::string_view value() const;
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

  Stored get(std::string_view key) const;
  bool has(std::string_view key) const;

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
  // Rows of others, from kTablesEnd on: written along with ours, as they are. Not seen by reading here.
  void put_beside(env::Batch beside);
  bool empty() const { return changes_.empty() && beside_.empty(); }
  // Empties the transaction. Changes in the order of their keys, those of others behind them.
  env::Batch take();

 private:
  // A call that stores one message writes a dozen rows: their nodes need no heap.
  static constexpr std::size_t kRoomBytes = 4096;
  std::array<std::byte, kRoomBytes> room_;
  std::pmr::monotonic_buffer_resource memory_{room_.data(), room_.size()};
  Changes changes_{&memory_};
  env::Batch beside_;
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
