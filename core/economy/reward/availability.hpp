// What core nodes, their stakers and their resource nodes are paid for being there (economics.md 4).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/economy/reward/accruals.hpp"
#include "core/economy/reward/registry.hpp"

namespace lastmile::economy {

// From `start` to before `end`.
struct Window {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  friend bool operator==(const Window&, const Window&) = default;
};

// Where the pay of a node goes: its reward address, or its owner when that is none.
std::string payee_of(const NodeRecord& record, const RewardRules& rules);

// Adds what a stretch is worth in which the state stays as it is, at the rates of its first block; the early bonus is
// that of its end. `accruals` counts per block: Accruals(rules.blocks_per_day).
void accrue_stretch(const NodeState& state, Window stretch, const RewardRules& rules, Accruals& accruals);

// The clean rule: each stretch is paid with the state in force during it, which is that after every event at or before
// its start; events at or after the end have no influence. `events` as sort_events() orders them. The original pays
// otherwise in three ways (economics.md 4); those are not offered.
Accruals accrue_availability(const std::vector<RegistryEvent>& events, Window window, const RewardRules& rules);

// The same for windows one after the other, without reading the events of the past again: each call takes the events up
// to the end of its window and pays it.
class AvailabilityWalk {
 public:
  // Both must outlive it.
  AvailabilityWalk(const std::vector<RegistryEvent>& events, const RewardRules& rules)
      : events_(events), rules_(rules), registry_(rules) {}

  // window.start is not below the end of the window before.
  Accruals pay(Window window);
  const NodeState& state() const { return registry_.state(); }  // of the end of the last stretch paid

 private:
  void pay_quiet(std::uint64_t from, std::uint64_t to, Accruals& accruals);

  const std::vector<RegistryEvent>& events_;
  const RewardRules& rules_;
  Registry registry_;
  std::size_t next_ = 0;
};

}  // namespace lastmile::economy
