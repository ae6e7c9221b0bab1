#include "sim/env/link_rules.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "sim/env/hardware.hpp"
#include "sim/env/wide.hpp"

namespace lastmile::sim {
namespace {

std::vector<bool> membership(const std::vector<NodeIndex>& nodes) {
  std::vector<bool> set;
  for (const NodeIndex node : nodes) {
    LM_CHECK(node.value < kNodesMax);
    if (node.value >= set.size()) set.resize(node.value + 1);
    set[node.value] = true;
  }
  return set;
}

bool in(const std::vector<bool>& set, NodeIndex node) { return node.value < set.size() && set[node.value]; }

// Share that at least one of two independent draws hits.
std::uint64_t either(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kOne = kBillion;
  a = std::min(a, kOne);
  b = std::min(b, kOne);
  return a + b - static_cast<std::uint64_t>(Wide{a} * b / kOne);
}

int strength(CutMode mode) {
  switch (mode) {
    case CutMode::none:
      return 0;
    case CutMode::hold:
      return 1;
    case CutMode::stall:
      return 2;
    case CutMode::reset:
      return 3;
  }
  LM_CHECK(false);
}

// Of delays that are none of them longer than the sum may be.
Duration delay_sum(Duration a, Duration b) {
  return std::min(std::min(a, kPathDelayMax) + std::min(b, kPathDelayMax), kPathDelayMax);
}

// Beyond it every latency above a nanosecond is longer than a path may take.
constexpr std::uint64_t kFactorMax = std::uint64_t{kBillion} * kBillion;

void combine(LinkQuality& into, const LinkQuality& with) {
  into.latency_add = delay_sum(into.latency_add, with.latency_add);
  const Wide factor = Wide{into.latency_factor} * with.latency_factor / kBillion;
  into.latency_factor = static_cast<std::uint64_t>(std::min<Wide>(factor, kFactorMax));
  into.jitter = delay_sum(into.jitter, with.jitter);
  if (with.bandwidth_bits != 0)
    into.bandwidth_bits =
        into.bandwidth_bits == 0 ? with.bandwidth_bits : std::min(into.bandwidth_bits, with.bandwidth_bits);
  into.loss = either(into.loss, with.loss);
  into.duplicate = either(into.duplicate, with.duplicate);
  into.reorder = either(into.reorder, with.reorder);
  into.corrupt = either(into.corrupt, with.corrupt);
}

}  // namespace

Duration latency_with(const LinkQuality& quality, Duration latency) {
  const Wide scaled = Wide{static_cast<std::uint64_t>(latency.ns)} * quality.latency_factor / kBillion;
  const Duration own{static_cast<std::int64_t>(std::min<Wide>(scaled, static_cast<Wide>(kPathDelayMax.ns)))};
  return delay_sum(own, quality.latency_add);
}

LinkRuleId LinkRules::add(const LinkRule& rule) {
  LM_CHECK(active_.size() < kRulesMax);
  Active active{{static_cast<std::uint32_t>(stopped_.size() + 1)}, membership(rule.first), membership(rule.second), {}};
  active.rule.direction = rule.direction;
  active.rule.cut = rule.cut;
  active.rule.leak = rule.leak;
  active.rule.quality = rule.quality;
  stopped_.push_back(0);
  active_.push_back(std::move(active));
  return active_.back().id;
}

void LinkRules::remove(LinkRuleId id) {
  std::erase_if(active_, [&](const Active& active) { return active.id == id; });
}

bool LinkRules::touches(const Active& active, NodeIndex from, NodeIndex to) {
  if (from == to) return false;
  if (in(active.first, from) && in(active.second, to)) return true;
  return active.rule.direction == LinkDirection::both && in(active.second, from) && in(active.first, to);
}

std::optional<LinkEffect> LinkRules::effect(NodeIndex from, NodeIndex to) const {
  std::optional<LinkEffect> effect;
  for (const Active& active : active_) {
    if (!touches(active, from, to)) continue;
    if (!effect) effect.emplace();
    if (strength(active.rule.cut) > strength(effect->cut)) {
      effect->cut = active.rule.cut;
      effect->cut_rule = active.id;
      effect->leak = active.rule.leak;
    } else if (active.rule.cut != CutMode::none && active.rule.cut == effect->cut) {
      effect->leak = static_cast<std::uint64_t>(Wide{effect->leak} * active.rule.leak / kBillion);  // must pass both
    }
    combine(effect->quality, active.rule.quality);
  }
  return effect;
}

void LinkRules::count_stopped(LinkRuleId id, std::uint64_t frames) {
  if (id.value != 0) stopped_[id.value - 1] += frames;
}

std::uint64_t LinkRules::stopped(LinkRuleId id) const {
  LM_CHECK(id.value >= 1 && id.value <= stopped_.size());
  return stopped_[id.value - 1];
}

}  // namespace lastmile::sim
