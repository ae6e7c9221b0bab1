// Reading from strangers: nothing is handed out that was not checked, and lies end the read.
#include <gtest/gtest.h>

#include "core/crypto/hash.hpp"
#include "core/ipfs/dag_pb.hpp"
#include "core/ipfs/limits.hpp"
#include "core/ipfs/unixfs.hpp"
#include "tests/unit/ipfs/blocks.hpp"
#include "tests/unit/ipfs/vectors.hpp"

namespace lastmile::ipfs {
namespace {

using crypto::Cid;
using test::MemoryBlocks;

Cid put_node(MemoryBlocks& blocks, const UnixFs& unixfs, std::vector<PbLink> links) {
  const Bytes data = encode_unixfs(unixfs);
  const Bytes block = encode_dag_pb({std::move(links), data});
  const Cid cid = Cid::v1(crypto::codec::kDagPb, crypto::sha256(block));
  blocks.put(cid, block);
  return cid;
}

Cid put_raw(MemoryBlocks& blocks, std::string_view text) {
  const Cid cid = Cid::v1(crypto::codec::kRaw, crypto::sha256(text));
  blocks.put(cid, as_bytes(text));
  return cid;
}

std::string text_of(const ReadResult<Bytes>& bytes) {
  return bytes ? std::string(as_text(*bytes)) : "failed: " + bytes.error().text;
}

TEST(FileReader, DataComesBeforeTheContentOfLinks) {
  MemoryBlocks blocks;
  const Cid a = put_raw(blocks, "middle ");
  const Cid b = put_raw(blocks, "end");
  const Bytes head = to_bytes("begin ");
  const Cid root = put_node(blocks, {.type = UnixFsType::file, .data = head, .file_size = 16, .block_sizes = {7, 3}},
                            {{a, "", 7}, {b, "", 3}});
  EXPECT_EQ(text_of(test::read_file(blocks, root)), "begin middle end");
  EXPECT_EQ(text_of(test::read_file(blocks, root, {4, 9})), "n mid");
  EXPECT_EQ(text_of(test::read_file(blocks, root, {13, 100})), "end");
  EXPECT_EQ(text_of(test::read_file(blocks, root, {16, 20})), "");
}

TEST(FileReader, ARangeAsksForTheBlocksThatItTouchesOnly) {
  MemoryBlocks blocks;
  UnixFsBuilder builder(UnixFsProfile::v1, blocks.sink());
  const Bytes content = test::pattern(7, 400 * kUnixFsChunkBytes / 100);
  for (int i = 0; i < 50; ++i) builder.add(content);
  const UnixFsFile file = builder.finish();
  FileReader reader(file.cid, {2 * kUnixFsChunkBytes + 1, 2 * kUnixFsChunkBytes + 2});
  std::size_t given = 0;
  std::size_t got = 0;
  while (const Cid* wanted = reader.wanted()) {
    const Bytes block = blocks.get(*wanted);
    ASSERT_TRUE(reader.give(block, [&](ByteView bytes) { got += bytes.size(); }));
    ++given;
  }
  EXPECT_EQ(got, 1U);
  EXPECT_EQ(given, file.content_size > 174 * kUnixFsChunkBytes ? 3U : 2U);
  EXPECT_EQ(reader.size(), file.content_size);
}

TEST(FileReader, KnowsWhatComesNext) {
  MemoryBlocks blocks;
  std::vector<PbLink> links;
  for (const char* text : {"a", "b", "c"}) links.push_back({put_raw(blocks, text), "", 1});
  const Cid root = put_node(blocks, {.type = UnixFsType::file, .file_size = 3, .block_sizes = {1, 1, 1}}, links);
  FileReader reader(root);
  EXPECT_TRUE(reader.ahead(10).empty());
  ASSERT_TRUE(reader.give(blocks.get(root), [](ByteView) {}));
  EXPECT_EQ(*reader.wanted(), links[0].cid);
  EXPECT_EQ(reader.ahead(1), (std::vector<Cid>{links[1].cid}));
  EXPECT_EQ(reader.ahead(10), (std::vector<Cid>{links[1].cid, links[2].cid}));
}

TEST(FileReader, HandsOutNothingOfABlockThatIsNotTheOneNamed) {
  MemoryBlocks blocks;
  const Cid good = put_raw(blocks, "good ");
  const Cid bad = put_raw(blocks, "evil!");
  blocks.at(bad)[0] ^= 1;
  const Cid root = put_node(blocks, {.type = UnixFsType::file, .file_size = 10, .block_sizes = {5, 5}},
                            {{good, "", 5}, {bad, "", 5}});
  FileReader reader(root);
  std::string got;
  const auto sink = [&](ByteView bytes) { got += as_text(bytes); };
  ASSERT_TRUE(reader.give(blocks.get(root), sink));
  ASSERT_TRUE(reader.give(blocks.get(good), sink));
  const auto given = reader.give(blocks.get(bad), sink);
  ASSERT_FALSE(given);
  EXPECT_EQ(given.error().kind, FailureKind::corrupt);
  EXPECT_EQ(got, "good ");
  EXPECT_EQ(reader.wanted(), nullptr);
  EXPECT_FALSE(reader.done());
}

TEST(FileReader, SizesThatDoNotAddUpAreCorrupt) {
  MemoryBlocks blocks;
  const Cid leaf = put_raw(blocks, "four");
  const auto kind = [&](const UnixFs& unixfs) {
    const auto read = test::read_file(blocks, put_node(blocks, unixfs, {{leaf, "", 4}}));
    return read ? std::string("fine") : std::to_string(static_cast<int>(read.error().kind)) + read.error().text;
  };
  EXPECT_EQ(kind({.type = UnixFsType::file, .file_size = 4, .block_sizes = {4}}), "fine");
  EXPECT_EQ(kind({.type = UnixFsType::file, .block_sizes = {4}}), "fine");
  EXPECT_NE(kind({.type = UnixFsType::file, .file_size = 5, .block_sizes = {4}}).find("do not add up"),
            std::string::npos);
  EXPECT_NE(kind({.type = UnixFsType::file, .file_size = 5, .block_sizes = {5}}).find("as its parent says"),
            std::string::npos);
  EXPECT_NE(kind({.type = UnixFsType::file, .file_size = 4, .block_sizes = {4, 0}}).find("not one size for each link"),
            std::string::npos);
  EXPECT_NE(kind({.type = UnixFsType::file, .file_size = 4}).find("not one size for each link"), std::string::npos);
  EXPECT_NE(kind({.type = UnixFsType::file, .block_sizes = {~std::uint64_t{0}}}).find("as its parent says"),
            std::string::npos);
}

TEST(FileReader, ATreeDeeperThanTheLimitEnds) {
  MemoryBlocks blocks;
  Cid at = put_raw(blocks, "x");
  for (std::size_t i = 0; i < kDagDepthMax; ++i)
    at = put_node(blocks, {.type = UnixFsType::file, .file_size = 1, .block_sizes = {1}}, {{at, "", 1}});
  EXPECT_EQ(text_of(test::read_file(blocks, at)), "x");
  at = put_node(blocks, {.type = UnixFsType::file, .file_size = 1, .block_sizes = {1}}, {{at, "", 1}});
  const auto read = test::read_file(blocks, at);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().kind, FailureKind::limit);
}

TEST(FileReader, OtherKindsAreNamed) {
  MemoryBlocks blocks;
  const auto directory = build_directory(1, {}, blocks.sink());
  ASSERT_TRUE(directory);
  EXPECT_EQ(test::read_file(blocks, directory->cid).error().kind, FailureKind::wrong_kind);
  const Cid file = put_raw(blocks, "x");
  EXPECT_EQ(test::read_directory(blocks, file).error().kind, FailureKind::wrong_kind);
  EXPECT_EQ(test::resolve(blocks, file, {"a"}).error().kind, FailureKind::wrong_kind);
  EXPECT_EQ(test::resolve(blocks, directory->cid, {"a"}).error().kind, FailureKind::not_found);
  EXPECT_EQ(*test::resolve(blocks, file, {}), file);
  const auto other =
      *Cid::parse_bytes(*from_hex("0171122000000000000000000000000000000000000000000000000000000000000000ff"));
  EXPECT_EQ(read_fs_node(other, {}).error().kind, FailureKind::wrong_kind);
}

TEST(DirectoryBuilder, NamesThatNoFileSystemHas) {
  const auto entry = [](std::string name) { return DirectoryEntry{std::move(name), Cid(), 0}; };
  for (const std::string& name : {std::string(), std::string("."), std::string(".."), std::string("a/b"),
                                  std::string("a\0b", 3), std::string(256, 'a')})
    EXPECT_FALSE(build_directory(0, {entry(name)})) << name;
  EXPECT_FALSE(build_directory(0, {entry("a"), entry("b"), entry("a")}));
  EXPECT_TRUE(build_directory(0, {entry("a"), entry("A"), entry("...")}));
}

TEST(DirectoryReader, ATrieThatNeverEndsEnds) {
  MemoryBlocks blocks;
  const Bytes bits = {1};
  Cid at = put_node(blocks, {.type = UnixFsType::hamt_shard, .data = bits, .hash_type = 0x22, .fanout = 256},
                    {{Cid(), "00name", 0}});
  for (std::size_t i = 0; i < kShardDepthMax; ++i)
    at = put_node(blocks, {.type = UnixFsType::hamt_shard, .data = bits, .hash_type = 0x22, .fanout = 256},
                  {{at, "00", 0}});
  EXPECT_EQ(test::read_directory(blocks, at).error().kind, FailureKind::limit);
}

TEST(Path, SegmentsAndWhatIsNone) {
  const auto path = parse_path("/ipfs/bafkqaaa/a/b%20c/");
  ASSERT_TRUE(path) << path.error().text;
  EXPECT_EQ(path->segments, (std::vector<std::string>{"a", "b%20c"}));
  EXPECT_TRUE(parse_path("ipfs://bafkqaaa"));
  EXPECT_TRUE(parse_path("bafkqaaa/"));
  for (const char* text : {"", "/", "/ipfs/", "/ipfs/x", "bafkqaaa//a", "bafkqaaa/../a", "bafkqaaa/."})
    EXPECT_FALSE(parse_path(text)) << text;
  EXPECT_FALSE(parse_path("bafkqaaa/" + std::string(kPathSegmentBytesMax + 1, 'a')));
  std::string long_path = "bafkqaaa";
  for (std::size_t i = 0; i < kPathSegmentsMax; ++i) long_path += "/a";
  EXPECT_TRUE(parse_path(long_path));
  EXPECT_FALSE(parse_path(long_path + "/a"));
}

TEST(DagWalk, EachBlockOnceAndUnknownCodecsNotFollowed) {
  MemoryBlocks blocks;
  const Cid leaf = put_raw(blocks, "x");
  const Cid cbor = Cid::v1(crypto::codec::kDagCbor, crypto::sha256("not cbor"));
  blocks.put(cbor, as_bytes("not cbor"));
  const Cid root = put_node(blocks, {.type = UnixFsType::directory}, {{leaf, "a", 1}, {cbor, "b", 1}, {leaf, "c", 1}});
  EXPECT_EQ(test::walk(blocks, root), (std::vector<Cid>{root, leaf, cbor}));
}

}  // namespace
}  // namespace lastmile::ipfs
