// The little of protobuf that our codecs need: varints, length-delimited fields, sizes known beforehand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/bytes.hpp"

namespace lastmile::pb {

constexpr std::size_t varint_size(std::uint64_t value) {
  std::size_t size = 1;
  while (value >= 0x80) {
    value >>= 7;
    ++size;
  }
  return size;
}

inline void put_varint(Bytes& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<std::uint8_t>(value));
}

// Field numbers that we write are below 16, so that every tag is one byte.
constexpr std::size_t varint_field_size(std::uint64_t value) { return 1 + varint_size(value); }
constexpr std::size_t bytes_field_size(std::size_t length) { return 1 + varint_size(length) + length; }

inline void put_tag(Bytes& out, int field, int wire_type) {
  out.push_back(static_cast<std::uint8_t>(field << 3 | wire_type));
}
inline void put_varint_field(Bytes& out, int field, std::uint64_t value) {
  put_tag(out, field, 0);
  put_varint(out, value);
}
inline void put_length(Bytes& out, int field, std::size_t length) {
  put_tag(out, field, 2);
  put_varint(out, length);
}
inline void put_bytes_field(Bytes& out, int field, ByteView bytes) {
  put_length(out, field, bytes.size());
  append(out, bytes);
}
inline void put_text_field(Bytes& out, int field, std::string_view text) {
  put_bytes_field(out, field, lastmile::as_bytes(text));
}

// One field as read. Exactly one of the two is meaningful, by wire type; fixed-size fields are skipped by the reader.
struct Field {
  std::uint64_t number = 0;
  int wire_type = 0;  // 0 varint, 2 bytes
  std::uint64_t value = 0;
  ByteView bytes;
  bool is_varint(std::uint64_t n) const { return number == n && wire_type == 0; }
  bool is_bytes(std::uint64_t n) const { return number == n && wire_type == 2; }
};

// Fields of fixed size occur in none of our messages: skipped as unknown, or refused where a format forbids unknown
// ones.
enum class FixedFields : std::uint8_t { skip, refuse };

// Walks the fields of one message. After the walk, ok() says whether the bytes were well-formed up to their end.
class Reader {
 public:
  explicit Reader(ByteView bytes, FixedFields fixed = FixedFields::skip) : rest_(bytes), fixed_(fixed) {}

  // The next varint or length-delimited field; empty at the end or at the first malformed byte.
  std::optional<Field> next() {
    while (ok_ && !rest_.empty()) {
      Field field;
      const auto tag = varint();
      if (!tag) return fail();
      field.number = *tag >> 3;
      field.wire_type = static_cast<int>(*tag & 7);
      if (field.number == 0) return fail();
      if (field.wire_type == 0) {
        const auto value = varint();
        if (!value) return fail();
        field.value = *value;
        return field;
      }
      if (field.wire_type == 2) {
        const auto length = varint();
        if (!length || *length > rest_.size()) return fail();
        field.bytes = rest_.first(static_cast<std::size_t>(*length));
        rest_ = rest_.subspan(static_cast<std::size_t>(*length));
        return field;
      }
      const std::size_t fixed = field.wire_type == 1 ? 8 : field.wire_type == 5 ? 4 : 0;
      if (fixed == 0 || fixed > rest_.size() || fixed_ == FixedFields::refuse) return fail();  // groups always
      rest_ = rest_.subspan(fixed);
    }
    return std::nullopt;
  }
  bool ok() const { return ok_; }

 private:
  std::optional<Field> fail() {
    ok_ = false;
    return std::nullopt;
  }
  std::optional<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 10 && i < rest_.size(); ++i) {
      const std::uint64_t part = rest_[i] & 0x7f;
      if (i == 9 && part > 1) break;
      value |= part << (7 * i);
      if ((rest_[i] & 0x80) == 0) {
        rest_ = rest_.subspan(i + 1);
        return value;
      }
    }
    return std::nullopt;
  }

  ByteView rest_;
  FixedFields fixed_;
  bool ok_ = true;
};

}  // namespace lastmile::pb
