// States in which a node is rarely seen, and that a run should have shown before one believes it: full queues,
// refusals, damage, ways out that are taken when the usual way is closed. Reports name those that a run reached, and
// those that it never did.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/trace/event.hpp"

namespace lastmile::trace {

// A new one gets its place here, its name and meaning in rare_state.cpp, and a mark() where the node reaches it.
enum class RareState : std::uint8_t {
  // the road of a message
  inbox_full,
  signatures_backed_up,
  commits_backed_up,
  uploads_full,
  forged_repeat,
  waiting_full,
  retries_exhausted,
  // contents by hash
  content_found_no_place,
  content_gave_way,
  content_nowhere,
  content_mismatch,
  content_malformed,
  // what is known of a message
  rejected_came_good,
  payment_ran_out,
  removed_unpaid,
  forget_cascade,
  tombstone_wrong,
  // gossip
  graft_refused,
  graft_in_backoff,
  pruned_by_peer,
  promise_broken,
  peer_graylisted,
  peer_dropped_for_score,
  mesh_starved,
  peer_congested,
  outbound_dropped,
  // reconciliation
  reconcile_at_limit,
  reconcile_refused,
  reconcile_failed,
  reconcile_backlog_full,
  // chains and heads
  chain_reorg,
  chain_put_off,
  archive_unavailable,
  anchor_refused,
  heads_full,
  own_head_lost,
  // disk and peers
  file_damaged,
  node_failed,
  restarted_with_waiting,
  dial_pause_longest,
  connection_timed_out,
  state_count
};
inline constexpr std::size_t kRareStateCount = static_cast<std::size_t>(RareState::state_count);

struct RareStateInfo {
  std::string_view name;     // as in summaries and reports
  std::string_view meaning;  // one line, for people
};
const RareStateInfo& rare_state_info(RareState state);

// The node is in this state now. Repeats are counted.
inline void mark(Sink& sink, RareState state) {
  sink.record({Kind::rare_state, {}, static_cast<std::uint64_t>(state)});
}
// What an event shows: a mark, or one of those that say by themselves that such a state was reached.
std::optional<RareState> rare_state_of(const Event& event);

}  // namespace lastmile::trace
