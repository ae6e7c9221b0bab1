#include "real/rig/roads.hpp"

#include <algorithm>

#include "core/base/random.hpp"

namespace lastmile::real {

using scenario::Node;

namespace {

constexpr double kLatencyMaxNs = 24 * 3600 * 1e9;  // of a path whose latency faults multiply, one after another

}  // namespace

RigRoads::RigRoads(const scenario::Scenario& scenario, const scenario::NodeTable& nodes, Proxy& proxy)
    : scenario_(scenario), nodes_(nodes), proxy_(proxy) {
  for (const scenario::Group& group : scenario.world.groups) {
    Generator draws = scenario::group_draws(scenario.seed, group.name, "access");
    const scenario::Law& law = scenario.world.hardware[group.hardware].access_latency;
    for (std::uint32_t i = 0; i < group.count; ++i)
      access_.push_back(std::max(scenario::draw_latency(law, draws), Duration{}));
  }
  for (Node from = 0; from < nodes.size(); ++from) {
    for (Node to = 0; to < nodes.size(); ++to) {
      if (from != to) proxy_.set_path(from, to, state(from, to));
    }
  }
}

bool RigRoads::is_road_fault(const scenario::Fault& fault) {
  return std::holds_alternative<scenario::PartitionFault>(fault.body) ||
         std::holds_alternative<scenario::LinkFault>(fault.body) ||
         std::holds_alternative<scenario::HoldFault>(fault.body);
}

bool RigRoads::applies(const InForce& rule, Node from, Node to) const {
  if (rule.first[from] && rule.second[to]) return true;
  scenario::Direction direction = scenario::Direction::both;
  if (const auto* cut = std::get_if<scenario::PartitionFault>(&rule.fault->body)) direction = cut->direction;
  if (const auto* link = std::get_if<scenario::LinkFault>(&rule.fault->body)) direction = link->direction;
  if (const auto* hold = std::get_if<scenario::HoldFault>(&rule.fault->body)) direction = hold->direction;
  return direction == scenario::Direction::both && rule.second[from] && rule.first[to];
}

PathState RigRoads::state(Node from, Node to) const {
  const scenario::Hardware& sender = scenario_.world.hardware[scenario_.world.groups[nodes_[from].group].hardware];
  const scenario::Hardware& receiver = scenario_.world.hardware[scenario_.world.groups[nodes_[to].group].hardware];
  PathState out;
  out.latency =
      scenario_.world.regions.between(nodes_[from].region, nodes_[to].region) / 2 + access_[from] + access_[to];
  const auto narrow = [&out](std::uint64_t bits) {
    if (bits > 0 && (out.bandwidth_bits == 0 || bits < out.bandwidth_bits)) out.bandwidth_bits = bits;
  };
  narrow(sender.uplink.bits_per_second);
  narrow(receiver.downlink.bits_per_second);
  double factor = 1;
  Duration added;
  for (const auto& [id, rule] : in_force_) {
    if (!applies(rule, from, to)) continue;
    if (std::holds_alternative<scenario::PartitionFault>(rule.fault->body)) {
      out.stalled = true;  // mode reset ends connections once; new ones meet the same wall
    } else if (std::holds_alternative<scenario::HoldFault>(rule.fault->body)) {
      out.held = true;
    } else if (const auto* link = std::get_if<scenario::LinkFault>(&rule.fault->body)) {
      factor *= static_cast<double>(link->latency_factor) / static_cast<double>(scenario::kWhole);
      added = std::min(added + link->latency_add, Duration{static_cast<std::int64_t>(kLatencyMaxNs)});
      out.jitter = std::min(out.jitter + link->jitter, Duration{static_cast<std::int64_t>(kLatencyMaxNs)});
      narrow(link->bandwidth.bits_per_second);
      out.corrupt_parts = std::max<std::uint64_t>(out.corrupt_parts, link->corrupt.parts);
    }
  }
  // As in the simulator: first the factors of all, then what they add.
  const double scaled = std::min(static_cast<double>(out.latency.ns) * factor, kLatencyMaxNs);
  out.latency = Duration{static_cast<std::int64_t>(scaled)} + added;
  return out;
}

void RigRoads::update(const InForce& changed) {
  for (Node from = 0; from < nodes_.size(); ++from) {
    for (Node to = 0; to < nodes_.size(); ++to) {
      if (from != to && applies(changed, from, to)) proxy_.set_path(from, to, state(from, to));
    }
  }
}

void RigRoads::begin(FaultId id, const scenario::Fault& fault, std::span<const Node> first,
                     std::span<const Node> second) {
  InForce rule{&fault, std::vector<bool>(nodes_.size()), std::vector<bool>(nodes_.size())};
  for (const Node node : first) rule.first[node] = true;
  for (const Node node : second) rule.second[node] = true;
  const InForce& added = in_force_.emplace(id, std::move(rule)).first->second;
  update(added);
  const auto* cut = std::get_if<scenario::PartitionFault>(&fault.body);
  if (cut == nullptr || cut->mode != scenario::CutMode::reset) return;
  for (const Node a : first) {
    for (const Node b : second) proxy_.reset(a, b);
  }
}

void RigRoads::end(FaultId id) {
  const auto found = in_force_.find(id);
  if (found == in_force_.end()) return;
  const InForce over = std::move(found->second);
  in_force_.erase(found);
  update(over);
}

}  // namespace lastmile::real
