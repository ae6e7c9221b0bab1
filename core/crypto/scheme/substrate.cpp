// Substrate (Polkadot and relatives), messages.md 2.6.
#include <algorithm>

#include "core/crypto/base58.hpp"
#include "core/crypto/curve/sr25519.hpp"
#include "core/crypto/hash.hpp"
#include "core/crypto/scheme/schemes.hpp"
#include "core/crypto/scheme/signature_json.hpp"
#include "core/crypto/scheme/text.hpp"

namespace lastmile::crypto::scheme {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kChecksumBytes = 2;
constexpr std::uint8_t kGenericPrefix = 42;  // any Substrate network

std::string wrap(std::string_view buffer) { return "<Bytes>" + std::string(buffer) + "</Bytes>"; }

Hash512 ss58_checksum(ByteView prefix_and_key) {
  Bytes bytes = to_bytes("SS58PRE");
  append(bytes, prefix_and_key);
  return blake2b_512(bytes);
}

// The key in an ss58 text with any network prefix: one byte below 64, or two of which the first is 64 to 127.
std::optional<Bytes> ss58_key(std::string_view text) {
  const auto bytes = base58_decode(text);
  if (!bytes || bytes->empty() || bytes->front() > 127) return std::nullopt;
  const std::size_t prefix_size = bytes->front() < 64 ? 1 : 2;
  if (bytes->size() != prefix_size + kKeyBytes + kChecksumBytes) return std::nullopt;
  const ByteView body = ByteView(*bytes).first(prefix_size + kKeyBytes);
  const Hash512 sum = ss58_checksum(body);
  if (!std::equal(sum.begin(), sum.begin() + kChecksumBytes, bytes->end() - kChecksumBytes)) return std::nullopt;
  const ByteView key = body.subspan(prefix_size);
  return Bytes(key.begin(), key.end());
}

}  // namespace

bool verify_substrate(const SignedFields& fields) {
  const auto json = SignatureJson::parse(fields.signature);
  if (!json || json->text_or("/curve", "sr25519") != "sr25519") return false;
  const auto data = json->text("/data");
  curve::CompactSignature signature;
  if (!data || !data->starts_with("0x") || !hex_into(std::string_view(*data).substr(2), signature)) return false;
  const auto key = ss58_key(fields.sender);
  if (!key) return false;
  const std::string buffer = verification_buffer(fields);
  return curve::sr25519::verify(*key, as_bytes(buffer), signature) ||
         curve::sr25519::verify(*key, as_bytes(wrap(buffer)), signature);
}

std::string sign_substrate(const SignedFields& fields, const PrivateKey& key, SigningForm form) {
  const std::string buffer = verification_buffer(fields);
  const auto signature = curve::sr25519::sign(key, as_bytes(form == SigningForm::wrapped ? wrap(buffer) : buffer));
  return R"({"curve":"sr25519","data":"0x)" + to_hex(signature) + R"("})";
}

std::string address_substrate(ByteView public_key) {
  Bytes bytes = {kGenericPrefix};
  append(bytes, public_key);
  const Hash512 sum = ss58_checksum(bytes);
  append(bytes, ByteView(sum).first(kChecksumBytes));
  return base58_encode(bytes);
}

}  // namespace lastmile::crypto::scheme
