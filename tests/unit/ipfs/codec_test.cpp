// Formats at their edges: what is refused, and that it is said.
#include <gtest/gtest.h>

#include "core/crypto/hash.hpp"
#include "core/ipfs/bitswap.hpp"
#include "core/ipfs/car.hpp"
#include "core/ipfs/dag_pb.hpp"
#include "core/ipfs/limits.hpp"
#include "core/ipfs/murmur3.hpp"
#include "core/ipfs/unixfs.hpp"
#include "tests/unit/ipfs/blocks.hpp"

namespace lastmile::ipfs {
namespace {

Bytes hex(std::string_view text) { return *from_hex(text); }
const std::string kCid = "0a221220" + std::string(64, '7');  // Hash of a link: a version 0 CID

std::string link_of(const std::string& fields) {
  Bytes out = {0x12};
  crypto::append_varint(out, fields.size() / 2);
  return to_hex(out) + fields;
}

TEST(DagPb, ReadsWhatItWritesAndSortsLinks) {
  const crypto::Cid cid = crypto::Cid::v0(crypto::sha256("x"));
  const Bytes data = to_bytes("data");
  const PbNode node{{{cid, "b", 1}, {cid, "", 2}, {cid, "a", 3}, {cid, "a", 4}, {cid, "\xc3\xa9", 5}}, data};
  const Bytes block = encode_dag_pb(node);
  const auto read = decode_dag_pb(block);
  ASSERT_TRUE(read) << read.error().text;
  std::vector<std::uint64_t> order;
  for (const PbLink& link : read->links) order.push_back(link.tsize);
  EXPECT_EQ(order, (std::vector<std::uint64_t>{2, 3, 4, 1, 5}));
  EXPECT_EQ(to_hex(*read->data), to_hex(data));
  EXPECT_EQ(to_hex(encode_dag_pb(*read)), to_hex(block));
}

TEST(DagPb, AbsentAndEmptyDataDiffer) {
  EXPECT_EQ(to_hex(encode_dag_pb({})), "");
  EXPECT_EQ(to_hex(encode_dag_pb({{}, ByteView{}})), "0a00");
  EXPECT_FALSE(decode_dag_pb({})->data);
  EXPECT_TRUE(decode_dag_pb(hex("0a00"))->data);
}

TEST(DagPb, AcceptsDataFirstAndShortLinks) {
  const Bytes block = hex("0a0161" + link_of(kCid));
  const auto node = decode_dag_pb(block);
  ASSERT_TRUE(node) << node.error().text;
  ASSERT_EQ(node->links.size(), 1U);
  EXPECT_EQ(node->links[0].name, "");
  EXPECT_EQ(node->links[0].tsize, 0U);
}

TEST(DagPb, RefusesWhatIsMisplacedRepeatedOrUnknown) {
  const std::string link = link_of(kCid);
  const std::pair<std::string, const char*> cases[] = {
      {link + "0a0161" + link, "both sides"},
      {"0a01610a0162", "Data twice"},
      {"1a00", "do not have"},
      {"0800", "do not have"},
      {"0d00000000", "not protobuf"},
      {"0a05", "not protobuf"},
      {link_of(kCid + kCid), "twice or out of order"},
      {link_of(kCid + "12001200"), "twice or out of order"},
      {link_of(kCid + "18011801"), "twice or out of order"},
      {link_of(kCid + "18011200"), "twice or out of order"},
      {link_of("1200" + kCid), "Hash is missing"},
      {link_of(""), "Hash is missing"},
      {link_of("0a0101"), "not a CID"},
      {link_of(kCid + "2201aa"), "do not have"},
  };
  for (const auto& [block, why] : cases) {
    const Bytes bytes = hex(block);
    const auto node = decode_dag_pb(bytes);
    ASSERT_FALSE(node) << block;
    EXPECT_NE(node.error().text.find(why), std::string::npos) << block << ": " << node.error().text;
  }
  EXPECT_FALSE(decode_dag_pb(Bytes(kBlockBytesMax + 1)));
}

TEST(UnixFsNode, RefusesRepeatsUnknownTypesAndTooManySizes) {
  for (const char* text :
       {"", "1800", "0806", "08020802", "080212001200", "080218001800", "0802280128012801", "0802300130013001"})
    EXPECT_FALSE(decode_unixfs(hex(text))) << text;
  Bytes many = hex("0802");
  for (std::size_t i = 0; i < kFileLinksMax; ++i) append(many, hex("2001"));
  EXPECT_TRUE(decode_unixfs(many));
  append(many, hex("2001"));
  EXPECT_FALSE(decode_unixfs(many));
}

TEST(UnixFsNode, ReadsOverModeAndTimeAndTakesPackedSizes) {
  const Bytes bytes =
      hex("0802"
          "1805"
          "22020203"
          "38a403"
          "42020801");
  const auto node = decode_unixfs(bytes);
  ASSERT_TRUE(node) << node.error().text;
  EXPECT_EQ(node->block_sizes, (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(node->file_size, 5U);
}

TEST(Murmur3, ThePublishedExampleAndEveryTail) {
  EXPECT_EQ(murmur3_x64("file-000000.json"), 0x0026730d284e2196U);
  EXPECT_EQ(murmur3_x64(""), 0U);
  std::set<std::uint64_t> different;
  for (std::size_t length = 0; length < 40; ++length) different.insert(murmur3_x64(std::string(length, 'a')));
  EXPECT_EQ(different.size(), 40U);
}

TEST(Car, NamesWhatItDoesNotRead) {
  const auto failure = [](const std::string& text) {
    CarReader reader([](const crypto::Cid&, ByteView) {});
    auto added = reader.add(hex(text));
    if (added) added = reader.finish();
    return added ? std::string("fine") : added.error().text;
  };
  EXPECT_NE(failure("0aa16776657273696f6e02").find("version 2"), std::string::npos);
  EXPECT_NE(failure("11a265726f6f7473806776657273696f6e01").find("no roots"), std::string::npos);
  EXPECT_NE(failure("8140").find("header of more than 8192"), std::string::npos);
  EXPECT_NE(failure("00").find("empty section"), std::string::npos);
  EXPECT_NE(failure(std::string(18, 'f')).find("length that is none"), std::string::npos);
  const std::string header = to_hex(car_header({crypto::Cid()}));
  EXPECT_EQ(failure(header), "fine");
  EXPECT_NE(failure(header + "ffffff7f").find("more than 2 MiB"), std::string::npos);
  EXPECT_NE(failure(header + "020155").find("without a CID"), std::string::npos);
  EXPECT_NE(failure(header + "0501550000ff").find("not those of this name"), std::string::npos);
  EXPECT_NE(failure(header + "04").find("cut in the middle"), std::string::npos);
}

TEST(Bitswap, RefusesWhatIsNoCidAndWhatIsTooMuch) {
  using namespace bitswap;
  EXPECT_TRUE(decode({}));
  EXPECT_FALSE(decode(hex("0a040a020a00"))) << "a want without a CID";
  EXPECT_FALSE(decode(hex("0a060a040a020101"))) << "a want whose CID is none";
  EXPECT_FALSE(
      decode(hex("0a0a0a080a0401550000"
                 "2002")))
      << "a want of an unknown type";
  EXPECT_TRUE(
      decode(hex("0a0a0a080a0401550000"
                 "2001")));
  EXPECT_FALSE(
      decode(hex("22080a0401550000"
                 "1002")))
      << "a presence of an unknown type";
  EXPECT_FALSE(decode(hex("1a021200"))) << "a block without prefix";
  EXPECT_FALSE(decode(Bytes(kBitswapMessageBytesMax + 1)));
  Message message;
  message.wants.resize(kBitswapEntriesMax + 1);
  EXPECT_FALSE(decode(encode(message)));
  message.wants.pop_back();
  message.wants[0].priority = -1;
  EXPECT_EQ(*decode(encode(message)), message);
}

TEST(Bitswap, BlocksOfTheOldVersionAndNamesOfBlocks) {
  using namespace bitswap;
  const auto message = decode(hex("12026869"));
  ASSERT_TRUE(message && message->blocks.size() == 1);
  EXPECT_EQ(cid_of(message->blocks[0]), crypto::Cid::v0(crypto::sha256("hi")));
  EXPECT_EQ(cid_of({{1, crypto::codec::kRaw, crypto::multihash::kSha2_256, 31}, {}}), std::nullopt);
  EXPECT_EQ(cid_of({{1, crypto::codec::kRaw, crypto::multihash::kSha1, 20}, {}}), std::nullopt);
  EXPECT_EQ(cid_of({{0, crypto::codec::kRaw, crypto::multihash::kSha2_256, 32}, {}}), std::nullopt);
  const crypto::Cid identity = *crypto::Cid::parse("bafkqaaa");
  EXPECT_EQ(cid_of({prefix_of(identity), {}}), identity);
}

}  // namespace
}  // namespace lastmile::ipfs
