// Content identifiers of IPFS: multihash, version 0 and 1, binary and text (ipfs.md 1 to 3). Whether a CID may stand in
// a message as item hash is another, stricter question that core/message answers.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"
#include "core/base/hash.hpp"
#include "core/crypto/multibase.hpp"

namespace lastmile::crypto {

inline constexpr std::size_t kCidBytesMax = 128;        // ipfs.md 14
inline constexpr std::size_t kCidTextMax = 256;         // ipfs.md 14
inline constexpr std::size_t kIdentityDigestMax = 128;  // ipfs.md 1

// Unsigned LEB128 varint as multiformats use it: at most 9 bytes, shortest form only.
void append_varint(Bytes& out, std::uint64_t value);
// Reads one varint from the front of bytes and removes it; empty (and bytes unchanged) when there is none.
std::optional<std::uint64_t> take_varint(ByteView& bytes);

namespace multihash {
inline constexpr std::uint64_t kIdentity = 0x00, kSha1 = 0x11, kSha2_256 = 0x12, kSha2_512 = 0x13, kBlake3 = 0x1e,
                               kBlake2b_256 = 0xb220;
}
namespace codec {
inline constexpr std::uint64_t kRaw = 0x55, kDagPb = 0x70, kDagCbor = 0x71, kLibp2pKey = 0x72, kDagJson = 0x0129;
}

enum class BlockCheck {
  match,
  mismatch,
  unverifiable,  // a hash function we do not compute (sha1, blake3, unknown): such blocks are refused
};

// An identifier that was parsed or built, so always well-formed: a known hash function has its own digest length,
// version 0 is dag-pb with sha2-256. Ordered and compared by its binary form.
class Cid {
 public:
  // The empty block under the identity hash, so that a Cid is never in an invalid state.
  Cid();

  static Cid v0(const Hash256& digest);
  static Cid v1(std::uint64_t codec, const Hash256& digest);

  // Any spelling of ipfs.md 2 and 3. Empty for everything else.
  static std::optional<Cid> parse(std::string_view text);
  // Exactly one binary CID, nothing left over.
  static std::optional<Cid> parse_bytes(ByteView bytes);
  // One binary CID from the front of bytes, which is then advanced (dag-pb links, CAR sections).
  static std::optional<Cid> take(ByteView& bytes);

  int version() const { return version_; }
  std::uint64_t codec() const { return codec_; }
  std::uint64_t hash_function() const { return hash_function_; }
  ByteView digest() const { return ByteView(bytes_).subspan(digest_offset_); }
  // Function, length and digest: the key of a block store, equal for both versions of one block.
  ByteView multihash() const { return ByteView(bytes_).subspan(multihash_offset_); }
  ByteView bytes() const { return bytes_; }

  // Version 0: bare base58btc. Version 1: base32 lower case.
  std::string text() const;
  // Version 1 in the given base; version 0 has one spelling only, so the base is ignored.
  std::string text(Base base) const;
  // The same block under version 1.
  Cid as_v1() const;

  // Does this block have this identifier?
  BlockCheck check(ByteView block) const;

  friend bool operator==(const Cid& a, const Cid& b) { return a.bytes_ == b.bytes_; }
  friend std::strong_ordering operator<=>(const Cid& a, const Cid& b) { return a.bytes_ <=> b.bytes_; }

 private:
  Cid(int version, std::uint64_t codec, std::uint64_t hash_function, ByteView digest);

  Bytes bytes_;
  int version_ = 1;
  std::uint64_t codec_ = 0;
  std::uint64_t hash_function_ = 0;
  std::size_t multihash_offset_ = 0;
  std::size_t digest_offset_ = 0;
};

}  // namespace lastmile::crypto
