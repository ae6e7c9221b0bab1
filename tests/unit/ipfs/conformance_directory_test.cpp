// Directories made by other implementations: vectors/ipfs-directories.json. Built, listed, and followed by path.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <map>

#include "core/crypto/hash.hpp"
#include "core/ipfs/limits.hpp"
#include "core/ipfs/unixfs.hpp"
#include "tests/unit/ipfs/blocks.hpp"
#include "tests/unit/ipfs/vectors.hpp"

namespace lastmile::ipfs {
namespace {

using nlohmann::json;

// Files by name, and folders inside.
struct Tree {
  std::map<std::string, Bytes> files;
  std::map<std::string, Tree> folders;
};

void plant(Tree& tree, const std::string& path, Bytes content) {
  const auto slash = path.find('/');
  if (slash == std::string::npos) {
    tree.files[path] = std::move(content);
  } else {
    plant(tree.folders[path.substr(0, slash)], path.substr(slash + 1), std::move(content));
  }
}

DirectoryEntry file_entry(const test::NamedProfile& how, const std::string& name, ByteView content,
                          test::MemoryBlocks& blocks) {
  UnixFsBuilder builder(how.profile, blocks.sink());
  builder.add(content);
  const UnixFsFile file = builder.finish();
  return {name, file.cid, file.cumulative_size};
}

// Fills `all` with every entry below, by its path.
UnixFsDirectory build(const Tree& tree, const test::NamedProfile& how, const std::string& prefix,
                      test::MemoryBlocks& blocks, std::map<std::string, DirectoryEntry>& all) {
  std::vector<DirectoryEntry> entries;
  for (const auto& [name, content] : tree.files) entries.push_back(file_entry(how, name, content, blocks));
  for (const auto& [name, folder] : tree.folders) {
    const UnixFsDirectory made = build(folder, how, prefix + name + "/", blocks, all);
    entries.push_back({name, made.cid, made.cumulative_size});
  }
  for (const DirectoryEntry& entry : entries) all[prefix + entry.name] = entry;
  const auto made = build_directory(how.version, std::move(entries), blocks.sink());
  if (!made) throw std::runtime_error(made.error().text);
  return *made;
}

std::vector<std::string> names_of(const std::string& path) {
  const auto parsed = parse_path("bafkqaaa/" + path);
  if (!parsed) throw std::runtime_error(parsed.error().text);
  return parsed->segments;
}

TEST(IpfsDirectories, BuiltListedAndFollowed) {
  LM_VECTORS(file, "ipfs-directories.json");
  ASSERT_FALSE(file.at("directories").empty());
  for (const json& entry : file.at("directories")) {
    SCOPED_TRACE(entry.at("name").get<std::string>());
    Tree tree;
    for (const json& one : entry.at("files")) {
      plant(tree, one.at("path"),
            one.contains("content")
                ? test::unhex(one.at("content"))
                : test::pattern(file.at("patternSeed").get<std::uint32_t>(), one.at("patternSize").get<std::size_t>()));
    }
    for (const test::NamedProfile& how : test::kProfiles) {
      SCOPED_TRACE(how.name);
      const json& expected = entry.at(how.name);
      test::MemoryBlocks blocks;
      std::map<std::string, DirectoryEntry> all;
      const UnixFsDirectory made = build(tree, how, "", blocks, all);
      EXPECT_EQ(made.cid.text(), expected.at("cid").get<std::string>());
      EXPECT_EQ(made.cumulative_size, expected.at("dagSize").get<std::uint64_t>());
      EXPECT_EQ(to_hex(blocks.get(made.cid)), expected.at("rootBlock").get<std::string>());
      ASSERT_EQ(all.size(), expected.at("entries").size());
      for (const json& wanted : expected.at("entries")) {
        const std::string path = wanted.at("path");
        SCOPED_TRACE(path);
        ASSERT_TRUE(all.contains(path));
        EXPECT_EQ(all.at(path).cid.text(), wanted.at("cid").get<std::string>());
        EXPECT_EQ(all.at(path).cumulative_size, wanted.at("dagSize").get<std::uint64_t>());
        const auto target = test::resolve(blocks, made.cid, names_of(path));
        ASSERT_TRUE(target) << target.error().text;
        EXPECT_EQ(*target, all.at(path).cid);
      }
      const auto listed = test::read_directory(blocks, made.cid);
      ASSERT_TRUE(listed) << listed.error().text;
      EXPECT_EQ(listed->size(), tree.files.size() + tree.folders.size());
    }
  }
}

std::string name_of(const std::string& format, std::size_t index) {
  std::array<char, 64> room{};
  std::snprintf(room.data(), room.size(), format.c_str(),
                static_cast<int>(index));  // NOLINT: the format is the vector's
  return room.data();
}

TEST(IpfsDirectories, ShardedAsOthersDo) {
  LM_VECTORS(file, "ipfs-directories.json");
  const json& sharded = file.at("sharded");
  const auto count = sharded.at("count").get<std::size_t>();
  for (const test::NamedProfile& how : test::kProfiles) {
    if (!sharded.contains(how.name)) continue;
    SCOPED_TRACE(how.name);
    const json& expected = sharded.at(how.name);
    test::MemoryBlocks blocks;
    std::vector<DirectoryEntry> entries;
    for (std::size_t i = 0; i < count; ++i)
      entries.push_back(
          file_entry(how, name_of(sharded.at("nameFormat"), i), as_bytes(std::to_string(i % 10)), blocks));
    const auto made = build_directory(how.version, entries, blocks.sink());
    ASSERT_TRUE(made) << made.error().text;
    EXPECT_EQ(made->cid.text(), expected.at("cid").get<std::string>());
    EXPECT_EQ(made->cumulative_size, expected.at("dagSize").get<std::uint64_t>());
    EXPECT_EQ(blocks.size(), expected.at("blocks").get<std::size_t>());
    const Bytes root = blocks.get(made->cid);
    EXPECT_EQ(crypto::sha256(root).hex(), expected.at("rootBlockSha256").get<std::string>());
    const auto node = decode_dag_pb(root);
    ASSERT_TRUE(node && node->data);
    EXPECT_EQ(node->links.size(), expected.at("rootLinks").get<std::size_t>());
    EXPECT_TRUE(to_hex(*node->data).starts_with(expected.at("rootDataPrefix").get<std::string>()));

    const auto listed = test::read_directory(blocks, made->cid);
    ASSERT_TRUE(listed) << listed.error().text;
    ASSERT_EQ(listed->size(), count);
    for (std::size_t i = 0; i < count; i += 97) {
      EXPECT_EQ((*listed)[i].name, entries[i].name);
      const auto target = test::resolve(blocks, made->cid, {entries[i].name});
      ASSERT_TRUE(target) << target.error().text;
      EXPECT_EQ(*target, entries[i].cid);
    }
    const auto none = test::resolve(blocks, made->cid, {"file-006000.json"});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind, FailureKind::not_found);
  }
}

TEST(IpfsDirectories, ShardedAboveTheThresholdOnly) {
  LM_VECTORS(file, "ipfs-directories.json");
  ASSERT_EQ(file.at("shardThreshold").at("bytes"), kFlatDirectoryBytesMax);
  for (const json& edge : file.at("shardThreshold").at("edge")) {
    const std::string profile = edge.at("profile");
    for (const test::NamedProfile& how : test::kProfiles) {
      if (profile != how.name) continue;
      SCOPED_TRACE(edge.at("linkBytes").dump() + " bytes, " + profile);
      test::MemoryBlocks blocks;
      std::vector<DirectoryEntry> entries;
      const std::string content = edge.at("content");
      for (std::size_t i = 0; i < edge.at("count").get<std::size_t>(); ++i)
        entries.push_back(file_entry(how, name_of(edge.at("nameFormat"), i), as_bytes(content), blocks));
      const auto made = build_directory(how.version, std::move(entries), blocks.sink());
      ASSERT_TRUE(made) << made.error().text;
      EXPECT_EQ(made->cid.text(), edge.at("cid").get<std::string>());
      const auto node = read_fs_node(made->cid, blocks.get(made->cid));
      ASSERT_TRUE(node);
      EXPECT_EQ(node->unixfs.type == UnixFsType::hamt_shard, edge.at("rootType") == "HAMTShard");
    }
  }
}

}  // namespace
}  // namespace lastmile::ipfs
