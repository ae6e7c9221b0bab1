#include "core/store/value_check.hpp"

#include <array>
#include <cstdint>

#include <xxhash.h>

namespace lastmile::store {
namespace {

std::array<char, kValueCheckBytes> check_of(std::string_view key, std::string_view value) {
  const std::uint64_t name = XXH3_64bits(key.data(), key.size());
  const std::uint64_t hash = XXH3_64bits_withSeed(value.data(), value.size(), name);
  std::array<char, kValueCheckBytes> check;
  for (std::size_t i = 0; i < check.size(); ++i) check[i] = static_cast<char>(hash >> (8 * i));
  return check;
}

}  // namespace

void add_check(std::string_view key, std::string& value) {
  if (value.empty()) return;
  const auto check = check_of(key, value);
  value.append(check.data(), check.size());
}

std::optional<std::string_view> checked(std::string_view key, std::string_view stored) {
  if (stored.empty()) return stored;
  if (stored.size() <= kValueCheckBytes) return std::nullopt;
  const std::string_view value = stored.substr(0, stored.size() - kValueCheckBytes);
  const auto check = check_of(key, value);
  if (stored.substr(value.size()) != std::string_view(check.data(), check.size())) return std::nullopt;
  return value;
}

}  // namespace lastmile::store
