// Inside: how the sections are read. Each function fills its part and adds findings; cross-checks follow in
// validate.cpp.
#pragma once

#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/text/reading.hpp"

namespace lastmile::scenario {

// One term, or a list of terms (their union).
bool read(const Place& place, Selector& out);
bool read(const Place& place, Moment& out);
bool read(const Place& place, When& out);
bool read(const Place& place, std::array<Selector, 2>& out);

void parse_world(const Place& place, World& world);
void parse_traffic(const Place& place, std::vector<TrafficSpec>& traffic);
void parse_faults(const Place& place, std::vector<Fault>& faults);
void parse_adversaries(const Place& place, std::vector<Adversary>& adversaries);
void parse_checks(const Place& place, std::vector<Check>& checks);
void parse_measures(const Place& place, std::vector<std::string>& measures);
void parse_limits(const Place& place, Limits& limits);
void parse_sweep(const Place& place, std::optional<Sweep>& sweep);
void parse_economy(const Place& place, std::optional<Economy>& economy);

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
// A part of it: a fault takes a share of what is free on disks, so every machine in use must have a disk_size.
void validate_disk_sizes(const Scenario& scenario, Findings& findings);
// Checks and measures when the file names none: all that apply.
std::vector<Check> default_checks(const Scenario& scenario);
std::vector<std::string> default_measures();

}  // namespace lastmile::scenario
