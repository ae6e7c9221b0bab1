#include "core/economy/exact_json.hpp"

namespace lastmile::economy {

std::optional<Decimal> exact_number(message::JsonView value) {
  if (value.kind() == message::JsonKind::number) return Decimal::parse(value.raw());
  if (value.is_string()) return Decimal::parse(value.string());
  return std::nullopt;
}

std::optional<Uint256> exact_integer(message::JsonView value) {
  const auto number = exact_number(value);
  if (!number || number->negative()) return std::nullopt;
  const auto amount = number->floor_amount();
  if (!amount) return std::nullopt;
  const Uint256 whole = amount->units() / Amount::kUnitsPerToken;
  // Compared as decimals: the floor at 18 digits would hide a longer fraction.
  const auto back = Decimal::parse(whole.text());
  if (!back || !(*back == *number)) return std::nullopt;
  return whole;
}

std::optional<message::JsonView> member(message::JsonView object, std::string_view key) {
  const auto found = object.find(key);
  if (!found || found->is_null()) return std::nullopt;
  return found;
}

}  // namespace lastmile::economy
