// The registry of core nodes and resource nodes: a pure function of balances, node operations and scores in the order
// of their confirmation (economics.md 2).
//
//   Registry registry(rules);
//   sort_events(events);
//   for (const RegistryEvent& event : events) registry.apply(event);
//   registry.state()...
//
// Nobody's tokens move here: stake is the live balance of whoever staked it.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/amount.hpp"
#include "core/base/time.hpp"
#include "core/economy/reward/rules.hpp"

namespace lastmile::economy {

// What an owner may write into the record of a node: a field that is absent keeps its value.
struct NodeDetails {
  // name, multiaddress, address, picture, banner, description, stream_reward, registration_url, terms_and_conditions.
  std::map<std::string, std::string, std::less<>> texts;
  std::optional<std::string> type;  // of a resource node; creation needs one
  std::optional<std::string> reward;
  std::optional<std::string> manager;
  std::optional<std::vector<std::string>> authorized;
  std::optional<bool> locked;
  friend bool operator==(const NodeDetails&, const NodeDetails&) = default;
};
bool is_detail_text(std::string_view key);  // one of those nine

enum class NodeAction : std::uint8_t {
  create_node,
  create_resource_node,
  stake,
  stake_split,
  unstake,
  link,
  unlink,
  drop_node,
  amend,
};

struct NodeOperation {
  Wall time;         // content time
  std::string hash;  // of the message: the id of the node that it creates
  std::string address;
  NodeAction action = NodeAction::create_node;
  std::string ref;  // the node it is about; empty for a creation
  NodeDetails details;
  friend bool operator==(const NodeOperation&, const NodeOperation&) = default;
};

struct ScoreEntry {
  std::string node;
  Share score;
  Share performance;
  Share decentralization;
  friend bool operator==(const ScoreEntry&, const ScoreEntry&) = default;
};

struct ScorePost {
  Wall time;
  std::string hash;
  std::vector<ScoreEntry> core;
  std::vector<ScoreEntry> resource;
  friend bool operator==(const ScorePost&, const ScorePost&) = default;
};

// What a platform says that addresses hold there.
struct BalanceSnapshot {
  std::string platform;
  std::map<std::string, Amount> balances;
  bool whole = true;                 // replaces everything the platform said before, else only these addresses
  std::vector<std::string> changed;  // addresses whose totals are read again
  // Of two at one height the later one counts.
  Wall time;
  std::string hash;
  friend bool operator==(const BalanceSnapshot&, const BalanceSnapshot&) = default;
};

struct RegistryEvent {
  std::uint64_t height = 0;  // of the earliest confirmation on the main chain
  std::variant<BalanceSnapshot, NodeOperation, ScorePost> what;
  friend bool operator==(const RegistryEvent&, const RegistryEvent&) = default;
};
// economics.md 2.4: by height; balances first, then everything else in one sequence by (content time, hash).
void sort_events(std::vector<RegistryEvent>& events);

struct NodeRecord {
  std::string hash;
  std::string owner;
  std::string reward;   // address as written; what is no address stands for the owner
  std::string manager;  // may amend; empty = nobody
  bool locked = false;
  Wall time;
  std::map<std::string, std::string, std::less<>> texts;
  Share score;
  Share performance;
  Share decentralization;
  std::optional<std::uint64_t> inactive_since;  // height
};

struct CoreNodeRecord : NodeRecord {
  std::vector<std::string> authorized;
  std::map<std::string, Amount> stakers;
  Amount total_staked;
  bool active = false;                      // else waiting
  std::vector<std::string> resource_nodes;  // in the order of linking
  bool has_bonus = false;
};

struct ResourceNodeRecord : NodeRecord {
  std::string type;
  std::optional<std::string> parent;  // empty = waiting, else linked
};

struct NodeState {
  std::map<std::string, CoreNodeRecord> core;
  std::map<std::string, ResourceNodeRecord> resource;
};

class Registry {
 public:
  // The rules must outlive it.
  explicit Registry(const RewardRules& rules) : rules_(rules) {}

  // In the order of sort_events(). What is not allowed changes nothing.
  void apply(const RegistryEvent& event);

  const NodeState& state() const { return state_; }
  Amount balance(std::string_view address) const;  // total over platforms, as last read

 private:
  void apply(std::uint64_t height, const BalanceSnapshot& snapshot);
  void apply(std::uint64_t height, const NodeOperation& operation);
  void apply(std::uint64_t height, const ScorePost& post);

  void create_node(std::uint64_t height, const NodeOperation& operation);
  void create_resource_node(const NodeOperation& operation);
  void stake(const NodeOperation& operation, bool split);
  void unstake(const std::string& staker, const std::string& node);
  void link(const NodeOperation& operation);
  void undo_link(const NodeOperation& operation);
  void drop(const NodeOperation& operation);
  void amend(const NodeOperation& operation);

  CoreNodeRecord* node_owned_by(std::string_view owner);
  void write(CoreNodeRecord& record, const NodeDetails& details);
  void write(ResourceNodeRecord& record, const NodeDetails& details);
  // Clears the place a record names when another node has its host.
  using Hosts = std::map<std::string, std::string, std::less<>>;  // host -> the node that has it
  static void claim_host(Hosts& hosts, const NodeRecord& record, std::string& place, const std::string& host);
  static void release_host(Hosts& hosts, const NodeRecord& record, const std::string& host);
  void detach(ResourceNodeRecord& record);
  void remove_core(const std::string& hash);
  void remove_resource(const std::string& hash);
  void remove_stakes(const std::string& staker);
  void divide_again(const std::string& staker);  // the balance over the nodes it is staked on
  void add_up(CoreNodeRecord& record) const;
  void take_score(std::uint64_t height, const ScoreEntry& entry, NodeRecord& record, bool better_only) const;

  const RewardRules& rules_;
  NodeState state_;
  std::map<std::string, std::map<std::string, Amount>> platforms_;
  std::map<std::string, Amount, std::less<>> totals_;
  std::map<std::string, std::string, std::less<>> owners_;                  // owner -> core node
  std::map<std::string, std::vector<std::string>, std::less<>> staked_on_;  // staker -> core nodes
  Hosts core_hosts_;
  Hosts resource_hosts_;
  std::optional<std::uint64_t> last_scores_;  // height of the newest post
};

// The host of "https://crn.example.org:443/x" in small letters; empty when the text has none.
std::string url_host(std::string_view url);
// The first of ip4, ip6, dns, dns4, dns6 of a multiaddress; empty when there is none.
std::string multiaddress_host(std::string_view multiaddress);

}  // namespace lastmile::economy
