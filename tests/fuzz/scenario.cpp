// Scenario files from anybody: refused with a finding, or a scenario whose resolved form reads back as the same one and
// whose timeline comes to its end.
#include <string_view>

#include "core/base/check.hpp"
#include "scenarios/engine/model/abilities.hpp"
#include "scenarios/engine/model/load.hpp"
#include "scenarios/engine/timeline/timeline.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile;
  using namespace lastmile::scenario;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Findings findings;
  const auto scenario = load_scenario(text, {}, findings);
  LM_CHECK(scenario.has_value() == findings.empty());
  LM_CHECK(findings.list().size() <= Findings::kMax);
  LM_CHECK(findings.lines("f").empty() == findings.empty());
  if (!scenario) return 0;

  Findings none;
  const auto again = load_scenario(pretty(resolved(*scenario)), {}, none);
  LM_CHECK(again.has_value());
  LM_CHECK(*again == *scenario);
  unsupported(*scenario, simulator_abilities(), none);
  unsupported(*scenario, real_abilities(), none);

  constexpr std::uint32_t kNodesTried = 200;
  constexpr int kStepsMax = 20'000;
  if (scenario->world.nodes() > kNodesTried) return 0;
  NodeTable nodes(*scenario, scenario->seed);
  Timeline timeline(*scenario, scenario->seed, nodes);
  for (int i = 0; i < kStepsMax; ++i) {
    const auto next = timeline.next();
    if (!next) break;
    timeline.advance(*next);
    timeline.on_event(*next, {trace::Kind::block_final, {}, 0, 1, 0});
  }
  timeline.never_reached();
  return 0;
}
