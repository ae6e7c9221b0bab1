// What users sign is what every node accepts, and what is fetched is what was asked for.
#include <gtest/gtest.h>

#include "core/crypto/hash.hpp"
#include "core/message/content.hpp"
#include "core/message/limits.hpp"
#include "core/message/verification.hpp"
#include "tools/cli/content_check.hpp"
#include "tools/cli/judgement.hpp"
#include "tools/cli/signed_message.hpp"

namespace lastmile::tools {
namespace {

Author author(crypto::Chain chain = crypto::Chain::ETH) {
  return {crypto::Account::derive(chain, 1, 0), {}, {}, 1760000000.25};
}

TEST(SignedMessage, EveryKindVerifiesOnEveryChain) {
  const std::string hash(64, 'a');
  for (const crypto::Chain chain :
       {crypto::Chain::ETH, crypto::Chain::BASE, crypto::Chain::SOL, crypto::Chain::TEZOS, crypto::Chain::DOT}) {
    const std::pair<message::Type, std::string> kinds[] = {
        {message::Type::POST, post_members("note", R"({"a":[1,2]})", "")},
        {message::Type::POST, post_members("amend", "null", hash)},
        {message::Type::AGGREGATE, aggregate_members("key \"x\"", R"({"a":1})")},
        {message::Type::STORE, store_members(message::ItemType::storage, hash, "ref")},
        {message::Type::FORGET, forget_members({hash, hash}, "why\nnot")}};
    for (const auto& [type, members] : kinds) {
      const auto made = sign_message(author(chain), type, members);
      ASSERT_TRUE(made.ok()) << made.error().text;
      const auto judgement = judge(message::serialize_envelope(made->envelope));
      ASSERT_TRUE(judgement.ok());
      EXPECT_TRUE(judgement->valid()) << judgement->reason;
    }
  }
}

TEST(SignedMessage, TheOwnerMayBeSomebodyElse) {
  Author delegate = author();
  delegate.owner = "0xowner";
  const auto made = sign_message(delegate, message::Type::POST, post_members("note", "1", ""));
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(message::parse_inline_content(made->envelope)->address, "0xowner");
  EXPECT_EQ(made->envelope.sender, delegate.account.address());
}

TEST(SignedMessage, ALongContentIsStoredAndNamedByItsHash) {
  const auto make = [](std::size_t length) {
    return sign_message(author(), message::Type::POST,
                        post_members("note", "\"" + std::string(length, 'x') + "\"", ""));
  };
  const auto inside = make(40000);
  ASSERT_TRUE(inside.ok());
  EXPECT_FALSE(inside->stored_content);
  const auto outside = make(message::kInlineSwitchOverBytes);
  ASSERT_TRUE(outside.ok());
  ASSERT_TRUE(outside->stored_content);
  EXPECT_EQ(outside->envelope.item_type, message::ItemType::storage);
  ContentCheck check(outside->envelope.item_hash);
  check.add(as_bytes(*outside->stored_content));
  EXPECT_TRUE(check.finish());
}

TEST(SignedMessage, WhatTheRulesRefuseIsNotSigned) {
  EXPECT_FALSE(sign_message(author(), message::Type::AGGREGATE, aggregate_members("k", "1")).ok());
  EXPECT_FALSE(sign_message(author(), message::Type::FORGET, forget_members({"x"}, "")).ok());
  EXPECT_FALSE(sign_message(author(), message::Type::POST, post_members("amend", "1", "")).ok());
  EXPECT_FALSE(sign_message(author(), message::Type::POST, post_members("n", "\"\\u0000\"", "")).ok());
  Author late = author();
  late.time = -1;
  EXPECT_FALSE(sign_message(late, message::Type::POST, post_members("n", "1", "")).ok());
}

TEST(ContentCheck, KnowsFilesByAllTheirNames) {
  const auto named = [](const char* name, std::string_view content) {
    ContentCheck check(message::ItemHash::parse(name).value());
    for (const char c : content) check.add(as_bytes({&c, 1}));
    return check.finish();
  };
  EXPECT_TRUE(named("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", "hello"));
  EXPECT_TRUE(named("QmWfVY9y3xjsixTgbd9AorQxH7VtMpzfx2HaWtsoUYecaX", "hello"));
  EXPECT_TRUE(named("bafybeid3weurg3gvyoi7nisadzolomlvoxoppe2sesktnpvdve3256n5tq", "hello"));
  EXPECT_FALSE(named("QmWfVY9y3xjsixTgbd9AorQxH7VtMpzfx2HaWtsoUYecaX", "hello!"));
  EXPECT_FALSE(named("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", ""));
}

TEST(Judgement, AuthenticWhateverTheContentSays) {
  auto made = sign_message(author(), message::Type::FORGET, forget_members({}, ""));
  ASSERT_TRUE(made.ok()) << "a form that the rules allow";
  const auto judgement = judge(message::serialize_envelope(made->envelope));
  ASSERT_TRUE(judgement.ok());
  EXPECT_TRUE(judgement->authentic);
  EXPECT_EQ(judgement->refusal, message::ErrorCode::forget_names_nothing);
}

// A message of this type and content, whose signature is that of another.
Judgement judgement_of_forged(message::Type type, std::string_view content) {
  message::Envelope envelope = sign_message(author(), message::Type::POST, post_members("n", "1", ""))->envelope;
  envelope.type = type;
  envelope.item_content = std::string(content);
  envelope.item_hash = message::ItemHash::of(crypto::sha256(content));
  return *judge(message::serialize_envelope(envelope));
}

TEST(Judgement, FormComesFirstUnlessTheTypeWasChanged) {
  constexpr std::string_view kPost = R"({"address":"a","time":1,"type":"n","content":1})";
  EXPECT_EQ(judgement_of_forged(message::Type::POST, kPost).refusal, message::ErrorCode::invalid_signature);
  EXPECT_EQ(judgement_of_forged(message::Type::AGGREGATE, kPost).refusal, message::ErrorCode::invalid_signature);
  constexpr std::string_view kNone = R"({"address":"a","time":1,"type":"n","content":1,"more":2})";
  EXPECT_EQ(judgement_of_forged(message::Type::POST, kNone).refusal, message::ErrorCode::invalid_format);
  EXPECT_EQ(judgement_of_forged(message::Type::AGGREGATE, kNone).refusal, message::ErrorCode::invalid_format);
}

}  // namespace
}  // namespace lastmile::tools
