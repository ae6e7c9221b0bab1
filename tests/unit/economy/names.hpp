// Short names for the tests of this folder.
#pragma once

#include <string>

#include "core/base/amount.hpp"
#include "core/base/check.hpp"
#include "core/base/hash.hpp"
#include "core/base/time.hpp"
#include "core/economy/decimal.hpp"
#include "core/message/item_hash.hpp"

namespace lastmile::economy {

// The n-th hash in the order of texts.
inline message::ItemHash hash_of(unsigned n) {
  Hash256 digest;
  for (int i = 0; i < 4; ++i) digest.bytes[i] = static_cast<std::uint8_t>(n >> (24 - 8 * i));
  return message::ItemHash::of(digest);
}

inline Wall at(std::int64_t seconds_since_1970) { return Wall{seconds_since_1970 * 1'000'000'000}; }

inline Amount tokens(const std::string& text) {
  const auto amount = Amount::parse_tokens(text);
  LM_CHECK(amount.has_value());
  return *amount;
}

inline Decimal decimal(const std::string& text) {
  const auto value = Decimal::parse(text);
  LM_CHECK(value.has_value());
  return *value;
}

inline std::string floored(const Decimal& value) {
  const auto units = value.floor_units();
  return units ? units_text(*units) : "does not fit";
}

}  // namespace lastmile::economy
