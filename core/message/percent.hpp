// URL percent-coding of gossip payloads (messages.md 5P.2): a quirk of the reference that both sides must know.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lastmile::message {

// Every %XX becomes its byte; a % without two hexadecimal digits stays. Empty when there is nothing to decode.
std::optional<std::string> percent_decode(std::string_view text);

// For JSON texts, where % stands in strings only: every % that two hexadecimal digits follow becomes the escape \u0025.
// What receivers read is the same whether they decode or not (docs/decisions/0112).
std::string percent_protect(std::string_view json);

}  // namespace lastmile::message
