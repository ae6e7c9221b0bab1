// Balances and credits: what the books say for one set of messages.
#include <gtest/gtest.h>

#include "core/economy/balances.hpp"
#include "core/economy/credits.hpp"
#include "tests/unit/economy/names.hpp"

namespace lastmile::economy {
namespace {

BalanceUpdate update(unsigned number, std::int64_t time, std::uint64_t height, const std::string& amount,
                     const std::string& chain = "ETH", const std::string& dapp = "") {
  return {hash_of(number), at(time), chain, height, dapp, {{"alice", tokens(amount)}}};
}

TEST(Balances, ReadsAnUpdateExactly) {
  const auto parsed = parse_balance_update(
      hash_of(1), at(5),
      R"({"chain": "ETH", "main_height": 12, "balances": {"a": 1.1, "b": 3e-18, "c": 200000.0000000000000000019, "a": 7}})");
  ASSERT_TRUE(parsed.ok());
  ASSERT_EQ(parsed->balances.size(), 3u);
  EXPECT_EQ(parsed->balances[0].second, tokens("7"));  // of a repeated key the last counts
  EXPECT_EQ(parsed->balances[1].second, tokens("0.000000000000000003"));
  EXPECT_EQ(parsed->balances[2].second, tokens("200000.000000000000000001"));
  EXPECT_EQ(parsed->main_height, 12u);
  const auto bare = parse_balance_update(hash_of(1), at(5), R"({"balances": {}})");
  ASSERT_TRUE(bare.ok());
  EXPECT_EQ(bare->chain, "");
  EXPECT_EQ(bare->main_height, 0u);
}

TEST(Balances, RefusesHostileUpdates) {
  for (const char* text : {"", "[]", "{}", R"({"balances": []})", R"({"balances": {"a": -1}})",
                           R"({"balances": {"a": "x"}})", R"({"balances": {"a": null}})",
                           R"({"balances": {}, "main_height": -1})", R"({"balances": {}, "main_height": 1e30})"}) {
    const auto parsed = parse_balance_update(hash_of(1), at(5), text);
    EXPECT_FALSE(parsed.ok()) << text;
  }
}

TEST(Balances, ARowIsReplacedByALargerHeightOnly) {
  BalanceBook book;
  book.add(update(1, 10, 100, "5"));
  book.add(update(2, 20, 99, "50"));
  book.add(update(3, 30, 100, "500"));
  EXPECT_EQ(book.total("alice"), tokens("5"));
  book.add(update(4, 40, 101, "7"));
  EXPECT_EQ(book.total("alice"), tokens("7"));
  EXPECT_EQ(book.total("ALICE"), tokens("0"));
}

TEST(Balances, TheTotalAddsChainsAndLeavesOutDapps) {
  BalanceBook book;
  book.add(update(1, 10, 100, "5", "ETH"));
  book.add(update(2, 20, 100, "6", "SOL"));
  book.add(update(3, 30, 100, "70", "ETH", "vesting"));
  EXPECT_EQ(book.total("alice"), tokens("11"));
  EXPECT_EQ(book.rows("alice").size(), 3u);
  const auto history = book.history("alice");
  ASSERT_EQ(history.size(), 2u);
  EXPECT_EQ(history[0].balance, tokens("5"));
  EXPECT_EQ(history[1].balance, tokens("11"));
}

TEST(Balances, LastUpdateMovesWhenTheValueDoes) {
  BalanceBook book;
  book.add(update(1, 10, 100, "5"));
  book.add(update(2, 20, 101, "5"));
  EXPECT_EQ(book.rows("alice").front().last_update, at(10));
  EXPECT_EQ(book.rows("alice").front().main_height, 101u);
  book.add(update(3, 30, 102, "6"));
  EXPECT_EQ(book.rows("alice").front().last_update, at(30));
  book.erase(update(3, 30, 102, "6"));
  EXPECT_EQ(book.rows("alice").front().last_update, at(10));
}

CreditMessage message(unsigned number, std::int64_t time, CreditKind kind, std::vector<CreditEntry> entries,
                      const std::string& sender = "issuer") {
  return {hash_of(number), at(time), kind, sender, std::move(entries)};
}

// A book without the factor for old amounts.
CreditBook plain_book() {
  CreditRules rules;
  rules.credit_address = "issuer";
  rules.migration_before = at(0);
  return CreditBook(rules);
}

TEST(Credits, ExpensesConsumeTheOldestLotFirstAndDropTheExcess) {
  CreditBook book = plain_book();
  book.add(message(1, 10, CreditKind::distribution, {{"alice", 100, {}}}));
  book.add(message(2, 20, CreditKind::distribution, {{"alice", 50, at(1000)}}));
  book.add(message(3, 30, CreditKind::expense, {{"alice", 120, {}}}));
  const auto lots = book.lots("alice");
  ASSERT_EQ(lots.size(), 2u);
  EXPECT_EQ(lots[0].remaining, 0u);
  EXPECT_EQ(lots[1].remaining, 30u);
  EXPECT_EQ(book.balance("alice", at(999)), 30u);
  EXPECT_EQ(book.balance("alice", at(1000)), 0u);
  book.add(message(4, 40, CreditKind::expense, {{"alice", 1000, {}}}));
  EXPECT_EQ(book.balance("alice", at(50)), 0u);
  book.add(message(5, 50, CreditKind::distribution, {{"alice", 7, {}}}));
  EXPECT_EQ(book.balance("alice", at(60)), 7u) << "what was spent too much is forgotten, not owed";
}

TEST(Credits, ALateGrantIsUsedByAnEarlierExpenseThatKnowsItsTime) {
  CreditBook book = plain_book();
  book.add(message(3, 30, CreditKind::expense, {{"alice", 120, {}}}));
  book.add(message(1, 10, CreditKind::distribution, {{"alice", 100, {}}}));
  EXPECT_EQ(book.balance("alice", at(40)), 0u);
}

TEST(Credits, ExpiredLotsAreNotConsumed) {
  CreditBook book = plain_book();
  book.add(message(1, 10, CreditKind::distribution, {{"alice", 100, at(25)}, {"alice", 10, {}}}));
  book.add(message(3, 30, CreditKind::expense, {{"alice", 4, {}}}));
  const auto lots = book.lots("alice");
  EXPECT_EQ(lots[0].remaining, 100u);
  EXPECT_EQ(lots[1].remaining, 6u);
  EXPECT_EQ(book.balance("alice", at(30)), 6u);
  const auto history = book.history("alice");
  ASSERT_EQ(history.size(), 3u);
  EXPECT_EQ(history[0].balance, tokens("110"));
  EXPECT_EQ(history[1].balance, tokens("10"));
  EXPECT_FALSE(history[1].cause.has_value());
  EXPECT_EQ(history[2].balance, tokens("6"));
}

TEST(Credits, ATransferMovesLotsWithTheEarlierEnd) {
  CreditBook book = plain_book();
  book.add(
      message(1, 10, CreditKind::distribution, {{"alice", 10, at(500)}, {"alice", 10, at(900)}, {"alice", 10, {}}}));
  book.add(message(2, 20, CreditKind::transfer, {{"bob", 25, at(700)}}, "alice"));
  EXPECT_TRUE(book.covered(hash_of(2)));
  EXPECT_EQ(book.balance("alice", at(30)), 5u);
  const auto lots = book.lots("bob");
  ASSERT_EQ(lots.size(), 2u);  // 10 until 500, then 10 + 5 that both end at 700
  EXPECT_EQ(lots[0].remaining, 10u);
  EXPECT_EQ(lots[0].expiration, at(500));
  EXPECT_EQ(lots[1].remaining, 15u);
  EXPECT_EQ(lots[1].expiration, at(700));
  EXPECT_EQ(lots[1].index, 1u);
}

TEST(Credits, ATransferBeyondTheBalanceMovesNothingUntilAnOlderGrantArrives) {
  CreditBook book = plain_book();
  book.add(message(2, 20, CreditKind::transfer, {{"bob", 25, {}}}, "alice"));
  EXPECT_FALSE(book.covered(hash_of(2)));
  EXPECT_EQ(book.balance("bob", at(30)), 0u);
  const auto touched = book.add(message(1, 10, CreditKind::distribution, {{"alice", 30, {}}}));
  EXPECT_EQ(touched, (std::vector<std::string>{"alice", "bob"}));
  EXPECT_TRUE(book.covered(hash_of(2)));
  EXPECT_EQ(book.balance("bob", at(30)), 25u);
  book.erase(hash_of(1));
  EXPECT_FALSE(book.covered(hash_of(2)));
  EXPECT_EQ(book.balance("bob", at(30)), 0u);
}

TEST(Credits, TheIssuerTransfersWithoutBeingDebited) {
  CreditBook book = plain_book();
  book.add(message(2, 20, CreditKind::transfer, {{"bob", 25, {}}}, "issuer"));
  EXPECT_TRUE(book.covered(hash_of(2)));
  EXPECT_EQ(book.balance("bob", at(30)), 25u);
}

TEST(Credits, OldAmountsAreMultiplied) {
  CreditBook book;
  const Wall change = book.rules().migration_before;
  CreditMessage before = message(1, 0, CreditKind::distribution, {{"alice", 3, {}}});
  before.time = change - nanoseconds(1);
  CreditMessage after = message(2, 0, CreditKind::distribution, {{"alice", 3, {}}});
  after.time = change;
  book.add(before);
  book.add(after);
  EXPECT_EQ(book.balance("alice", change), 30'003u);
}

TEST(Credits, TheSameMessageTwiceCountsOnce) {
  CreditBook book = plain_book();
  book.add(message(1, 10, CreditKind::distribution, {{"alice", 10, {}}}));
  EXPECT_TRUE(book.add(message(1, 10, CreditKind::distribution, {{"alice", 10, {}}})).empty());
  EXPECT_EQ(book.balance("alice", at(20)), 10u);
}

TEST(Credits, OnlyTheRightOriginAndChannelMakeACreditMessage) {
  const CreditRules rules;
  EXPECT_TRUE(is_credit_message("aleph_credit_distribution", rules.credit_address, "x", "ALEPH_CREDIT", rules));
  EXPECT_FALSE(is_credit_message("aleph_credit_distribution", "mallory", "mallory", "ALEPH_CREDIT", rules));
  EXPECT_FALSE(is_credit_message("aleph_credit_distribution", rules.credit_address, "x", "OTHER", rules));
  EXPECT_TRUE(is_credit_message("aleph_credit_transfer", "alice", "alice", "ALEPH_CREDIT", rules));
  EXPECT_FALSE(is_credit_message("aleph_credit_transfer", "delegate", "alice", "ALEPH_CREDIT", rules));
  EXPECT_FALSE(is_credit_message("balances-update", rules.credit_address, "x", "ALEPH_CREDIT", rules));
}

TEST(Credits, PostsAreReadStrictly) {
  const auto good = parse_credit_message(
      CreditKind::distribution, hash_of(1), at(5), "issuer",
      R"({"distribution": {"token": "ALEPH", "chain": "ETH", "credits": [{"address": "a", "amount": 5, "price": "0.1",
          "tx_hash": "0x", "provider": "P", "expiration": 1700000000123}]}})");
  ASSERT_TRUE(good.ok());
  EXPECT_EQ(good->entries[0].expiration, Wall{1'700'000'000'123'000'000});
  const char* const kBad[] = {
      R"({})",
      R"({"transfer": {"credits": []}})",
      R"({"transfer": {"credits": [{"address": "a", "amount": 0}]}})",
      R"({"transfer": {"credits": [{"address": "a", "amount": -1}]}})",
      R"({"transfer": {"credits": [{"address": "a", "amount": 1.0}]}})",
      R"({"transfer": {"credits": [{"address": "a", "amount": "1"}]}})",
      R"({"transfer": {"credits": [{"address": "a", "amount": true}]}})",
      R"({"transfer": {"credits": [{"address": " ", "amount": 1}]}})",
      R"({"transfer": {"credits": [{"address": "a", "amount": 1, "expiration": -5}]}})",
      R"({"transfer": {"credits": [{"address": "a", "amount": 1}, {"address": "a", "amount": 1}]}})",
      R"({"transfer": {"credits": [{"address": "me", "amount": 1}]}})",
      R"({"transfer": {"credits": [{"address": "a", "amount": 99999999999999999999999999999999}]}})",
  };
  for (const char* text : kBad) {
    const auto parsed = parse_credit_message(CreditKind::transfer, hash_of(1), at(5), "me", text);
    EXPECT_FALSE(parsed.ok()) << text;
  }
  const auto never =
      parse_credit_message(CreditKind::transfer, hash_of(1), at(5), "me",
                           R"({"transfer": {"credits": [{"address": "a", "amount": 1, "expiration": 0}]}})");
  ASSERT_TRUE(never.ok());
  EXPECT_FALSE(never->entries[0].expiration.has_value());
}

}  // namespace
}  // namespace lastmile::economy
