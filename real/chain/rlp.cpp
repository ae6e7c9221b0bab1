#include "real/chain/rlp.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace lastmile::real {
namespace {

constexpr std::uint8_t kShortBytes = 0x80;
constexpr std::uint8_t kShortList = 0xc0;
constexpr std::size_t kShortMax = 55;  // longer ones have a length of their own

void append_head(Bytes& out, std::size_t length, std::uint8_t base) {
  if (length <= kShortMax) {
    out.push_back(static_cast<std::uint8_t>(base + length));
    return;
  }
  Bytes digits;
  for (std::size_t rest = length; rest > 0; rest >>= 8) digits.push_back(static_cast<std::uint8_t>(rest & 0xff));
  out.push_back(static_cast<std::uint8_t>(base + kShortMax + digits.size()));
  out.insert(out.end(), digits.rbegin(), digits.rend());
}

void append_item(Bytes& out, const RlpItem& item) {
  if (const auto* bytes = std::get_if<Bytes>(&item.value)) {
    if (bytes->size() == 1 && bytes->front() < kShortBytes) {
      out.push_back(bytes->front());
      return;
    }
    append_head(out, bytes->size(), kShortBytes);
    append(out, *bytes);
    return;
  }
  Bytes inside;
  for (const RlpItem& one : std::get<RlpList>(item.value)) append_item(inside, one);
  append_head(out, inside.size(), kShortList);
  append(out, inside);
}

// Takes the length behind a first byte; empty when it is cut off, or would have fitted into fewer bytes.
std::optional<std::size_t> take_length(ByteView& bytes, std::size_t digits) {
  if (digits > sizeof(std::size_t) || bytes.size() < digits || bytes[0] == 0) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < digits; ++i) length = length << 8 | bytes[i];
  bytes = bytes.subspan(digits);
  if (length <= kShortMax) return std::nullopt;
  return length;
}

std::optional<RlpItem> take_item(ByteView& bytes, int depth) {
  if (bytes.empty() || depth > kRlpDepthMax) return std::nullopt;
  const std::uint8_t first = bytes[0];
  if (first < kShortBytes) {
    bytes = bytes.subspan(1);
    return RlpItem{Bytes{first}};
  }
  bytes = bytes.subspan(1);
  const bool list = first >= kShortList;
  std::size_t length = first - (list ? kShortList : kShortBytes);
  if (length > kShortMax) {
    const auto longer = take_length(bytes, length - kShortMax);
    if (!longer) return std::nullopt;
    length = *longer;
  }
  if (length > bytes.size()) return std::nullopt;
  ByteView inside = bytes.subspan(0, length);
  bytes = bytes.subspan(length);
  if (!list) {
    if (length == 1 && inside[0] < kShortBytes) return std::nullopt;
    return RlpItem{Bytes(inside.begin(), inside.end())};
  }
  RlpList items;
  while (!inside.empty()) {
    auto item = take_item(inside, depth + 1);
    if (!item) return std::nullopt;
    items.push_back(*std::move(item));
  }
  return RlpItem{std::move(items)};
}

}  // namespace

RlpItem rlp_bytes(ByteView bytes) { return {Bytes(bytes.begin(), bytes.end())}; }

RlpItem rlp_number(const Uint256& number) {
  const Hash256 word = number.big_endian();
  const auto first = std::find_if(word.bytes.begin(), word.bytes.end(), [](std::uint8_t b) { return b != 0; });
  return {Bytes(first, word.bytes.end())};
}

Bytes rlp_encode(const RlpItem& item) {
  Bytes out;
  append_item(out, item);
  return out;
}

Result<RlpItem> rlp_decode(ByteView bytes) {
  auto item = take_item(bytes, 0);
  if (!item) return Error{"no RLP"};
  if (!bytes.empty()) return Error{"bytes behind the RLP"};
  return *std::move(item);
}

}  // namespace lastmile::real
