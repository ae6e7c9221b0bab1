// Counts bytes that are kept in memory, for as long as the object lives that keeps them.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

namespace lastmile::node {

class ByteTally {
 public:
  // Adds to the sum now, and takes back when it goes.
  ByteTally(std::shared_ptr<std::uint64_t> sum, std::uint64_t bytes) : sum_(std::move(sum)), bytes_(bytes) {
    *sum_ += bytes_;
  }
  ByteTally(ByteTally&& other) noexcept = default;
  ByteTally& operator=(ByteTally&& other) noexcept {
    std::swap(sum_, other.sum_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ByteTally(const ByteTally&) = delete;
  ByteTally& operator=(const ByteTally&) = delete;
  ~ByteTally() {
    if (sum_ != nullptr) *sum_ -= bytes_;
  }

 private:
  std::shared_ptr<std::uint64_t> sum_;  // null: moved from
  std::uint64_t bytes_;
};

}  // namespace lastmile::node
