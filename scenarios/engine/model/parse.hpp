// Inside: how the sections are read. Each function fills its part and adds findings; cross-checks follow in
// validate.cpp.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/text/reading.hpp"

namespace lastmile::scenario {

// One term, or a list of terms (their union).
bool read(const Place& place, Selector& out);
bool read(const Place& place, Moment& out);
bool read(const Place& place, When& out);
bool read(const Place& place, std::array<Selector, 2>& out);
// At most kLatencyMax. Of a law: it must be able to draw that little; what it draws beyond is held there
// (draw_latency).
bool read_latency(const Place& place, Duration& out);
bool read_latency(const Place& place, Law& out);
// Money that nodes read back from a message (core/economy/decimal.hpp): at most kTokensMax.
bool read_money(const Place& place, Amount& out);
inline constexpr std::uint64_t kTokensMax = 1'000'000'000'000'000'000;

void parse_world(const Place& place, World& world);
void parse_traffic(const Place& place, std::vector<TrafficSpec>& traffic);
void parse_faults(const Place& place, std::vector<Fault>& faults);
void parse_adversaries(const Place& place, std::vector<Adversary>& adversaries);
void parse_checks(const Place& place, std::vector<Check>& checks);
void parse_measures(const Place& place, std::vector<std::string>& measures);
void parse_limits(const Place& place, Limits& limits);
void parse_sweep(const Place& place, std::optional<Sweep>& sweep);
void parse_economy(const Place& place, std::optional<Economy>& economy);

// Entries whose key "kind" says which alternative of a variant they are. Empty, and a finding: there is none.
std::optional<std::size_t> read_kind(const Place& place, std::span<const std::string_view> kinds);
inline void read_who(ObjectReader& reader, Selector& out) { reader.read_required("who", "a selector", out); }

// A key that means nothing beside the others is a slip: somebody expects something of it.
inline void only_if(bool it_means_something, ObjectReader& reader, std::string_view key, std::string_view expected) {
  if (!it_means_something && reader.place().json.find(key) != nullptr) reader.refuse(key, expected);
}

template <class Variant, std::size_t I = 0>
Variant alternative(std::size_t kind) {
  if constexpr (I + 1 < std::variant_size_v<Variant>) {
    if (kind != I) return alternative<Variant, I + 1>(kind);
  }
  return Variant(std::in_place_index<I>);
}

template <class Variant, std::size_t N>
constexpr bool kinds_match(const std::array<std::string_view, N>& kinds) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return ((kinds[I] == std::variant_alternative_t<I, Variant>::kKind) && ...);
  }(std::make_index_sequence<N>{});
}

// Runs `body(place of item)` over a list of at most `max` items.
template <class Body>
void each_item(const Place& place, std::size_t max, const Body& body) {
  const auto* items = place.json.items();
  if (items == nullptr || items->size() > max) {
    place.refuse("a list of at most " + std::to_string(max));
    return;
  }
  for (std::size_t i = 0; i < items->size(); ++i) body(place.item(i));
}

// Sections that fit by themselves but not together: names, phases, sizes. Called only without earlier findings.
void validate(const Scenario& scenario, Findings& findings);
// A part of it: who is an adversary, when, and what it needs of the world. Resolves selectors.
void validate_adversaries(const Scenario& scenario, Findings& findings);
// Another: how often churn restarts a node, how deep a reorg is. Called when every fault has its place in time.
void validate_fault_sizes(const Scenario& scenario, Findings& findings);
// Another: how many partitions, links and holds are in force at once, as far as the file alone decides it.
void validate_path_faults(const Scenario& scenario, Findings& findings);
// Another: a fault takes a share of what is free on disks, so every machine in use must have a disk_size.
void validate_disk_sizes(const Scenario& scenario, Findings& findings);
// Checks and measures when the file names none: all that apply.
std::vector<Check> default_checks(const Scenario& scenario);
std::vector<std::string> default_measures();

}  // namespace lastmile::scenario
