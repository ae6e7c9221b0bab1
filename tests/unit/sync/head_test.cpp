#include "core/sync/head.hpp"

#include <gtest/gtest.h>

#include "core/crypto/hash.hpp"
#include "core/sync/head_book.hpp"

namespace lastmile::sync {
namespace {

crypto::Account signer(std::uint64_t index = 0) { return crypto::Account::derive(crypto::Chain::SOL, 1, index); }

std::vector<Head> chain_of(std::size_t length, const crypto::Account& account) {
  std::vector<Head> heads;
  for (std::size_t i = 1; i <= length; ++i) {
    Head head;
    head.sequence = i;
    head.archive = message::ItemHash::of(crypto::sha256(as_bytes("archive " + std::to_string(i))));
    if (!heads.empty()) head.previous = head_name(heads.back());
    head.time = {static_cast<std::int64_t>(i)};
    sign_head(head, account);
    heads.push_back(head);
  }
  return heads;
}

TEST(Head, ReadsBackWhatItWroteAndIsAuthentic) {
  const Head head = chain_of(2, signer())[1];
  EXPECT_TRUE(head_is_authentic(head));
  const auto again = parse_head(serialize_head(head));
  ASSERT_TRUE(again.ok()) << again.error().text;
  EXPECT_EQ(*again, head);
}

TEST(Head, AChangeOfAnyFieldBreaksTheSignature) {
  const Head good = chain_of(2, signer())[1];
  Head bad = good;
  bad.sequence = 3;
  EXPECT_FALSE(head_is_authentic(bad));
  bad = good;
  bad.archive = message::ItemHash();
  EXPECT_FALSE(head_is_authentic(bad));
  bad = good;
  bad.node = signer(1).address();
  EXPECT_FALSE(head_is_authentic(bad));
}

TEST(Head, HasOneSpellingOnly) {
  const std::string text = serialize_head(chain_of(1, signer())[0]);
  EXPECT_FALSE(parse_head(" " + text).ok());
  EXPECT_FALSE(parse_head(text.substr(0, text.size() - 1) + ",\"x\":1}").ok());
  EXPECT_FALSE(parse_head("").ok());
  EXPECT_FALSE(parse_head("[]").ok());
  EXPECT_FALSE(parse_head(std::string(kHeadTextMax + 1, ' ')).ok());
}

TEST(HeadBook, WalksBackFromTheNewestToTheFirst) {
  const auto heads = chain_of(4, signer());
  HeadBook book;
  EXPECT_EQ(book.on_head(heads[3]), HeadBook::Seen::accepted);
  for (int i = 2; i >= 0; --i) {
    const auto wanted = book.take_wanted_heads();
    ASSERT_EQ(wanted.size(), 1u);
    EXPECT_EQ(wanted[0], head_name(heads[static_cast<std::size_t>(i)]));
    EXPECT_EQ(book.on_head(heads[static_cast<std::size_t>(i)]), HeadBook::Seen::accepted);
  }
  EXPECT_TRUE(book.take_wanted_heads().empty());
  EXPECT_EQ(book.take_archives().size(), 4u);
  EXPECT_EQ(book.on_head(heads[1]), HeadBook::Seen::known);
}

TEST(HeadBook, StopsAtAHeadItHas) {
  const auto heads = chain_of(5, signer());
  HeadBook book;
  book.on_head(heads[0]);
  book.on_head(heads[1]);
  (void)book.take_wanted_heads();
  book.on_head(heads[4]);
  EXPECT_EQ(book.take_wanted_heads(), std::vector{head_name(heads[3])});
  book.on_head(heads[3]);
  EXPECT_EQ(book.take_wanted_heads(), std::vector{head_name(heads[2])});
  book.on_head(heads[2]);
  EXPECT_TRUE(book.take_wanted_heads().empty());
  EXPECT_EQ(book.newest_of(signer().address())->sequence, 5u);
}

TEST(HeadBook, RefusesForgedHeadsAndAsksAgainForMissingOnes) {
  auto heads = chain_of(3, signer());
  HeadBook book;
  Head forged = heads[2];
  forged.archive = message::ItemHash();
  EXPECT_EQ(book.on_head(forged), HeadBook::Seen::refused);
  book.on_head(heads[2]);
  const auto wanted = book.take_wanted_heads();
  book.unavailable(wanted[0]);
  EXPECT_TRUE(book.take_wanted_heads().empty());
  book.retry();
  EXPECT_EQ(book.take_wanted_heads(), wanted);
}

TEST(HeadBook, ContinuesAWalkAfterARestart) {
  const auto heads = chain_of(4, signer());
  HeadBook before;
  before.on_head(heads[3]);
  before.on_head(heads[2]);
  HeadBook after;
  after.restore(before.save());
  EXPECT_EQ(after.take_wanted_heads(), std::vector{head_name(heads[2])});
  for (int i = 2; i >= 0; --i) after.on_head(heads[static_cast<std::size_t>(i)]);
  EXPECT_EQ(after.on_head(heads[0]), HeadBook::Seen::known);
}

}  // namespace
}  // namespace lastmile::sync
