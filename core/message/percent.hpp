// URL percent-coding of gossip payloads (messages.md 5P.2): a quirk of the reference that both sides must know.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lastmile::message {

// Every %XX becomes its byte; a % without two hexadecimal digits stays. Empty when there is nothing to decode.
std::optional<std::string> percent_decode(std::string_view text);

// Every % followed by two hexadecimal digits becomes %25, so that percent_decode gives the text back.
std::string percent_protect(std::string_view text);

}  // namespace lastmile::message
