// Histories of a registry for tests: a few owners, stakers and resource nodes, and all that they may do.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/economy/reward/registry.hpp"
#include "tests/unit/economy/names.hpp"

namespace lastmile::economy {

inline constexpr std::uint64_t kFirstBlock = 24'000'000;

// Builds events one after the other, one block each unless told otherwise.
class History {
 public:
  std::uint64_t height = kFirstBlock;
  std::vector<RegistryEvent> events;

  void hold(const std::string& address, std::uint64_t tokens) {
    BalanceSnapshot snapshot{"ETH", {{address, Amount::tokens(tokens)}}, /*whole=*/false, {address}, next_time(), {}};
    snapshot.hash = "balance" + std::to_string(events.size());
    events.push_back({++height, snapshot});
  }
  void act(NodeAction action, const std::string& address, const std::string& ref, NodeDetails details = {},
           const std::string& hash = {}) {
    const std::string name = hash.empty() ? "operation" + std::to_string(events.size()) : hash;
    events.push_back({++height, NodeOperation{next_time(), name, address, action, ref, std::move(details)}});
  }
  void create_core(const std::string& hash, const std::string& owner) {
    NodeDetails details;
    details.texts["multiaddress"] = "/dns4/" + hash + ".example.org/tcp/4025";
    act(NodeAction::create_node, owner, {}, details, hash);
  }
  void create_resource(const std::string& hash, const std::string& owner) {
    NodeDetails details;
    details.type = "compute";
    details.texts["address"] = "https://" + hash + ".example.org/";
    act(NodeAction::create_resource_node, owner, {}, details, hash);
  }
  void score(const std::vector<std::pair<std::string, std::string>>& core,
             const std::vector<std::pair<std::string, std::string>>& resource, const char* decentralization = "0.5") {
    ScorePost post{next_time(), "score" + std::to_string(events.size()), {}, {}};
    const Share apart = Share::clamped(decentralization);
    for (const auto& [node, score] : core) post.core.push_back({node, Share::clamped(score), Share(), apart});
    for (const auto& [node, score] : resource) post.resource.push_back({node, Share::clamped(score), Share(), apart});
    events.push_back({++height, post});
  }
  // A core node with everything that makes it active and fully linked; scores are told apart.
  void whole_core(const std::string& name, unsigned resources) {
    hold(name + "-owner", 200'000);
    create_core(name, name + "-owner");
    hold(name + "-staker", 500'000);
    act(NodeAction::stake, name + "-staker", name);
    for (unsigned i = 0; i < resources; ++i) {
      const std::string resource = name + "-crn" + std::to_string(i);
      create_resource(resource, resource + "-owner");
      act(NodeAction::link, name + "-owner", resource);
    }
  }
  const NodeState& state(const RewardRules& rules) {
    registry_.emplace(rules);
    for (const RegistryEvent& event : events) registry_->apply(event);
    return registry_->state();
  }

 private:
  Wall next_time() const { return at(1'700'000'000 + static_cast<std::int64_t>(events.size())); }
  std::optional<Registry> registry_;
};

// Any address counts as one.
inline RewardRules plain_rules() {
  RewardRules rules;
  rules.ethereum_payees = false;
  return rules;
}

}  // namespace lastmile::economy
