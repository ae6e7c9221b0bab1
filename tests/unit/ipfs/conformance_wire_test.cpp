// What travels, made by other implementations: vectors/ipfs-car.json and libp2p-bitswap.json.
#include <gtest/gtest.h>

#include "core/crypto/hash.hpp"
#include "core/ipfs/bitswap.hpp"
#include "core/ipfs/car.hpp"
#include "tests/unit/ipfs/blocks.hpp"
#include "tests/unit/ipfs/vectors.hpp"

namespace lastmile::ipfs {
namespace {

using nlohmann::json;

TEST(IpfsCar, ReadAndWrittenAgain) {
  LM_VECTORS(file, "ipfs-car.json");
  std::size_t read = 0;
  for (const json& entry : file.at("cars")) {
    if (!entry.contains("car")) continue;
    SCOPED_TRACE(entry.at("name").get<std::string>());
    ++read;
    const Bytes car = test::unhex(entry.at("car"));
    EXPECT_EQ(crypto::sha256(car).hex(), entry.at("sha256").get<std::string>());
    test::MemoryBlocks blocks;
    std::vector<std::pair<std::string, std::size_t>> order;
    CarReader reader([&](const crypto::Cid& cid, ByteView block) {
      order.emplace_back(cid.text(), block.size());
      blocks.put(cid, block);
    });
    ASSERT_TRUE(reader.add(car) && reader.finish());
    ASSERT_EQ(reader.roots().size(), 1U);
    EXPECT_EQ(reader.roots()[0].text(), entry.at("root").get<std::string>());
    ASSERT_EQ(order.size(), entry.at("blocks").size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      EXPECT_EQ(order[i].first, entry.at("blocks")[i].at("cid").get<std::string>());
      EXPECT_EQ(order[i].second, entry.at("blocks")[i].at("length").get<std::size_t>());
    }
    Bytes written = car_header(reader.roots());
    for (const crypto::Cid& cid : test::walk(blocks, reader.roots()[0])) {
      append(written, car_section_head(cid, blocks.get(cid).size()));
      append(written, blocks.get(cid));
    }
    EXPECT_EQ(to_hex(written), to_hex(car));
  }
  EXPECT_GT(read, 0U);
}

TEST(IpfsCar, MalformedOnesAreRefusedWhereverTheyAreCut) {
  LM_VECTORS(file, "ipfs-car.json");
  std::size_t refused = 0;
  for (const json& entry : file.at("cars")) {
    if (!entry.contains("cases")) continue;
    for (const json& one : entry.at("cases")) {
      const Bytes car = test::unhex(one.at("car"));
      for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, car.size() + 1}) {
        CarReader reader([](const crypto::Cid&, ByteView) {});
        bool fine = true;
        for (ByteView rest = car; fine && !rest.empty();) {
          const std::size_t part = std::min(piece, rest.size());
          fine = reader.add(rest.first(part)).ok();
          rest = rest.subspan(part);
        }
        EXPECT_FALSE(fine && reader.finish()) << one.at("what");
      }
      ++refused;
    }
    CarReader reader([](const crypto::Cid&, ByteView) {});
    EXPECT_TRUE(reader.add(test::unhex(entry.at("duplicateBlockIsFine"))) && reader.finish());
  }
  EXPECT_GT(refused, 0U);
}

TEST(Libp2pBitswap, MessagesSayWhatTheySay) {
  LM_VECTORS(file, "libp2p-bitswap.json");
  using namespace bitswap;
  const auto cid = *crypto::Cid::parse_bytes(test::unhex(file.at("block").at("cid")));
  const auto other = *crypto::Cid::parse_bytes(test::unhex(file.at("otherCid")));
  const Bytes data = test::unhex(file.at("block").at("data"));
  const std::map<std::string, Message> meanings = {
      {"want-block and want-have, full list",
       {.full = true, .wants = {{cid, 1, false, WantType::block, true}, {other, 1, false, WantType::have, true}}}},
      {"cancel", {.wants = {{cid, 1, true, WantType::block, false}}}},
      {"one block", {.blocks = {{prefix_of(cid), data}}}},
      {"have and do not have",
       {.presences = {{cid, Presence::have}, {other, Presence::do_not_have}}, .pending_bytes = 12345}}};
  ASSERT_FALSE(file.at("messages").empty());
  for (const json& entry : file.at("messages")) {
    const std::string what = entry.at("what");
    SCOPED_TRACE(what);
    const Bytes bytes = test::unhex(entry.at("hex"));
    const auto message = decode(bytes);
    ASSERT_TRUE(message) << message.error().text;
    Bytes wire;
    crypto::append_varint(wire, bytes.size());
    append(wire, bytes);
    EXPECT_EQ(to_hex(wire), entry.at("onTheWire").get<std::string>());
    const auto again = decode(encode(*message));
    ASSERT_TRUE(again) << again.error().text;
    EXPECT_EQ(*again, *message);
    if (const auto meaning = meanings.find(what); meaning != meanings.end()) {
      Message expected = meaning->second;
      for (std::size_t i = 0; i < std::min(message->wants.size(), expected.wants.size()); ++i)
        expected.wants[i].priority = message->wants[i].priority;  // not in the words
      if (!message->presences.empty()) {
        EXPECT_GT(message->pending_bytes, 0);
        expected.pending_bytes = message->pending_bytes;
      }
      EXPECT_EQ(*message, expected);
    }
    for (const Block& block : message->blocks) EXPECT_EQ(cid_of(block), cid);
  }
  Bytes prefix;
  for (const std::uint64_t part :
       {std::uint64_t{1}, cid.codec(), cid.hash_function(), std::uint64_t{cid.digest().size()}})
    crypto::append_varint(prefix, part);
  EXPECT_EQ(to_hex(prefix), file.at("block").at("prefix").get<std::string>());
}

}  // namespace
}  // namespace lastmile::ipfs
