#include "sim/fault/fault_plane.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <variant>

#include "core/base/present.hpp"
#include "sim/env/part_of.hpp"

namespace lastmile::sim {
namespace {

static_assert(scenario::kPathFaultsMax <= LinkRules::kRulesMax);

std::vector<NodeIndex> indices(std::span<const scenario::Node> nodes) {
  std::vector<NodeIndex> out;
  for (const scenario::Node node : nodes) out.push_back(NodeIndex{node});
  return out;
}

LinkDirection direction(scenario::Direction d) {
  return d == scenario::Direction::both ? LinkDirection::both : LinkDirection::first_to_second;
}

// Whether the body is a fault of paths; its side effects go into the rule.
bool shape(LinkRule& rule, const scenario::FaultBody& body) {
  if (const auto* cut = std::get_if<scenario::PartitionFault>(&body)) {
    rule.direction = direction(cut->direction);
    rule.cut = cut->mode == scenario::CutMode::stall ? CutMode::stall : CutMode::reset;
    rule.leak = cut->leak.parts;
    return true;
  }
  if (const auto* hold = std::get_if<scenario::HoldFault>(&body)) {
    rule.direction = direction(hold->direction);
    rule.cut = CutMode::hold;
    return true;
  }
  const auto* link = std::get_if<scenario::LinkFault>(&body);
  if (link == nullptr) return false;
  rule.direction = direction(link->direction);
  rule.quality.latency_add = link->latency_add;
  rule.quality.latency_factor = link->latency_factor;
  rule.quality.jitter = link->jitter;
  rule.quality.bandwidth_bits = link->bandwidth.bits_per_second;
  rule.quality.loss = link->loss.parts;
  rule.quality.duplicate = link->duplicate.parts;
  rule.quality.reorder = link->reorder.parts;
  rule.quality.corrupt = link->corrupt.parts;
  return true;
}

}  // namespace

void FaultPlane::begin(const scenario::Action& action) {
  const scenario::FaultBody& body = scenario_.faults[action.entry].body;
  const Key key{action.entry, action.occurrence};
  const std::vector<NodeIndex> who = indices(action.first);
  LinkRule rule;
  if (shape(rule, body)) {
    rule.first = who;
    rule.second = indices(action.second);
    rules_[key] = engine_.add_rule(rule);
  } else if (std::holds_alternative<scenario::PauseFault>(body)) {
    for (const NodeIndex node : who) pause(key, node);
  } else if (const auto* clock = std::get_if<scenario::ClockFault>(&body)) {
    for (const NodeIndex node : who) {
      engine_.step_wall(node, clock->step + clock->offset);
      engine_.set_drift(node, engine_.drift(node) + clock->drift.parts);
    }
  } else if (const auto* chain = std::get_if<scenario::ChainFault>(&body)) {
    const std::uint32_t index = present(engine_.find_chain(chain->chain));
    if (chain->mode == scenario::ChainTrouble::outage) engine_.begin_outage(index, who);
    if (chain->mode == scenario::ChainTrouble::delay) engine_.add_chain_delay(index, who, chain->delay);
    if (chain->mode == scenario::ChainTrouble::reorg) engine_.reorg(index, chain->depth);
  } else if (const auto* disk = std::get_if<scenario::DiskFault>(&body)) {
    for (const NodeIndex node : who) worsen_disk(key, *disk, node);
  } else if (const auto* rare = std::get_if<scenario::RarePathFault>(&body)) {
    for (const NodeIndex node : who) change_luck(key, *rare, node, true);
  }
}

void FaultPlane::end(const scenario::Action& action) {
  const scenario::FaultBody& body = scenario_.faults[action.entry].body;
  const Key key{action.entry, action.occurrence};
  const std::vector<NodeIndex> who = indices(action.first);
  if (const auto rule = rules_.find(key); rule != rules_.end()) {
    engine_.remove_rule(rule->second);
  } else if (std::holds_alternative<scenario::PauseFault>(body)) {
    for (const NodeIndex node : who) resume(key, node);
  } else if (const auto* clock = std::get_if<scenario::ClockFault>(&body)) {
    for (const NodeIndex node : who) {
      engine_.step_wall(node, Duration{} - clock->offset);  // a step stays
      engine_.set_drift(node, engine_.drift(node) - clock->drift.parts);
    }
  } else if (const auto* chain = std::get_if<scenario::ChainFault>(&body)) {
    const std::uint32_t index = present(engine_.find_chain(chain->chain));
    if (chain->mode == scenario::ChainTrouble::outage) engine_.end_outage(index, who);
    if (chain->mode == scenario::ChainTrouble::delay) engine_.add_chain_delay(index, who, Duration{} - chain->delay);
  } else if (const auto* disk = std::get_if<scenario::DiskFault>(&body)) {
    for (const NodeIndex node : who) mend_disk(key, *disk, node);
  } else if (const auto* rare = std::get_if<scenario::RarePathFault>(&body)) {
    for (const NodeIndex node : who) change_luck(key, *rare, node, false);
  }
}

void FaultPlane::worsen_disk(Key key, const scenario::DiskFault& fault, NodeIndex node) {
  switch (fault.mode) {
    case scenario::DiskTrouble::slow:
      speeds_[node.value][key] = fault.amount.parts;
      return slow_disk(node);
    case scenario::DiskTrouble::full: {
      const std::uint64_t bytes = part_of(engine_.disk_free(node), fault.amount.parts);
      taken_[node.value][key] = bytes;
      return engine_.take_disk_space(node, bytes);
    }
    case scenario::DiskTrouble::corrupt: {
      const std::string& name = scenario_.faults[key.first].name;
      Generator draws(substream(substream(scenario_.seed, node.value, "disk damage"), key.second, name));
      engine_.damage_disk(node, fault.amount.parts, draws);
      return;
    }
  }
}

void FaultPlane::mend_disk(Key key, const scenario::DiskFault& fault, NodeIndex node) {
  if (fault.mode == scenario::DiskTrouble::slow) {
    speeds_[node.value].erase(key);
    slow_disk(node);
  } else if (fault.mode == scenario::DiskTrouble::full) {
    engine_.give_disk_space(node, taken_[node.value].extract(key).mapped());
  }
}

void FaultPlane::slow_disk(NodeIndex node) {
  std::uint64_t left = kBillion;
  for (const auto& [key, speed] : speeds_[node.value]) left = part_of(left, speed);
  engine_.set_disk_speed(node, std::max<std::uint64_t>(1, left));
}

// Of several faults the one that makes it likeliest counts.
void FaultPlane::change_luck(Key key, const scenario::RarePathFault& fault, NodeIndex node, bool begins) {
  for (const env::RarePath path : fault.paths) {
    auto& likely = rare_[{node.value, path}];
    if (begins) {
      likely[key] = fault.share.parts;
    } else {
      likely.erase(key);
    }
    std::uint64_t most = 0;
    for (const auto& [_, parts] : likely) most = std::max(most, parts);
    engine_.set_rare_path(node, path, most);
  }
}

void FaultPlane::pause(Key key, NodeIndex node) {
  if (!engine_.running(node)) return;
  pauses_[node.value][key] = engine_.incarnation(node);
  if (!engine_.paused(node)) engine_.pause(node);
}

void FaultPlane::resume(Key key, NodeIndex node) {
  auto& holders = pauses_[node.value];
  holders.erase(key);
  const std::uint32_t life = engine_.incarnation(node);
  std::erase_if(holders, [life](const auto& holder) { return holder.second != life; });
  if (holders.empty() && engine_.running(node) && engine_.paused(node)) engine_.resume(node);
}

std::optional<std::uint64_t> FaultPlane::frames_stopped(std::uint32_t entry, std::uint32_t occurrence) const {
  const auto rule = rules_.find({entry, occurrence});
  if (rule == rules_.end()) return std::nullopt;
  return engine_.frames_stopped(rule->second);
}

}  // namespace lastmile::sim
