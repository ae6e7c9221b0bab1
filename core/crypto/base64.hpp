// Base64 (RFC 4648, section 4) with padding, strict: no white space, no missing padding, no left-over bits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"

namespace lastmile::crypto {

std::string base64_encode(ByteView bytes);
std::optional<Bytes> base64_decode(std::string_view text);

}  // namespace lastmile::crypto
