// Delegation: one entry must pass everything, filters of one type leave the others alone, what is not understood grants
// nothing.
#include "core/message/permission.hpp"

#include <gtest/gtest.h>

#include "core/message/limits.hpp"

namespace lastmile::message {
namespace {

constexpr std::string_view kDelegate = "0xDe1e9a7E";

bool granted(std::string_view entry, PermissionFacts facts, std::string_view sender = kDelegate) {
  return allows("0xOwner", parse_authorizations(R"({"authorizations":[)" + std::string(entry) + "]}"), sender, facts);
}

TEST(Permission, TheOwnerNeedsNoEntryAndLetterCaseDoesNotMatter) {
  EXPECT_TRUE(allows("0xABcd", {}, "0xabCD", {}));
  EXPECT_FALSE(allows("0xABcd", {}, "0xabCE", {}));
  EXPECT_TRUE(granted(R"({"address":"0xde1E9a7e"})", {}));
  EXPECT_FALSE(granted(R"({"address":"0xde1E9a7e"})", {}, "0xother"));
}

TEST(Permission, EachFilterRestricts) {
  const auto entry = [](std::string_view filter) { return R"({"address":"0xDe1e9a7E",)" + std::string(filter) + "}"; };
  PermissionFacts post{.chain = crypto::Chain::SOL, .channel = "C", .type = Type::POST, .post_type = "p"};
  EXPECT_TRUE(granted(entry(R"("chain":"SOL")"), post));
  EXPECT_FALSE(granted(entry(R"("chain":"ETH")"), post));
  EXPECT_TRUE(granted(entry(R"("chain":null,"channels":[],"types":null)"), post));
  EXPECT_TRUE(granted(entry(R"("channels":["D","C"])"), post));
  EXPECT_FALSE(granted(entry(R"("channels":["D"])"), post));
  EXPECT_TRUE(granted(entry(R"("types":["POST"])"), post));
  EXPECT_FALSE(granted(entry(R"("types":["STORE"])"), post));
  EXPECT_TRUE(granted(entry(R"("post_types":["p"])"), post));
  EXPECT_FALSE(granted(entry(R"("post_types":["q"])"), post));
  EXPECT_TRUE(granted(entry(R"("aggregate_keys":["k"])"), post)) << "does not restrict a POST";
  post.channel.reset();
  EXPECT_FALSE(granted(entry(R"("channels":["C"])"), post)) << "no channel is in no list";
}

TEST(Permission, FiltersOfATypeDoNotRestrictOthers) {
  constexpr std::string_view kEntry = R"({"address":"0xDe1e9a7E","post_types":["p"],"aggregate_keys":["k"]})";
  EXPECT_TRUE(granted(kEntry, {.type = Type::STORE}));
  EXPECT_TRUE(granted(kEntry, {.type = Type::AGGREGATE, .aggregate_key = "k"}));
  EXPECT_FALSE(granted(kEntry, {.type = Type::AGGREGATE, .aggregate_key = "l"}));
}

TEST(Permission, OneEntryMustPassEverything) {
  const PermissionFacts facts{.channel = "A", .type = Type::POST};
  EXPECT_FALSE(
      granted(R"({"address":"0xDe1e9a7E","channels":["B"]},{"address":"0xDe1e9a7E","types":["STORE"]})", facts));
  EXPECT_TRUE(granted(R"({"address":"0xDe1e9a7E","channels":["B"]},{"address":"0xDe1e9a7E","types":["POST"]})", facts));
}

TEST(Permission, WhatIsNotUnderstoodGrantsNothing) {
  for (const auto* entry :
       {R"({})", R"({"address":1})", R"("0xDe1e9a7E")", R"({"address":"0xDe1e9a7E","types":"POST"})",
        R"({"address":"0xDe1e9a7E","types":[1]})", R"({"address":"0xDe1e9a7E","chain":1})"}) {
    EXPECT_FALSE(granted(entry, {})) << entry;
  }
  for (const auto* text : {"", "[]", "{}", R"({"authorizations":{}})", R"({"authorizations":null})"}) {
    EXPECT_TRUE(parse_authorizations(text).empty()) << text;
  }
  EXPECT_TRUE(granted(R"({},{"address":"0xDe1e9a7E","alias":"x","unknown":[1]})", {})) << "the next one still counts";
}

TEST(Permission, EntriesBeyondTheLimitAreNotRead) {
  std::string entries;
  for (std::size_t i = 0; i < kAuthorizationsMax; ++i) entries += R"({"address":"0xother"},)";
  EXPECT_FALSE(granted(entries + R"({"address":"0xDe1e9a7E"})", {}));
}

}  // namespace
}  // namespace lastmile::message
