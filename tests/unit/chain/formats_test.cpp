// Payloads, archives, contract events: what is read and written byte by byte.
#include <gtest/gtest.h>
// after gtest
#include <rapidcheck/gtest.h>

#include <array>

#include "core/base/random.hpp"
#include "core/chain/archive.hpp"
#include "core/chain/contract_message.hpp"
#include "core/chain/ethereum_abi.hpp"
#include "core/chain/payload.hpp"
#include "tests/unit/chain/made.hpp"

namespace lastmile::chain {
namespace {

TEST(Payload, WhatIsWrittenIsTheTextOfTheProtocol) {
  const auto name = message::ItemHash::parse("QmaMLRsvmDRCezZe2iebcKWtEzKNjBaQfwcu7mcpdm8eY2");
  ASSERT_TRUE(name.has_value());
  const std::string text = write_payload(*name);
  EXPECT_EQ(text,
            R"({"protocol":"aleph-offchain","version":1,"content":"QmaMLRsvmDRCezZe2iebcKWtEzKNjBaQfwcu7mcpdm8eY2"})");
  const auto back = parse_payload(text);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(std::get<ArchiveReference>(*back).archive, *name);
}

TEST(Payload, AnythingElseIsSkipped) {
  for (const char* text :
       {"", "hello", "[]", "{}", R"({"protocol":"aleph-offchain","version":2,"content":"Qm"})",
        R"({"protocol":"aleph-offchain","version":1,"content":"../etc/passwd"})",
        R"({"protocol":"aleph-offchain","version":"1","content":"Qm"})",
        R"({"protocol":"smart-contract","version":1,"content":"Qm"})", R"({"protocol":"aleph","version":1})",
        R"({"protocol":"aleph-offchain","version":1,"content":7})"}) {
    const auto payload = parse_payload(text);
    EXPECT_FALSE(payload.ok()) << text;
  }
  EXPECT_FALSE(parse_payload(std::string(kPayloadBytesMax + 1, ' ')).ok());
}

TEST(Archive, KeysStandInTheOrderOfTheProtocolWithoutSpaces) {
  ArchiveWriter writer({});
  message::Envelope envelope = message_of(7);
  envelope.channel = "TEST";
  ASSERT_TRUE(writer.add(envelope));
  EXPECT_EQ(writer.finish(),
            R"({"protocol":"aleph","version":1,"content":{"messages":[{"sender":"0x)" + std::string(40, 'a') +
                R"(","chain":"ETH","signature":"signature 7","type":"POST","item_content":"{\"n\":7,\"text\":\"\"}")" +
                R"(,"item_type":"inline","item_hash":")" + envelope.item_hash.text() +
                R"(","time":1700000007.25,"channel":"TEST"}]}})");
}

TEST(Archive, MessagesComeBackEqualAndInOrder) {
  ArchiveWriter writer({});
  for (const unsigned n : {3u, 1u, 2u}) ASSERT_TRUE(writer.add(message_of(n)));
  const auto content = parse_archive(writer.finish(), true);
  ASSERT_TRUE(content.ok());
  EXPECT_EQ(copies(content->messages), (std::vector<message::Envelope>{message_of(3), message_of(1), message_of(2)}));
  EXPECT_TRUE(content->refused.empty());
}

TEST(Archive, AForgottenMessageTravelsAsTombstoneWhereThatIsWanted) {
  message::Envelope tombstone = message_of(4);
  tombstone.item_content.reset();
  tombstone.forgotten_by = {message_of(8).item_hash, message_of(9).item_hash};
  tombstone.forgotten_with = message_of(5).item_hash;
  ArchiveWriter writer({});
  ASSERT_TRUE(writer.add(tombstone));
  ASSERT_TRUE(writer.add(message_of(1)));
  const std::string text = writer.finish();
  EXPECT_NE(text.find(R"("item_content":null)"), std::string::npos);
  const auto content = parse_archive(text, true);
  ASSERT_TRUE(content.ok());
  ASSERT_EQ(content->messages.size(), 2u);
  EXPECT_EQ(*content->messages[0], tombstone);
  // A node that knows no tombstones refuses this entry and takes the others.
  const auto plain = parse_archive(text, false);
  ASSERT_TRUE(plain.ok());
  ASSERT_EQ(plain->refused.size(), 1u);
  EXPECT_EQ(plain->refused[0].item_hash, tombstone.item_hash);
  EXPECT_EQ(copies(plain->messages), std::vector<message::Envelope>{message_of(1)});

  ArchiveWriter without({.messages = 10, .bytes = 1000, .tombstones = false});
  EXPECT_TRUE(without.add(tombstone));
  EXPECT_EQ(without.count(), 0u);
}

