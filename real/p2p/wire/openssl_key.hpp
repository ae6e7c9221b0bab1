// RSA and ECDSA by OpenSSL; keys in DER.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <optional>

#include "core/base/bytes.hpp"

namespace lastmile::p2p::openssl {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;

// From SubjectPublicKeyInfo; null unless the bytes are one whole RSA key of allowed size, or P-256 key.
Key rsa_public(ByteView der);
Key p256_public(ByteView der);
// From PKCS#1.
Key rsa_private(ByteView der);
Bytes public_der(EVP_PKEY& key);

// SHA-256 of the message; PKCS#1 v1.5 for RSA, DER for ECDSA.
bool verify(EVP_PKEY& key, ByteView message, ByteView signature);
Bytes sign(EVP_PKEY& key, ByteView message);

}  // namespace lastmile::p2p::openssl
