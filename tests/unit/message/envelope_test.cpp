// Envelopes: inference, refusals and under which hash they may be recorded, the three spellings, the percent quirk.
#include "core/message/envelope.hpp"

#include <gtest/gtest.h>

#include "core/message/content.hpp"
#include "core/message/limits.hpp"
#include "core/message/percent.hpp"
#include "tests/unit/message/samples.hpp"

namespace lastmile::message {
namespace {

using test::content_text;
using test::inline_post;
using test::kCidV0;
using test::kHash;
using test::kOwner;
using test::remote_post;
using test::replaced;

std::string post() { return inline_post(content_text(R"(,"type":"note","content":{"a":1})")); }

Refusal refusal(std::string_view text, EnvelopeRules rules = {}) {
  const auto envelope = parse_envelope(text, rules);
  EXPECT_FALSE(envelope.ok()) << text;
  return envelope ? Refusal{} : envelope.error();
}

TEST(Envelope, ReadsEveryField) {
  const auto envelope = parse_envelope(post());
  ASSERT_TRUE(envelope) << envelope.error().detail;
  EXPECT_EQ(envelope->sender, kOwner);
  EXPECT_EQ(envelope->chain, crypto::Chain::ETH);
  EXPECT_EQ(envelope->type, Type::POST);
  EXPECT_EQ(envelope->item_type, ItemType::inlined);
  EXPECT_EQ(envelope->channel, "TEST");
  EXPECT_EQ(envelope->signature, "0x00");
  EXPECT_EQ(envelope->time_number, 1700000001.25);
  EXPECT_EQ(envelope->time, Wall{1700000001250000000});
  EXPECT_EQ(envelope->item_hash, ItemHash::of(crypto::sha256(*envelope->item_content)));
  EXPECT_FALSE(envelope->is_tombstone());
}

TEST(Envelope, InfersTheItemType) {
  const auto from_content = parse_envelope(replaced(post(), R"("item_type":"inline",)", ""));
  ASSERT_TRUE(from_content);
  EXPECT_EQ(from_content->item_type, ItemType::inlined);
  const auto from_null = parse_envelope(replaced(post(), R"("item_type":"inline")", R"("item_type":null)"));
  ASSERT_TRUE(from_null);
  EXPECT_EQ(from_null->item_type, ItemType::inlined);
  for (const auto& [hash, expected] : {std::pair{kHash, ItemType::storage}, std::pair{kCidV0, ItemType::ipfs}}) {
    const auto inferred = parse_envelope(replaced(remote_post("storage", hash), R"("item_type":"storage",)", ""));
    ASSERT_TRUE(inferred);
    EXPECT_EQ(inferred->item_type, expected);
  }
}

TEST(Envelope, RefusesOneBrokenFieldAtATimeAndNamesIt) {
  const std::string good = post();
  const std::vector<std::array<std::string, 3>> cases{
      {R"("chain":"ETH")", R"("chain":"MEGA")", "chain"},
      {R"("chain":"ETH")", R"("chain":1)", "chain"},
      {R"("chain":"ETH",)", "", "chain"},
      {R"("type":"POST")", R"("type":"post")", "type"},
      {R"("channel":"TEST")", R"("channel":1)", "channel"},
      {R"("channel":"TEST")", R"("channel":"a\u0000b")", "channel"},
      {R"("signature":"0x00")", R"("signature":{})", "signature"},
      {R"("time":1700000001.25)", R"("time":"1700000001.25")", "time"},
      {R"("time":1700000001.25)", R"("time":true)", "time"},
      {R"("time":1700000001.25)", R"("time":-1)", "time"},
      {R"("time":1700000001.25)", R"("time":9223372037)", "time"},
      {R"("time":1700000001.25)", R"("time":)" + std::string(400, '9'), "time"},
      {R"(,"time":1700000001.25)", "", "time"},
      {R"("item_type":"inline")", R"("item_type":"INLINE")", "item_type"},
      {R"("item_type":"inline")", R"("item_type":"storage")", "item_content"},
      {R"("sender":")", R"("sender":null,"x":")", "sender"},
  };
  for (const auto& [from, to, field] : cases) {
    const std::string broken = replaced(good, from, to);
    ASSERT_NE(broken, good) << from;
    const Refusal why = refusal(broken);
    EXPECT_EQ(why.code, ErrorCode::invalid_format);
    EXPECT_TRUE(why.detail.starts_with(field + ":")) << why.detail << " for " << to;
    EXPECT_TRUE(why.item_hash) << "can be recorded under its hash: " << to;
  }
}

TEST(Envelope, WithoutAProperHashNothingCanBeRecorded) {
  EXPECT_FALSE(refusal("{}").item_hash);
  EXPECT_FALSE(refusal("[]").item_hash);
  EXPECT_FALSE(refusal("nonsense").item_hash);
  EXPECT_FALSE(refusal(remote_post("storage", "deadbeef")).item_hash);
  EXPECT_FALSE(refusal(remote_post("storage", std::string(64, 'A'))).item_hash);
}

TEST(Envelope, ContentMustHaveTheHashAndTheShapeMustFit) {
  EXPECT_TRUE(refusal(replaced(post(), "note", "Note")).detail.starts_with("item_hash:"));
  EXPECT_TRUE(refusal(remote_post("ipfs", kHash)).detail.starts_with("item_type:"));
  EXPECT_TRUE(refusal(remote_post("storage", kCidV0)).detail.starts_with("item_type:"));
  EXPECT_TRUE(refusal(remote_post("inline", kHash)).detail.starts_with("item_content:"));
  EXPECT_TRUE(parse_envelope(remote_post("ipfs", kCidV0)));
}

TEST(Envelope, TheInlineLimitCountsCodePoints) {
  const std::string euro = "\xe2\x82\xac";
  std::string exact;
  for (std::size_t i = 0; i < kInlineCodePointsMax; ++i) exact += euro;
  EXPECT_TRUE(parse_envelope(inline_post(exact)));  // 600 000 bytes; whether it is a content is another question
  EXPECT_TRUE(refusal(inline_post(exact + "x")).detail.starts_with("item_content:"));
  EXPECT_FALSE(parse_envelope(std::string(kEnvelopeTextBytesMax + 1, ' ')));
}

TEST(Envelope, TheEscapeOfZeroIsRefusedAnywhereInTheContent) {
  for (const auto* piece : {R"(a\u0000b)", R"(a\\u0000b)"}) {
    const std::string content = content_text(R"(,"type":"x","content":")" + std::string(piece) + "\"");
    EXPECT_TRUE(refusal(inline_post(content)).detail.starts_with("item_content:")) << piece;
  }
}

TEST(Envelope, SignatureMayBeMissingHere) {
  for (const auto* spelling : {R"("signature":null)", R"("signature":"")", R"("other":1)"}) {
    const auto envelope = parse_envelope(replaced(post(), R"("signature":"0x00")", spelling));
    ASSERT_TRUE(envelope);
    EXPECT_FALSE(envelope->has_signature());
  }
}

TEST(Envelope, UnknownKeysAreIgnoredAndTheLastOfRepeatedOnesCounts) {
  const auto envelope = parse_envelope(
      replaced(post(), R"({"chain":"ETH")", R"({"hash_type":"md5","content":{"x":[]},"chain":7,"ch\u0061in":"SOL")"));
  ASSERT_TRUE(envelope) << envelope.error().detail;
  EXPECT_EQ(envelope->chain, crypto::Chain::SOL);
}

TEST(Envelope, TimesAreRoundedToMicroseconds) {
  EXPECT_EQ(wall_of_seconds(1665758931.005458), Wall{1665758931005458000});
  EXPECT_EQ(wall_of_seconds(0), Wall{0});
  EXPECT_EQ(wall_of_seconds(9223372036.0), Wall{9223372036000000000});
  EXPECT_FALSE(wall_of_seconds(9223372036.001));
  EXPECT_FALSE(wall_of_seconds(-0.000001));
  EXPECT_EQ(seconds_of_wall(Wall{1665758931005458000}), 1665758931.005458);
}

TEST(EnvelopeText, CanonicalFormIsSortedAndComplete) {
  const std::string text = post();  // written in canonical form above
  EXPECT_EQ(serialize_envelope(*parse_envelope(text)), text);
  EXPECT_EQ(serialized_size(*parse_envelope(text)), text.size());
}

TEST(EnvelopeText, ArchiveEntryHasTheKeysInTheirOrder) {
  const auto envelope = parse_envelope(remote_post("storage", kHash));
  EXPECT_EQ(
      serialize_archive_entry(*envelope),
      R"({"sender":")" + std::string(kOwner) +
          R"(","chain":"ETH","signature":"0x00","type":"POST","item_content":null,"item_type":"storage","item_hash":")" +
          std::string(kHash) + R"(","time":1700000001.25,"channel":null})");
}

