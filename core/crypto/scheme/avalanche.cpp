// Avalanche addresses in bech32 form, messages.md 2.4.
#include <algorithm>

#include "core/base/check.hpp"
#include "core/crypto/base58.hpp"
#include "core/crypto/bech32.hpp"
#include "core/crypto/curve/secp256k1.hpp"
#include "core/crypto/hash.hpp"
#include "core/crypto/scheme/schemes.hpp"

namespace lastmile::crypto::scheme {
namespace {

constexpr std::size_t kSignatureBytes = 65;  // r, s, recovery id
constexpr std::string_view kAvalanchePrefix = "avax";

Hash256 avalanche_digest(const SignedFields& fields) {
  const std::string buffer = verification_buffer(fields);
  const auto n = static_cast<std::uint32_t>(buffer.size());
  const std::array<std::uint8_t, 4> length = {static_cast<std::uint8_t>(n >> 24), static_cast<std::uint8_t>(n >> 16),
                                              static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)};
  Sha256 hash;
  return hash
      .add(
          "\x1a"
          "Avalanche Signed Message:\n")
      .add(length)
      .add(buffer)
      .finish();
}

std::string bech32_part(ByteView public_key) {
  const auto text = bech32_encode(kAvalanchePrefix, hash160(public_key));
  LM_CHECK(text.has_value());
  return *text;
}

}  // namespace

bool verify_avalanche(const SignedFields& fields) {
  const std::size_t dash = fields.sender.find('-');
  if (dash == std::string_view::npos) return false;
  const auto signature = cb58_decode(fields.signature);
  if (!signature || signature->size() != kSignatureBytes || signature->back() > 3) return false;
  curve::CompactSignature compact;
  std::copy_n(signature->begin(), compact.size(), compact.begin());
  const auto key = curve::secp256k1::recover(compact, signature->back(), avalanche_digest(fields));
  return key && bech32_part(curve::secp256k1::compressed(*key)) == fields.sender.substr(dash + 1);
}

std::string sign_avalanche(const SignedFields& fields, const PrivateKey& key) {
  const auto made = curve::secp256k1::sign(key, avalanche_digest(fields));
  Bytes signature(made.compact.begin(), made.compact.end());
  signature.push_back(static_cast<std::uint8_t>(made.recovery_id));
  return cb58_encode(signature);
}

std::string address_avalanche(ByteView public_key) { return "X-" + bech32_part(public_key); }

}  // namespace lastmile::crypto::scheme
