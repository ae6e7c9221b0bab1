#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace lastmile::sim {

// A key of any number of disks: one copy per text for the run. The text follows the record.
struct SharedKey {
  SharedKey* next;  // in its bucket
  std::uint32_t holders;
  std::uint32_t hash;
  std::uint32_t size;
  std::string_view text() const { return {reinterpret_cast<const char*>(this + 1), size}; }
};

// Keys that many simulated nodes store. A thousand nodes hold nearly the same keys and use them at nearly the same
// time, so one copy saves memory and, more so, cache misses.
class KeyPool {
 public:
  KeyPool() : buckets_(kBucketsMin, nullptr) {}
  ~KeyPool();  // all keys were released
  KeyPool(const KeyPool&) = delete;
  KeyPool& operator=(const KeyPool&) = delete;

  // Below 4 GiB. Valid until its release; the caller is one holder more.
  SharedKey* hold(std::string_view text);
  void release(SharedKey* key);
  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kBucketsMin = 1024;  // a power of two, as all their numbers
  SharedKey*& bucket(std::uint32_t hash) { return buckets_[hash & (buckets_.size() - 1)]; }
  void grow();

  std::vector<SharedKey*> buckets_;
  std::size_t size_ = 0;
};

}  // namespace lastmile::sim