TEST(Tombstone, TravelsOnlyWhereItIsAskedFor) {
  auto envelope = *parse_envelope(post());
  envelope.item_content.reset();
  envelope.forgotten_by = {*ItemHash::parse(kHash)};
  envelope.forgotten_with = *ItemHash::parse(kCidV0);
  const std::string text = serialize_envelope(envelope);
  EXPECT_EQ(text.size(), serialized_size(envelope));
  const auto back = parse_envelope(text, {.tombstones = true});
  ASSERT_TRUE(back) << back.error().detail;
  EXPECT_EQ(*back, envelope);
  EXPECT_TRUE(refusal(text).detail.starts_with("item_content:"));  // elsewhere: an inline message without content
}

TEST(Tombstone, ClaimsMustBeWellFormed) {
  const EnvelopeRules rules{.tombstones = true};
  const std::string base = remote_post("storage", kHash);
  const auto with = [&](std::string_view member) { return replaced(base, "{", "{" + std::string(member) + ","); };
  EXPECT_TRUE(parse_envelope(with(R"("forgotten_by":[])"), rules));  // names nothing: an ordinary message
  EXPECT_TRUE(refusal(with(R"("forgotten_by":["x"])"), rules).detail.starts_with("forgotten_by:"));
  EXPECT_TRUE(refusal(with(R"("forgotten_by":1)"), rules).detail.starts_with("forgotten_by:"));
  EXPECT_TRUE(refusal(with(R"("forgotten_by":[],"forgotten_with":")" + std::string(kHash) + "\""), rules)
                  .detail.starts_with("forgotten_with:"));
  std::string many = R"("forgotten_by":[)";
  for (std::size_t i = 0; i <= kForgottenByMax; ++i) many += (i == 0 ? "\"" : ",\"") + std::string(kHash) + "\"";
  EXPECT_TRUE(refusal(with(many + "]"), rules).detail.starts_with("forgotten_by:"));
  EXPECT_TRUE(refusal(replaced(post(), "{", R"({"forgotten_by":[")" + std::string(kHash) + "\"],"), rules)
                  .detail.starts_with("item_content:"));  // what was forgotten has no content any more
}

