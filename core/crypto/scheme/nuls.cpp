// NULS 2 and legacy NULS, messages.md 2.8 and 2.9: same digest and address body, different spelling of both.
#include <algorithm>

#include "core/crypto/base58.hpp"
#include "core/crypto/base64.hpp"
#include "core/crypto/curve/secp256k1.hpp"
#include "core/crypto/hash.hpp"
#include "core/crypto/scheme/schemes.hpp"
#include "core/crypto/scheme/text.hpp"

namespace lastmile::crypto::scheme {
namespace {

constexpr std::uint16_t kMainChain = 1, kTestChain = 2, kLegacyChain = 8964;
constexpr std::uint8_t kAccountType = 1, kEccType = 0;
constexpr std::size_t kBodyBytes = 23;  // chain id, type, hash160
constexpr std::string_view kMainPrefix = "NULSd", kTestPrefix = "tNULSe";
constexpr std::string_view kMagic =
    "\x18"
    "NULS Signed Message:\n";

// Bitcoin's variable integer.
Bytes varint(std::uint64_t value) {
  Bytes out;
  int size = 0;
  if (value < 253) {
    out.push_back(static_cast<std::uint8_t>(value));
  } else {
    size = value <= 0xffff ? 2 : value <= 0xffffffff ? 4 : 8;
    out.push_back(size == 2 ? 0xfd : size == 4 ? 0xfe : 0xff);
  }
  for (int i = 0; i < size; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return out;
}

// The message behind the magic: its length, then its bytes.
Bytes framed(const SignedFields& fields) {
  const std::string buffer = verification_buffer(fields);
  Bytes out = varint(buffer.size());
  append(out, buffer);
  return out;
}

Hash256 nuls_digest(const SignedFields& fields) {
  Sha256 hash;
  return hash.add(kMagic).add(framed(fields)).finish();
}

// The same with the bytes printed as Python prints them, b'...': what the reference verifies legacy NULS over.
Hash256 printed_digest(const SignedFields& fields) {
  const Bytes bytes = framed(fields);
  const auto has = [&](char c) {
    return std::find(bytes.begin(), bytes.end(), static_cast<std::uint8_t>(c)) != bytes.end();
  };
  const char quote = has('\'') && !has('"') ? '"' : '\'';
  std::string text = "b";
  text.push_back(quote);
  for (const std::uint8_t byte : bytes) {
    const char c = static_cast<char>(byte);
    if (c == '\n')
      text.append("\\n");
    else if (c == '\r')
      text.append("\\r");
    else if (c == '\t')
      text.append("\\t");
    else if (c == '\\' || c == quote)
      text.append({'\\', c});
    else if (byte < 0x20 || byte >= 0x7f)
      text.append("\\x").append(to_hex({&byte, 1}));
    else
      text.push_back(c);
  }
  text.push_back(quote);
  Sha256 hash;
  return hash.add(kMagic).add(text).finish();
}

std::string base58_with_xor(std::uint16_t chain_id, ByteView public_key) {
  Bytes body = {static_cast<std::uint8_t>(chain_id), static_cast<std::uint8_t>(chain_id >> 8), kAccountType};
  append(body, hash160(public_key));
  std::uint8_t sum = 0;
  for (const std::uint8_t byte : body) sum = static_cast<std::uint8_t>(sum ^ byte);
  body.push_back(sum);
  return base58_encode(body);
}

// Removes a length-prefixed part from the front; lengths of genuine parts fit in one byte.
std::optional<ByteView> take_part(ByteView& bytes) {
  if (bytes.empty() || bytes[0] >= 253 || bytes.size() - 1 < bytes[0]) return std::nullopt;
  const ByteView part = bytes.subspan(1, bytes[0]);
  bytes = bytes.subspan(1 + part.size());
  return part;
}

}  // namespace

bool verify_nuls2(const SignedFields& fields) {
  const bool main = fields.sender.starts_with(kMainPrefix);
  if (!main && !fields.sender.starts_with(kTestPrefix)) return false;
  const std::string_view prefix = main ? kMainPrefix : kTestPrefix;
  const auto signature = base64_decode(fields.signature);
  curve::CompactSignature compact;
  if (!signature || signature->size() != 1 + compact.size()) return false;
  const int id = signature->front() - 27;  // the form for uncompressed keys, although the keys are compressed
  if (id < 0 || id > 3) return false;
  std::copy(signature->begin() + 1, signature->end(), compact.begin());
  const auto key = curve::secp256k1::recover(compact, id, nuls_digest(fields));
  return key && base58_with_xor(main ? kMainChain : kTestChain, curve::secp256k1::compressed(*key)) ==
                    fields.sender.substr(prefix.size());
}

std::string sign_nuls2(const SignedFields& fields, const PrivateKey& key) {
  const auto made = curve::secp256k1::sign(key, nuls_digest(fields));
  Bytes signature = {static_cast<std::uint8_t>(27 + made.recovery_id)};
  append(signature, made.compact);
  return base64_encode(signature);
}

std::string address_nuls2(ByteView public_key) {
  return std::string(kMainPrefix) + base58_with_xor(kMainChain, public_key);
}

bool verify_nuls(const SignedFields& fields, NulsForm form) {
  const auto bytes = from_hex(fields.signature);
  if (!bytes) return false;
  ByteView rest = *bytes;
  const auto key = take_part(rest);
  if (!key || rest.empty() || rest[0] != kEccType) return false;
  rest = rest.subspan(1);
  const auto signature = take_part(rest);
  if (!signature || !rest.empty()) return false;
  const auto address = base58_decode(fields.sender);
  if (!address || address->size() != kBodyBytes + 1) return false;
  const auto chain_id = static_cast<std::uint16_t>((*address)[0] | (*address)[1] << 8);
  if (base58_with_xor(chain_id, *key) != fields.sender) return false;
  return (form != NulsForm::printed && curve::secp256k1::verify_der(*key, *signature, nuls_digest(fields))) ||
         (form != NulsForm::raw && curve::secp256k1::verify_der(*key, *signature, printed_digest(fields)));
}

std::string sign_nuls(const SignedFields& fields, const PrivateKey& key, ByteView public_key) {
  const Bytes der = curve::secp256k1::to_der(curve::secp256k1::sign(key, nuls_digest(fields)).compact);
  Bytes out = varint(public_key.size());
  append(out, public_key);
  out.push_back(kEccType);
  append(out, varint(der.size()));
  append(out, der);
  return to_hex(out);
}

std::string address_nuls(ByteView public_key) { return base58_with_xor(kLegacyChain, public_key); }

}  // namespace lastmile::crypto::scheme
