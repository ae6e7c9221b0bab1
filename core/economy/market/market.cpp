#include "core/economy/market/market.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "core/base/mul_div.hpp"

namespace lastmile::economy {
namespace {

const Share& servable() {
  static const Share least = Share::percent(80);
  return least;
}

bool eligible(const Ask& ask, const Bid& bid, const Amount& cap) {
  return ask.min_price <= cap && ask.capacity >= bid.units && ask.score >= servable() && !ask.quarantined &&
         ask.owner != bid.bidder;
}

Amount percent_of_amount(const Amount& amount, unsigned percent) { return present(amount.scaled(percent, 100u)); }

}  // namespace

std::optional<Match> match(const Bid& bid, const std::vector<Ask>& asks) {
  LM_CHECK(bid.replication >= 1 && bid.replication <= kReplicationMax && bid.units <= kUnitsMax);
  const Amount cap = present(bid.max_price_total.scaled(1u, bid.replication));
  std::vector<const Ask*> offers;
  for (const Ask& ask : asks) {
    if (eligible(ask, bid, cap)) offers.push_back(&ask);
  }
  std::sort(offers.begin(), offers.end(), [](const Ask* a, const Ask* b) {
    return std::tie(a->min_price, b->score, a->node) < std::tie(b->min_price, a->score, b->node);
  });
  Match match;
  Amount highest;
  std::optional<Amount> first_loser;
  std::map<std::uint64_t, std::uint32_t> places;
  for (const Ask* offer : offers) {
    const bool full = match.providers.size() >= bid.replication;
    if (full || (offer->asn && places[*offer->asn] >= bid.max_per_asn)) {
      // Sorted by price: after the last one that is taken, the first is the smallest.
      if (full && !first_loser) first_loser = offer->min_price;
      continue;
    }
    if (offer->asn) ++places[*offer->asn];
    match.providers.push_back(offer->node);
    highest = offer->min_price;
  }
  if (match.providers.size() < bid.replication) return std::nullopt;
  // Who was passed over for its network lost too, if it is no cheaper than the dearest that serves.
  for (const Ask* offer : offers) {
    const bool taken = std::find(match.providers.begin(), match.providers.end(), offer->node) != match.providers.end();
    if (!taken && offer->min_price >= highest)
      first_loser = std::min(first_loser.value_or(offer->min_price), offer->min_price);
  }
  match.price = std::min(cap, first_loser.value_or(cap));
  return match;
}

std::vector<std::optional<Match>> match_all(const std::vector<Bid>& bids, std::vector<Ask> asks) {
  std::vector<std::size_t> order(bids.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(bids[a].time, bids[a].hash) < std::tie(bids[b].time, bids[b].hash);
  });
  std::vector<std::optional<Match>> matches(bids.size());
  for (const std::size_t i : order) {
    const auto found = match(bids[i], asks);
    matches[i] = found;
    if (!found) continue;
    const auto& providers = found->providers;
    for (Ask& ask : asks) {
      if (std::find(providers.begin(), providers.end(), ask.node) != providers.end()) ask.capacity -= bids[i].units;
    }
  }
  return matches;
}

std::vector<std::optional<Amount>> voluntary_prices(const Amount& total, const std::vector<Amount>& min_prices) {
  std::vector<std::size_t> cheapest_first(min_prices.size());
  std::iota(cheapest_first.begin(), cheapest_first.end(), std::size_t{0});
  std::stable_sort(cheapest_first.begin(), cheapest_first.end(),
                   [&](std::size_t a, std::size_t b) { return min_prices[a] < min_prices[b]; });
  std::vector<std::optional<Amount>> prices(min_prices.size());
  for (std::size_t count = min_prices.size(); count > 0; --count) {
    const Amount each = present(total.scaled(1u, Uint256(count)));
    if (each < min_prices[cheapest_first[count - 1]]) continue;
    for (std::size_t i = 0; i < count; ++i) prices[cheapest_first[i]] = each;
    break;
  }
  return prices;
}

EpochPayment pay_epoch(const Match& match, std::uint64_t units, const std::map<std::string, Probes>& probes) {
  EpochPayment payment;
  const Uint256 each = mul_div(match.price.units(), units, 1u);
  Amount left = Amount::units(mul_div(each, Uint256(match.providers.size()), 1u));
  for (const std::string& provider : match.providers) {
    const auto found = probes.find(provider);
    const Fraction worth =
        found == probes.end() ? Fraction{0, 1} : score_multiplier(found->second.good, found->second.all);
    const Amount paid = Amount::units(mul_div(each, worth.numerator, worth.denominator));
    payment.paid[provider] = paid;
    left = present(left.minus(paid));
  }
  payment.refund = left;
  return payment;
}

MarketSplit split_market_payment(const Amount& payment, const UsageShares& usage) {
  MarketSplit split;
  split.core = percent_of_amount(payment, usage.execution_core);
  split.stakers = percent_of_amount(payment, usage.stakers);
  split.development = percent_of_amount(payment, 100 - usage.execution_resource - usage.execution_core - usage.stakers);
  split.provider = present(present(present(payment.minus(split.core)).minus(split.stakers)).minus(split.development));
  return split;
}

Result<Unit> Escrow::settle(const EpochPayment& epoch) {
  Amount paid;
  for (const auto& [provider, amount] : epoch.paid) paid = present(paid.plus(amount));
  const auto aside = paid.plus(epoch.refund);
  const auto left = aside ? left_.minus(*aside) : std::nullopt;
  if (!left) return Error{"the escrow holds " + left_.tokens_text() + ", less than an epoch sets aside"};
  left_ = *left;
  paid_ = present(paid_.plus(paid));
  refunded_ = present(refunded_.plus(epoch.refund));
  return Unit();
}

void Escrow::close() {
  refunded_ = present(refunded_.plus(left_));
  left_ = Amount();
}

Result<Amount> PaymentChannel::take(std::uint64_t epoch, const Amount& total) {
  if (total > limit_) return Error{"total: expected at most " + limit_.tokens_text()};
  if (epoch_ && (epoch < *epoch_ ? total > total_ : total < total_)) {
    return Error{"total: expected one that never decreases, the last was " + total_.tokens_text()};
  }
  if (epoch_ && epoch < *epoch_) return Amount();  // an older voucher says nothing new
  const Amount more = present(total.minus(total_));
  epoch_ = epoch;
  total_ = total;
  return more;
}

}  // namespace lastmile::economy