TEST(Percent, DecodesPairsOfDigitsOnly) {
  EXPECT_EQ(percent_decode("a%20b%e2%82%acc"),
            "a b\xe2\x82\xac"
            "c");
  EXPECT_EQ(percent_decode("%%41%4"), "%A%4");
  EXPECT_FALSE(percent_decode("100% sure %4 %zz %"));
}

TEST(Percent, WhatWePublishReadsTheSameOnBothKindsOfReceivers) {
  const std::string content = content_text(R"(,"type":"note","content":"100%25 %20 \"%41\" \\%42 % %4"})");
  const auto envelope = parse_envelope(replaced(inline_post(content), R"("channel":"TEST")", R"("channel":"a%20b")"));
  ASSERT_TRUE(envelope);
  const std::string payload = gossip_payload(*envelope);
  EXPECT_FALSE(percent_decode(payload)) << "nothing is left to decode";
  for (const Behaviour receiver : {Behaviour::corrected, Behaviour::as_reference}) {
    const auto received = parse_gossip_payload(payload, receiver);
    ASSERT_TRUE(received);
    EXPECT_EQ(*received, *envelope);
  }
}

TEST(Percent, TheReferenceSenderIsUnderstoodByUsButNotByTheReference) {
  const auto envelope = parse_envelope(inline_post(content_text(R"(,"type":"note","content":"%41")")));
  const std::string payload = gossip_payload(*envelope, Behaviour::as_reference);
  EXPECT_TRUE(parse_gossip_payload(payload));
  EXPECT_FALSE(parse_gossip_payload(payload, Behaviour::as_reference));
}

TEST(Percent, AnEncodingSenderIsUnderstoodOnTheSecondTry) {
  const auto envelope = parse_envelope(inline_post(content_text(R"(,"type":"note","content":"50%")")));
  const std::string encoded = replaced(serialize_envelope(*envelope), "50%", "50%25");
  const auto received = parse_gossip_payload(encoded);
  ASSERT_TRUE(received);
  EXPECT_EQ(*received, *envelope);
  EXPECT_FALSE(parse_gossip_payload("%7b"));
}

}  // namespace
}  // namespace lastmile::message
