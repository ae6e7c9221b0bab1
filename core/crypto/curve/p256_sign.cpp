#include <cryptopp/eccrypto.h>
#include <cryptopp/ecp.h>
#include <cryptopp/oids.h>
#include <cryptopp/sha.h>

#include "core/base/check.hpp"
#include "core/crypto/curve/p256.hpp"

namespace lastmile::crypto::curve::p256 {
namespace {

using CryptoPP::Integer;
using Curve = CryptoPP::DL_GroupParameters_EC<CryptoPP::ECP>;

constexpr PrivateKey kOrder = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                               0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                               0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

Curve curve() { return Curve(CryptoPP::ASN1::secp256r1()); }

}  // namespace

PrivateKey reduce(const PrivateKey& number) { return reduce_modulo(number, kOrder); }

CompressedKey public_key(const PrivateKey& key) {
  const Curve group = curve();
  const auto point = group.ExponentiateBase(Integer(key.data(), key.size()));
  CompressedKey out;
  out[0] = point.y.IsOdd() ? 3 : 2;
  point.x.Encode(out.data() + 1, out.size() - 1);
  return out;
}

CompactSignature sign(const PrivateKey& key, const Hash256& digest) {
  const Curve group = curve();
  const Integer secret(key.data(), key.size());
  const Integer message(digest.bytes.data(), digest.bytes.size());
  const CryptoPP::DL_Algorithm_ECDSA_RFC6979<CryptoPP::ECP, CryptoPP::SHA256> algorithm;
  const Integer nonce = algorithm.GenerateRandom(secret, group.GetSubgroupOrder(), message);
  // The library's Sign() takes r as computed by its caller: x of the nonce's point, modulo the order.
  Integer r = group.ConvertElementToInteger(group.ExponentiateBase(nonce)) % group.GetSubgroupOrder();
  Integer s;
  algorithm.Sign(group, secret, nonce, message, r, s);
  LM_CHECK(!r.IsZero() && !s.IsZero());
  CompactSignature out;
  r.Encode(out.data(), 32);
  s.Encode(out.data() + 32, 32);
  return out;
}

}  // namespace lastmile::crypto::curve::p256
