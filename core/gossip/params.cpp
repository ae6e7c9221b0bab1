#include "core/gossip/params.hpp"

namespace lastmile::gossip {

bool consistent(const Params& p) {
  const bool mesh = p.mesh_low > 0 && p.mesh_low <= p.mesh_wanted && p.mesh_wanted <= p.mesh_high &&
                    p.mesh_scored >= 0 && p.mesh_scored <= p.mesh_wanted && p.mesh_outbound >= 0 &&
                    p.mesh_outbound < p.mesh_low && p.mesh_outbound * 2 <= p.mesh_wanted;
  const bool gossip = p.gossip_least >= 0 && p.gossip_factor >= 0 && p.gossip_factor <= 1 && p.history_length > 0 &&
                      p.history_length <= kHistoryLengthMax && p.history_gossip >= 0 &&
                      p.history_gossip <= p.history_length;
  const bool times = p.heartbeat.ns > 0 && p.heartbeat_first.ns >= 0 && p.fanout_lifetime.ns >= 0 &&
                     p.seen_time >= p.heartbeat * p.history_length && p.prune_backoff.ns >= 0 &&
                     p.unsubscribe_backoff.ns >= 0 && p.backoff_slack_heartbeats >= 0 &&
                     p.graft_flood_threshold.ns >= 0 && p.iwant_followup.ns >= 0 && p.score.decay_interval.ns > 0;
  const bool limits = p.opportunistic_graft_heartbeats >= 0 && p.opportunistic_graft_peers >= 0 &&
                      p.retransmissions_max >= 0 && p.retransmissions_max < 256 && p.ihave_messages_max >= 0 &&
                      p.ihave_messages_max < 255 && p.ids_asked_max >= 0 &&
                      p.ids_asked_max <= static_cast<int>(kIdsPerEntryMax) && p.rpc_bytes_max >= kRpcBytesMin &&
                      p.rpc_bytes_max <= kRpcBytesMaxKubo && p.seen_messages_max > 0 && p.renumber_at > 0 &&
                      p.renumber_at <= kRenumberAt;
  // The router looks at scores only of peers with something against them: no threshold may lie above innocence.
  const bool thresholds =
      p.score.gossip_threshold <= 0 && p.score.publish_threshold <= 0 && p.score.graylist_threshold <= 0;
  return mesh && gossip && times && limits && thresholds;
}

}  // namespace lastmile::gossip
