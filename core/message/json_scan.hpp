// The byte level of json_view.hpp, for the .cpp files of this room only: the strict check of a whole text, and fast
// walking over a text that has passed it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/check.hpp"

namespace lastmile::message::scan {

struct Fault {
  std::size_t offset;
  const char* reason;
};

// Empty = strict JSON as json_view.hpp says.
std::optional<Fault> check(std::string_view text);

// Appends the characters that the inside of a checked string literal stands for.
void unescape(std::string_view inside, std::string& out);

// Which bytes of eight are special inside a string: the quote, the backslash, control characters, and (for the check)
// bytes above ASCII. The lowest set bit marks the first special byte; bits above it may be wrong, as usual with this
// trick.
static_assert(std::endian::native == std::endian::little, "the first byte must be the lowest");
inline constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
inline constexpr std::uint64_t kHighs = 0x8080808080808080ULL;
inline std::uint64_t zero_bytes(std::uint64_t word) { return (word - kOnes) & ~word & kHighs; }
inline std::uint64_t quote_or_backslash(std::uint64_t word) {
  return zero_bytes(word ^ (kOnes * '"')) | zero_bytes(word ^ (kOnes * '\\'));
}
inline std::uint64_t string_specials(std::uint64_t word) {
  return quote_or_backslash(word) | ((word - kOnes * 0x20) & ~word & kHighs) | (word & kHighs);
}
inline std::uint64_t load8(const char* p) {
  std::uint64_t word;
  std::memcpy(&word, p, sizeof word);
  return word;
}

inline bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
inline const char* skip_space(const char* p, const char* end) {
  while (p != end && is_space(*p)) ++p;
  return p;
}

// The functions below trust the text: it has passed check().

// From behind the opening quote to the closing one.
inline const char* string_end(const char* p, const char* end) {
  while (true) {
    while (end - p >= 8) {
      const std::uint64_t found = quote_or_backslash(load8(p));
      if (found != 0) {
        p += std::countr_zero(found) / 8;
        break;
      }
      p += 8;
    }
    while (*p != '"' && *p != '\\') ++p;
    if (*p == '"') return p;
    p += 2;
  }
}

// From the first character of a value to behind its last.
inline const char* value_end(const char* p, const char* end) {
  if (*p == '"') return string_end(p + 1, end) + 1;
  if (*p == '{' || *p == '[') {
    std::size_t depth = 0;
    do {
      switch (*p) {
        case '"':
          p = string_end(p + 1, end);
          break;
        case '{':
        case '[':
          ++depth;
          break;
        case '}':
        case ']':
          --depth;
          break;
        default:
          break;
      }
      ++p;
    } while (depth != 0);
    return p;
  }
  while (p != end && *p != ',' && *p != ']' && *p != '}' && !is_space(*p)) ++p;
  return p;
}

// visit(key between its quotes, still escaped; value) -> bool, in the order written; stops at the first false.
template <class Visit>
bool members(std::string_view object, Visit&& visit) {
  LM_CHECK(!object.empty() && object.front() == '{');
  const char* const end = object.data() + object.size();
  const char* p = skip_space(object.data() + 1, end);
  if (*p == '}') return true;
  while (true) {
    const char* const key = p + 1;
    const char* const key_end = string_end(key, end);
    p = skip_space(skip_space(key_end + 1, end) + 1, end);
    const char* const value = p;
    p = value_end(p, end);
    if (!visit(std::string_view(key, static_cast<std::size_t>(key_end - key)),
               std::string_view(value, static_cast<std::size_t>(p - value)))) {
      return false;
    }
    p = skip_space(p, end);
    if (*p == '}') return true;
    p = skip_space(p + 1, end);
  }
}

// visit(element) -> bool.
template <class Visit>
bool elements(std::string_view array, Visit&& visit) {
  LM_CHECK(!array.empty() && array.front() == '[');
  const char* const end = array.data() + array.size();
  const char* p = skip_space(array.data() + 1, end);
  if (*p == ']') return true;
  while (true) {
    const char* const value = p;
    p = value_end(p, end);
    if (!visit(std::string_view(value, static_cast<std::size_t>(p - value)))) return false;
    p = skip_space(p, end);
    if (*p == ']') return true;
    p = skip_space(p + 1, end);
  }
}

// The characters of a string literal (with its quotes); decoded into room only when it has escapes.
inline std::string_view characters(std::string_view inside, std::string& room) {
  if (std::memchr(inside.data(), '\\', inside.size()) == nullptr) return inside;
  room.clear();
  unescape(inside, room);
  return room;
}

}  // namespace lastmile::message::scan
