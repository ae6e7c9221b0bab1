// The usage market: who serves a bid at which price, what an epoch pays, and what payment channels owe (economics.md
// 9). Pure: every core node matches alike at the border of an epoch.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/amount.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/economy/reward/rules.hpp"
#include "core/economy/reward/share.hpp"

namespace lastmile::economy {

// Prices are per unit (GiB or CU), epoch and replica.
struct Ask {
  std::string node;  // resource node that offers
  std::string owner;
  Amount min_price;
  std::uint64_t capacity = 0;  // units that are free
  Share score;
  std::optional<std::uint64_t> asn;  // unknown: alone in its network
  bool quarantined = false;
};

inline constexpr std::uint64_t kUnitsMax = std::uint64_t{1} << 40;
inline constexpr std::uint32_t kReplicationMax = 1'000;

struct Bid {
  std::string hash;
  Wall time;
  std::string bidder;
  std::uint64_t units = 0;        // at most kUnitsMax
  std::uint32_t replication = 1;  // 1 to kReplicationMax
  Amount max_price_total;         // per unit and epoch, for all replicas together
  std::uint32_t max_per_asn = 2;
};

struct Match {
  std::vector<std::string> providers;  // in the order taken
  Amount price;                        // of each replica, the same for all
};

// Empty: fewer than `replication` may serve; the bid stays open and pays nothing. The price is that of the first loser,
// at most what the bid allows.
std::optional<Match> match(const Bid& bid, const std::vector<Ask>& asks);
// All bids in order of (time, hash), each taking capacity from the asks; empty for those that stay open. In the order
// of `bids` as given.
std::vector<std::optional<Match>> match_all(const std::vector<Bid>& bids, std::vector<Ask> asks);

// What each of `min_prices` gets per unit and epoch when more providers than replicas serve: total / count, rounded
// down, for those whom that is enough; the dearest drop out first. Empty where it is not enough.
std::vector<std::optional<Amount>> voluntary_prices(const Amount& total, const std::vector<Amount>& min_prices);

// Availability probes of one provider in an epoch.
struct Probes {
  std::uint64_t good = 0;
  std::uint64_t all = 0;  // below 2^60
};
inline bool failed_epoch(const Probes& probes) { return score_multiplier(probes.good, probes.all).zero(); }
inline constexpr std::uint32_t kFailedEpochsMax = 2;  // in a row: then the provider is replaced

struct EpochPayment {
  std::map<std::string, Amount> paid;  // by provider, rounded down
  Amount refund;                       // the rest of what the epoch set aside
};
// Providers without probes get nothing.
EpochPayment pay_epoch(const Match& match, std::uint64_t units, const std::map<std::string, Probes>& probes);

// The parts of a provider's payment when `market.apply_credit_split` is on: as usage of an execution (6).
struct MarketSplit {
  Amount provider;  // the rest
  Amount core;
  Amount stakers;
  Amount development;
};
MarketSplit split_market_payment(const Amount& payment, const UsageShares& usage);

// What a user set aside for one bid; paid + refunded + left = opened, always.
class Escrow {
 public:
  explicit Escrow(const Amount& opened) : opened_(opened), left_(opened) {}
  // Error, and nothing changes: less is left than the epoch sets aside.
  Result<Unit> settle(const EpochPayment& epoch);
  void close();  // what is left goes back

  const Amount& opened() const { return opened_; }
  const Amount& left() const { return left_; }
  const Amount& paid() const { return paid_; }
  const Amount& refunded() const { return refunded_; }

 private:
  Amount opened_;
  Amount left_;
  Amount paid_;
  Amount refunded_;
};

// The newest of the cumulative vouchers of one (user, provider) channel; who signed them is the caller's business.
class PaymentChannel {
 public:
  explicit PaymentChannel(const Amount& limit) : limit_(limit) {}
  // How much more is owed than before. Error: the total is smaller than one of an earlier epoch, or above the limit.
  Result<Amount> take(std::uint64_t epoch, const Amount& total);
  const Amount& total() const { return total_; }

 private:
  Amount limit_;
  std::optional<std::uint64_t> epoch_;
  Amount total_;
};

}  // namespace lastmile::economy
