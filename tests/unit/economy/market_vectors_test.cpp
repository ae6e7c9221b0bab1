// The market and lending against the vectors of this project (economics.md 9 and 10).
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "core/economy/market/lending.hpp"
#include "core/economy/market/market.hpp"
#include "tests/unit/economy/registry_events.hpp"
#include "tests/unit/vectors.hpp"

namespace lastmile::economy {
namespace {

using nlohmann::json;

std::string wei(const Amount& amount) { return amount.units().text(); }

TEST(MarketVectors, EveryBidIsMatchedAndEveryEpochPaid) {
  LM_VECTORS(file, "economics-market.json");
  ASSERT_FALSE(file.at("market").empty());
  for (const json& item : file.at("market")) {
    SCOPED_TRACE(item.at("name").get<std::string>());
    std::vector<Ask> asks;
    for (const json& ask : item.at("asks")) {
      asks.push_back({ask.at("id"), "owner", vector_amount(ask.at("min_price")), ask.at("capacity"),
                      vector_share(ask.at("score")), ask.at("asn").get<std::uint64_t>(), false});
    }
    const json& wanted = item.at("bid");
    Bid bid;
    bid.units = wanted.at("units");
    bid.replication = wanted.at("replication");
    bid.max_price_total = vector_amount(wanted.at("max_price_total"));
    bid.max_per_asn = wanted.value("max_per_asn", bid.max_per_asn);
    const auto found = match(bid, asks);
    const json& expected = item.at("expected");
    ASSERT_EQ(found.has_value(), expected.at("matched").get<bool>());
    if (!found) continue;
    EXPECT_EQ(found->providers, expected.at("providers").get<std::vector<std::string>>());
    EXPECT_EQ(wei(found->price), expected.at("price_per_replica_wei").get<std::string>());
    EXPECT_EQ((found->price.units() * bid.replication).text(),
              expected.at("total_per_unit_per_epoch_wei").get<std::string>());
    if (!item.contains("probes")) continue;
    std::map<std::string, Probes> probes;
    for (const auto& [id, counts] : item.at("probes").items()) probes[id] = {counts.at("ok"), counts.at("total")};
    const EpochPayment payment = pay_epoch(*found, bid.units, probes);
    for (const auto& [id, amount] : item.at("expected_epoch_payment_wei").items()) {
      ASSERT_TRUE(payment.paid.contains(id)) << id;
      EXPECT_EQ(wei(payment.paid.at(id)), amount.get<std::string>()) << id;
    }
    EXPECT_EQ(wei(payment.refund), item.at("expected_refund_wei").get<std::string>());
  }
}

double number(const json& text) { return std::stod(text.get<std::string>()); }
double tokens_of_units(const Uint256& units) { return std::stod(Amount::units(units).tokens_text()); }

TEST(LendingVectors, EveryLoanIsJudged) {
  LM_VECTORS(file, "economics-market.json");
  ASSERT_FALSE(file.at("lending").empty());
  for (const json& item : file.at("lending")) {
    SCOPED_TRACE(item.at("name").get<std::string>());
    LendingRules rules;
    rules.collateral_factor = Share::clamped(item.at("collateral_factor").get<std::string>());
    rules.liquidation_threshold = Share::clamped(item.at("liquidation_threshold").get<std::string>());
    Loan loan{vector_amount(item.at("collateral_amount")),
              vector_amount(item.at("collateral_price_usd")),
              vector_amount(item.at("aleph_price_usd")),
              vector_amount(item.at("borrow_aleph")),
              {}};
    const json& expected = item.at("expected");
    const auto most = max_borrow(loan, rules);
    ASSERT_TRUE(most);
    EXPECT_NEAR(tokens_of_units(most->units()), number(expected.at("max_borrow_aleph")), 1e-6);
    EXPECT_EQ(loan.debt <= *most, expected.at("allowed").get<bool>());
    const Uint256 rate = yearly_rate(Share::clamped(item.at("utilisation").get<std::string>()), rules);
    EXPECT_NEAR(tokens_of_units(rate / 1'000'000'000'000'000'000u), number(expected.at("annual_rate")), 1e-6);
    const auto blocks = static_cast<std::uint64_t>(number(item.at("days"))) * rules.blocks_per_day;
    loan.interest = interest_of(loan.debt, rate, blocks, rules);
    EXPECT_NEAR(tokens_of_units(loan.interest.units()), number(expected.at("interest_aleph")), 1e-6);
    const auto factor = health(loan, rules);
    ASSERT_TRUE(factor);
    EXPECT_NEAR(tokens_of_units(*factor), number(expected.at("health_factor")), 1e-6);
    EXPECT_EQ(*liquidatable(loan, rules), expected.at("liquidatable").get<bool>());
  }
}

}  // namespace
}  // namespace lastmile::economy
