#include "scenarios/engine/traffic/wallets.hpp"

#include <algorithm>
#include <numeric>

namespace lastmile::scenario {

Wallets::Wallets(const TrafficSpec& spec, std::uint64_t seed, std::uint64_t first) : seed_(seed), first_(first) {
  std::vector<std::uint32_t> each(spec.chains.size());
  std::vector<std::uint64_t> remainder(spec.chains.size());
  std::uint32_t given = 0;
  for (std::size_t i = 0; i < each.size(); ++i) {
    const std::uint64_t product = std::uint64_t{spec.accounts} * spec.chains[i].second.parts;
    each[i] = static_cast<std::uint32_t>(product / kWhole);
    remainder[i] = product % kWhole;
    given += each[i];
  }
  std::vector<std::size_t> order(each.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainder[a] > remainder[b]; });
  for (std::size_t i = 0; given < spec.accounts; i = (i + 1) % order.size()) {
    ++each[order[i]];
    ++given;
  }
  for (std::size_t i = 0; i < each.size(); ++i) chains_.insert(chains_.end(), each[i], spec.chains[i].first);
  chains_.resize(spec.accounts);
  accounts_.resize(spec.accounts);
}

const crypto::Account& Wallets::account(std::uint32_t wallet) {
  auto& slot = accounts_[wallet];
  if (!slot) slot = std::make_unique<crypto::Account>(crypto::Account::derive(chains_[wallet], seed_, first_ + wallet));
  return *slot;
}

}  // namespace lastmile::scenario
