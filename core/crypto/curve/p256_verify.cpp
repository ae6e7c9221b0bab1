#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>

#include "core/base/check.hpp"
#include "core/crypto/curve/p256.hpp"

namespace lastmile::crypto::curve::p256 {
namespace {

template <class T, void (*Free)(T*)>
struct Freed {
  void operator()(T* object) const { Free(object); }
};
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG, ECDSA_SIG_free>>;

// Empty when the bytes are no point of the curve.
Key parse_key(ByteView public_key) {
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  LM_CHECK(context != nullptr);
  char group[] = "P-256";
  Bytes point(public_key.begin(), public_key.end());
  OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                         OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
                         OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params) != 1) {
    return nullptr;
  }
  return Key(key);
}

// r and s as the DER text that the EVP interface reads.
Bytes to_der(const CompactSignature& signature) {
  const Signature pair(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(signature.data(), 32, nullptr);
  BIGNUM* s = BN_bin2bn(signature.data() + 32, 32, nullptr);
  LM_CHECK(pair != nullptr && r != nullptr && s != nullptr && ECDSA_SIG_set0(pair.get(), r, s) == 1);
  const int size = i2d_ECDSA_SIG(pair.get(), nullptr);
  LM_CHECK(size > 0);
  Bytes der(static_cast<std::size_t>(size));
  unsigned char* out = der.data();
  i2d_ECDSA_SIG(pair.get(), &out);
  return der;
}

bool verify_parsed(ByteView public_key, const CompactSignature& signature, const Hash256& digest) {
  const Key key = parse_key(public_key);
  if (key == nullptr) return false;
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  const Bytes der = to_der(signature);
  return context != nullptr && EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_verify(context.get(), der.data(), der.size(), digest.bytes.data(), digest.bytes.size()) == 1;
}

}  // namespace

bool verify(ByteView public_key, const CompactSignature& signature, const Hash256& digest) {
  if (public_key.size() != CompressedKey{}.size()) return false;
  // Refusals leave entries in the thread's error queue of OpenSSL, where a TLS connection would take them for its own.
  ERR_set_mark();
  const bool good = verify_parsed(public_key, signature, digest);
  ERR_pop_to_mark();
  return good;
}

}  // namespace lastmile::crypto::curve::p256
