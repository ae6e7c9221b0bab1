// EVM chains, messages.md 2.2. The hot path of a node: nine of ten messages come through here, so the buffer is hashed
// piece by piece and nothing is allocated; what remains is the recovery itself.
#include <algorithm>
#include <array>
#include <charconv>

#include "core/crypto/curve/secp256k1.hpp"
#include "core/crypto/keccak.hpp"
#include "core/crypto/scheme/schemes.hpp"
#include "core/crypto/scheme/text.hpp"

namespace lastmile::crypto {
namespace {

using EvmAddress = std::array<std::uint8_t, 20>;
constexpr std::size_t kSignatureBytes = 65;  // r, s, v
constexpr std::size_t kAddressText = 42;     // 0x and 40 digits

// EIP-191 personal_sign over the verification buffer.
Hash256 evm_digest(const SignedFields& fields) {
  const std::string_view chain = chain_text(fields.chain);
  const std::size_t length = chain.size() + fields.sender.size() + fields.type.size() + fields.item_hash.size() + 3;
  std::array<char, 20> decimal;
  const auto end = std::to_chars(decimal.data(), decimal.data() + decimal.size(), length).ptr;
  Keccak256 hash;
  hash.add(
          "\x19"
          "Ethereum Signed Message:\n")
      .add(std::string_view(decimal.data(), end));
  hash.add(chain).add("\n").add(fields.sender).add("\n").add(fields.type).add("\n").add(fields.item_hash);
  return hash.finish();
}

EvmAddress evm_address(const curve::secp256k1::Point& key) {
  const Hash256 hash = keccak256(curve::secp256k1::uncompressed(key));
  EvmAddress address;
  std::copy_n(hash.bytes.begin() + 12, address.size(), address.begin());
  return address;
}

// The bit of v that tells the two candidate keys apart; -1 for a v that nobody writes. 27 and 28 are the usual ones, 35
// and above carry a chain id (EIP-155) in the other bits.
int recovery_id(std::uint8_t v) {
  if (v <= 1) return v;
  if (v == 27 || v == 28) return v - 27;
  if (v >= 35) return (v - 35) & 1;
  return -1;
}

}  // namespace

std::string eip55_address(const std::array<std::uint8_t, 20>& bytes) {
  std::string text = to_hex(bytes);
  const Hash256 hash = keccak256(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int nibble = hash.bytes[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15;
    if (nibble >= 8 && text[i] >= 'a') text[i] = static_cast<char>(text[i] - 'a' + 'A');
  }
  return "0x" + text;
}

namespace scheme {

bool verify_evm(const SignedFields& fields) {
  std::array<std::uint8_t, kSignatureBytes> signature;
  EvmAddress claimed;
  if (fields.sender.size() != kAddressText || !hex_into(without_0x(fields.sender), claimed) ||
      !hex_into(without_0x(fields.signature), signature)) {
    return false;
  }
  const int id = recovery_id(signature.back());
  if (id < 0) return false;
  curve::CompactSignature compact;
  std::copy_n(signature.begin(), compact.size(), compact.begin());
  const auto key = curve::secp256k1::recover(compact, id, evm_digest(fields));
  return key && evm_address(*key) == claimed;
}

std::string sign_evm(const SignedFields& fields, const PrivateKey& key) {
  const auto signature = curve::secp256k1::sign(key, evm_digest(fields));
  const auto v = static_cast<std::uint8_t>(27 + signature.recovery_id);
  return "0x" + to_hex(signature.compact) + to_hex({&v, 1});
}

std::string address_evm(const PrivateKey& key) { return eip55_address(evm_address(curve::secp256k1::public_key(key))); }

}  // namespace scheme
}  // namespace lastmile::crypto
