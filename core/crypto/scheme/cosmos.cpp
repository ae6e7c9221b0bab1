// Cosmos SDK chains, messages.md 2.7.
#include <algorithm>

#include "core/base/check.hpp"
#include "core/crypto/base64.hpp"
#include "core/crypto/bech32.hpp"
#include "core/crypto/curve/secp256k1.hpp"
#include "core/crypto/hash.hpp"
#include "core/crypto/scheme/schemes.hpp"
#include "core/crypto/scheme/signature_json.hpp"

namespace lastmile::crypto::scheme {
namespace {

constexpr std::string_view kKeyType = "tendermint/PubKeySecp256k1";
constexpr std::string_view kCosmosPrefix = "cosmos";  // for accounts of ours; any prefix verifies

// Amino JSON: keys sorted at every level, no spaces, ASCII only.
Hash256 cosmos_digest(const SignedFields& fields) {
  Sha256 hash;
  hash.add(R"({"account_number":"0","chain_id":"signed-message-v1","fee":{"amount":[],"gas":"0"},"memo":"","msgs":[)");
  hash.add(R"({"type":"signutil/MsgSignText","value":{"message":)").add(json_string_ascii(verification_buffer(fields)));
  hash.add(R"(,"signer":)").add(json_string_ascii(fields.sender)).add(R"(}}],"sequence":"0"})");
  return hash.finish();
}

}  // namespace

bool verify_cosmos(const SignedFields& fields) {
  const auto json = SignatureJson::parse(fields.signature);
  if (!json || json->text("/pub_key/type") != kKeyType) return false;
  const auto key_text = json->text("/pub_key/value");
  const auto signature_text = json->text("/signature");
  if (!key_text || !signature_text) return false;
  const auto key = base64_decode(*key_text);
  const auto signature = base64_decode(*signature_text);
  curve::CompactSignature compact;
  if (!key || !signature || key->size() != curve::CompressedKey{}.size() || signature->size() != compact.size()) {
    return false;
  }
  const std::string_view prefix = fields.sender.substr(0, fields.sender.find('1'));
  const auto address = bech32_encode(prefix, hash160(*key));
  if (!address || *address != fields.sender) return false;
  std::copy(signature->begin(), signature->end(), compact.begin());
  return curve::secp256k1::verify(*key, compact, cosmos_digest(fields));
}

std::string sign_cosmos(const SignedFields& fields, const PrivateKey& key, ByteView public_key) {
  const auto signature = curve::secp256k1::sign(key, cosmos_digest(fields)).compact;
  return R"({"signature":")" + base64_encode(signature) + R"(","pub_key":{"type":")" + std::string(kKeyType) +
         R"(","value":")" + base64_encode(public_key) + R"("},"account_number":"0","sequence":"0"})";
}

std::string address_cosmos(ByteView public_key) {
  const auto address = bech32_encode(kCosmosPrefix, hash160(public_key));
  LM_CHECK(address.has_value());
  return *address;
}

}  // namespace lastmile::crypto::scheme
