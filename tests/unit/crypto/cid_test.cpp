// Identifiers and file layouts at their edges; the many cases of other implementations are in conformance_cid_test.cpp.
#include <gtest/gtest.h>

#include "core/crypto/cid.hpp"
#include "core/crypto/hash.hpp"

namespace lastmile::crypto {
namespace {

TEST(Varint, ShortestFormOfAtMostNineBytes) {
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{300},
                                    std::uint64_t{0xb220}, (std::uint64_t{1} << 63) - 1}) {
    Bytes bytes;
    append_varint(bytes, value);
    ByteView rest = bytes;
    EXPECT_EQ(take_varint(rest), value);
    EXPECT_TRUE(rest.empty());
  }
  for (const Bytes& bytes : {Bytes{}, Bytes{0x80}, Bytes{0x80, 0x00}, Bytes(9, 0x80), Bytes(10, 0xff)}) {
    ByteView rest = bytes;
    EXPECT_FALSE(take_varint(rest));
    EXPECT_EQ(rest.size(), bytes.size()) << "a refused varint must not be consumed";
  }
}

TEST(Cid, BothVersionsNameOneBlock) { EXPECT_EQ(Cid::v0(sha256("")).as_v1(), Cid::v1(codec::kDagPb, sha256(""))); }

TEST(Cid, DefaultIsTheUsualGatewayProbe) {
  EXPECT_EQ(Cid().text(), "bafkqaaa");
  EXPECT_EQ(Cid::parse("bafkqaaa"), Cid());
  EXPECT_EQ(Cid().check({}), BlockCheck::match);
  EXPECT_EQ(Cid().check(as_bytes("x")), BlockCheck::mismatch);
}

TEST(Cid, BinaryFormsThatAreRefused) {
  Bytes digest(32, 7);
  const auto with = [&](std::initializer_list<std::uint8_t> head) {
    Bytes bytes(head);
    append(bytes, digest);
    return bytes;
  };
  EXPECT_TRUE(Cid::parse_bytes(with({0x12, 0x20})));
  EXPECT_TRUE(Cid::parse_bytes(with({0x01, 0x55, 0x12, 0x20})));
  EXPECT_FALSE(Cid::parse_bytes(with({0x12, 0x1f})));              // truncated digest
  EXPECT_FALSE(Cid::parse_bytes(with({0x12, 0x21})));              // one byte short
  EXPECT_FALSE(Cid::parse_bytes(with({0x00, 0x55, 0x12, 0x20})));  // no version 0 of this form
  EXPECT_FALSE(Cid::parse_bytes(with({0x02, 0x55, 0x12, 0x20})));
  EXPECT_FALSE(Cid::parse_bytes(with({0x81, 0x00, 0x55, 0x12, 0x20})));  // version in a longer varint
  EXPECT_FALSE(Cid::parse_bytes(with({0x01, 0x55, 0x13, 0x20})));        // sha2-512 has 64 bytes
  EXPECT_FALSE(Cid::parse_bytes({}));
  Bytes with_rest = with({0x12, 0x20});
  with_rest.push_back(0);
  EXPECT_FALSE(Cid::parse_bytes(with_rest));
  ByteView stream = with_rest;
  EXPECT_EQ(Cid::take(stream), Cid::parse_bytes(with({0x12, 0x20})));
  EXPECT_EQ(stream.size(), 1U);
  Bytes long_identity = {0x01, 0x55, 0x00, 0x80, 0x01};
  long_identity.insert(long_identity.end(), 128, 1);
  EXPECT_FALSE(Cid::parse_bytes(long_identity)) << "above the limit of 128 bytes in all";
}

TEST(Cid, ChecksBlocksUnderTheFunctionsWeCompute) {
  const Bytes block = to_bytes("block");
  const auto cid_with = [](std::initializer_list<std::uint8_t> head, ByteView digest) {
    Bytes bytes(head);
    append(bytes, digest);
    return Cid::parse_bytes(bytes).value();
  };
  EXPECT_EQ(Cid::v1(codec::kRaw, sha256("block")).check(block), BlockCheck::match);
  EXPECT_EQ(Cid::v1(codec::kRaw, sha256("other")).check(block), BlockCheck::mismatch);
  EXPECT_EQ(cid_with({1, 0x55, 0x13, 64}, sha512(block)).check(block), BlockCheck::match);
  EXPECT_EQ(cid_with({1, 0x55, 0xa0, 0xe4, 0x02, 32}, blake2b_256(block).view()).check(block), BlockCheck::match);
  EXPECT_EQ(cid_with({1, 0x55, 0x11, 20}, Bytes(20, 0)).check(block), BlockCheck::unverifiable);
  EXPECT_EQ(cid_with({1, 0x55, 0x1e, 32}, Bytes(32, 0)).check(block), BlockCheck::unverifiable);
}

TEST(Cid, HostileTexts) {
  for (const std::string& text :
       {std::string(), std::string("Q"), std::string("Qm"), std::string(46, 'Q'), "Qm" + std::string(44, 'z'),
        "b" + std::string(300, 'a'), std::string(1000000, 'b'), std::string("b\0a", 3), std::string("bafy\xc3\xa9")}) {
    EXPECT_FALSE(Cid::parse(text)) << text.substr(0, 60);
  }
}

}  // namespace
}  // namespace lastmile::crypto
