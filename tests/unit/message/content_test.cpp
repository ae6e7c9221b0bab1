// Contents of POST, AGGREGATE, STORE and FORGET: what is kept, what is filled in, what the limits are.
#include "core/message/content.hpp"

#include <gtest/gtest.h>

#include "core/message/limits.hpp"
#include "tests/unit/message/samples.hpp"

namespace lastmile::message {
namespace {

using test::content_text;
using test::kCidV0;
using test::kCidV1;
using test::kHash;
using test::kOwner;
using test::replaced;

Content parsed(Type type, std::string_view more, const ContentRules& rules = {}) {
  const auto content = parse_content(type, content_text(more), rules);
  EXPECT_TRUE(content.ok()) << (content ? "" : content.error().detail);
  return content ? *content : Content{};
}
bool accepted(Type type, std::string_view more, const ContentRules& rules = {}) {
  return parse_content(type, content_text(more), rules).ok();
}
std::string why(Type type, std::string_view more) {
  const auto content = parse_content(type, content_text(more));
  return content ? "" : content.error().detail;
}

TEST(Content, CommonFieldsAreRequiredAndBounded) {
  const Content content = parsed(Type::POST, R"(,"type":"x")");
  EXPECT_EQ(content.address, kOwner);
  EXPECT_EQ(content.time, Wall{1700000000500000000});
  EXPECT_EQ(content.type(), Type::POST);
  for (const auto* text :
       {R"({"time":1,"type":"x"})", R"({"address":"a","type":"x"})", R"({"address":null,"time":1,"type":"x"})",
        R"({"address":"a","time":"1","type":"x"})", R"({"address":"a","time":true,"type":"x"})",
        R"({"address":"a","time":-0.1,"type":"x"})", R"({"address":"a","time":9223372036.1,"type":"x"})",
        R"({"address":1,"time":1,"type":"x"})", R"([])", R"("x")", ""}) {
    EXPECT_FALSE(parse_content(Type::POST, text)) << text;
  }
  EXPECT_TRUE(parse_content(Type::POST, R"({"address":"a","time":9223372036,"type":"x"})"));
  EXPECT_TRUE(parse_content(Type::POST, R"({"address":"a","time":-0,"type":"x"})"));
}

TEST(Content, RepeatedKeysAreJudgedByTheLast) {
  EXPECT_TRUE(accepted(Type::POST, R"(,"type":7,"type":"x")"));
  EXPECT_FALSE(accepted(Type::POST, R"(,"type":"x","type":7)"));
}

TEST(Content, FetchedContentsAreCompletedFromTheEnvelope) {
  const ContentRules rules{.completion = Completion{"0xSender", 12.5}};
  for (const auto* text : {R"({"type":"x"})", R"({"address":null,"time":null,"type":"x"})"}) {
    const auto content = parse_content(Type::POST, text, rules);
    ASSERT_TRUE(content);
    EXPECT_EQ(content->address, "0xSender");
    EXPECT_EQ(content->time, Wall{12500000000});
  }
  const Content own = parsed(Type::POST, R"(,"type":"x")", rules);
  EXPECT_EQ(own.address, kOwner);
  EXPECT_FALSE(parse_content(Type::POST, R"({"address":7,"type":"x"})", rules));
}

TEST(Content, OfAnEnvelope) {
  const auto inlined = parse_envelope(test::inline_post(content_text(R"(,"type":"x")")));
  EXPECT_TRUE(parse_inline_content(*inlined));
  const auto bad = parse_envelope(test::inline_post("{}"));
  ASSERT_TRUE(bad) << "its form is right; its content is judged apart";
  EXPECT_EQ(parse_inline_content(*bad).error().item_hash, bad->item_hash);
  const auto remote = parse_envelope(test::remote_post("storage", kHash));
  EXPECT_EQ(parse_fetched_content(*remote, R"({"type":"x"})")->address, kOwner);
}

TEST(Post, KeepsItsFreePartAsWritten) {
  const Content content = parsed(Type::POST, R"(,"type":"x","content":{ "a" : 1.0, "tags":["t",1,"u"] })");
  EXPECT_EQ(content.as<Post>()->content, R"({ "a" : 1.0, "tags":["t",1,"u"] })");
  EXPECT_EQ(content.tags, (std::vector<std::string>{"t", "u"}));
  EXPECT_FALSE(parsed(Type::POST, R"(,"type":"x","content":null)").as<Post>()->content);
  EXPECT_EQ(parsed(Type::POST, R"(,"type":"x","content":[1])").as<Post>()->content, "[1]");
}

TEST(Post, AnAmendNeedsARef) {
  EXPECT_TRUE(accepted(Type::POST, R"(,"type":"amend","ref":"anything")"));
  EXPECT_FALSE(accepted(Type::POST, R"(,"type":"amend","ref":"")"));
  EXPECT_FALSE(accepted(Type::POST, R"(,"type":"amend","ref":null)"));
  EXPECT_TRUE(accepted(Type::POST, R"(,"type":"x","ref":"")"));
  EXPECT_FALSE(accepted(Type::POST, R"(,"type":"x","ref":1)"));
}

TEST(Post, AReferenceObjectIsReducedToItsHash) {
  const std::string ref = R"(,"type":"x","ref":{"chain":"ETH","channel":null,"item_content":"{}","item_hash":")" +
                          std::string(kHash) +
                          R"(","item_type":"inline","sender":"s","signature":"0x","time":1,"type":"POST","more":1})";
  EXPECT_EQ(parsed(Type::POST, ref).as<Post>()->ref, kHash);
  EXPECT_FALSE(accepted(Type::POST, replaced(ref, R"("chain":"ETH")", R"("chain":"MEGA")")));
  EXPECT_FALSE(accepted(Type::POST, replaced(ref, R"("type":"POST")", R"("type":"STORE")")));
  EXPECT_FALSE(accepted(Type::POST, replaced(ref, R"("time":1)", R"("time":"1")")));
  EXPECT_FALSE(
      accepted(Type::POST, replaced(ref, R"("channel":null)", "\"channel\":\"" + std::string(129, 'c') + "\"")));
  EXPECT_TRUE(why(Type::POST, replaced(ref, kHash, "x")).starts_with("content.ref.item_hash:"));
}

