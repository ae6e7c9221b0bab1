// The names of section 5, their units and parts.
#include <algorithm>
#include <string>

#include "core/message/error_code.hpp"
#include "scenarios/engine/model/check.hpp"

namespace lastmile::scenario {
namespace {

using W = std::string_view;
constexpr std::array<W, 3> kStages{"before", "during", "after"};
constexpr std::array<W, 4> kCoverages{"50", "90", "99", "100"};
constexpr std::array<W, 9> kQueues{"inbox",     "verify",         "fetch",   "waiting", "outbound",
                                   "reconcile", "chain_archives", "hashing", "heads"};
static_assert(kQueues.size() == trace::kQueueCount);
constexpr std::array<W, 5> kTimedQueues{"inbox", "verify", "fetch", "waiting", "reconcile"};  // CoreNode::oldest
constexpr std::array<W, 1> kAnyNumber{"#"};
// diameter_at_least: of an overlay too large to be measured exactly, in place of diameter.
constexpr std::array<W, 8> kTopology{"diameter",   "diameter_at_least", "clustering", "articulation_points",
                                     "degree_min", "degree_mean",       "degree_max", "cut"};

// As messages are refused with (messages.md 5.5), and spelled as numbers are.
bool is_error_code(std::string_view text) {
  return std::any_of(message::kAllErrorCodes.begin(), message::kAllErrorCodes.end(),
                     [&](message::ErrorCode code) { return std::to_string(message::number(code)) == text; });
}

}  // namespace

const std::vector<MeasureInfo>& all_measures() {
  using U = MeasureUnit;
  static const std::vector<MeasureInfo> list{
      {"propagation_s", U::seconds, "s", true, true, kStages},
      {"acknowledgement_s", U::seconds, "s", true, true, kStages},
      {"coverage_s", U::seconds, "s", true, false, kCoverages},
      {"time_to_heal_s", U::seconds, "s", false, true, {}},
      {"divergence_messages", U::count, "messages", true, true, {}},
      {"duplicates", U::count, "copies", true, true, {}},
      {"bytes_per_message", U::bytes, "B", false, true, {}},
      {"control_share", U::share, "share", false, true, {}},
      {"reconciliation_bytes", U::bytes, "B", true, true, {}},
      {"reconciliation_rounds", U::count, "rounds", true, true, {}},
      {"pending_messages", U::count, "messages", true, true, {}},
      {"queue_depth", U::count, "messages", true, true, kQueues},
      {"queue_age_s", U::seconds, "s", true, true, kTimedQueues},
      {"queue_refused", U::count, "refusals", false, true, {}},
      {"rejected", U::count, "messages", false, true, kAnyNumber},
      {"removing", U::count, "messages", false, true, {}},
      {"permission_disagreements", U::count, "messages", false, true, {}},
      {"confirmation_lag_s", U::seconds, "s", true, true, {}},
      {"chain_lag_blocks", U::blocks, "blocks", true, true, {}},
      {"disk_bytes", U::bytes, "B", true, true, {}},
      {"node_memory_bytes", U::bytes, "B", true, true, {}},
      {"cpu_busy", U::share, "share", true, true, {}},
      {"energy_wh", U::count, "Wh", true, true, {}},
      {"peers", U::count, "peers", true, true, {}},
      {"mesh_degree", U::count, "peers", true, true, {}},
      {"mesh_captured", U::share, "share", true, true, {}},
      {"deliveries", U::count, "messages", false, true, {}},
      {"published", U::count, "messages", false, true, {}},
      {"acknowledged", U::count, "messages", false, true, {}},
      {"nodes_failed", U::count, "nodes", false, true, {}},
      {"topology", U::hops, "", false, false, kTopology},
  };
  return list;
}

const MeasureInfo* find_measure(std::string_view name) {
  const auto dot = name.find('.');
  const std::string_view base = name.substr(0, dot);
  for (const MeasureInfo& info : all_measures()) {
    if (info.name != base) continue;
    if (dot == std::string_view::npos) return &info;
    const std::string_view part = name.substr(dot + 1);
    for (const std::string_view known : info.parts) {
      if (known == part) return &info;
      if (known == "#" && is_error_code(part)) return &info;
    }
  }
  return nullptr;
}

bool measure_wanted(const std::vector<std::string>& wanted, std::string_view name) {
  const std::string_view base = name.substr(0, name.find('.'));
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& w) { return w == base || w == name; });
}

}  // namespace lastmile::scenario
