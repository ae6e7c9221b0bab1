#include "core/base/uint256.hpp"

#include "core/base/check.hpp"
#include "core/base/present.hpp"
#include "core/base/uint256_wide.hpp"

namespace lastmile {
namespace {

using Wide = boost::multiprecision::uint512_t;

constexpr std::size_t kDigitsMax = 78;  // of 2^256

}  // namespace

std::optional<Uint256> Uint256::parse(std::string_view digits) {
  if (digits.empty()) return std::nullopt;
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  if (digits.size() > kDigitsMax) return std::nullopt;
  Wide value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return narrowed(value);
}

Uint256 Uint256::big_endian(const Hash256& bytes) {
  Uint256 value;
  for (std::size_t i = 0; i < bytes.bytes.size(); ++i) {
    std::uint64_t& word = value.words_[3 - i / 8];
    word = word << 8 | bytes.bytes[i];
  }
  return value;
}

Hash256 Uint256::big_endian() const {
  Hash256 bytes;
  for (std::size_t i = 0; i < bytes.bytes.size(); ++i) {
    bytes.bytes[i] = static_cast<std::uint8_t>(words_[3 - i / 8] >> (56 - 8 * (i % 8)));
  }
  return bytes;
}

std::string Uint256::text() const {
  if (const auto small = narrow()) return std::to_string(*small);
  return widened<Wide>(*this).str();
}

std::optional<Uint256> Uint256::scaled(const Uint256& numerator, const Uint256& denominator) const {
  if (denominator == 0) return std::nullopt;
  return narrowed(Wide(widened<Wide>(*this) * widened<Wide>(numerator) / widened<Wide>(denominator)));
}

Uint256 operator*(const Uint256& a, const Uint256& b) {
  // Schoolbook, without the products that only reach words above the fourth.
  std::array<std::uint64_t, 4> words{};
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::uint64_t carry = 0;
    for (std::size_t j = 0; i + j < words.size(); ++j) {
      __extension__ using Double = unsigned __int128;
      const Double product = Double{a.words_[i]} * b.words_[j] + words[i + j] + carry;  // below 2^128
      words[i + j] = static_cast<std::uint64_t>(product);
      carry = static_cast<std::uint64_t>(product >> 64);
    }
  }
  return Uint256::of_words(words);
}

Uint256 operator/(const Uint256& a, const Uint256& b) {
  LM_CHECK(b != 0);
  return present(narrowed(Wide(widened<Wide>(a) / widened<Wide>(b))));
}

}  // namespace lastmile
