#include "core/node/limits.hpp"

#include <string_view>

#include "core/gossip/limits.hpp"
#include "core/gossip/params.hpp"

namespace lastmile::node {
namespace {

std::string text(Duration length) { return std::to_string(length.ns / 1'000'000) + " ms"; }
std::string text(std::size_t count) { return std::to_string(count); }

}  // namespace

std::vector<std::string> contradictions(const Limits& limits, const Intervals& intervals) {
  std::vector<std::string> out;
  const auto at_most = [&out](std::string_view name, auto value, std::string_view most_name, auto most) {
    if (value <= most) return;
    out.push_back(std::string(name) + " (" + text(value) + ") is more than " + std::string(most_name) + " (" +
                  text(most) + ")");
  };
  at_most("limits.inbox_messages_per_source", limits.inbox_messages_per_source, "limits.inbox_messages",
          limits.inbox_messages);
  at_most("limits.head_inbox_per_source", limits.head_inbox_per_source, "limits.head_inbox", limits.head_inbox);
  at_most("limits.reconcile_backlog_per_peer", limits.reconcile_backlog_per_peer, "limits.reconcile_backlog",
          limits.reconcile_backlog);
  if (limits.gossip_frame_bytes < gossip::kRpcBytesMin) {
    out.push_back("limits.gossip_frame_bytes (" + text(limits.gossip_frame_bytes) +
                  ") is less than what routers tell each other (" + text(gossip::kRpcBytesMin) + ")");
  }
  at_most("limits.gossip_frame_bytes", limits.gossip_frame_bytes, "what a peer reads", gossip::kRpcBytesMaxKubo);
  const gossip::Params gossip;
  at_most("intervals.gossip_heartbeat", intervals.gossip_heartbeat, "what the memory of seen messages allows",
          gossip.seen_time / gossip.history_length);
  at_most("intervals.dial_pause_min", intervals.dial_pause_min, "intervals.dial_pause_max", intervals.dial_pause_max);
  return out;
}

}  // namespace lastmile::node
