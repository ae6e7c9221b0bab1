// The content protocol: codec with limits, building answers.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/gossip/protobuf.hpp"
#include "tests/unit/gossip/fetcher.hpp"

namespace lastmile::gossip::test {
namespace {

RC_GTEST_PROP(ContentProperty, RequestsAndAnswersSurviveTheWire, (std::uint64_t seed)) {
  Generator random(seed);
  ContentRequest request;
  request.only_have = random.chance(0.5);
  ContentAnswer answer;
  for (std::uint64_t i = random.below(20); i > 0; --i) {
    const std::string text(random.below(300), static_cast<char>('a' + random.below(26)));
    const ContentName name = random.chance(0.5) ? name_of(text) : envelope_of(text);
    request.wanted.push_back(name);
    const auto availability = static_cast<Availability>(random.below(4));
    const bool inside = availability == Availability::inside;
    answer.items.push_back(
        {name, availability, inside ? text.size() : random.next() >> random.below(64), inside ? value(text) : nullptr});
  }
  for (const ContentMessage& message : {ContentMessage(request), ContentMessage(answer)}) {
    const ContentBody body(message);
    const Bytes wire = body.encode();
    RC_ASSERT(body.wire_size() == wire.size());
    const auto decoded = decode_content(wire);
    RC_ASSERT(decoded.ok());
    RC_ASSERT(*decoded == message);
    RC_ASSERT(*content_message(env::Frame::of_bytes(wire)) == message);
  }
}

TEST(ContentCodec, LimitsAreChecked) {
  ContentRequest request;
  for (std::size_t i = 0; i < kContentNamesMax; ++i) request.wanted.push_back(name_of(std::to_string(i)));
  EXPECT_TRUE(decode_content(ContentBody(request).encode()).ok());
  request.wanted.push_back(name_of("one more"));
  EXPECT_FALSE(decode_content(ContentBody(request).encode()).ok());

  for (const std::size_t extra : {std::size_t{0}, std::size_t{1}}) {
    ContentAnswer answer;
    const std::string text(kInlineBytesMax + extra, 'x');
    answer.items.push_back({name_of(text), Availability::inside, text.size(), value(text)});
    EXPECT_EQ(decode_content(ContentBody(answer).encode()).ok(), extra == 0);
  }
  for (const std::size_t extra : {std::size_t{0}, std::size_t{1}}) {
    Bytes wire{0x7a};  // an unknown field that fills the frame
    pb::put_varint(wire, kContentFrameBytesMax - 4 + extra);
    wire.resize(kContentFrameBytesMax + extra);
    EXPECT_EQ(decode_content(wire).ok(), extra == 0);
  }
}

TEST(ContentCodec, ContradictionsAreRefused) {
  const auto refused = [](const ContentItem& item) {
    ContentAnswer answer;
    answer.items.push_back(item);
    return !decode_content(ContentBody(answer).encode()).ok();
  };
  EXPECT_TRUE(refused({name_of("a"), Availability::inside, 1, nullptr}));
  EXPECT_TRUE(refused({name_of("a"), Availability::absent, 1, value("a")}));
  EXPECT_TRUE(refused({name_of("a"), Availability::inside, 2, value("a")}));
  EXPECT_FALSE(decode_content(*from_hex("0a0412026162")).ok());  // "ab" is no hash
  EXPECT_FALSE(decode_content(*from_hex("0a")).ok());
}

TEST(ContentNameTest, NamesSurviveText) {
  for (const ContentName& name : {name_of("a"), envelope_of("a")}) {
    const auto parsed = parse_content_name(content_name(name));
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(*parsed, name);
  }
  EXPECT_FALSE(parse_content_name("envelope:").ok());
  EXPECT_FALSE(parse_content_name("../etc").ok());
}

TEST(ContentMatch, BytesMustHaveTheHash) {
  EXPECT_TRUE(content_matches(name_of("hello"), as_bytes("hello")));
  EXPECT_FALSE(content_matches(name_of("hello"), as_bytes("hullo")));
  const auto cid = message::ItemHash::parse("QmWATWQ7fVPP2EFGu71UkfnqhYXDYH566qy47CnJDgvs8u");  // "hello world"
  ASSERT_TRUE(cid);
  EXPECT_FALSE(content_matches({ContentKind::bytes, *cid}, as_bytes("hello")));
  EXPECT_TRUE(content_matches(envelope_of("x"), as_bytes("proves itself later")));
}

// The job says what content_matches says, and its key tells bytes and names apart.
TEST(ContentMatch, IsCheckedByAJob) {
  const message::ItemHash hello = name_of("hello").hash;
  env::Job good = content_check_job(hello, value("hello"));
  env::Job bad = content_check_job(hello, value("hullo"));
  env::Job other = content_check_job(name_of("hullo").hash, value("hello"));
  EXPECT_NE(good.make_key(), bad.make_key());
  EXPECT_NE(good.make_key(), other.make_key());
  EXPECT_TRUE(content_checked(good.run()));
  EXPECT_FALSE(content_checked(bad.run()));
  EXPECT_LT(good.cost, content_check_job(hello, value(std::string(1 << 20, 'x'))).cost);
}

TEST(AnswerBuilderTest, WhatDoesNotFitComesLaterOrInRanges) {
  AnswerBuilder builder(false);
  const std::string big(kInlineBytesMax, 'b');
  for (std::size_t i = 0; i <= kAnswerBytesMax / kInlineBytesMax; ++i)
    builder.have(name_of(std::to_string(i)), value(big));
  builder.have(name_of("too big"), value(big + "!"));
  builder.absent(name_of("never seen"));
  const ContentAnswer answer = builder.take();
  const std::size_t inside = kAnswerBytesMax / kInlineBytesMax;
  for (std::size_t i = 0; i < inside; ++i) EXPECT_EQ(answer.items[i].availability, Availability::inside);
  EXPECT_EQ(answer.items[inside].availability, Availability::later);
  EXPECT_EQ(answer.items[inside + 1].availability, Availability::large);
  EXPECT_EQ(answer.items[inside + 2].availability, Availability::absent);
  EXPECT_LE(ContentBody(answer).wire_size(), kContentFrameBytesMax);

  AnswerBuilder only_have(true);
  only_have.have(name_of("a"), value("a"));
  const ContentAnswer availability = only_have.take();
  EXPECT_EQ(availability.items[0].availability, Availability::later);
  EXPECT_EQ(availability.items[0].size, 1u);
}

}  // namespace
}  // namespace lastmile::gossip::test
