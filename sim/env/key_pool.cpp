#include "sim/env/key_pool.hpp"

#include <cstring>
#include <functional>
#include <limits>
#include <new>

#include "core/base/check.hpp"

namespace lastmile::sim {

KeyPool::~KeyPool() { LM_CHECK(size_ == 0); }

SharedKey* KeyPool::hold(std::string_view text) {
  LM_CHECK(text.size() <= std::numeric_limits<std::uint32_t>::max());
  // Only finds the bucket: nothing is ever ordered by it.
  const auto hash = static_cast<std::uint32_t>(std::hash<std::string_view>{}(text));
  for (SharedKey* key = bucket(hash); key != nullptr; key = key->next) {
    if (key->hash != hash || key->text() != text) continue;
    ++key->holders;
    return key;
  }
  if (size_ >= buckets_.size()) grow();
  void* memory = ::operator new(sizeof(SharedKey) + text.size());
  SharedKey*& first = bucket(hash);
  auto* key = new (memory) SharedKey{first, 1, hash, static_cast<std::uint32_t>(text.size())};
  if (!text.empty()) std::memcpy(key + 1, text.data(), text.size());
  first = key;
  ++size_;
  return key;
}

void KeyPool::release(SharedKey* key) {
  if (--key->holders != 0) return;
  SharedKey** link = &bucket(key->hash);
  while (*link != key) link = &(*link)->next;
  *link = key->next;
  --size_;
  ::operator delete(key);
}

void KeyPool::grow() {
  std::vector<SharedKey*> old(2 * buckets_.size(), nullptr);
  std::swap(old, buckets_);
  for (SharedKey* key : old) {
    while (key != nullptr) {
      SharedKey* next = key->next;
      SharedKey*& first = bucket(key->hash);
      key->next = first;
      first = key;
      key = next;
    }
  }
}

}  // namespace lastmile::sim
