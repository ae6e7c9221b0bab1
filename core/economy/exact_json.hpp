// Numbers of JSON texts without loss: read from their spelling, never through a double. Internal to the room.
#pragma once

#include <optional>

#include "core/economy/decimal.hpp"
#include "core/message/json_view.hpp"

namespace lastmile::economy {

// A number, or a text that spells one.
std::optional<Decimal> exact_number(message::JsonView value);
// An integer >= 0, written in any way that is integral (5, 5.0, "5").
std::optional<Uint256> exact_integer(message::JsonView value);

// The member with this key; empty when it is absent or null.
std::optional<message::JsonView> member(message::JsonView object, std::string_view key);

}  // namespace lastmile::economy
