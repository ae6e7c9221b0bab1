// Identifiers made by other implementations: vectors/content_hashes.json, ipfs-cids.json, ipfs-files.json, and what
// this room owns of libp2p-varints-multiaddrs.json and libp2p-peer-ids.json.
#include <gtest/gtest.h>

#include <set>

#include "core/crypto/base58.hpp"
#include "core/crypto/cid.hpp"
#include "core/crypto/hash.hpp"
#include "core/crypto/unixfs.hpp"
#include "tests/unit/vectors.hpp"

namespace lastmile::crypto {
namespace {

using nlohmann::json;

Bytes unhex(const json& text) {
  const auto bytes = from_hex(text.get<std::string>());
  if (!bytes) throw std::runtime_error("no hexadecimal: " + text.get<std::string>());
  return *bytes;
}

const std::vector<std::pair<const char*, UnixFsProfile>> kProfiles = {
    {"v0", UnixFsProfile::v0}, {"v1", UnixFsProfile::v1}, {"v1dagpb", UnixFsProfile::v1_dagpb}};

Bytes content_of(const json& entry) {
  const auto length = entry.at("length").get<std::size_t>();
  const auto given = [&](const char* key) { return entry.contains(key) && !entry.at(key).is_null(); };
  if (given("data_hex")) return unhex(entry.at("data_hex"));
  if (given("repeat_byte")) return Bytes(length, unhex(entry.at("repeat_byte")).at(0));
  const std::string text = entry.at("repeat_text");
  Bytes bytes;
  while (bytes.size() < length) append(bytes, text);
  bytes.resize(length);
  return bytes;
}

TEST(ContentHashes, Sha256AndBothIdentifiers) {
  LM_VECTORS(cases, "content_hashes.json");
  ASSERT_FALSE(cases.empty());
  for (const json& entry : cases) {
    SCOPED_TRACE(entry.at("name").get<std::string>());
    const Bytes content = content_of(entry);
    ASSERT_EQ(content.size(), entry.at("length").get<std::size_t>());
    EXPECT_EQ(sha256(content).hex(), entry.at("sha256").get<std::string>());
    EXPECT_EQ(unixfs_file(UnixFsProfile::v0, content).cid.text(), entry.at("cid_v0").get<std::string>());
    EXPECT_EQ(unixfs_file(UnixFsProfile::v1, content).cid.text(), entry.at("cid_v1_raw_leaves").get<std::string>());
  }
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

// Feeds the content in uneven pieces and compares everything the entry states about the file.
void check_file(const json& entry, ByteView content) {
  if (entry.contains("sha256")) {
    EXPECT_EQ(sha256(content).hex(), entry.at("sha256").get<std::string>());
  }
  for (const auto& [name, profile] : kProfiles) {
    SCOPED_TRACE(name);
    const json& expected = entry.at(name);
    std::set<Bytes> distinct;
    Bytes last_block;
    UnixFsBuilder builder(profile, [&](const Cid& cid, ByteView block) {
      if (distinct.emplace(cid.bytes().begin(), cid.bytes().end()).second) {
        EXPECT_EQ(cid.check(block), BlockCheck::match);
      }
      last_block.assign(block.begin(), block.end());
    });
    std::size_t piece = 1;
    for (ByteView rest = content; !rest.empty();) {
      const std::size_t part = std::min(rest.size(), piece);
      builder.add(rest.first(part));
      rest = rest.subspan(part);
      piece = piece * 3 + 1;
    }
    const UnixFsFile file = builder.finish();
    EXPECT_EQ(file.cid.text(), expected.at("cid").get<std::string>());
    EXPECT_EQ(file.content_size, content.size());
    EXPECT_EQ(file.cumulative_size, expected.at("dagSize").get<std::uint64_t>());
    EXPECT_EQ(distinct.size(), expected.at("distinctBlocks").get<std::size_t>());
    if (expected.contains("rootBlock")) {
      EXPECT_EQ(to_hex(last_block), expected.at("rootBlock").get<std::string>());
    }
  }
}

TEST(IpfsFiles, PatternContentInAllProfiles) {
  LM_VECTORS(file, "ipfs-files.json");
  ASSERT_EQ(file.at("chunkSize"), kUnixFsChunkBytes);
  ASSERT_EQ(file.at("maxLinks"), kUnixFsLinksMax);
  std::size_t largest = 0;
  for (const json& entry : file.at("files")) largest = std::max(largest, entry.at("size").get<std::size_t>());
  Bytes pattern(largest);
  auto x = file.at("pattern").at("seed").get<std::uint32_t>();
  for (auto& byte : pattern) {
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    byte = static_cast<std::uint8_t>(x);
  }
  for (const json& entry : file.at("files")) {
    SCOPED_TRACE(entry.at("size").dump() + " bytes");
    const ByteView content = ByteView(pattern).first(entry.at("size").get<std::size_t>());
    if (entry.contains("content")) {
      EXPECT_EQ(to_hex(content), entry.at("content").get<std::string>());
    }
    check_file(entry, content);
  }
}

TEST(IpfsFiles, RepeatedBytesAndTexts) {
  LM_VECTORS(file, "ipfs-files.json");
  for (const json& entry : file.at("repeatedBytes")) {
    SCOPED_TRACE(entry.at("size").dump() + " equal bytes");
    check_file(entry, Bytes(entry.at("size").get<std::size_t>(), entry.at("byte").get<std::uint8_t>()));
  }
  for (const json& entry : file.at("texts")) {
    const std::string text = entry.at("text");
    SCOPED_TRACE(text);
    for (const auto& [name, profile] : kProfiles) {
      const Cid cid = unixfs_file(profile, as_bytes(text)).cid;
      EXPECT_EQ(cid.text(), entry.at(name).get<std::string>());
      EXPECT_TRUE(content_has_cid(as_bytes(text), cid));
      EXPECT_FALSE(content_has_cid(as_bytes(text + "!"), cid));
    }
  }
}

}  // namespace
}  // namespace lastmile::crypto
