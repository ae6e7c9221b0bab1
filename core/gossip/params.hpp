// Parameters of the router (libp2p.md 12.2). One object is shared by all routers of a run that have the same
// parameters.
#pragma once

#include <cstddef>
#include <memory>

#include "core/base/time.hpp"
#include "core/gossip/limits.hpp"
#include "core/gossip/message_id.hpp"
#include "core/gossip/score.hpp"

namespace lastmile::gossip {

// What a received message goes through before it is delivered and forwarded.
enum class Checking : std::uint8_t {
  none,  // accepted at once: opaque payloads of propagation studies
  full,  // structure, Actions::verify, Actions::validate
};

struct Params {
  int mesh_wanted = 6;    // D
  int mesh_low = 4;       // D_lo
  int mesh_high = 12;     // D_hi
  int mesh_scored = 4;    // D_score
  int mesh_outbound = 2;  // D_out: below D_lo and at most D/2
  int gossip_least = 6;   // D_lazy
  double gossip_factor = 0.25;
  Duration heartbeat = seconds(1);
  Duration heartbeat_first = milliseconds(100);
  int history_length = 5;  // message cache windows, in heartbeats
  int history_gossip = 3;  // of these, windows told in IHAVE
  Duration fanout_lifetime = seconds(60);
  Duration seen_time = seconds(1800);                // 120 s outside the Aleph topics
  std::size_t seen_messages_max = kSeenMessagesMax;  // beyond, the oldest are forgotten early
  std::uint32_t renumber_at = kRenumberAt;           // of a router with numbers of its own
  Duration prune_backoff = seconds(60);
  Duration unsubscribe_backoff = seconds(10);
  int backoff_slack_heartbeats = 1;
  Duration graft_flood_threshold = seconds(10);
  int opportunistic_graft_heartbeats = 60;  // 0 = never
  int opportunistic_graft_peers = 2;
  int retransmissions_max = 3;  // answers to IWANT per peer and message
  int ihave_messages_max = 10;  // per peer and heartbeat
  int ids_asked_max = 5000;     // per peer and heartbeat
  Duration iwant_followup = seconds(3);
  bool flood_publish = true;
  std::size_t rpc_bytes_max = kRpcBytesMaxAleph;

  Checking checking = Checking::full;
  bool scoring = true;  // off: every score is 0, as on the Aleph network today
  IdScheme id_scheme;
  GlobalScoreParams score;
};

// Programmer's relations: D_lo <= D <= D_hi, D_out < D_lo, D_out <= D/2, windows, positive times,
// thresholds of score at most 0.
bool consistent(const Params& params);

using SharedParams = std::shared_ptr<const Params>;

}  // namespace lastmile::gossip
