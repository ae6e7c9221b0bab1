// The closed sets and value types: what parses, what does not, and which numbers clients see.
#include <gtest/gtest.h>

#include <set>
#include <unordered_set>

#include "core/message/error_code.hpp"
#include "core/message/item_hash.hpp"
#include "core/message/status.hpp"
#include "core/message/switches.hpp"
#include "core/message/type.hpp"
#include "tests/unit/message/samples.hpp"

namespace lastmile::message {
namespace {

using test::kCidV0;
using test::kCidV1;
using test::kHash;

TEST(ItemHash, TakesTheThreeShapesAndGivesTheirTextBack) {
  for (const auto& [text, kind] : {std::pair{kHash, HashKind::storage}, std::pair{kCidV0, HashKind::cid_v0},
                                   std::pair{kCidV1, HashKind::cid_v1}}) {
    const auto hash = ItemHash::parse(text);
    ASSERT_TRUE(hash) << text;
    EXPECT_EQ(hash->text(), text);
    EXPECT_EQ(hash->kind(), kind);
    EXPECT_EQ(hash->item_type(), kind == HashKind::storage ? ItemType::storage : ItemType::ipfs);
  }
}

TEST(ItemHash, VersionZeroMayHave44To46Characters) {
  for (std::size_t length = 43; length <= 47; ++length) {
    const std::string text = "Qm" + std::string(length - 2, 'x');
    const auto hash = ItemHash::parse(text);
    EXPECT_EQ(hash.has_value(), length >= 44 && length <= 46) << length;
    if (hash) {
      EXPECT_EQ(hash->text(), text);
    }
  }
}

TEST(ItemHash, RefusesWhatOnlyTheLaxTestLetsThrough) {
  const std::string upper(64, 'A');
  const std::string zero_in_cid = "Qm" + std::string(44, '0');  // 0 is no character of base58
  const std::string digits_in_v1 = "bafy" + std::string(55, '1');
  for (const std::string& text : {upper, zero_in_cid, digits_in_v1}) {
    EXPECT_FALSE(ItemHash::parse(text)) << text;
    EXPECT_TRUE(lax_item_type(text)) << text;
  }
  for (const std::string& text : {std::string(), std::string("deadbeef"), std::string(63, 'a'), std::string(65, 'a'),
                                  "bafk" + std::string(55, 'a'), std::string(59, 'a')}) {
    EXPECT_FALSE(ItemHash::parse(text)) << text;
    EXPECT_FALSE(lax_item_type(text)) << text;
  }
}

TEST(ItemHash, OrderIsThatOfTheText) {
  const std::vector<std::string> texts{std::string(kHash),   std::string(kCidV0),         std::string(kCidV1),
                                       std::string(64, '0'), "Qm" + std::string(42, 'x'), "Qm" + std::string(44, 'x')};
  for (const auto& a : texts) {
    for (const auto& b : texts) {
      EXPECT_EQ(*ItemHash::parse(a) < *ItemHash::parse(b), a < b) << a << " " << b;
      EXPECT_EQ(*ItemHash::parse(a) == *ItemHash::parse(b), a == b);
    }
  }
}

TEST(ItemHash, DigestAndTextAgree) {
  const Hash256 digest = crypto::sha256(std::string_view("x"));
  const ItemHash hash = ItemHash::of(digest);
  EXPECT_EQ(hash.text(), digest.hex());
  EXPECT_EQ(hash.digest(), digest);
  EXPECT_EQ(ItemHash::parse(digest.hex()), hash);
  EXPECT_FALSE(ItemHash::parse(kCidV0)->digest());
  EXPECT_EQ(ItemHash().text(), std::string(64, '0'));
}

TEST(ItemHash, HashSpreadsOverAllKinds) {
  std::unordered_set<std::size_t> seen;
  for (int i = 0; i < 1000; ++i) {
    const ItemHash storage = ItemHash::of(crypto::sha256(std::to_string(i)));
    seen.insert(std::hash<ItemHash>{}(storage));
    std::string cid = "Qm" + storage.text().substr(0, 44);
    for (char& c : cid) c = c == '0' ? 'z' : c;
    seen.insert(std::hash<ItemHash>{}(*ItemHash::parse(cid)));
  }
  EXPECT_EQ(seen.size(), 2000u);
}

TEST(Type, TextsAreExactAndCaseSensitive) {
  for (const Type type : kAllTypes) EXPECT_EQ(parse_type(type_text(type)), type);
  EXPECT_EQ(type_text(Type::V_PROGRAM), "V-PROGRAM");
  for (const auto* text : {"post", "NOTE", "", "POST ", "V_PROGRAM"}) EXPECT_FALSE(parse_type(text)) << text;
  EXPECT_EQ(parse_item_type("inline"), ItemType::inlined);
  EXPECT_FALSE(parse_item_type("INLINE"));
}

TEST(Status, ReferenceMovesAreThoseOfTheSpecification) {
  using enum Status;
  const std::set<std::pair<Status, Status>> legal{
      {none, pending},        {none, rejected},      {pending, processed},  {pending, rejected},   {rejected, pending},
      {processed, forgotten}, {removing, forgotten}, {processed, removing}, {removing, processed}, {removing, removed}};
  for (const Status from : kAllStatuses) {
    for (const Status to : kAllStatuses) {
      EXPECT_EQ(reference_legal_move(from, to), legal.contains({from, to})) << status_text(from) << status_text(to);
      if (legal.contains({from, to})) {
        EXPECT_TRUE(legal_move(from, to));
      }
    }
  }
}

TEST(Status, OursAddReJudgementAndNothingLeavesTheEnds) {
  using enum Status;
  EXPECT_TRUE(legal_move(processed, rejected));
  EXPECT_TRUE(legal_move(rejected, processed));
  EXPECT_TRUE(legal_move(pending, forgotten));
  EXPECT_FALSE(legal_move(none, processed));
  EXPECT_FALSE(legal_move(processed, removed));
  for (const Status status : kAllStatuses) {
    EXPECT_FALSE(legal_move(status, status));
    EXPECT_FALSE(legal_move(forgotten, status));
    EXPECT_FALSE(legal_move(removed, status));
    EXPECT_EQ(parse_status(status_text(status)), status);
  }
}

TEST(ErrorCode, NumbersAndRetriesAreThoseOfTheSpecification) {
  const std::set<int> retried{-1, 3, 4, 101, 200, 300, 301, 501};
  const std::set<int> known{-1,  0,   1,   2,   3,   4,   5,   6,   100, 101, 102, 200,
                            201, 202, 300, 301, 302, 303, 304, 500, 501, 502, 503, 504};
  std::set<int> ours;
  for (const ErrorCode code : kAllErrorCodes) {
    ours.insert(number(code));
    EXPECT_EQ(parse_error_code(number(code)), code);
    EXPECT_EQ(retryable(code), retried.contains(number(code))) << number(code);
    EXPECT_FALSE(error_text(code).empty());
  }
  EXPECT_EQ(ours, known);
  EXPECT_FALSE(parse_error_code(7));
}

TEST(Switches, SixteenPointsInOrderAllCorrectedByDefault) {
  int point = 0;
  for (const SwitchPoint& entry : all_switches()) {
    EXPECT_EQ(entry.point, ++point);
    EXPECT_EQ(Switches{}.*entry.member, Behaviour::corrected);
    EXPECT_TRUE(entry.offers(Behaviour::corrected));
    EXPECT_EQ(reference_switches().*entry.member == Behaviour::as_reference, entry.offers(Behaviour::as_reference));
    EXPECT_EQ(entry.offers(Behaviour::as_reference), entry.name != "pending_before_signature");
    EXPECT_EQ(find_switch(entry.name), &entry);
  }
  EXPECT_EQ(point, 16);
  EXPECT_EQ(find_switch("unknown"), nullptr);
  EXPECT_EQ(parse_behaviour("as_reference"), Behaviour::as_reference);
  EXPECT_FALSE(parse_behaviour("reference"));
}

}  // namespace
}  // namespace lastmile::message
