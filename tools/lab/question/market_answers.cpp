#include "tools/lab/question/market_answers.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "core/economy/market/market.hpp"
#include "core/economy/prices.hpp"
#include "tools/lab/engine/books.hpp"
#include "tools/lab/engine/run.hpp"
#include "tools/lab/question/closed_form.hpp"

namespace lastmile::lab {
namespace {

constexpr double kStakeOfANode = 500'000;
constexpr double kPoolTokens = 20e6;  // of the exchange whose depth is asked about
constexpr double kPoolUsd = 2e6;
constexpr std::uint32_t kProviders = 10;
constexpr std::uint32_t kReplicas = 4;
constexpr std::uint32_t kBids = 20'000;

double from_decimal(const economy::Decimal& decimal) {
  const auto amount = decimal.floor_amount();
  return amount ? tokens(economy::units128_of(*amount)) : 0;
}

}  // namespace

// Honest-looking nodes join until a third is the attacker's; what they earn in a year is simulated.
Result<Answer> control_of_a_third(const Model& model) {
  Answer found;
  found.columns = {"nodes", "joining",         "tokens",        "tokens_with_others_stake",
                   "usd",   "usd_deep_market", "earned_a_year", "yield_a_year"};
  found.plot = {"honest core nodes",
                "million USD for a third",
                {{"20 million tokens deep", {}}, {"200 million tokens deep", {}}}};
  const double bond = model.operators.bond_token;
  for (const std::uint32_t honest : {20U, 30U, 40U, 54U}) {
    const std::uint32_t joining = joining_for_a_third(honest);
    Model at = model;
    at.days = 365;
    at.operators.count = at.operators.running = at.stakers.count = honest + joining;
    const auto done = run_model(at, at.seed, Record::metrics, [](const DayRow&) {});
    if (!done.ok()) return done.error();
    double earned = 0;
    for (std::uint32_t n = honest; n < honest + joining; ++n) {
      earned += done->operators[n] - bond + done->stakers[n] - done->first_stakers[n];
    }
    const double capital = joining * (bond + kStakeOfANode);
    const double usd = price_of_buying(capital, kPoolTokens, kPoolUsd);
    const double deep = price_of_buying(capital, 10 * kPoolTokens, 10 * kPoolUsd);
    found.rows.push_back({static_cast<double>(honest), static_cast<double>(joining), capital, joining * bond, usd, deep,
                          earned, earned / capital});
    found.plot.lines[0].points.emplace_back(honest, usd / 1e6);
    found.plot.lines[1].points.emplace_back(honest, deep / 1e6);
  }
  const auto& today = found.rows.back();
  found.reading = fmt::format(
      "A third of {:.0f} core nodes takes {:.0f} that join, {:.3g} million tokens with their stake, {:.3g} if others "
      "stake: {:.3g} million USD in an exchange of 20 million tokens. Nothing is slashed, so the nodes earn {:.4g} "
      "million tokens in a year, {:.1f} % of what they cost: whoever has no better use for the tokens attacks for "
      "free.",
      today[0], today[1], today[2] / 1e6, today[3] / 1e6, today[4] / 1e6, today[6] / 1e6, today[7] * 100);
  return found;
}

// Bids for four replicas among ten providers whose asks are uniform, matched by the rules of the market.
Result<Answer> market_clears(const Model& model) {
  Answer found;
  found.columns = {"cap_per_replica", "filled", "mean_price", "provider_margin", "user_saving"};
  found.plot = {
      "most that a user pays for a replica", "share of bids that are filled", {{"filled", {}}, {"mean price", {}}}};
  const Draws draws(model.seed);
  for (const std::uint32_t percent : {20U, 30U, 40U, 50U, 70U, 100U}) {
    economy::Bid bid;
    bid.hash = "bid";
    bid.bidder = "user";
    bid.units = 1;
    bid.replication = kReplicas;
    bid.max_price_total = Amount::units(Uint256(Amount::kUnitsPerToken / 100) * (std::uint64_t{percent} * kReplicas));
    const double cap = percent / 100.0;
    std::uint32_t filled = 0;
    double price = 0;
    double margin = 0;
    for (std::uint32_t trial = 0; trial < kBids; ++trial) {
      std::vector<economy::Ask> asks(kProviders);
      for (std::uint32_t p = 0; p < kProviders; ++p) {
        asks[p].node = asks[p].owner = fmt::format("provider-{}", p);
        asks[p].min_price = economy::amount_of(units_of(draws.share(trial, Purpose::ask, p)));
        asks[p].capacity = 1;
        asks[p].score = economy::Share::percent(100);
      }
      const auto match = economy::match(bid, asks);
      if (!match) continue;
      ++filled;
      const double paid = tokens(economy::units128_of(match->price));
      price += paid;
      for (const economy::Ask& ask : asks) {
        for (const std::string& provider : match->providers) {
          if (provider == ask.node) margin += (paid - tokens(economy::units128_of(ask.min_price))) / kReplicas;
        }
      }
    }
    const double count = std::max(1U, filled);
    found.rows.push_back(
        {cap, filled / static_cast<double>(kBids), price / count, margin / count, cap - price / count});
    found.plot.lines[0].points.emplace_back(cap, filled / static_cast<double>(kBids));
    found.plot.lines[1].points.emplace_back(cap, price / count);
  }
  found.reading = fmt::format(
      "Of {} bids for four replicas among ten providers, {:.1f} % are filled when a user pays at most 0.3 for a "
      "replica, "
      "{:.1f} % at 0.5, all at 1, where a replica costs {:.3f} on average. The first provider who is not taken sets "
      "the "
      "price, so that stating one's true least price is best.",
      kBids, found.rows[1][1] * 100, found.rows[3][1] * 100, found.rows.back()[2]);
  return found;
}

// The opportunity rate below which holding is cheaper, from the price table of the node.
Result<Answer> hold_or_pay(const Model&) {
  Answer found;
  found.columns = {"product", "held_token", "token_per_hour", "threshold_a_year", "threshold_if_price_doubles"};
  found.plot = {"expected rise of the price a year", "opportunity rate below which holding is cheaper", {}};
  const economy::PriceTable prices;
  std::string text;
  double product_number = 0;
  for (const auto product :
       {economy::Product::program, economy::Product::instance, economy::Product::instance_gpu_standard}) {
    const economy::Rates& rates = prices.of(product).compute;
    const double held = from_decimal(rates.hold);
    const double hourly = from_decimal(rates.stream_per_hour);
    const double threshold = holding_threshold(held, hourly, 0);
    found.rows.push_back({product_number++, held, hourly, threshold, holding_threshold(held, hourly, 1)});
    PlotLine line{std::string(economy::product_name(product)), {}};
    for (const double rise : {0.0, 0.25, 0.5, 0.75, 1.0})
      line.points.emplace_back(rise, holding_threshold(held, hourly, rise));
    found.plot.lines.push_back(std::move(line));
    text += fmt::format("{}{} {:.2f} %", text.empty() ? "" : ", ", economy::product_name(product), threshold * 100);
  }
  found.reading = fmt::format(
      "Holding is cheaper than paying as long as the tokens would earn less elsewhere than: {} a year, whatever the "
      "price "
      "of the token is. Who expects it to rise by g adds g. At these prices nearly nobody pays, and question 5 "
      "follows.",
      text);
  return found;
}

}  // namespace lastmile::lab