TEST(Aggregate, KeyAndContent) {
  const Content content = parsed(Type::AGGREGATE, R"(,"key":"k","content":{"a": {"b":1}})");
  EXPECT_EQ(content.as<Aggregate>()->key, "k");
  EXPECT_EQ(content.as<Aggregate>()->content, R"({"a": {"b":1}})");
  EXPECT_EQ(parsed(Type::AGGREGATE, R"(,"key":{"name":"k"},"content":{})").as<Aggregate>()->key, "k");
  for (const auto* more : {R"(,"content":{})", R"(,"key":1,"content":{})", R"(,"key":{"name":"k","x":1},"content":{})",
                           R"(,"key":{},"content":{})", R"(,"key":"k","content":[])", R"(,"key":"k","content":null)",
                           R"(,"key":"k")", R"(,"key":"k","content":{},"more":1)"}) {
    EXPECT_FALSE(accepted(Type::AGGREGATE, more)) << more;
  }
}

TEST(Store, ShapeAndTypeAreComparedAtFetch) {
  const auto store = [](std::string_view item_type, std::string_view hash) {
    return *parsed(Type::STORE,
                   R"(,"item_type":")" + std::string(item_type) + R"(","item_hash":")" + std::string(hash) + "\"")
                .as<Store>();
  };
  EXPECT_FALSE(disagreement(store("storage", kHash)));
  EXPECT_FALSE(disagreement(store("ipfs", kCidV0)));
  EXPECT_FALSE(disagreement(store("ipfs", kCidV1)));
  for (const Store& wrong : {store("ipfs", kHash), store("storage", kCidV1), store("inline", kHash)}) {
    ASSERT_TRUE(disagreement(wrong));
    EXPECT_EQ(disagreement(wrong)->code, ErrorCode::invalid_format);
  }
}

