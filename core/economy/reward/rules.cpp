#include "core/economy/reward/rules.hpp"

#include <algorithm>

#include "core/base/mul_div.hpp"
#include "core/economy/reward/fine.hpp"
#include "core/economy/reward/logarithm.hpp"

namespace lastmile::economy {
namespace {

constexpr std::array<std::string_view, 4> kShapeNames = {"constant", "logarithmic", "linear", "decaying"};

RewardRules public_figures() {
  RewardRules rules;
  rules.node_threshold = Amount::tokens(200'000);
  rules.staking_threshold = Amount::tokens(10'000);
  rules.activation_least = Amount::tokens(500'000);
  return rules;
}

RewardRules interview() {
  RewardRules rules = public_figures();
  rules.max_linked = 3;
  rules.max_paid = 3;
  rules.resource_base = Amount::tokens(550);
  rules.resource_variable = Amount();
  rules.bonus_before.reset();
  return rules;
}

RewardRules network_2022() {
  RewardRules rules;
  rules.max_linked = 5;
  return rules;
}

RewardRules network_2026() {
  RewardRules rules;
  rules.subsidy = SubsidyRules();
  rules.usage = UsageShares();
  return rules;
}

RewardRules documents() {
  RewardRules rules = public_figures();
  rules.stakers.shape = EnvelopeShape::constant;
  rules.subsidy = SubsidyRules();
  rules.usage = UsageShares();
  return rules;
}

}  // namespace

std::string_view envelope_shape_name(EnvelopeShape shape) { return kShapeNames.at(static_cast<std::size_t>(shape)); }

std::optional<EnvelopeShape> parse_envelope_shape(std::string_view name) {
  const auto* const found = std::find(kShapeNames.begin(), kShapeNames.end(), name);
  if (found == kShapeNames.end()) return std::nullopt;
  return static_cast<EnvelopeShape>(found - kShapeNames.begin());
}

const std::array<RewardPreset, 4>& reward_presets() {
  static const std::array<RewardPreset, 4> presets = {{{"interview", interview()},
                                                       {"network-2022", network_2022()},
                                                       {"network-2026", network_2026()},
                                                       {"documents", documents()}}};
  return presets;
}

const RewardRules* reward_preset(std::string_view name) {
  for (const RewardPreset& preset : reward_presets()) {
    if (preset.name == name) return &preset.rules;
  }
  return nullptr;
}

Uint256 envelope_per_day(const Envelope& envelope, std::uint64_t active, std::uint64_t height) {
  const Uint256 per_day = fine(envelope.per_day);
  switch (envelope.shape) {
    case EnvelopeShape::constant:
      return per_day;
    case EnvelopeShape::logarithmic:
      if (active == 0) return 0;
      return mul_div(per_day, log10_fixed(active) + Share::one(), Share::one() * 3u);
    case EnvelopeShape::linear:
      return std::min(per_day * active, fine(envelope.cap));
    case EnvelopeShape::decaying: {
      Uint256 left = per_day;
      std::uint64_t periods = height > envelope.since ? (height - envelope.since) / envelope.period : 0;
      if (envelope.keep.parts() == Share::one()) periods = 0;
      // Ends: what is kept of less than 2^256 is rounded down, so that it reaches 0 or stays what it is.
      for (; periods > 0; --periods) {
        const Uint256 next = mul_div(left, envelope.keep.parts(), Share::one());
        if (next == left) break;
        left = next;
      }
      return left;
    }
  }
  return 0;
}

std::optional<std::uint64_t> next_envelope_step(const Envelope& envelope, std::uint64_t height) {
  if (envelope.shape != EnvelopeShape::decaying) return std::nullopt;
  const std::uint64_t periods = height >= envelope.since ? (height - envelope.since) / envelope.period : 0;
  return envelope.since + (periods + 1) * envelope.period;
}

std::vector<std::string> contradictions(const RewardRules& rules) {
  std::vector<std::string> found;
  const auto refuse = [&](bool wrong, const char* text) {
    if (wrong) found.emplace_back(text);
  };
  refuse(rules.blocks_per_day == 0 || rules.blocks_per_day > 1'000'000'000,
         "blocks_per_day: expected 1 to 1,000,000,000");
  refuse(rules.max_paid > rules.max_linked, "max_paid: expected at most max_linked");
  refuse(rules.max_linked > 1'000, "max_linked: expected at most 1,000");
  refuse(rules.linkage_none > 10 || rules.linkage_each > 10, "linkage: expected at most 10 tenths");
  refuse(rules.bonus_at_start > 100'000'000, "bonus_at_start: expected at most 100,000,000 (ten times the pay)");
  for (const Envelope* envelope : {&rules.operators, &rules.stakers}) {
    refuse(envelope->per_day > amount_limit() || envelope->cap > amount_limit(),
           "envelope: expected at most 10^12 tokens per day");
    refuse(envelope->shape == EnvelopeShape::decaying && envelope->period == 0, "envelope: expected a period above 0");
  }
  refuse(rules.resource_base > amount_limit() || rules.resource_variable > amount_limit(),
         "resource nodes: expected at most 10^12 tokens per month");
  if (rules.usage) {
    const UsageShares& usage = *rules.usage;
    refuse(usage.execution_resource + usage.execution_core + usage.stakers > 100 ||
               usage.storage_core + usage.stakers > 100,
           "usage: expected shares of at most 100 % together");
  }
  if (rules.subsidy) {
    refuse(rules.subsidy->months == 0 || rules.subsidy->months > 1'200 || rules.subsidy->month.ns <= 0 ||
               rules.subsidy->month > hours(24 * 31) || rules.subsidy->first_month > amount_limit(),
           "subsidy: expected 1 to 1,200 months of at most 31 days and at most 10^12 tokens");
  }
  return found;
}

}  // namespace lastmile::economy
