#include "core/base/amount.hpp"

namespace lastmile {
namespace {

using Wide = boost::multiprecision::uint512_t;

const Uint256& token() {
  static const Uint256 value("1000000000000000000");
  return value;
}

const Wide& limit() {
  static const Wide value = Wide(1) << 256;
  return value;
}

}  // namespace

Amount Amount::tokens(std::uint64_t tokens) { return Amount(Uint256(tokens) * token()); }

std::optional<Amount> Amount::parse_tokens(std::string_view text) {
  Wide value = 0;
  int fraction = -1;  // digits seen after the point, -1 before it
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '.') {
      if (fraction >= 0) return std::nullopt;
      fraction = 0;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    if (fraction >= 0 && ++fraction > kDecimals) return std::nullopt;
    if (++digits > 100) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  if (digits == 0 || fraction == 0) return std::nullopt;
  for (int i = fraction < 0 ? 0 : fraction; i < kDecimals; ++i) value *= 10;
  if (value >= limit()) return std::nullopt;
  return Amount(Uint256(value));
}

std::string Amount::tokens_text() const {
  std::string text = units_.str();
  if (text.size() <= kDecimals) text.insert(0, kDecimals + 1 - text.size(), '0');
  text.insert(text.size() - kDecimals, 1, '.');
  return text;
}

std::optional<Amount> Amount::plus(const Amount& other) const {
  const Wide sum = Wide(units_) + Wide(other.units_);
  if (sum >= limit()) return std::nullopt;
  return Amount(Uint256(sum));
}

std::optional<Amount> Amount::minus(const Amount& other) const {
  if (other.units_ > units_) return std::nullopt;
  return Amount(Uint256(units_ - other.units_));
}

std::optional<Amount> Amount::scaled(const Uint256& numerator, const Uint256& denominator) const {
  if (denominator == 0) return std::nullopt;
  const Wide value = Wide(units_) * Wide(numerator) / Wide(denominator);
  if (value >= limit()) return std::nullopt;
  return Amount(Uint256(value));
}

}  // namespace lastmile
