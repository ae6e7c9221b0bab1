#include "core/base/amount.hpp"

namespace lastmile {

Amount Amount::tokens(std::uint64_t tokens) { return Amount(Uint256(tokens) * kUnitsPerToken); }

std::optional<Amount> Amount::parse_tokens(std::string_view text) {
  constexpr std::size_t kTextMax = 101;  // 2^256 units have 60 digits before the point; the rest are leading zeros
  if (text.empty() || text.back() == '.' || text.size() > kTextMax) return std::nullopt;
  const std::size_t point = text.find('.');
  const std::string_view fraction = point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (fraction.size() > kDecimals) return std::nullopt;
  std::string digits(text.substr(0, point));
  digits += fraction;
  digits.append(kDecimals - fraction.size(), '0');
  const auto units = Uint256::parse(digits);
  if (!units) return std::nullopt;
  return Amount(*units);
}

std::string Amount::tokens_text() const {
  std::string text = units_.text();
  if (text.size() <= kDecimals) text.insert(0, kDecimals + 1 - text.size(), '0');
  text.insert(text.size() - kDecimals, 1, '.');
  return text;
}

}  // namespace lastmile
