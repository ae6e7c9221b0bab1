#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>

#include "core/env/disk.hpp"

namespace lastmile::sim {

// Values that many simulated nodes store: one copy per content for the run. Those up to kInternedAbove bytes are
// cheaper to keep apart, except single bytes: flags of index keys, of which there are millions. (The empty one is
// shared anyway: env::make_value.)
class ValuePool {
 public:
  static constexpr std::size_t kInternedAbove = 64;

  ValuePool();
  env::Value intern(env::Value value);
  std::shared_ptr<const Bytes> intern_blob(Bytes blob);
  std::size_t interned() const { return values_.size() + blobs_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    std::size_t operator()(const env::Value& value) const { return (*this)(std::string_view(*value)); }
    std::size_t operator()(const std::shared_ptr<const Bytes>& blob) const { return (*this)(as_text(*blob)); }
  };
  struct Equal {
    using is_transparent = void;
    static std::string_view text(std::string_view t) { return t; }
    static std::string_view text(const env::Value& v) { return *v; }
    static std::string_view text(const std::shared_ptr<const Bytes>& b) { return as_text(*b); }
    bool operator()(const auto& a, const auto& b) const { return text(a) == text(b); }
  };
  template <class Set>
  static void sweep(Set& set, std::size_t& limit);

  std::array<env::Value, 256> single_;
  std::unordered_set<env::Value, Hash, Equal> values_;
  std::unordered_set<std::shared_ptr<const Bytes>, Hash, Equal> blobs_;
  std::size_t values_limit_ = 1024;  // sweep what nobody holds any more when the set has grown to this
  std::size_t blobs_limit_ = 64;
};

}  // namespace lastmile::sim
