// Names of files made by other implementations: vectors/content_hashes.json and ipfs-files.json; every file is read
// back.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/crypto/hash.hpp"
#include "tests/unit/ipfs/blocks.hpp"
#include "tests/unit/ipfs/vectors.hpp"

namespace lastmile::ipfs {
namespace {

using nlohmann::json;
using test::kProfiles;
using test::pattern;
using test::unhex;

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
    EXPECT_EQ(crypto::sha256(content).hex(), entry.at("sha256").get<std::string>());
    EXPECT_EQ(unixfs_file(UnixFsProfile::v0, content).cid.text(), entry.at("cid_v0").get<std::string>());
    EXPECT_EQ(unixfs_file(UnixFsProfile::v1, content).cid.text(), entry.at("cid_v1_raw_leaves").get<std::string>());
  }
}

// Feeds the content in uneven pieces and compares everything the entry states about the file.
void check_file(const json& entry, ByteView content) {
  if (entry.contains("sha256")) {
    EXPECT_EQ(crypto::sha256(content).hex(), entry.at("sha256").get<std::string>());
  }
  for (const auto& [name, profile, version] : kProfiles) {
    SCOPED_TRACE(name);
    const json& expected = entry.at(name);
    std::set<Bytes> distinct;
    test::MemoryBlocks blocks;
    Bytes last_block;
    UnixFsBuilder builder(profile, [&](const crypto::Cid& cid, ByteView block) {
      if (distinct.emplace(cid.bytes().begin(), cid.bytes().end()).second) {
        EXPECT_EQ(cid.check(block), crypto::BlockCheck::match);
        blocks.put(cid, block);
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
    const auto read = test::read_file(blocks, file.cid);
    ASSERT_TRUE(read) << read.error().text;
    EXPECT_TRUE(std::equal(read->begin(), read->end(), content.begin(), content.end()));
  }
}

TEST(IpfsFiles, PatternContentInAllProfiles) {
  LM_VECTORS(file, "ipfs-files.json");
  ASSERT_EQ(file.at("chunkSize"), kUnixFsChunkBytes);
  ASSERT_EQ(file.at("maxLinks"), kUnixFsLinksMax);
  std::size_t largest = 0;
  for (const json& entry : file.at("files")) largest = std::max(largest, entry.at("size").get<std::size_t>());
  const Bytes longest = pattern(file.at("pattern").at("seed").get<std::uint32_t>(), largest);
  for (const json& entry : file.at("files")) {
    SCOPED_TRACE(entry.at("size").dump() + " bytes");
    const ByteView content = ByteView(longest).first(entry.at("size").get<std::size_t>());
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
    for (const auto& [name, profile, version] : kProfiles) {
      const crypto::Cid cid = unixfs_file(profile, as_bytes(text)).cid;
      EXPECT_EQ(cid.text(), entry.at(name).get<std::string>());
      EXPECT_TRUE(content_has_cid(as_bytes(text), cid));
      EXPECT_FALSE(content_has_cid(as_bytes(text + "!"), cid));
    }
  }
}

}  // namespace
}  // namespace lastmile::ipfs
