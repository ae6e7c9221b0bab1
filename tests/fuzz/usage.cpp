// Posts of what was used, as they come from anybody with the right name: refused, or split without making money.
#include <string_view>

#include "core/base/check.hpp"
#include "core/economy/reward/usage.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile;
  using namespace lastmile::economy;
  const auto usage = parse_usage(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!usage) return 0;
  static const RewardRules rules = *reward_preset("network-2026");
  NodeState state;
  CoreNodeRecord& core = state.core["core"];
  core.hash = "core";
  core.active = true;
  core.score = Share::percent(70);
  core.stakers["s"] = core.total_staked = Amount::tokens(500'000);
  ResourceNodeRecord& resource = state.resource["resource"];
  resource.hash = "resource";
  resource.parent = "core";
  UsageSplit split;
  static_cast<void>(split_usage(usage->kind, usage->price, usage->paid, state, rules, split));
  static_cast<void>(split_usage(usage->kind, usage->price, usage->hold, state, rules, split));
  Accruals accruals;
  split.accrue(Reason::usage, accruals);
  LM_CHECK(accruals.total() <= split.total);
  return 0;
}
