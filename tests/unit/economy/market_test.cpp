// The market beyond the vectors: who may not serve, who lost, what always adds up; and lending at its edges.
#include "core/economy/market/market.hpp"

#include <gtest/gtest.h>
// clang-format off: rapidcheck's header needs gtest's before it
#include <rapidcheck/gtest.h>
// clang-format on

#include <algorithm>

#include "core/economy/market/lending.hpp"
#include "tests/unit/economy/names.hpp"

namespace lastmile::economy {
namespace {

Ask ask(const std::string& node, const char* price, std::uint64_t asn = 0, const char* score = "0.9") {
  return {node, "owner of " + node, tokens(price), 100, Share::clamped(score), asn, false};
}

Bid bid(std::uint32_t replication, const char* total) {
  Bid bid;
  bid.units = 10;
  bid.replication = replication;
  bid.max_price_total = tokens(total);
  bid.bidder = "bidder";
  return bid;
}

TEST(Matching, LeavesOutWhoMayNotServe) {
  std::vector<Ask> asks = {ask("weak", "0.1", 1, "0.79"), ask("full", "0.1", 2), ask("locked", "0.1", 3),
                           ask("own", "0.1", 4), ask("good", "0.2", 5)};
  asks[1].capacity = 9;
  asks[2].quarantined = true;
  asks[3].owner = "bidder";
  const auto found = match(bid(1, "1"), asks);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->providers, std::vector<std::string>{"good"});
  EXPECT_EQ(found->price, tokens("1"));  // nobody lost: what the bid allows
}

TEST(Matching, OfOnePriceTheBetterScoreServesAndThenTheName) {
  const auto found = match(bid(2, "1"), {ask("c", "0.1", 1), ask("b", "0.1", 2), ask("z", "0.1", 3, "1")});
  EXPECT_EQ(found->providers, (std::vector<std::string>{"z", "b"}));
  EXPECT_EQ(found->price, tokens("0.1"));
}

TEST(Matching, ANetworkHasTwoPlacesAndWhoIsPassedOverSetsNoPriceBelowTheDearestThatServes) {
  const auto found =
      match(bid(3, "3"), {ask("a", "0.1", 7), ask("b", "0.1", 7), ask("c", "0.2", 7), ask("d", "0.3", 8)});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->providers, (std::vector<std::string>{"a", "b", "d"}));
  EXPECT_EQ(found->price, tokens("1"));
}

TEST(Matching, EarlierBidsTakeTheRoom) {
  std::vector<Bid> bids = {bid(1, "1"), bid(1, "1")};
  bids[0].time = at(2);
  bids[1].time = at(1);
  std::vector<Ask> asks = {ask("a", "0.1", 1)};
  asks[0].capacity = 15;
  const auto matches = match_all(bids, asks);
  EXPECT_FALSE(matches[0]);
  EXPECT_TRUE(matches[1]);
}

TEST(Volunteers, ShareAndTheDearestDropOut) {
  const auto prices = voluntary_prices(tokens("1"), {tokens("0.2"), tokens("0.33"), tokens("0.3")});
  EXPECT_EQ(prices[0], Amount::units(tokens("1").units() / 3u));
  EXPECT_FALSE(voluntary_prices(tokens("1"), {tokens("0.2"), tokens("0.6"), tokens("0.3")})[1]);
  EXPECT_EQ(voluntary_prices(tokens("1"), {tokens("0.2"), tokens("0.6"), tokens("0.3")})[0], tokens("0.5"));
  EXPECT_FALSE(voluntary_prices(tokens("1"), {tokens("2")})[0]);
}

