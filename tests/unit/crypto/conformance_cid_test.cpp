// Identifiers made by other implementations: vectors/ipfs-cids.json, and what this room owns of
// libp2p-varints-multiaddrs.json and libp2p-peer-ids.json.
#include <gtest/gtest.h>

#include "core/crypto/base58.hpp"
#include "core/crypto/cid.hpp"
#include "core/crypto/hash.hpp"
#include "tests/unit/vectors.hpp"

namespace lastmile::crypto {
namespace {

using nlohmann::json;

Bytes unhex(const json& text) {
  const auto bytes = from_hex(text.get<std::string>());
  if (!bytes) throw std::runtime_error("no hexadecimal: " + text.get<std::string>());
  return *bytes;
}

TEST(IpfsCids, EverySpellingParsesToTheSameIdentifier) {
  LM_VECTORS(file, "ipfs-cids.json");
  const std::vector<std::pair<const char*, Base>> spellings = {
      {"base16", Base::base16}, {"base32", Base::base32},       {"base32upper", Base::base32_upper},
      {"base36", Base::base36}, {"base58btc", Base::base58btc}, {"base64url", Base::base64url}};
  for (const json& entry : file.at("cids")) {
    SCOPED_TRACE(entry.at("text").get<std::string>());
    const auto cid = Cid::parse(entry.at("text").get<std::string>());
    ASSERT_TRUE(cid);
    EXPECT_EQ(cid->version(), entry.at("version").get<int>());
    EXPECT_EQ(cid->codec(), std::stoull(entry.at("codec").get<std::string>(), nullptr, 16));
    EXPECT_EQ(to_hex(cid->multihash()), entry.at("multihash").get<std::string>());
    EXPECT_EQ(to_hex(cid->digest()), entry.at("digest").get<std::string>());
    EXPECT_EQ(to_hex(cid->bytes()), entry.at("bytes").get<std::string>());
    EXPECT_EQ(cid->text(), entry.at("text").get<std::string>());
    EXPECT_EQ(Cid::parse_bytes(unhex(entry.at("bytes"))), cid);
    for (const auto& [key, base] : spellings) {
      if (!entry.contains(key)) continue;
      EXPECT_EQ(Cid::parse(entry.at(key).get<std::string>()), cid) << key;
      EXPECT_EQ(cid->text(base), entry.at(key).get<std::string>());
    }
    if (entry.contains("asV1")) {
      EXPECT_EQ(cid->as_v1().text(), entry.at("asV1").get<std::string>());
      EXPECT_EQ(to_hex(cid->as_v1().multihash()), entry.at("multihash").get<std::string>());
    }
  }
}

TEST(Libp2pVarints, BothWaysAndShortestFormOnly) {
  LM_VECTORS(file, "libp2p-varints-multiaddrs.json");
  ASSERT_FALSE(file.at("varints").empty());
  for (const json& entry : file.at("varints")) {
    SCOPED_TRACE(entry.at("value").get<std::string>());
    const std::uint64_t value = std::stoull(entry.at("value").get<std::string>());
    Bytes written;
    append_varint(written, value);
    EXPECT_EQ(to_hex(written), entry.at("hex").get<std::string>());
    ByteView bytes = written;
    EXPECT_EQ(take_varint(bytes), value);
    EXPECT_TRUE(bytes.empty());
  }
  for (const json& entry : file.at("varintInvalid")) {
    const Bytes given = unhex(entry.at("hex"));
    ByteView bytes = given;
    EXPECT_FALSE(take_varint(bytes)) << entry.at("why");
    EXPECT_EQ(bytes.size(), given.size()) << "nothing is taken";
  }
}

// Of a peer id this room knows its multihash, base58 text and identifiers; keys and parsing belong to the transport.
TEST(Libp2pPeerIds, TextsAndIdentifiersOfTheMultihash) {
  LM_VECTORS(file, "libp2p-peer-ids.json");
  ASSERT_FALSE(file.at("keys").empty());
  constexpr std::size_t kInlineMax = 42;  // longer public keys are hashed
  for (const json& entry : file.at("keys")) {
    SCOPED_TRACE(entry.at("name").get<std::string>());
    const Bytes key = unhex(entry.at("publicKeyProtobuf"));
    Bytes id;
    if (key.size() <= kInlineMax) {
      append_varint(id, 0x00);
      append_varint(id, key.size());
      append(id, key);
    } else {
      append_varint(id, 0x12);
      append_varint(id, 32);
      append(id, sha256(key).view());
    }
    EXPECT_EQ(to_hex(id), entry.at("peerIdBytes").get<std::string>());
    EXPECT_EQ(base58_encode(id), entry.at("peerIdBase58").get<std::string>());
    const auto cid = Cid::parse(entry.at("peerIdCidBase36").get<std::string>());
    ASSERT_TRUE(cid);
    EXPECT_EQ(cid->codec(), 0x72u) << "libp2p-key";
    EXPECT_EQ(to_hex(cid->multihash()), entry.at("peerIdBytes").get<std::string>());
    EXPECT_EQ(cid->text(Base::base36), entry.at("peerIdCidBase36").get<std::string>());
    EXPECT_EQ(cid->text(Base::base32), entry.at("peerIdCidBase32").get<std::string>());
    EXPECT_EQ(Cid::parse(entry.at("peerIdCidBase32").get<std::string>()), cid);
  }
}

TEST(IpfsCids, InvalidTextsAreRefused) {
  LM_VECTORS(file, "ipfs-cids.json");
  ASSERT_FALSE(file.at("invalid").empty());
  for (const json& entry : file.at("invalid")) {
    EXPECT_FALSE(Cid::parse(entry.at("text").get<std::string>())) << entry;
  }
}

TEST(IpfsCids, BasesBothWays) {
  LM_VECTORS(file, "ipfs-cids.json");
  const std::vector<std::pair<const char*, Base>> bases = {{"base16", Base::base16}, {"base32", Base::base32},
                                                           {"base36", Base::base36}, {"base58btc", Base::base58btc},
                                                           {"base64", Base::base64}, {"base64url", Base::base64url}};
  for (const json& entry : file.at("bases")) {
    const Bytes bytes = unhex(entry.at("hex"));
    for (const auto& [key, base] : bases) {
      const std::string text = entry.at(key);
      EXPECT_EQ(multibase_encode(base, bytes), text);
      const auto decoded = multibase_decode(text);
      ASSERT_TRUE(decoded) << text;
      EXPECT_EQ(decoded->base, base);
      EXPECT_EQ(decoded->bytes, bytes) << text;
    }
  }
}

}  // namespace
}  // namespace lastmile::crypto
