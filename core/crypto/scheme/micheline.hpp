// The payload of Tezos signatures of type "micheline" (messages.md 2.5 point 3), with its quirk: a decimal length.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"

namespace lastmile::crypto::scheme {

// UTC as YYYY-MM-DDTHH:MM:SS.mmmZ: rounded to microseconds (half to even), then cut to milliseconds, as the reference
// prints it. Empty outside the years 1 to 9999 and for what is no number.
std::optional<std::string> micheline_timestamp(double seconds);

Bytes micheline_payload(std::string_view dapp_url, std::string_view timestamp, std::string_view buffer);

}  // namespace lastmile::crypto::scheme
