#include "scenarios/engine/traffic/balance_oracle.hpp"

#include <algorithm>
#include <numeric>

#include "scenarios/engine/text/json.hpp"
#include "scenarios/engine/traffic/account_ranges.hpp"
#include "scenarios/engine/traffic/writer.hpp"

namespace lastmile::scenario {

crypto::Account BalanceOracle::account(std::uint64_t seed) {
  return crypto::Account::derive(crypto::Chain::ETH, seed, kOracleAccount);
}

BalanceOracle::BalanceOracle(const Scenario& scenario, std::uint64_t seed)
    : scenario_(scenario), seed_(seed), signer_(account(seed)) {
  if (!scenario.economy) return;
  for (const BalanceSpec& balance : scenario.economy->balances) order_.push_back(&balance);
  std::stable_sort(order_.begin(), order_.end(), [&](const BalanceSpec* a, const BalanceSpec* b) {
    return scenario.phases.resolve(a->at) < scenario.phases.resolve(b->at);
  });
}

std::optional<Instant> BalanceOracle::next_time() const {
  if (next_ >= order_.size()) return std::nullopt;
  return scenario_.phases.resolve(order_[next_]->at);
}

void BalanceOracle::write(Publication& p, Wallets& wallets) {
  const BalanceSpec& spec = *order_[next_++];
  // The order is drawn for the entry, so that half of the accounts are the same half each time.
  std::vector<std::uint32_t> accounts(wallets.size());
  std::iota(accounts.begin(), accounts.end(), 0U);
  Generator draws(substream(seed_, kRunScope, "economy:" + spec.of));
  for (std::size_t i = accounts.size(); i > 1; --i) {
    std::swap(accounts[i - 1], accounts[static_cast<std::size_t>(draws.below(i))]);
  }
  const std::uint64_t some = std::uint64_t{wallets.size()} * spec.share.parts / kWhole;
  accounts.resize(static_cast<std::size_t>(some));

  // At equal content times the hash decides; a microsecond for each keeps the order of the file.
  const Wall time = wall_at(p.time) + microseconds(1) * static_cast<std::int64_t>(next_);
  Json holders = Json::object();
  const auto figure = Json::Number{spec.amount.tokens_text()};
  for (const std::uint32_t wallet : accounts) {
    const std::string& address = wallets.account(wallet).address();
    holders.members()->push_back({address, Json(figure)});
    p.balances.emplace_back(address, spec.amount);
  }
  Json told = Json::object();
  told.set("chain", crypto::chain_text(signer_.chain())).set("main_height", Json::unsigned_integer(next_));
  told.set("balances", std::move(holders));
  seal(p, signer_, message::Type::POST,
       content_head(signer_.address(), time) + ",\"type\":\"balances-update\",\"content\":" + compact(told) + "}", time,
       "LASTMILE");
  p.content_time = time;
}

}  // namespace lastmile::scenario
