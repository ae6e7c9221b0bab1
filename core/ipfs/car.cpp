#include "core/ipfs/car.hpp"

#include <algorithm>
#include <string>

#include "core/base/check.hpp"
#include "core/ipfs/limits.hpp"

namespace lastmile::ipfs {
namespace {

constexpr std::size_t kVarintBytesMax = 9;
constexpr std::size_t kSectionBytesMax = crypto::kCidBytesMax + kBlockBytesMax;

// The little of dag-cbor that a header is made of: the first byte of an item holds its kind and small numbers.
enum CborKind : std::uint8_t { kCborBytes = 2, kCborText = 3, kCborList = 4, kCborMap = 5 };
constexpr std::uint8_t kCborOneByte = 24, kCborTwoBytes = 25;
constexpr std::size_t kCborSmallest1 = 24, kCborSmallest2 = 256;
constexpr std::string_view kRootsKey("\x65roots", 6), kVersionKey("\x67version", 8);
constexpr std::string_view kCidTag("\xd8\x2a", 2);
constexpr std::string_view kVersion2Head("\xa1\x67version\x02", 10);

void put_head(Bytes& out, CborKind kind, std::size_t count) {
  const auto top = static_cast<std::uint8_t>(kind << 5);
  if (count < kCborSmallest1) {
    out.push_back(static_cast<std::uint8_t>(top | count));
  } else if (count < kCborSmallest2) {
    out.push_back(top | kCborOneByte);
    out.push_back(static_cast<std::uint8_t>(count));
  } else {
    out.push_back(top | kCborTwoBytes);
    out.push_back(static_cast<std::uint8_t>(count >> 8));
    out.push_back(static_cast<std::uint8_t>(count));
  }
}

bool take_text(ByteView& bytes, std::string_view text) {
  if (!as_text(bytes).starts_with(text)) return false;
  bytes = bytes.subspan(text.size());
  return true;
}

// Shortest form only, as dag-cbor demands.
std::optional<std::size_t> take_head(ByteView& bytes, CborKind kind) {
  if (bytes.empty() || bytes[0] >> 5 != kind) return std::nullopt;
  const std::size_t low = bytes[0] & 0x1f;
  if (low < kCborOneByte) {
    bytes = bytes.subspan(1);
    return low;
  }
  if (low == kCborOneByte && bytes.size() > 1 && bytes[1] >= kCborSmallest1) {
    const std::size_t count = bytes[1];
    bytes = bytes.subspan(2);
    return count;
  }
  if (low == kCborTwoBytes && bytes.size() > 2 && bytes[1] > 0) {
    const std::size_t count = std::size_t{bytes[1]} << 8 | bytes[2];
    bytes = bytes.subspan(3);
    return count;
  }
  return std::nullopt;
}

std::optional<std::vector<crypto::Cid>> read_roots(ByteView bytes) {
  if (take_head(bytes, kCborMap) != 2 || !take_text(bytes, kRootsKey)) return std::nullopt;
  const auto count = take_head(bytes, kCborList);
  if (!count || *count > kCarRootsMax) return std::nullopt;
  std::vector<crypto::Cid> roots;
  for (std::size_t i = 0; i < *count; ++i) {
    if (!take_text(bytes, kCidTag)) return std::nullopt;
    const auto length = take_head(bytes, kCborBytes);
    if (!length || *length < 1 || *length > bytes.size() || bytes[0] != 0) return std::nullopt;
    auto cid = crypto::Cid::parse_bytes(bytes.subspan(1, *length - 1));
    if (!cid) return std::nullopt;
    roots.push_back(std::move(*cid));
    bytes = bytes.subspan(*length);
  }
  if (!take_text(bytes, kVersionKey) || !take_text(bytes, "\x01") || !bytes.empty()) return std::nullopt;
  return roots;
}

}  // namespace

Bytes car_header(const std::vector<crypto::Cid>& roots) {
  LM_CHECK(!roots.empty() && roots.size() <= kCarRootsMax);
  Bytes header;
  put_head(header, kCborMap, 2);
  append(header, kRootsKey);
  put_head(header, kCborList, roots.size());
  for (const crypto::Cid& root : roots) {
    append(header, kCidTag);
    put_head(header, kCborBytes, 1 + root.bytes().size());
    header.push_back(0);
    append(header, root.bytes());
  }
  append(header, kVersionKey);
  header.push_back(1);
  Bytes out;
  crypto::append_varint(out, header.size());
  append(out, header);
  return out;
}

Bytes car_section_head(const crypto::Cid& cid, std::size_t block_bytes) {
  Bytes out;
  crypto::append_varint(out, cid.bytes().size() + block_bytes);
  append(out, cid.bytes());
  return out;
}

ReadResult<Unit> CarReader::add(ByteView bytes) {
  LM_CHECK(!failed_);
  while (!bytes.empty()) {
    if (!length_) {
      held_.push_back(bytes.front());
      bytes = bytes.subspan(1);
      if (held_.back() >= 0x80 && held_.size() < kVarintBytesMax) continue;
      ByteView varint(held_);
      const auto length = crypto::take_varint(varint);
      if (!length) return fail({FailureKind::corrupt, "a length that is none"});
      if (!has_header() && *length > kCarHeaderBytesMax)
        return fail({FailureKind::limit, "a header of more than 8192 bytes"});
      if (*length > kSectionBytesMax) return fail({FailureKind::limit, "a block of more than 2 MiB"});
      if (*length == 0) return fail({FailureKind::corrupt, "an empty section"});
      length_ = static_cast<std::size_t>(*length);
      held_.clear();
      continue;
    }
    // A section that lies whole in the caller's memory is not copied.
    ByteView whole;
    if (held_.empty() && bytes.size() >= *length_) {
      whole = bytes.first(*length_);
      bytes = bytes.subspan(*length_);
    } else {
      const std::size_t part = std::min(*length_ - held_.size(), bytes.size());
      append(held_, bytes.first(part));
      bytes = bytes.subspan(part);
      if (held_.size() < *length_) continue;
      whole = held_;
    }
    auto taken = has_header() ? section(whole) : header(whole);
    if (!taken) return fail(std::move(taken).error());
    place_ += whole.size();
    held_.clear();
    length_.reset();
  }
  return Unit{};
}

ReadResult<Unit> CarReader::finish() {
  LM_CHECK(!failed_);
  if (!has_header() && !length_ && held_.empty()) return fail({FailureKind::corrupt, "an empty file"});
  if (!has_header() || length_ || !held_.empty()) return fail({FailureKind::corrupt, "cut in the middle"});
  return Unit{};
}

ReadResult<Unit> CarReader::header(ByteView bytes) {
  if (as_text(bytes) == kVersion2Head) return Failure{FailureKind::wrong_kind, "version 2; only version 1 is read"};
  auto roots = read_roots(bytes);
  if (!roots) return Failure{FailureKind::corrupt, "a header that is not one of version 1"};
  if (roots->empty()) return Failure{FailureKind::corrupt, "no roots"};
  roots_ = std::move(*roots);
  return Unit{};
}

ReadResult<Unit> CarReader::section(ByteView bytes) {
  const auto cid = crypto::Cid::take(bytes);
  if (!cid) return Failure{FailureKind::corrupt, "a section without a CID"};
  if (auto checked = check_block(*cid, bytes); !checked) return checked;
  sink_(*cid, bytes);
  return Unit{};
}

ReadResult<Unit> CarReader::fail(Failure failure) {
  failed_ = true;
  failure.text = "CAR: behind byte " + std::to_string(place_) + ": " + failure.text;
  return failure;
}

}  // namespace lastmile::ipfs
