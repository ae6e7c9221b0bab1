// The curves by themselves: published answers (RFC 6979 A.2.5, the Merlin crate, well-known development keys).
#include <gtest/gtest.h>

#include <algorithm>

#include "core/crypto/curve/merlin.hpp"
#include "core/crypto/curve/p256.hpp"
#include "core/crypto/curve/secp256k1.hpp"
#include "core/crypto/curve/sr25519.hpp"
#include "core/crypto/hash.hpp"

namespace lastmile::crypto::curve {
namespace {

template <class Array>
Array array_of(std::string_view hex) {
  const Bytes bytes = from_hex(hex).value();
  Array out;
  EXPECT_EQ(bytes.size(), out.size());
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}
PrivateKey key_of(std::string_view hex) { return array_of<PrivateKey>(hex); }

TEST(P256, DeterministicSignaturesOfRfc6979) {
  const PrivateKey key = key_of("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
  EXPECT_EQ(to_hex(p256::public_key(key)), "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6");
  EXPECT_EQ(to_hex(p256::sign(key, sha256("sample"))),
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
            "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
  EXPECT_EQ(to_hex(p256::sign(key, sha256("test"))),
            "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
            "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083");
}

// Signing and verifying are two libraries here, so this is more than a round trip.
TEST(P256, VerifiesEitherHalfOfTheRangeOfS) {
  const PrivateKey key = key_of("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
  const CompressedKey public_key = p256::public_key(key);
  const Hash256 digest = sha256("sample");
  CompactSignature signature = p256::sign(key, digest);
  EXPECT_TRUE(p256::verify(public_key, signature, digest));
  // n - s
  const auto low = from_hex("0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9").value();
  std::copy(low.begin(), low.end(), signature.begin() + 32);
  EXPECT_TRUE(p256::verify(public_key, signature, digest));
  EXPECT_FALSE(p256::verify(public_key, signature, sha256("other")));
  EXPECT_FALSE(p256::verify(public_key, CompactSignature{}, digest));
  CompactSignature huge;
  huge.fill(0xff);
  EXPECT_FALSE(p256::verify(public_key, huge, digest));
}

TEST(P256, KeysThatAreNoPointsAreRefused) {
  const Hash256 digest = sha256("x");
  for (const Bytes& key :
       {Bytes{}, Bytes(33, 0), Bytes(33, 0xff), Bytes(33, 5), Bytes(32, 2), Bytes(65, 4), Bytes{0}}) {
    EXPECT_FALSE(p256::verify(key, CompactSignature{}, digest));
  }
}

TEST(Secp256k1, DeterministicSignatureWithLowS) {
  PrivateKey one{};
  one.back() = 1;
  EXPECT_EQ(to_hex(secp256k1::compressed(secp256k1::public_key(one))),
            "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
  EXPECT_EQ(to_hex(secp256k1::sign(one, sha256("Satoshi Nakamoto")).compact),
            "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8"
            "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5");
}

TEST(Secp256k1, RecoversTheSignersKey) {
  PrivateKey key{};
  key.front() = 9;
  const Hash256 digest = sha256("message");
  const auto signature = secp256k1::sign(key, digest);
  const auto recovered = secp256k1::recover(signature.compact, signature.recovery_id, digest);
  ASSERT_TRUE(recovered);
  EXPECT_EQ(secp256k1::compressed(*recovered), secp256k1::compressed(secp256k1::public_key(key)));
  EXPECT_FALSE(secp256k1::recover(CompactSignature{}, 0, digest));
  CompactSignature huge;
  huge.fill(0xff);
  EXPECT_FALSE(secp256k1::recover(huge, 0, digest));
}

TEST(ReducedKeys, AreBelowTheOrderAndNeverZero) {
  const PrivateKey order = key_of("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
  PrivateKey one{};
  one.back() = 1;
  PrivateKey above = order;
  above.back() += 5;
  PrivateKey five{};
  five.back() = 5;
  EXPECT_EQ(secp256k1::reduce(order), one);
  EXPECT_EQ(secp256k1::reduce(PrivateKey{}), one);
  EXPECT_EQ(secp256k1::reduce(above), five);
  EXPECT_EQ(secp256k1::reduce(five), five);
  EXPECT_EQ(p256::reduce(key_of("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552")), one);
}

TEST(Merlin, AnswerOfTheReferenceCrate) {
  MerlinTranscript transcript("test protocol");
  transcript.append("some label", "some data");
  std::array<std::uint8_t, 32> challenge;
  transcript.challenge("challenge", challenge);
  EXPECT_EQ(to_hex(challenge), "d5a21972d0d5fe320c0d263fac7fffb8145aa640af6e9bca177c03c7efcf0615");
}

// "Alice" of every Substrate development chain.
TEST(Sr25519, MiniSecretExpandsAsInWallets) {
  const PrivateKey alice = key_of("e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a");
  EXPECT_EQ(to_hex(sr25519::public_key(alice)), "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d");
}

TEST(Sr25519, EveryPartOfTheSignatureCounts) {
  const PrivateKey key = key_of("e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a");
  const auto public_key = sr25519::public_key(key);
  const CompactSignature good = sr25519::sign(key, as_bytes("message"));
  EXPECT_EQ(good, sr25519::sign(key, as_bytes("message"))) << "deterministic";
  EXPECT_TRUE(sr25519::verify(public_key, as_bytes("message"), good));
  EXPECT_FALSE(sr25519::verify(public_key, as_bytes("Message"), good));
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    CompactSignature bad = good;
    bad[bit / 8] = static_cast<std::uint8_t>(bad[bit / 8] ^ 1 << bit % 8);
    EXPECT_FALSE(sr25519::verify(public_key, as_bytes("message"), bad)) << "bit " << bit;
  }
  EXPECT_FALSE(sr25519::verify(Bytes(32, 0), as_bytes("message"), good)) << "the neutral element is no key";
  EXPECT_FALSE(sr25519::verify(Bytes(32, 0xff), as_bytes("message"), good));
  EXPECT_FALSE(sr25519::verify(Bytes(31, 1), as_bytes("message"), good));
}

// s + L is the same number modulo L: a second signature for the same message if it were let through.
TEST(Sr25519, ScalarMustBeCanonical) {
  PrivateKey key{};
  key[0] = 1;
  const auto public_key = sr25519::public_key(key);
  CompactSignature signature = sr25519::sign(key, as_bytes("message"));
  const Bytes order = from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").value();
  int carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    const int mark = i == 31 ? 0x80 : 0;
    carry += (signature[32 + i] & ~mark) + order[i];
    signature[32 + i] = static_cast<std::uint8_t>((carry & 0xff) | mark);
    carry >>= 8;
  }
  EXPECT_FALSE(sr25519::verify(public_key, as_bytes("message"), signature));
}

}  // namespace
}  // namespace lastmile::crypto::curve
