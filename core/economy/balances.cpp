#include "core/economy/balances.hpp"

#include <algorithm>
#include <tuple>

#include "core/base/check.hpp"
#include "core/economy/exact_json.hpp"

namespace lastmile::economy {

Result<BalanceUpdate> parse_balance_update(const message::ItemHash& hash, Wall time, std::string_view text) {
  const auto document = message::JsonView::parse(text);
  if (!document) return document.error();
  if (!document->is_object()) return Error{"content: expected an object"};
  BalanceUpdate update;
  update.hash = hash;
  update.time = time;
  if (const auto chain = member(*document, "chain"); chain && chain->is_string()) update.chain = chain->string();
  if (const auto dapp = member(*document, "dapp"); dapp && dapp->is_string()) update.dapp = dapp->string();
  if (const auto height = member(*document, "main_height")) {
    const auto value = exact_integer(*height);
    const auto narrow = value ? value->narrow() : std::nullopt;
    if (!narrow) return Error{"content.main_height: expected an integer >= 0"};
    update.main_height = *narrow;
  }
  const auto balances = member(*document, "balances");
  if (!balances || !balances->is_object()) return Error{"content.balances: expected an object"};
  std::map<std::string, Amount, std::less<>> amounts;  // of a repeated address the last figure counts
  std::optional<Error> error;
  balances->each_member([&](std::string_view address, message::JsonView value) {
    const auto number = exact_number(value);
    const auto amount = number ? number->floor_amount() : std::nullopt;
    if (!amount) {
      error = Error{"content.balances." + std::string(address) + ": expected a number >= 0"};
    } else if (amounts.size() >= kMaxBalancesPerUpdate) {
      error = Error{"content.balances: too many addresses"};
    } else {
      amounts.insert_or_assign(std::string(address), *amount);
    }
    return !error;
  });
  if (error) return *error;
  update.balances.assign(amounts.begin(), amounts.end());
  return update;
}

std::vector<std::string> BalanceBook::add(const BalanceUpdate& update) {
  std::vector<std::string> changed;
  for (const auto& [address, amount] : update.balances) {
    auto& entries = accounts_[address][Place(update.chain, update.dapp)];
    const Entry entry{update.time, update.hash, update.main_height, amount};
    const auto place = std::lower_bound(entries.begin(), entries.end(), entry, [](const Entry& a, const Entry& b) {
      return std::tie(a.time, a.hash) < std::tie(b.time, b.hash);
    });
    if (place != entries.end() && place->time == entry.time && place->hash == entry.hash) continue;
    entries.insert(place, entry);
    changed.push_back(address);
  }
  return changed;
}

std::vector<std::string> BalanceBook::erase(const BalanceUpdate& update) {
  std::vector<std::string> changed;
  for (const auto& [address, amount] : update.balances) {
    const auto account = accounts_.find(address);
    if (account == accounts_.end()) continue;
    const auto row = account->second.find(Place(update.chain, update.dapp));
    if (row == account->second.end()) continue;
    const auto gone = std::erase_if(row->second, [&](const Entry& entry) { return entry.hash == update.hash; });
    if (gone == 0) continue;
    changed.push_back(address);
    if (row->second.empty()) account->second.erase(row);
    if (account->second.empty()) accounts_.erase(account);
  }
  return changed;
}

Amount BalanceBook::total(std::string_view address) const {
  Uint256 sum = 0;
  for (const BalanceRow& row : rows(address)) {
    if (row.dapp.empty()) sum += row.balance.units();
  }
  return Amount::units(sum);
}

std::vector<BalanceRow> BalanceBook::rows(std::string_view address) const {
  std::vector<BalanceRow> result;
  const auto account = accounts_.find(address);
  if (account == accounts_.end()) return result;
  for (const auto& [place, entries] : account->second) {
    BalanceRow row{std::string(address), place.first, place.second, {}, 0, {}};
    const Entry* current = nullptr;
    for (const Entry& entry : entries) {
      if (current != nullptr && entry.main_height <= current->main_height) continue;
      if (current == nullptr || entry.balance != current->balance) row.last_update = entry.time;
      current = &entry;
    }
    LM_CHECK(current != nullptr);
    row.balance = current->balance;
    row.main_height = current->main_height;
    result.push_back(std::move(row));
  }
  return result;
}

std::vector<BalanceStep> BalanceBook::history(std::string_view address) const {
  struct Change {
    const Entry* entry;
    Uint256 before;
  };
  std::vector<Change> changes;
  const auto account = accounts_.find(address);
  if (account == accounts_.end()) return {};
  for (const auto& [place, entries] : account->second) {
    if (!place.second.empty()) continue;  // dapp rows do not count
    const Entry* current = nullptr;
    for (const Entry& entry : entries) {
      if (current != nullptr && entry.main_height <= current->main_height) continue;
      changes.push_back({&entry, current == nullptr ? Uint256(0) : current->balance.units()});
      current = &entry;
    }
  }
  std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
    return std::tie(a.entry->time, a.entry->hash) < std::tie(b.entry->time, b.entry->hash);
  });
  std::vector<BalanceStep> steps;
  Uint256 sum = 0;
  for (const Change& change : changes) {
    sum = sum + change.entry->balance.units() - change.before;
    steps.push_back({change.entry->time, change.entry->hash, Amount::units(sum)});
  }
  return steps;
}

std::vector<std::string> BalanceBook::addresses() const {
  std::vector<std::string> result;
  result.reserve(accounts_.size());
  for (const auto& [address, account] : accounts_) result.push_back(address);
  return result;
}

}  // namespace lastmile::economy
