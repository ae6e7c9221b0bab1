#include "real/p2p/wire/peer_id.hpp"

#include "core/crypto/base58.hpp"
#include "core/crypto/cid.hpp"
#include "core/crypto/hash.hpp"
#include "real/p2p/wire/limits.hpp"

namespace lastmile::p2p {
namespace {

constexpr std::uint8_t kIdentity = 0x00;
constexpr std::uint8_t kSha256 = 0x12;
constexpr std::size_t kSha256Bytes = 32;

}  // namespace

PeerId PeerId::of_key(ByteView serialised_key) {
  Bytes out;
  if (serialised_key.size() <= kPeerIdentityDigestMax) {
    out = {kIdentity, static_cast<std::uint8_t>(serialised_key.size())};
    append(out, serialised_key);
  } else {
    out = {kSha256, kSha256Bytes};
    append(out, crypto::sha256(serialised_key).bytes);
  }
  return PeerId(std::move(out));
}

std::optional<PeerId> PeerId::parse_bytes(ByteView bytes) {
  if (bytes.size() < 2 || bytes[1] != bytes.size() - 2) return std::nullopt;
  const bool good = (bytes[0] == kIdentity && bytes[1] <= kPeerIdentityDigestMax && bytes[1] > 0) ||
                    (bytes[0] == kSha256 && bytes[1] == kSha256Bytes);
  if (!good) return std::nullopt;
  return PeerId(Bytes(bytes.begin(), bytes.end()));
}

std::optional<PeerId> PeerId::parse(std::string_view text) {
  if (text.starts_with("1") || text.starts_with("Qm")) {
    const auto bytes = crypto::base58_decode(text);
    if (!bytes.has_value()) return std::nullopt;
    return parse_bytes(*bytes);
  }
  if (text.size() > crypto::kCidTextMax) return std::nullopt;
  const auto cid = crypto::Cid::parse(text);
  if (!cid.has_value() || cid->version() != 1) return std::nullopt;
  const bool old_style = cid->codec() == crypto::codec::kDagPb && cid->hash_function() == crypto::multihash::kSha2_256;
  if (cid->codec() != crypto::codec::kLibp2pKey && !old_style) return std::nullopt;
  return parse_bytes(cid->multihash());
}

std::string PeerId::text() const { return crypto::base58_encode(bytes_); }

std::optional<Bytes> PeerId::contained_key() const {
  if (bytes_.empty() || bytes_[0] != kIdentity) return std::nullopt;
  return Bytes(bytes_.begin() + 2, bytes_.end());
}

}  // namespace lastmile::p2p
