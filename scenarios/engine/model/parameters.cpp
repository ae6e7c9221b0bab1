#include "scenarios/engine/model/parameters.hpp"

#include "core/base/check.hpp"

namespace lastmile::scenario {
namespace {

struct ParameterEntry {
  ParameterInfo info;
  std::size_t node::Limits::* size = nullptr;
  int node::Limits::* integer = nullptr;
  Duration node::Limits::* length = nullptr;
  Duration node::Intervals::* interval = nullptr;
};

constexpr ParameterEntry count(std::string_view name, std::size_t node::Limits::* member) {
  return {{name, ParameterKind::count}, member, nullptr, nullptr, nullptr};
}
constexpr ParameterEntry bytes(std::string_view name, std::size_t node::Limits::* member) {
  return {{name, ParameterKind::bytes}, member, nullptr, nullptr, nullptr};
}
constexpr ParameterEntry interval(std::string_view name, Duration node::Intervals::* member) {
  return {{name, ParameterKind::duration}, nullptr, nullptr, nullptr, member};
}

const std::vector<ParameterEntry>& entries() {
  using L = node::Limits;
  using I = node::Intervals;
  static const std::vector<ParameterEntry> list{
      count("limits.inbox_messages", &L::inbox_messages),
      count("limits.inbox_messages_per_source", &L::inbox_messages_per_source),
      count("limits.verify_in_flight", &L::verify_in_flight),
      count("limits.inbox_turn", &L::inbox_turn),
      count("limits.fetch_wanted", &L::fetch_wanted),
      count("limits.fetch_look_at", &L::fetch_look_at),
      count("limits.waiting_messages", &L::waiting_messages),
      {{"limits.retries", ParameterKind::count}, nullptr, &L::retries, nullptr, nullptr},
      {{"limits.retry_pause_max", ParameterKind::duration}, nullptr, nullptr, &L::retry_pause_max, nullptr},
      count("limits.recent_messages", &L::recent_messages),
      count("limits.earlier_copies", &L::earlier_copies),
      bytes("limits.gossip_frame_bytes", &L::gossip_frame_bytes),
      count("limits.commits_in_flight", &L::commits_in_flight),
      bytes("limits.peer_queued_bytes", &L::peer_queued_bytes),
      count("limits.reconcile_sessions", &L::reconcile_sessions),
      count("limits.reconcile_answers_per_minute", &L::reconcile_answers_per_minute),
      count("limits.archives_wanted", &L::archives_wanted),
      count("limits.feed_at_once", &L::feed_at_once),
      interval("intervals.gossip_heartbeat", &I::gossip_heartbeat),
      interval("intervals.reconcile_every", &I::reconcile_every),
      interval("intervals.store_tick", &I::store_tick),
      interval("intervals.dial_pause_min", &I::dial_pause_min),
      interval("intervals.dial_pause_max", &I::dial_pause_max),
      interval("intervals.content_deadline", &I::content_deadline),
      interval("intervals.fetch_turn", &I::fetch_turn),
      interval("intervals.fetch_look", &I::fetch_look),
      interval("intervals.request_deadline", &I::request_deadline),
      interval("intervals.archive_every", &I::archive_every),
  };
  return list;
}

}  // namespace

const std::vector<ParameterInfo>& all_parameters() {
  static const std::vector<ParameterInfo> infos = [] {
    std::vector<ParameterInfo> list;
    for (const ParameterEntry& entry : entries()) list.push_back(entry.info);
    return list;
  }();
  return infos;
}

void apply_parameters(const std::vector<Parameter>& overrides, node::Limits& limits, node::Intervals& intervals) {
  for (const Parameter& parameter : overrides) {
    bool known = false;
    for (const ParameterEntry& entry : entries()) {
      if (entry.info.name != parameter.name) continue;
      known = true;
      if (entry.size != nullptr) limits.*entry.size = static_cast<std::size_t>(parameter.value);
      if (entry.integer != nullptr) limits.*entry.integer = static_cast<int>(parameter.value);
      if (entry.length != nullptr) limits.*entry.length = {parameter.value};
      if (entry.interval != nullptr) intervals.*entry.interval = {parameter.value};
    }
    LM_CHECK(known);
  }
}

}  // namespace lastmile::scenario
