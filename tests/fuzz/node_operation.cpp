// Posts that move the registry of nodes, as they come from anybody: ignored, or applied without harm. The first byte
// chooses the kind of post, the second whether it names a node.
#include <string_view>

#include "core/base/check.hpp"
#include "core/economy/reward/availability.hpp"
#include "core/economy/reward/posts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile;
  using namespace lastmile::economy;
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::string_view ref = data[1] % 2 == 0 ? "" : data[1] % 4 == 1 ? "core" : "resource";
  const RewardRules rules;
  std::vector<RegistryEvent> events;
  events.push_back({24'000'000, BalanceSnapshot{"ETH", {{"o", Amount::tokens(900'000)}}, true, {"o"}, {}, {}}});
  events.push_back({24'000'001, NodeOperation{{}, "core", "o", NodeAction::create_node, {}, {}}});
  NodeDetails compute;
  compute.type = "compute";
  events.push_back({24'000'002, NodeOperation{{}, "resource", "o", NodeAction::create_resource_node, {}, compute}});
  if (data[0] % 2 == 0) {
    const std::string_view type = data[0] % 4 == 0 ? kOperationPost : std::string_view("amend");
    const auto operation = parse_node_operation({type, "new", "o", {}, ref, text});
    if (!operation) return 0;
    events.push_back({24'000'003, *operation});
  } else {
    const auto post = parse_score_post({kScorePost, "new", "o", {}, ref, text});
    if (!post) return 0;
    for (const ScoreEntry& entry : post->core) LM_CHECK(entry.score.parts() <= Share::one());
    events.push_back({24'000'003, *post});
  }
  const Accruals accruals = accrue_availability(events, {24'000'000, 24'010'000}, rules);
  LM_CHECK(accruals.payouts().total <= Amount::tokens(30'000));
  return 0;
}
