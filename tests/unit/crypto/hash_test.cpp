// Known answers written down from the standards: FIPS 180-4, RFC 4231, RFC 7693, the RIPEMD-160 paper, Ethereum.
#include <gtest/gtest.h>

#include "core/crypto/hash.hpp"
#include "core/crypto/keccak.hpp"

namespace lastmile::crypto {
namespace {

constexpr std::string_view kTwoBlocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";  // FIPS 180 example

Bytes repeated(std::size_t count, char byte) { return Bytes(count, static_cast<std::uint8_t>(byte)); }

TEST(Sha256, KnownAnswers) {
  EXPECT_EQ(sha256("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(kTwoBlocks).hex(), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(repeated(1000000, 'a')).hex(), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(sha256_twice(as_bytes("hello")).hex(), "9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50");
}

TEST(Sha256, PiecesOfAnySizeGiveTheSameDigest) {
  const Bytes bytes = repeated(1000, 'x');
  for (std::size_t piece = 1; piece < 200; piece += 7) {
    Sha256 hash;
    for (ByteView rest = bytes; !rest.empty(); rest = rest.subspan(std::min(piece, rest.size()))) {
      hash.add(rest.first(std::min(piece, rest.size())));
    }
    EXPECT_EQ(hash.finish(), sha256(bytes)) << piece;
  }
}

TEST(Sha256, CopyForksTheComputation) {
  Sha256 prefix;
  prefix.add("shared ");
  Sha256 other = prefix;
  EXPECT_EQ(prefix.add("left").finish(), sha256("shared left"));
  EXPECT_EQ(other.add("right").finish(), sha256("shared right"));
}

TEST(Sha256DeathTest, UseAfterFinishIsAMistakeOfOurs) {
  Sha256 hash;
  hash.finish();
  EXPECT_DEATH(hash.add("more"), "finished");
}

TEST(HmacSha256, KnownAnswers) {
  EXPECT_EQ(hmac_sha256(repeated(20, 0x0b), as_bytes("Hi There")).hex(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?")).hex(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  // A key longer than a block is hashed first.
  EXPECT_EQ(hmac_sha256(Bytes(131, 0xaa), as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")).hex(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Sha512, KnownAnswer) {
  EXPECT_EQ(to_hex(sha512(as_bytes("abc"))),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Keccak256, OriginalPaddingNotSha3) {
  EXPECT_EQ(keccak256("").hex(), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  EXPECT_EQ(keccak256("abc").hex(), "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
  EXPECT_EQ(keccak256("testing").hex(), "5f16f4c7f149ac4f9510d9cf8cf384038ad348b3bcdc01915f95de12df9d1b02");
  // The selector of the best known function of all contracts.
  EXPECT_EQ(keccak256("transfer(address,uint256)").hex().substr(0, 8), "a9059cbb");
}

TEST(Keccak256, PiecesAcrossBlocksGiveTheSameDigest) {
  for (const std::size_t size : {135U, 136U, 137U, 271U, 272U, 273U, 1000U}) {
    const Bytes bytes = repeated(size, 'k');
    Keccak256 hash;
    for (const std::uint8_t byte : bytes) hash.add(ByteView(&byte, 1));
    EXPECT_EQ(hash.finish(), keccak256(bytes)) << size;
  }
}

TEST(Blake2b, DigestLengthIsPartOfTheFunction) {
  EXPECT_EQ(to_hex(blake2b_512(as_bytes("abc"))),
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
            "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
  EXPECT_EQ(blake2b_256({}).hex(), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
  EXPECT_EQ(to_hex(blake2b_160({})), "3345524abf6bbe1809449224b5972c41790b6cf2");
}

TEST(Ripemd160, KnownAnswers) {
  EXPECT_EQ(to_hex(ripemd160({})), "9c1185a5c5e9fc54612808977ee8f548b2258d31");
  EXPECT_EQ(to_hex(ripemd160(as_bytes("abc"))), "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc");
  EXPECT_EQ(to_hex(ripemd160(repeated(1000000, 'a'))), "52783243c1697bdbe16d37f97f68f08325dc1528");
}

// The compressed generator of secp256k1: its hash160 is the best known address payload of Bitcoin.
TEST(Hash160, OfTheGeneratorPoint) {
  const auto generator = from_hex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
  EXPECT_EQ(to_hex(hash160(*generator)), "751e76e8199196d454941c45d1b3a323f1433bd6");
}

}  // namespace
}  // namespace lastmile::crypto
