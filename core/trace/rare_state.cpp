#include "core/trace/rare_state.hpp"

#include <array>

#include "core/base/check.hpp"

namespace lastmile::trace {
namespace {

constexpr std::array<RareStateInfo, kRareStateCount> kRareStates{{
    {"inbox_full", "a message found no room in the inbox"},
    {"signatures_backed_up", "the inbox waited, because as many signatures as allowed were being checked"},
    {"commits_backed_up", "the inbox waited, because as many commits as allowed were not yet durable"},
    {"uploads_full", "a client's files found no room among those being checked"},
    {"forged_repeat", "a message that had been refused came again by gossip and was dropped without a look"},
    {"waiting_full", "a message that waited for another one was let go for want of room"},
    {"retries_exhausted", "a waiting message was given up after its last attempt"},
    {"content_found_no_place", "a content that a new message needs found no place among those being fetched"},
    {"content_gave_way", "a content gave way to others: it is looked for later, and what waits for it waits on"},
    {"content_nowhere", "every peer was asked for a content as often as allowed, in vain"},
    {"content_mismatch", "a peer gave bytes that do not match their name"},
    {"content_malformed", "bytes with the right hash turned out to be no content of their message"},
    {"rejected_came_good", "a message that had been rejected for a lack was processed after all"},
    {"payment_ran_out", "a message that is no longer paid for began its grace period"},
    {"removed_unpaid", "a message was removed at the end of its grace period"},
    {"forget_cascade", "a message was forgotten because its original was"},
    {"tombstone_wrong", "a content showed that its message had been forgotten without right"},
    {"graft_refused", "a GRAFT was answered with a PRUNE"},
    {"graft_in_backoff", "a peer sent a GRAFT during its back-off"},
    {"pruned_by_peer", "a peer took this node out of its mesh"},
    {"promise_broken", "a peer announced a message and did not send it when asked"},
    {"peer_graylisted", "a message was ignored for the score of its sender"},
    {"peer_dropped_for_score", "a peer left the mesh for its score"},
    {"mesh_starved", "the mesh was too small and nobody could be grafted"},
    {"peer_congested", "the connection to a peer took no more gossip"},
    {"outbound_dropped", "gossip was dropped from the full queue of a congested peer"},
    {"reconcile_at_limit", "a reconciliation ended at a limit, and another one had to find the rest"},
    {"reconcile_refused", "a reconciliation was refused to a peer that asked too often"},
    {"reconcile_failed", "a reconciliation ended without an answer, or with one that is none"},
    {"reconcile_backlog_full", "what a peer told of found no room"},
    {"chain_reorg", "a chain took blocks back that this node had read"},
    {"chain_put_off", "a transaction found no room and was left to be read again"},
    {"archive_unavailable", "the archive of a transaction could not be fetched from anybody"},
    {"anchor_refused", "a chain did not accept a transaction of this node"},
    {"heads_full", "a head of the content store found no room"},
    {"own_head_lost", "a head signed by this node came back from a peer and was no longer on the own disk"},
    {"file_damaged", "a file on the own disk did not have the bytes that its name says"},
    {"node_failed", "the disk was found full or damaged, and the node stopped acknowledging"},
    {"restarted_with_waiting", "a node started with messages that had waited when it went down"},
    {"dial_pause_longest", "a peer could not be reached so often that the pause between dials was at its longest"},
    {"connection_timed_out", "a connection was lost because nothing came through it any more"},
}};

std::optional<RareState> refused_by(Queue queue) {
  switch (queue) {
    case Queue::inbox:
      return RareState::inbox_full;
    case Queue::hashing:
      return RareState::uploads_full;
    case Queue::waiting:
      return RareState::waiting_full;
    case Queue::fetch:
      return RareState::content_found_no_place;
    case Queue::heads:
      return RareState::heads_full;
    default:
      return std::nullopt;
  }
}

}  // namespace

const RareStateInfo& rare_state_info(RareState state) {
  const auto index = static_cast<std::size_t>(state);
  LM_CHECK(index < kRareStateCount);
  return kRareStates[index];
}

std::optional<RareState> rare_state_of(const Event& event) {
  switch (event.kind) {
    case Kind::rare_state:
      if (event.a >= kRareStateCount) return std::nullopt;
      return static_cast<RareState>(event.a);
    case Kind::queue_refused:
      if (event.a >= kQueueCount) return std::nullopt;
      return refused_by(static_cast<Queue>(event.a));
    case Kind::chain_reorg:
      if (event.c == 0) return std::nullopt;
      return RareState::chain_reorg;
    case Kind::node_failed:
      return RareState::node_failed;
    default:
      return std::nullopt;
  }
}

}  // namespace lastmile::trace
