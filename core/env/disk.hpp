#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/env/done.hpp"

namespace lastmile::env {

// A stored value: immutable and shared, so that a thousand simulated nodes may hold one copy. Never null where one is
// given.
using Value = std::shared_ptr<const std::string>;

// Most rows are index keys without a value: those share one.
inline Value make_value(std::string text) {
  static const Value kEmpty = std::make_shared<const std::string>();
  return text.empty() ? kEmpty : std::make_shared<const std::string>(std::move(text));
}

// Changes that become visible, and survive a crash, together or not at all. Later entries win over earlier ones of the
// same key.
struct Batch {
  struct Change {
    std::string key;
    Value value;  // null = remove
  };
  std::vector<Change> changes;

  void put(std::string key, std::string value) { changes.push_back({std::move(key), make_value(std::move(value))}); }
  void remove(std::string key) { changes.push_back({std::move(key), nullptr}); }
  bool empty() const { return changes.empty(); }
};

// An ordered walk. Keys compare as unsigned bytes. Views are valid until the next move; a cursor over latest() must not
// be used after a commit().
class Cursor {
 public:
  virtual ~Cursor() = default;
  virtual bool valid() const = 0;
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
  virtual void next() = 0;
  virtual void previous() = 0;
};

// Reads answer at once (the simulator charges their time to the node).
class Reader {
 public:
  virtual ~Reader() = default;
  virtual Value get(std::string_view key) const = 0;                            // null when absent
  virtual std::unique_ptr<Cursor> seek(std::string_view key) const = 0;         // first key >= key
  virtual std::unique_ptr<Cursor> seek_before(std::string_view key) const = 0;  // last key < key
};

struct ContentRange {
  std::string name;  // name of the blob: an item hash, a CID
  std::uint64_t offset = 0;
  std::uint64_t length = ~std::uint64_t{0};  // as much as there is
};

// What a node remembers: an ordered key-value space with atomic batches, and named blobs.
//
// commit() is visible in latest() when it returns; done comes when it is durable. Batches become durable in commit
// order: after a crash a prefix of what was committed is there, at least all that was answered. Until it is answered a
// change may vanish, and never half of a batch. An error of done (disk full, damaged) means that this batch and all
// after it are not durable and the node must stop acknowledging. Blobs are written once under a name that is their
// hash, so writing the same name again is harmless, also when a crash cuts it off. Operations on one name keep their
// order. put_blob answers when durable; an unanswered blob may be gone, or cut short, after a crash: readers check the
// hash.
class Disk {
 public:
  virtual ~Disk() = default;
  virtual const Reader& latest() const = 0;                    // sees every commit() that has returned
  virtual std::shared_ptr<const Reader> snapshot() const = 0;  // frozen now; may be read from executor jobs
  virtual void commit(Batch batch, Done<Unit> done) = 0;

  virtual void put_blob(std::string name, Bytes bytes, Done<Unit> done) = 0;
  virtual void get_blob(ContentRange range, Done<Bytes> done) = 0;                  // error when absent or unreadable
  virtual void remove_blob(std::string name, Done<Unit> done) = 0;                  // fine when absent
  virtual std::optional<std::uint64_t> blob_size(std::string_view name) const = 0;  // answers at once; empty = absent
};

}  // namespace lastmile::env
