#include "real/p2p/wire/openssl_key.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <cstring>

#include "core/base/check.hpp"
#include "real/p2p/wire/limits.hpp"

namespace lastmile::p2p::openssl {
namespace {

Key parse_public(ByteView der) {
  const unsigned char* at = der.data();
  Key key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  if (key == nullptr || at != der.data() + der.size()) return nullptr;
  return key;
}

bool good_rsa(const Key& key) {
  return key != nullptr && EVP_PKEY_base_id(key.get()) == EVP_PKEY_RSA && EVP_PKEY_bits(key.get()) >= kRsaBitsMin &&
         EVP_PKEY_bits(key.get()) <= kRsaBitsMax;
}

}  // namespace

Key rsa_public(ByteView der) {
  Key key = parse_public(der);
  return good_rsa(key) ? std::move(key) : nullptr;
}

Key p256_public(ByteView der) {
  Key key = parse_public(der);
  if (key == nullptr || EVP_PKEY_base_id(key.get()) != EVP_PKEY_EC) return nullptr;
  char group[32] = {};
  std::size_t size = 0;
  const bool named = EVP_PKEY_get_group_name(key.get(), group, sizeof group, &size) == 1;
  return named && std::strcmp(group, "prime256v1") == 0 ? std::move(key) : nullptr;
}

Key rsa_private(ByteView der) {
  const unsigned char* at = der.data();
  Key key(d2i_PrivateKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  return good_rsa(key) && at == der.data() + der.size() ? std::move(key) : nullptr;
}

Bytes public_der(EVP_PKEY& key) {
  unsigned char* bytes = nullptr;
  const int size = i2d_PUBKEY(&key, &bytes);
  LM_CHECK(size > 0);
  Bytes out(bytes, bytes + size);
  OPENSSL_free(bytes);
  return out;
}

bool verify(EVP_PKEY& key, ByteView message, ByteView signature) {
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  const bool good =
      context != nullptr && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, &key) == 1 &&
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
  ERR_clear_error();
  return good;
}

Bytes sign(EVP_PKEY& key, ByteView message) {
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  std::size_t size = 0;
  LM_CHECK(context != nullptr && EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, &key) == 1);
  LM_CHECK(EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) == 1);
  Bytes out(size);
  LM_CHECK(EVP_DigestSign(context.get(), out.data(), &size, message.data(), message.size()) == 1);
  out.resize(size);
  return out;
}

}  // namespace lastmile::p2p::openssl
