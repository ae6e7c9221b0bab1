// Faults of paths between nodes. Rules are few and change seldom: a change recomputes the effect of every open path, so
// that a frame on an unaffected path pays one null check.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/time.hpp"
#include "sim/env/node_index.hpp"

namespace lastmile::sim {

enum class LinkDirection : std::uint8_t { both, first_to_second };

enum class CutMode : std::uint8_t {
  none,
  stall,  // bytes stop, connections stay until keep-alive gives up; what was sent meanwhile arrives after the end, in
          // order
  reset,  // connections close with reason reset, dials fail
  hold,   // as stall, but keep-alive does not notice
};

// Neutral values change nothing. Shares are parts per 10^9.
struct LinkQuality {
  Duration latency_add = {};
  std::uint64_t latency_factor = 1'000'000'000;  // parts per 10^9 of the latency without faults
  Duration jitter = {};                          // more of it: uniform in [0, jitter]
  std::uint64_t bandwidth_bits = 0;              // per second and directed pair; 0 = no limit
  std::uint64_t loss = 0;                        // of frames
  std::uint64_t duplicate = 0;
  std::uint64_t reorder = 0;  // breaks the promise of order on purpose: no stream transport does it
  std::uint64_t corrupt = 0;  // the receiver's checks fail and it closes with protocol_error
};

// Between every node of `first` and every node of `second` (a node in both is not cut from itself).
struct LinkRule {
  std::vector<NodeIndex> first = {};
  std::vector<NodeIndex> second = {};
  LinkDirection direction = LinkDirection::both;
  CutMode cut = CutMode::none;
  std::uint64_t leak = 0;  // of a cut: share of frames that pass; with it the others are lost instead of kept
  LinkQuality quality = {};
};

struct LinkRuleId {
  std::uint32_t value = 0;
  friend auto operator<=>(const LinkRuleId&, const LinkRuleId&) = default;
};

// However many rules meet, they make a path no slower than this, nor its jitter larger.
inline constexpr Duration kPathDelayMax = hours(24);

// What a path of this latency takes with these faults, without jitter.
Duration latency_with(const LinkQuality& quality, Duration latency);

// All rules on one directed path taken together: shares combine as independent, delays add, the strongest cut wins
// (reset, stall, hold).
struct LinkEffect {
  CutMode cut = CutMode::none;
  LinkRuleId cut_rule;  // who is told of the frames that it stopped
  std::uint64_t leak = 0;
  LinkQuality quality;
  // What is sent stays at the sender's side until the cut ends.
  bool keeps_bytes() const { return (cut == CutMode::stall || cut == CutMode::hold) && leak == 0; }
};

class LinkRules {
 public:
  static constexpr std::size_t kRulesMax = 1000;  // in force at once

  explicit LinkRules() = default;

  // A rule beyond the limit is a mistake of the caller: count() tells.
  LinkRuleId add(const LinkRule& rule);
  void remove(LinkRuleId id);
  std::size_t count() const { return active_.size(); }

  // Empty when no rule touches the path.
  std::optional<LinkEffect> effect(NodeIndex from, NodeIndex to) const;

  void count_stopped(LinkRuleId id, std::uint64_t frames = 1);
  std::uint64_t stopped(LinkRuleId id) const;  // frames held back or lost by a cut; also after its end

 private:
  struct Active {
    LinkRuleId id;
    std::vector<bool> first;
    std::vector<bool> second;
    LinkRule rule;  // without its node lists
  };
  static bool touches(const Active& active, NodeIndex from, NodeIndex to);
  std::vector<Active> active_;          // by id
  std::vector<std::uint64_t> stopped_;  // by id - 1
};

}  // namespace lastmile::sim
