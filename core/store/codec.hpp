// How records are spelled on the disk: little pieces, written one behind the other. Reading never goes wrong silently:
// a Decoder that met anything unexpected says so, and the caller names the key.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/hash.hpp"
#include "core/base/time.hpp"
#include "core/message/item_hash.hpp"

namespace lastmile::store {

// An item hash in the order of its text, 33 bytes for a storage hash: class byte, then the digest or the CID's text.
// Self delimiting, so that more may follow in a key.
void append_hash(std::string& out, const message::ItemHash& hash);
// Takes one from the front; empty when there is none.
std::optional<message::ItemHash> take_hash(std::string_view& in);

// Big endian, so that keys sort by the number. Times before 1970 do not occur (content.time >= 0) and sort as 1970.
void append_big64(std::string& out, std::uint64_t number);
void append_time(std::string& out, Wall time);
void append_big40(std::string& out, std::uint64_t number);
std::optional<std::uint64_t> take_big64(std::string_view& in);
std::optional<Wall> take_time(std::string_view& in);
std::optional<std::uint64_t> take_big40(std::string_view& in);

class Encoder {
 public:
  Encoder() = default;
  explicit Encoder(std::size_t room) { out_.reserve(room); }  // expected bytes; any number may be written
  Encoder& byte(std::uint8_t value) {
    out_.push_back(static_cast<char>(value));
    return *this;
  }
  Encoder& number(std::uint64_t value);        // 1 to 10 bytes, small numbers short
  Encoder& signed_number(std::int64_t value);  // zigzag
  Encoder& time(Wall value) { return fixed64(static_cast<std::uint64_t>(value.ns)); }
  Encoder& fixed64(std::uint64_t value);
  Encoder& real(double value);
  Encoder& text(std::string_view value);
  Encoder& hash(const message::ItemHash& value) {
    append_hash(out_, value);
    return *this;
  }
  Encoder& digest(const Hash256& value) {
    out_.append(as_text(value.view()));
    return *this;
  }
  std::string take() { return std::move(out_); }
  const std::string& view() const { return out_; }

 private:
  std::string out_;
};

// After the first failure every read gives a zero and ok() is false.
class Decoder {
 public:
  explicit Decoder(std::string_view in) : in_(in) {}

  std::uint8_t byte();
  std::uint64_t number();
  std::int64_t signed_number();
  Wall time() { return {static_cast<std::int64_t>(fixed64())}; }
  std::uint64_t fixed64();
  double real();
  std::string_view text();  // into the bytes given
  message::ItemHash hash();
  Hash256 digest();

  void fail() { ok_ = false; }
  bool ok() const { return ok_; }
  // Everything was read, and nothing failed.
  bool done() const { return ok_ && in_.empty(); }

 private:
  std::string_view in_;
  bool ok_ = true;
};

}  // namespace lastmile::store
