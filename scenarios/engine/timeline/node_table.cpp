#include "scenarios/engine/timeline/node_table.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "core/base/random.hpp"

namespace lastmile::scenario {
namespace {

// How many of `count` go to each region: largest remainders, ties to the earlier one. Shares need not add up to a
// whole.
std::vector<std::uint32_t> counts(const std::vector<RegionShare>& shares, std::uint32_t count) {
  std::uint64_t total = 0;
  for (const RegionShare& each : shares) total += each.share.parts;
  std::vector<std::uint32_t> each(shares.size());
  std::vector<std::uint64_t> remainder(shares.size());
  std::uint32_t given = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const std::uint64_t product = std::uint64_t{shares[i].share.parts} * count;
    each[i] = static_cast<std::uint32_t>(product / total);
    remainder[i] = product % total;
    given += each[i];
  }
  std::vector<std::size_t> order(shares.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainder[a] > remainder[b]; });
  for (std::size_t i = 0; given < count; ++i, ++given) ++each[order[i]];
  return each;
}

// The region of each node of a group. Shuffled: neighbours by number are no neighbours in the world. The stream is the
// group's own, so that a group added at the end leaves the others where they were.
std::vector<std::uint32_t> dealt(const Group& group, std::uint64_t seed) {
  std::vector<std::uint32_t> out;
  out.reserve(group.count);
  const std::vector<std::uint32_t> each = counts(group.regions, group.count);
  for (std::size_t i = 0; i < each.size(); ++i) out.insert(out.end(), each[i], group.regions[i].region);
  const std::uint64_t group_seed = substream(substream(seed, kRunScope, "group"), kRunScope, group.name);
  Generator places(substream(group_seed, 0, "regions"));
  places.shuffle(out);
  return out;
}

}  // namespace

NodeTable::NodeTable(const Scenario& scenario, std::uint64_t seed)
    : seed_(seed), region_names_(scenario.world.regions.names) {
  nodes_.reserve(scenario.world.nodes());
  for (std::uint32_t g = 0; g < scenario.world.groups.size(); ++g) {
    const Group& group = scenario.world.groups[g];
    groups_.push_back(group.name);
    members_.emplace(group.name, std::pair(size(), group.count));
    const auto regions = dealt(group, seed);
    for (std::uint32_t i = 0; i < group.count; ++i) {
      nodes_.push_back(
          {group.name + "-" + std::to_string(i), g, group.role, group.fidelity == Fidelity::light, regions[i], {}, {}});
    }
  }
  for (std::uint32_t c = 0; c < scenario.world.chains.size(); ++c) {
    const ChainSpec& chain = scenario.world.chains[c];
    chain_names_.push_back(chain.name);
    for (const Node node : select(chain.synchronizers, chain.name)) nodes_[node].chains.push_back(c);
  }
}

std::optional<Node> NodeTable::find(std::string_view name) const {
  const std::size_t dash = name.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto group = members_.find(name.substr(0, dash));
  std::uint32_t number = 0;
  const char* const end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data() + dash + 1, end, number);
  if (group == members_.end() || error != std::errc{} || rest != end || number >= group->second.second)
    return std::nullopt;
  const Node node = group->second.first + number;
  return nodes_[node].name == name ? std::optional(node) : std::nullopt;  // not "west-007"
}

void NodeTable::set_island(const std::string& name, std::vector<Node> nodes) { islands_[name] = std::move(nodes); }
void NodeTable::remove_island(std::string_view name) {
  if (const auto found = islands_.find(name); found != islands_.end()) islands_.erase(found);
}

bool NodeTable::matches(const Atom& atom, Node node) const {
  const NodeInfo& info = nodes_[node];
  switch (atom.kind) {
    case AtomKind::all:
      return true;
    case AtomKind::group:
      return groups_[info.group] == atom.name;
    case AtomKind::role:
      return role_text(info.role) == atom.name;
    case AtomKind::region:
      return region_names_[info.region] == atom.name;
    case AtomKind::node:
      return info.name == atom.name;
    case AtomKind::chain:
      return std::any_of(info.chains.begin(), info.chains.end(), [&](auto c) { return chain_names_[c] == atom.name; });
    case AtomKind::island: {
      const auto found = islands_.find(atom.name);
      return found != islands_.end() && std::binary_search(found->second.begin(), found->second.end(), node);
    }
    default:
      return true;  // counting atoms come afterwards
  }
}

std::vector<Node> NodeTable::select_term(const std::vector<Atom>& term, Generator& draws,
                                         const std::vector<Node>& without) const {
  std::vector<Node> left;
  const Atom* counting = nullptr;
  for (const Atom& atom : term) {
    if (atom.counting()) counting = &atom;
  }
  for (Node node = 0; node < size(); ++node) {
    if (std::binary_search(without.begin(), without.end(), node)) continue;
    const bool fits = std::all_of(term.begin(), term.end(), [&](const Atom& atom) {
      return atom.counting() || matches(atom, node) != atom.negated;
    });
    if (fits) left.push_back(node);
  }
  if (counting == nullptr) return left;

  const std::size_t n = left.size();
  std::size_t wanted = 0;
  switch (counting->kind) {
    case AtomKind::one:
      wanted = 1;
      break;
    case AtomKind::random:
      // A share is rounded to the nearest whole node, but means somebody.
      wanted = counting->count > 0
                   ? counting->count
                   : std::max<std::size_t>(1, (n * std::uint64_t{counting->share.parts} + kWhole / 2) / kWhole);
      break;
    case AtomKind::minority:
      wanted = n > 0 ? (n - 1) / 2 : 0;
      break;
    case AtomKind::majority:
      wanted = n / 2 + 1;
      break;
    case AtomKind::richest:
      wanted = counting->count;
      break;
    default:
      break;
  }
  wanted = std::min(wanted, n);
  std::vector<Node> order = left;
  if (counting->kind == AtomKind::richest) {
    std::stable_sort(order.begin(), order.end(), [&](Node a, Node b) { return nodes_[a].balance > nodes_[b].balance; });
  } else {
    draws.shuffle(order);
  }
  order.erase(counting->negated ? order.begin() : order.begin() + static_cast<std::ptrdiff_t>(wanted),
              counting->negated ? order.begin() + static_cast<std::ptrdiff_t>(wanted) : order.end());
  return order;
}

std::vector<Node> NodeTable::select(const Selector& selector, std::string_view entry,
                                    const std::vector<Node>& without) const {
  Generator draws(substream(seed_, kRunScope, "select:" + std::string(entry)));
  std::vector<Node> out;
  for (const auto& term : selector.terms) {
    const auto part = select_term(term, draws, without);
    out.insert(out.end(), part.begin(), part.end());
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace lastmile::scenario