RC_GTEST_PROP(MarketProperty, WhatAnEpochSetsAsideIsPaidOrReturned, ()) {
  Match match;
  match.price = Amount::units(*rc::gen::inRange<std::uint64_t>(0, 1'000'000));
  const auto units = *rc::gen::inRange<std::uint64_t>(1, 1'000);
  std::map<std::string, Probes> probes;
  const auto count = *rc::gen::inRange(1, 8);
  for (int i = 0; i < count; ++i) {
    match.providers.push_back("p" + std::to_string(i));
    const auto all = *rc::gen::inRange<std::uint64_t>(0, 20);
    probes[match.providers.back()] = {*rc::gen::inRange<std::uint64_t>(0, all + 1), all};
  }
  const Amount epoch = Amount::units(match.price.units() * units * Uint256(match.providers.size()));
  Escrow escrow(*epoch.plus(epoch.plus(Amount::units(3u)).value()));
  for (int i = 0; i < 2; ++i) RC_ASSERT(escrow.settle(pay_epoch(match, units, probes)).ok());
  if (epoch > Amount::units(3u)) RC_ASSERT(!escrow.settle(pay_epoch(match, units, probes)).ok());
  escrow.close();
  RC_ASSERT(escrow.left() == Amount());
  RC_ASSERT(escrow.paid().plus(escrow.refunded()) == escrow.opened());
}

RC_GTEST_PROP(MarketProperty, NobodyServesBelowItsPriceAndNoUserPaysAboveItsOwn, ()) {
  std::vector<Ask> asks;
  const auto prices = *rc::gen::container<std::vector<std::uint64_t>>(rc::gen::inRange<std::uint64_t>(0, 50));
  for (const std::uint64_t price : prices) {
    asks.push_back(ask("n" + std::to_string(asks.size()), "0", *rc::gen::inRange<std::uint64_t>(0, 4)));
    asks.back().min_price = Amount::units(price);
  }
  Bid wanted = bid(*rc::gen::inRange(1u, 6u), "0");
  wanted.max_price_total = Amount::units(*rc::gen::inRange<std::uint64_t>(0, 200));
  const auto found = match(wanted, asks);
  if (!found) return;
  RC_ASSERT(found->providers.size() == wanted.replication);
  RC_ASSERT(found->price.units() * wanted.replication <= wanted.max_price_total.units());
  std::map<std::uint64_t, unsigned> places;
  for (const Ask& each : asks) {
    if (std::find(found->providers.begin(), found->providers.end(), each.node) == found->providers.end()) continue;
    RC_ASSERT(each.min_price <= found->price);
    RC_ASSERT(++places[*each.asn] <= wanted.max_per_asn);
  }
}

TEST(PaymentChannel, TotalsNeverDecrease) {
  PaymentChannel channel(tokens("10"));
  EXPECT_EQ(*channel.take(1, tokens("2")), tokens("2"));
  EXPECT_EQ(*channel.take(3, tokens("5")), tokens("3"));
  EXPECT_EQ(*channel.take(2, tokens("3")), Amount());  // late, and says nothing new
  EXPECT_FALSE(channel.take(4, tokens("4")));
  EXPECT_FALSE(channel.take(4, tokens("11")));
  EXPECT_EQ(channel.total(), tokens("5"));
}

TEST(MarketSplit, AddsUpWithTheRestForTheProvider) {
  const MarketSplit split = split_market_payment(Amount::units(101u), UsageShares());
  EXPECT_EQ(split.core, Amount::units(15u));
  EXPECT_EQ(split.stakers, Amount::units(20u));
  EXPECT_EQ(split.development, Amount::units(5u));
  EXPECT_EQ(split.provider, Amount::units(61u));
}

TEST(Lending, ALoanThatFallsIsLiquidatedInPartAndOnlyThen) {
  const LendingRules rules;
  Loan loan{tokens("100"), tokens("1"), tokens("1"), tokens("50"), {}};
  EXPECT_FALSE(*liquidatable(loan, rules));
  EXPECT_FALSE(liquidate(loan, tokens("50"), rules));
  loan.collateral_price = tokens("0.76");  // 76 * 0.65 = 49.4
  ASSERT_TRUE(*liquidatable(loan, rules));
  const auto done = liquidate(loan, tokens("50"), rules);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->repaid, tokens("25"));
  EXPECT_EQ(done->seized.tokens_text(), "34.539473684210526314");  // 25 / 0.76, and 5 % of it
  EXPECT_EQ(*health({tokens("1"), tokens("1"), tokens("1"), {}, {}}, rules), Uint256::max());
}

TEST(Lending, WhatIsTooLargeOrHasNoPriceIsRefused) {
  const LendingRules rules;
  EXPECT_FALSE(max_borrow({tokens("1"), tokens("1"), Amount(), {}, {}}, rules));
  EXPECT_FALSE(health({tokens("1000000000001"), tokens("1"), tokens("1"), {}, {}}, rules));
}

TEST(Lending, InterestIsCutWithoutALoss) {
  const InterestSplit split = split_interest(Amount::units(19u), LendingRules());
  EXPECT_EQ(split.lenders, Amount::units(17u));
  EXPECT_EQ(split.reserve, Amount::units(2u));
}

}  // namespace
}  // namespace lastmile::economy
