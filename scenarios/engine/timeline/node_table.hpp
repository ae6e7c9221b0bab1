// The nodes of a run by number, and which of them a selector means.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/amount.hpp"
#include "core/base/random.hpp"
#include "scenarios/engine/model/scenario.hpp"

namespace lastmile::scenario {

// Dense from 0: group by group in the order of the file, as sim/world numbers them.
using Node = std::uint32_t;

struct NodeInfo {
  std::string name;  // "west-0"
  std::uint32_t group = 0;
  Role role = Role::core;
  bool light = false;                 // Fidelity::light
  std::uint32_t region = 0;           // row of Regions
  std::vector<std::uint32_t> chains;  // it is a synchronization node of, ascending
  Amount balance;                     // what `richest` compares
};

// Of what is drawn for the machines of a group, one after another: "access" latencies, "clocks". The same in every
// world, and a group added at the end of a file leaves the machines of the others as they were.
inline Generator group_draws(std::uint64_t seed, std::string_view group, std::string_view purpose) {
  return Generator(substream(substream(substream(seed, kRunScope, "group"), kRunScope, group), 0, purpose));
}

class NodeTable {
 public:
  // The one place where the nodes of a group with shares of regions are dealt out: every world and every selector goes
  // by it. Synchronization nodes are resolved here, with draws from (seed, "select", chain name).
  NodeTable(const Scenario& scenario, std::uint64_t seed);

  std::uint32_t size() const { return static_cast<std::uint32_t>(nodes_.size()); }
  const NodeInfo& operator[](Node node) const { return nodes_[node]; }
  const std::vector<std::string>& groups() const { return groups_; }
  std::optional<Node> find(std::string_view name) const;
  void set_balance(Node node, Amount balance) { nodes_[node].balance = balance; }

  // Islands exist while a partition runs.
  void set_island(const std::string& name, std::vector<Node> nodes);
  void remove_island(std::string_view name);

  // Ascending, without repeats. Counting atoms draw from the stream ("select", entry); `without` is taken away before
  // they draw. Names were checked by the parser; an island that does not exist now is empty.
  std::vector<Node> select(const Selector& selector, std::string_view entry,
                           const std::vector<Node>& without = {}) const;

 private:
  std::vector<Node> select_term(const std::vector<Atom>& term, Generator& draws,
                                const std::vector<Node>& without) const;
  bool matches(const Atom& atom, Node node) const;

  std::uint64_t seed_;
  std::vector<std::string> groups_;
  std::vector<std::string> region_names_;
  std::vector<std::string> chain_names_;
  std::vector<NodeInfo> nodes_;
  std::map<std::string, std::pair<Node, std::uint32_t>, std::less<>> members_;  // of each group: the first, how many
  std::map<std::string, std::vector<Node>, std::less<>> islands_;
};

}  // namespace lastmile::scenario
