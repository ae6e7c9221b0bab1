// Byte strings and their hexadecimal spelling.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lastmile {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

// Views into text as bytes and back; the storage stays the caller's.
inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
inline Bytes to_bytes(std::string_view text) { return {text.begin(), text.end()}; }

inline void append(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }
inline void append(Bytes& out, std::string_view more) { out.insert(out.end(), more.begin(), more.end()); }

// Lower case, no prefix.
std::string to_hex(ByteView bytes);
// Both letter cases; no prefix; empty for odd length or any other character.
std::optional<Bytes> from_hex(std::string_view text);

}  // namespace lastmile
