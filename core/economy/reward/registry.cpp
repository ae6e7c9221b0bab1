#include "core/economy/reward/registry.hpp"

#include <algorithm>
#include <array>

#include "core/base/present.hpp"
#include "core/economy/reward/fine.hpp"

namespace lastmile::economy {
namespace {

constexpr std::array<std::string_view, 9> kDetailTexts = {
    "name",          "multiaddress",     "address",
    "picture",       "banner",           "description",
    "stream_reward", "registration_url", "terms_and_conditions",
};

struct Place {
  std::uint64_t height = 0;
  bool balance = false;
  Wall time;
  const std::string* hash = nullptr;
};

Place place_of(const RegistryEvent& event) {
  return std::visit(
      [&](const auto& what) {
        constexpr bool kBalance = std::is_same_v<std::decay_t<decltype(what)>, BalanceSnapshot>;
        return Place{event.height, kBalance, what.time, &what.hash};
      },
      event.what);
}

bool earlier(const RegistryEvent& a, const RegistryEvent& b) {
  const Place left = place_of(a);
  const Place right = place_of(b);
  if (left.height != right.height) return left.height < right.height;
  if (left.balance != right.balance) return left.balance;
  if (left.time != right.time) return left.time < right.time;
  return *left.hash < *right.hash;
}

bool holds(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// Small vectors whose order means something.
void take_out(std::vector<std::string>& list, std::string_view text) { std::erase(list, text); }

void write_fields(NodeRecord& record, const NodeDetails& details) {
  for (const auto& [key, text] : details.texts) record.texts[key] = text;
  if (details.reward) record.reward = *details.reward;
  if (details.manager) record.manager = *details.manager;
  if (details.locked) record.locked = *details.locked;
}

}  // namespace

bool is_detail_text(std::string_view key) {
  return std::find(kDetailTexts.begin(), kDetailTexts.end(), key) != kDetailTexts.end();
}

void sort_events(std::vector<RegistryEvent>& events) { std::stable_sort(events.begin(), events.end(), earlier); }

void Registry::apply(const RegistryEvent& event) {
  std::visit([&](const auto& what) { apply(event.height, what); }, event.what);
}

Amount Registry::balance(std::string_view address) const {
  const auto found = totals_.find(address);
  return found == totals_.end() ? Amount() : found->second;
}

void Registry::apply(std::uint64_t /*height*/, const BalanceSnapshot& snapshot) {
  auto& platform = platforms_[snapshot.platform];
  if (snapshot.whole) platform.clear();
  for (const auto& [address, amount] : snapshot.balances) platform[address] = std::min(amount, amount_limit());
  for (const std::string& address : snapshot.changed) {
    Amount total;
    for (const auto& [name, balances] : platforms_) {
      if (const auto found = balances.find(address); found != balances.end())
        total = present(total.plus(found->second));
    }
    totals_[address] = total;
  }
  for (const std::string& address : snapshot.changed) {
    const Amount total = balance(address);
    if (const auto owned = owners_.find(address); owned != owners_.end()) {
      if (total < rules_.node_threshold) remove_core(std::string(owned->second));
    } else if (total < rules_.staking_threshold) {
      remove_stakes(address);
    } else {
      divide_again(address);
    }
  }
}

void Registry::apply(std::uint64_t height, const NodeOperation& operation) {
  switch (operation.action) {
    case NodeAction::create_node:
      return create_node(height, operation);
    case NodeAction::create_resource_node:
      return create_resource_node(operation);
    case NodeAction::stake:
      return stake(operation, /*split=*/false);
    case NodeAction::stake_split:
      return stake(operation, /*split=*/true);
    case NodeAction::unstake:
      return unstake(operation.address, operation.ref);
    case NodeAction::link:
      return link(operation);
    case NodeAction::unlink:
      return undo_link(operation);
    case NodeAction::drop_node:
      return drop(operation);
    case NodeAction::amend:
      return amend(operation);
  }
}

CoreNodeRecord* Registry::node_owned_by(std::string_view owner) {
  const auto found = owners_.find(owner);
  return found == owners_.end() ? nullptr : &state_.core.at(found->second);
}

void Registry::create_node(std::uint64_t height, const NodeOperation& operation) {
  if (node_owned_by(operation.address) != nullptr || balance(operation.address) < rules_.node_threshold) return;
  if (state_.core.contains(operation.hash) || state_.resource.contains(operation.hash)) return;
  remove_stakes(operation.address);
  CoreNodeRecord& record = state_.core[operation.hash];
  record.hash = operation.hash;
  record.owner = operation.address;
  record.reward = operation.address;
  record.time = operation.time;
  record.has_bonus = rules_.bonus_before && height < *rules_.bonus_before;
  write(record, operation.details);
  owners_[operation.address] = operation.hash;
}

void Registry::create_resource_node(const NodeOperation& operation) {
  if (!operation.details.type || operation.details.type->empty()) return;
  if (state_.core.contains(operation.hash) || state_.resource.contains(operation.hash)) return;
  ResourceNodeRecord& record = state_.resource[operation.hash];
  record.hash = operation.hash;
  record.type = *operation.details.type;
  record.owner = operation.address;
  record.reward = operation.address;
  record.time = operation.time;
  write(record, operation.details);
}

void Registry::stake(const NodeOperation& operation, bool split) {
  const auto found = state_.core.find(operation.ref);
  if (found == state_.core.end() || balance(operation.address) < rules_.staking_threshold) return;
  if (node_owned_by(operation.address) != nullptr) return;
  if (found->second.locked && !holds(found->second.authorized, operation.address)) return;
  if (split && found->second.stakers.contains(operation.address)) return;
  if (!split) remove_stakes(operation.address);
  found->second.stakers[operation.address] = Amount();
  staked_on_[operation.address].push_back(operation.ref);
  divide_again(operation.address);
}

void Registry::unstake(const std::string& staker, const std::string& node) {
  const auto found = state_.core.find(node);
  if (found == state_.core.end() || found->second.stakers.erase(staker) == 0) return;
  add_up(found->second);
  take_out(staked_on_[staker], node);
  divide_again(staker);
}

void Registry::link(const NodeOperation& operation) {
  CoreNodeRecord* const parent = node_owned_by(operation.address);
  const auto found = state_.resource.find(operation.ref);
  if (parent == nullptr || found == state_.resource.end()) return;
  if (parent->resource_nodes.size() >= rules_.max_linked || found->second.parent || found->second.locked) return;
  found->second.parent = parent->hash;
  parent->resource_nodes.push_back(operation.ref);
}

void Registry::undo_link(const NodeOperation& operation) {
  const auto found = state_.resource.find(operation.ref);
  if (found == state_.resource.end() || !found->second.parent) return;
  const CoreNodeRecord& parent = state_.core.at(present(found->second.parent));
  if (operation.address == parent.owner || operation.address == found->second.owner) detach(found->second);
}

void Registry::drop(const NodeOperation& operation) {
  if (const auto core = state_.core.find(operation.ref); core != state_.core.end()) {
    if (core->second.owner == operation.address) remove_core(operation.ref);
    return;
  }
  const auto resource = state_.resource.find(operation.ref);
  if (resource != state_.resource.end() && resource->second.owner == operation.address) remove_resource(operation.ref);
}

void Registry::amend(const NodeOperation& operation) {
  const auto may = [&](const NodeRecord& record) {
    return operation.address == record.owner || (!record.manager.empty() && operation.address == record.manager);
  };
  if (const auto core = state_.core.find(operation.ref); core != state_.core.end()) {
    if (!may(core->second)) return;
    write(core->second, operation.details);
    if (operation.details.authorized) core->second.authorized = *operation.details.authorized;
    return;
  }
  const auto resource = state_.resource.find(operation.ref);
  if (resource == state_.resource.end() || !may(resource->second)) return;
  write(resource->second, operation.details);
}

void Registry::write(CoreNodeRecord& record, const NodeDetails& details) {
  std::string& place = record.texts["multiaddress"];
  release_host(core_hosts_, record, multiaddress_host(place));
  write_fields(record, details);
  const std::string host = multiaddress_host(place);
  if (host.empty()) place.clear();
  claim_host(core_hosts_, record, place, host);
}

void Registry::write(ResourceNodeRecord& record, const NodeDetails& details) {
  std::string& place = record.texts["address"];
  release_host(resource_hosts_, record, url_host(place));
  write_fields(record, details);
  claim_host(resource_hosts_, record, place, url_host(place));
}

void Registry::claim_host(Hosts& hosts, const NodeRecord& record, std::string& place, const std::string& host) {
  if (host.empty()) return;
  if (!hosts.try_emplace(host, record.hash).second) place.clear();
}

void Registry::release_host(Hosts& hosts, const NodeRecord& record, const std::string& host) {
  const auto found = hosts.find(host);
  if (found != hosts.end() && found->second == record.hash) hosts.erase(found);
}

void Registry::detach(ResourceNodeRecord& record) {
  if (!record.parent) return;
  take_out(state_.core.at(*record.parent).resource_nodes, record.hash);
  record.parent.reset();
}

void Registry::remove_core(const std::string& hash) {
  const auto found = state_.core.find(hash);
  for (const std::string& child : found->second.resource_nodes) state_.resource.at(child).parent.reset();
  release_host(core_hosts_, found->second, multiaddress_host(found->second.texts["multiaddress"]));
  owners_.erase(found->second.owner);
  const std::map<std::string, Amount> stakers = std::move(found->second.stakers);
  state_.core.erase(found);
  for (const auto& [staker, amount] : stakers) {
    take_out(staked_on_[staker], hash);
    divide_again(staker);
  }
}

void Registry::remove_resource(const std::string& hash) {
  ResourceNodeRecord& record = state_.resource.at(hash);
  release_host(resource_hosts_, record, url_host(record.texts["address"]));
  detach(record);
  state_.resource.erase(hash);
}

void Registry::remove_stakes(const std::string& staker) {
  const auto found = staked_on_.find(staker);
  if (found == staked_on_.end()) return;
  for (const std::string& node : found->second) {
    CoreNodeRecord& record = state_.core.at(node);
    record.stakers.erase(staker);
    add_up(record);
  }
  staked_on_.erase(found);
}

void Registry::divide_again(const std::string& staker) {
  const auto found = staked_on_.find(staker);
  if (found == staked_on_.end()) return;
  if (found->second.empty()) {
    staked_on_.erase(found);
    return;
  }
  const Amount each = Amount::units(balance(staker).units() / Uint256(found->second.size()));
  for (const std::string& node : found->second) {
    CoreNodeRecord& record = state_.core.at(node);
    record.stakers[staker] = each;
    add_up(record);
  }
}

void Registry::add_up(CoreNodeRecord& record) const {
  Amount total;
  for (const auto& [staker, amount] : record.stakers) total = present(total.plus(amount));
  record.total_staked = total;
  record.active = total >= rules_.activation_least;
}

void Registry::apply(std::uint64_t height, const ScorePost& post) {
  if (rules_.discarded_scores && rules_.discarded_scores->contains(height)) return;
  const bool better_only = last_scores_ && *last_scores_ + rules_.better_score_within > height;
  for (const ScoreEntry& entry : post.core) {
    const auto found = state_.core.find(entry.node);
    if (found != state_.core.end()) take_score(height, entry, found->second, better_only);
  }
  for (const ScoreEntry& entry : post.resource) {
    const auto found = state_.resource.find(entry.node);
    if (found == state_.resource.end()) continue;
    take_score(height, entry, found->second, better_only);
    if (entry.score >= rules_.inactive_below || height <= rules_.inactivity_above || found->second.parent) continue;
    const std::uint64_t inactive = height - present(found->second.inactive_since);
    if (inactive > rules_.inactivity_days * rules_.blocks_per_day) remove_resource(entry.node);
  }
  last_scores_ = height;
}

void Registry::take_score(std::uint64_t height, const ScoreEntry& entry, NodeRecord& record, bool better_only) const {
  record.score = better_only ? std::max(record.score, entry.score) : entry.score;
  record.performance = better_only ? std::max(record.performance, entry.performance) : entry.performance;
  record.decentralization = entry.decentralization;
  if (entry.score >= rules_.inactive_below) {
    record.inactive_since.reset();
  } else if (!record.inactive_since) {
    record.inactive_since = height;
  }
}

}  // namespace lastmile::economy
