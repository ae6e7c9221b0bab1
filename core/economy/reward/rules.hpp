// Every constant of the reward rules as a parameter of a network (economics.md 1, 3, 5, 6), and the known sets of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/amount.hpp"
#include "core/base/time.hpp"
#include "core/economy/reward/share.hpp"

namespace lastmile::economy {

// What is shared out per day among one kind of payees. A new shape is a word here and a case in envelope_per_day().
enum class EnvelopeShape : std::uint8_t {
  constant,     // per_day
  logarithmic,  // per_day * (log10(active core nodes) + 1) / 3
  linear,       // per_day * active core nodes, at most `cap`
  decaying,     // per_day * keep^k, k = whole periods since `since`
};
std::string_view envelope_shape_name(EnvelopeShape shape);
std::optional<EnvelopeShape> parse_envelope_shape(std::string_view name);

struct Envelope {
  EnvelopeShape shape = EnvelopeShape::constant;
  Amount per_day;
  Amount cap;                       // linear
  std::uint64_t since = 0;          // decaying: a height; before it k is 0
  std::uint64_t period = 7'130;     // decaying: in blocks, > 0
  Share keep = Share::percent(99);  // decaying
  friend bool operator==(const Envelope&, const Envelope&) = default;
};

// Heights, both included.
struct HeightRange {
  std::uint64_t from = 0;
  std::uint64_t until = 0;
  bool contains(std::uint64_t height) const { return from <= height && height <= until; }
  friend bool operator==(const HeightRange&, const HeightRange&) = default;
};

// economics.md 5: paid linearly down to nothing.
struct SubsidyRules {
  Wall start = {1'777'593'600'000'000'000};  // 2026-05-01T00:00:00Z
  Duration month = hours(24 * 30);
  std::uint32_t months = 6;
  Amount first_month = Amount::tokens(900'000);  // the rate at the start, per month
  friend bool operator==(const SubsidyRules&, const SubsidyRules&) = default;
};

// economics.md 6, in percent of what was used; the rest is for development.
struct UsageShares {
  unsigned execution_resource = 60;
  unsigned execution_core = 15;
  unsigned storage_core = 75;
  unsigned stakers = 20;
  friend bool operator==(const UsageShares&, const UsageShares&) = default;
};

struct RewardRules {
  // --- the registry of nodes (2) ---
  Amount node_threshold = Amount::tokens(199'999);    // what an owner of a core node holds at least
  Amount staking_threshold = Amount::tokens(9'999);   // what a staker holds at least
  Amount activation_least = Amount::tokens(499'999);  // staked on a node that is active: node_activation - 1 token
  std::uint32_t max_linked = 8;                       // resource nodes of one core node
  std::uint64_t inactivity_days = 90;                 // of an unlinked resource node that is dead, until it is removed
  std::uint64_t inactivity_above = 20'840'959;        // no removal at or below this height
  std::optional<HeightRange> discarded_scores = HeightRange{23'579'375, 23'631'694};
  std::uint64_t better_score_within = 10;  // blocks between two posts in which the better score stays
  Share inactive_below = Share::percent(1);
  // --- availability (4) ---
  std::uint64_t blocks_per_day = 7'130;
  std::uint64_t start = 11'519'440;  // nothing is paid for blocks before
  Envelope operators{EnvelopeShape::constant, Amount::tokens(15'000), {}, 0, 7'130, {}};
  Envelope stakers{EnvelopeShape::logarithmic, Amount::tokens(15'000), {}, 0, 7'130, {}};
  Amount resource_base = Amount::tokens(250);              // per resource node and month of 365/12 days
  Amount resource_variable = Amount::tokens(1'250);        // times decentralization
  std::uint32_t max_paid = 5;                              // linked resource nodes of one core node
  unsigned linkage_none = 7;                               // tenths of the pay of a core node without resource nodes
  unsigned linkage_each = 1;                               // tenths more for each that works, at most ten in all
  std::optional<std::uint64_t> bonus_before = 12'020'360;  // nodes created before this height have the early bonus
  std::uint64_t bonus_at_start = 2'500'000;                // in 10^-7 of the pay; less by one with each block after
  // --- other streams (5, 6) ---
  std::optional<SubsidyRules> subsidy;
  std::optional<UsageShares> usage;
  // --- addresses ---
  // A reward address is 0x and 40 hexadecimal digits, and payees are told in the spelling of EIP-55. Without: any text.
  bool ethereum_payees = true;

  friend bool operator==(const RewardRules&, const RewardRules&) = default;
};

// `interview`: the envelopes as the founder tells them, three resource nodes for each core node at a flat pay.
// `network-2022`: scores and linkage. `network-2026`: usage split and subsidy besides. `documents`: the published text
// where it differs from the program, a flat envelope for stakers above all (docs/decisions/0182).
struct RewardPreset {
  std::string_view name;
  RewardRules rules;
};
const std::array<RewardPreset, 4>& reward_presets();
// Null when there is none of that name.
const RewardRules* reward_preset(std::string_view name);

// What the envelope holds for a day, in 10^-36 token, with this many active core nodes at this height.
Uint256 envelope_per_day(const Envelope& envelope, std::uint64_t active, std::uint64_t height);
// The next height above this one at which the envelope changes by itself; empty when there is none.
std::optional<std::uint64_t> next_envelope_step(const Envelope& envelope, std::uint64_t height);

// Contradictions of these rules, empty when there are none: what a scenario that overrides them is told.
std::vector<std::string> contradictions(const RewardRules& rules);

}  // namespace lastmile::economy