// Any mix of envelopes that the parser of envelopes takes, up to any limits.
RC_GTEST_PROP(ArchiveProperty, WhatTheWriterTookReadsBackEqual, (std::uint64_t seed)) {
  Generator luck(seed);
  static constexpr std::array<std::string_view, 6> kTexts{"",    "plain",   "\"\\/\n\t", "\u00e9\u4e16\U0001f600",
                                                          "%20", "\x01\x7f"};
  const auto any_text = [&] { return std::string(kTexts[luck.below(kTexts.size())]); };
  const auto any_hash = [&] { return message_of(static_cast<unsigned>(luck.below(1000))).item_hash; };
  ArchiveWriter writer({.messages = 1 + luck.below(60), .bytes = 300 + luck.below(20'000), .tombstones = true});
  std::vector<message::Envelope> written;
  while (true) {
    message::Envelope envelope = message_of(static_cast<unsigned>(luck.below(100'000)), luck.below(400));
    envelope.sender = "0x" + any_text() + std::to_string(luck.below(50));
    envelope.chain = crypto::all_chains()[luck.below(crypto::all_chains().size())];
    envelope.type = message::kAllTypes[luck.below(message::kAllTypes.size())];
    if (luck.chance(0.3)) envelope.channel = any_text();
    if (luck.chance(0.1)) envelope.signature.reset();
    envelope.time_number =
        static_cast<double>(luck.below(2'000'000'000)) + static_cast<double>(luck.below(1000)) / 1000;
    envelope.time = *message::wall_of_seconds(envelope.time_number);
    const std::uint64_t kind = luck.below(4);
    if (kind == 1) {
      envelope.item_content.reset();
      envelope.item_type = message::ItemType::storage;
    } else if (kind == 2) {
      envelope.item_content.reset();
      envelope.item_type = message::ItemType::ipfs;
      envelope.item_hash = archive_name(std::to_string(luck.next()), ArchiveNaming::cid_v0);
    } else if (kind == 3) {
      envelope.item_content.reset();
      envelope.forgotten_by = {any_hash(), any_hash()};
      if (luck.chance(0.5)) envelope.forgotten_with = any_hash();
    }
    if (!writer.add(envelope)) break;
    written.push_back(std::move(envelope));
  }
  RC_ASSERT(writer.count() == written.size());
  const auto content = parse_archive(writer.finish(), true);
  RC_ASSERT(content.ok());
  RC_ASSERT(content->refused.empty());
  RC_ASSERT(copies(content->messages) == written);
}

TEST(Archive, AWrongEntryDoesNotSpoilTheOthers) {
  std::string text = archive_of({1, 2}).text;
  text.insert(text.find("[") + 1, R"({"sender":5},"x",)");
  const auto content = parse_archive(text, true);
  ASSERT_TRUE(content.ok());
  EXPECT_EQ(content->messages.size(), 2u);
  EXPECT_EQ(content->refused.size(), 2u);
}

TEST(Archive, HostileFilesAreRefusedAsAWhole) {
  const auto list = [](const std::string& entries) {
    return R"({"protocol":"aleph","version":1,"content":{"messages":[)" + entries + "]}}";
  };
  std::string many = "1";
  for (std::size_t i = 1; i < kArchiveMessagesMax; ++i) many += ",1";
  EXPECT_TRUE(parse_archive(list(many), true).ok());
  EXPECT_FALSE(parse_archive(list(many + ",1"), true).ok());
  for (const std::string& text : {std::string(), std::string("[]"),
                                  std::string(R"({"protocol":"aleph-offchain","version":1,"content":{"messages":[]}})"),
                                  std::string(R"({"protocol":"aleph","version":2,"content":{"messages":[]}})"),
                                  std::string(R"({"protocol":"aleph","version":1,"content":[]})"),
                                  std::string(R"({"protocol":"aleph","version":1,"content":{"messages":{}}})"),
                                  list("") + "x", list(std::string(100'000, '['))}) {
    EXPECT_FALSE(parse_archive(text, true).ok()) << text.substr(0, 80);
  }
  const auto empty = parse_archive(list(""), true);
  ASSERT_TRUE(empty.ok());
  EXPECT_TRUE(empty->empty());
}

TEST(Archive, TheWriterStopsAtItsLimits) {
  ArchiveWriter by_count({.messages = 2, .bytes = 1 << 20, .tombstones = true});
  EXPECT_TRUE(by_count.add(message_of(1)));
  EXPECT_TRUE(by_count.add(message_of(2)));
  EXPECT_FALSE(by_count.add(message_of(3)));
  ArchiveWriter by_bytes({.messages = 100, .bytes = 2000, .tombstones = true});
  EXPECT_TRUE(by_bytes.add(message_of(1, 5000))) << "the first always fits, or it would never be written";
  EXPECT_FALSE(by_bytes.add(message_of(2)));
  ArchiveWriter several({.messages = 100, .bytes = 2000, .tombstones = true});
  unsigned n = 0;
  while (several.add(message_of(n))) ++n;
  EXPECT_GT(n, 1u);
  EXPECT_LE(several.finish().size(), 2000u);
}

TEST(Archive, IsNamedByItsBytes) {
  EXPECT_EQ(archive_name("hello", ArchiveNaming::storage).text(),
            "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  EXPECT_EQ(archive_name("hello", ArchiveNaming::cid_v0).kind(), message::HashKind::cid_v0);
}

const std::string kAddress = "0x23eC28598DCeB2f7082Cc3a9D670592DfEd6e0dC";

TEST(Abi, LogsComeBackEqual) {
  for (const std::size_t length : {0u, 1u, 31u, 32u, 33u, 500u}) {
    const SyncLog sync{1668611900, kAddress, std::string(length, 'm')};
    const auto data = encode_log(sync);
    ASSERT_TRUE(data.ok());
    EXPECT_EQ(data->size() % 32, 0u);
    const auto back = decode_sync_log(*data);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(*back, sync);
    const MessageLog message{5, kAddress, "STORE_IPFS", std::string(length, 'c')};
    const auto message_data = encode_log(message);
    ASSERT_TRUE(message_data.ok());
    EXPECT_EQ(*decode_message_log(*message_data), message);
  }
}

TEST(Abi, AKnownEncodingByHand) {
  const auto data = encode_log(SyncLog{1, kAddress, "hi"});
  ASSERT_TRUE(data.ok());
  EXPECT_EQ(to_hex(*data),
            "0000000000000000000000000000000000000000000000000000000000000001"
            "00000000000000000000000023ec28598dceb2f7082cc3a9d670592dfed6e0dc"
            "0000000000000000000000000000000000000000000000000000000000000060"
            "0000000000000000000000000000000000000000000000000000000000000002"
            "6869000000000000000000000000000000000000000000000000000000000000");
}

TEST(Abi, CallsCarryTheirSelector) {
  const Bytes emit = encode_do_emit("text");
  EXPECT_EQ(to_hex(ByteView(emit).first(4)), "58666c04");
  EXPECT_EQ(*decode_do_emit(emit), "text");
  EXPECT_FALSE(decode_do_message(emit).ok());
  const Bytes message = encode_do_message("POST", "{}");
  EXPECT_EQ(to_hex(ByteView(message).first(4)), "128f72c5");
  EXPECT_EQ(decode_do_message(message)->type, "POST");
  EXPECT_EQ(decode_do_message(message)->content, "{}");
}

TEST(Abi, LyingDataIsRefused) {
  const auto good = encode_log(SyncLog{1, kAddress, "hello"});
  ASSERT_TRUE(good.ok());
  for (std::size_t size = 0; size < good->size() - 27; ++size) {
    EXPECT_FALSE(decode_sync_log(ByteView(*good).first(size)).ok()) << size;
  }
  for (const std::size_t place : {0u, 23u, 32u, 64u, 95u - 8, 96u, 127u - 7}) {
    Bytes bad = *good;
    bad[place] ^= 0x80;
    EXPECT_FALSE(decode_sync_log(bad).ok()) << place;
  }
  EXPECT_FALSE(encode_log(SyncLog{1, "tz1nothex", "x"}).ok());
  EXPECT_FALSE(encode_log(SyncLog{1, "0x12", "x"}).ok());
}

TEST(ContractMessage, HasNoSignatureAndTheHashOfItsText) {
  const auto made = contract_message({.chain = crypto::Chain::TEZOS,
                                      .address = "KT1VBeLD7hzKpj17aRJ3Kc6QQFeikCEXi7W6",
                                      .type = "POST",
                                      .content = R"({"address":"x","time":1,"type":"t"})",
                                      .event_time = at(5),
                                      .transaction_time = at(1668611900)});
  ASSERT_TRUE(made.ok());
  EXPECT_FALSE(made->has_signature());
  EXPECT_EQ(made->time, at(1668611900));
  EXPECT_EQ(made->item_type, message::ItemType::inlined);
  EXPECT_EQ(made->item_hash, message::ItemHash::of(crypto::sha256(*made->item_content)));
}

TEST(ContractMessage, FractionsOfASecondKeepTheirShortestSpelling) {
  EXPECT_EQ(store_ipfs_content("a", Wall{1'668'611'900'250'000'000}, "Qm"),
            R"({"address": "a", "time": 1668611900.25, "item_type": "ipfs", "item_hash": "Qm"})");
  EXPECT_EQ(store_ipfs_content("a", at(0), "\""),
            R"({"address": "a", "time": 0.0, "item_type": "ipfs", "item_hash": "\""})");
}

TEST(ContractMessage, WhatIsNoMessageIsRefused) {
  const auto make = [](std::string_view type, std::string_view content) {
    return contract_message({.chain = crypto::Chain::ETH,
                             .address = "0x",
                             .type = type,
                             .content = content,
                             .event_time = at(1),
                             .transaction_time = at(1)});
  };
  EXPECT_FALSE(make("post", "{}").ok());
  EXPECT_FALSE(make("POST", "{\"a\":\"\\u0000\"}").ok());
  EXPECT_FALSE(make("POST", "\xff\xfe").ok());
  EXPECT_FALSE(make("POST", std::string(kPayloadBytesMax + 1, ' ')).ok());
  EXPECT_FALSE(make("POST", std::string(200'001, 'x')).ok());
}

}  // namespace
}  // namespace lastmile::chain