TEST(Store, PaymentTagsAndUnknownKeys) {
  const std::string base = R"(,"item_type":"ipfs","item_hash":")" + std::string(kCidV0) + "\"";
  const Content plain =
      parsed(Type::STORE, base + R"(,"size":"x","mime_type":1,"ref":"mine","tags":["a"],"metadata":{"m":1})");
  EXPECT_EQ(plain.as<Store>()->ref, "mine");
  EXPECT_EQ(plain.as<Store>()->metadata, R"({"m":1})");
  EXPECT_EQ(plain.tags, std::vector<std::string>{"a"});
  EXPECT_EQ(payment_type(plain), PaymentType::hold);
  const Content credit =
      parsed(Type::STORE, base + R"(,"payment":{"type":"credit","chain":"BASE","receiver":"r","x":1})");
  EXPECT_EQ(payment_type(credit), PaymentType::credit);
  EXPECT_EQ(credit.as<Store>()->payment->chain, crypto::Chain::BASE);
  EXPECT_FALSE(accepted(Type::STORE, base + R"(,"payment":{"type":"superfluid"})"));
  EXPECT_FALSE(accepted(Type::STORE, base + R"(,"payment":{})"));
  EXPECT_FALSE(accepted(Type::STORE, base + R"(,"metadata":[])"));
  EXPECT_FALSE(accepted(Type::STORE, base + R"(,"ref":1)"));
}

TEST(Forget, ListsAndReason) {
  const Content content = parsed(Type::FORGET, R"(,"hashes":[")" + std::string(kHash) + R"("],"reason":"why")");
  EXPECT_EQ(content.as<Forget>()->hashes, std::vector{*ItemHash::parse(kHash)});
  EXPECT_FALSE(content.as<Forget>()->names_nothing());
  EXPECT_TRUE(parsed(Type::FORGET, R"(,"hashes":[])").as<Forget>()->names_nothing());
  EXPECT_FALSE(accepted(Type::FORGET, R"(,"hashes":null)"));
  EXPECT_FALSE(accepted(Type::FORGET, R"(,"hashes":["x"])"));
  EXPECT_FALSE(accepted(Type::FORGET, R"(,"hashes":[],"aggregates":null)"));
  EXPECT_FALSE(accepted(Type::FORGET, R"(,"hashes":[],"reason":")" + std::string(1001, 'r') + "\""));
  EXPECT_TRUE(why(Type::FORGET, R"(,"hashes":["x"])").starts_with("content.hashes[0]:"));
}

TEST(Forget, AggregatesTakeAnyKeyUnlessAsTheReference) {
  constexpr std::string_view kMore = R"(,"hashes":[],"aggregates":["profile"])";
  EXPECT_EQ(parsed(Type::FORGET, kMore).as<Forget>()->aggregates, std::vector<std::string>{"profile"});
  EXPECT_FALSE(accepted(Type::FORGET, kMore, {.forget_aggregate_keys = Behaviour::as_reference}));
  EXPECT_FALSE(accepted(Type::FORGET, R"(,"hashes":[],"aggregates":[1])"));
}

TEST(Content, HelpersForTextsAndAddresses) {
  EXPECT_TRUE(same_address("0xAbC", "0xaBc"));
  EXPECT_FALSE(same_address("0xAbC", "0xaBcd"));
  EXPECT_FALSE(same_address("\xc3\x84", "\xc3\xa4")) << "letters above ASCII have no case here";
  const std::string four = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
  std::string text;
  for (std::size_t i = 0; i < 20; ++i) {  // of every length, so that every place of a word is met
    EXPECT_EQ(code_points(text), 4 * i);
    EXPECT_EQ(code_points("abc" + text), 4 * i + 3);
    text += four;
  }
}

}  // namespace
}  // namespace lastmile::message
