// Every bound of a running node in one place. Changing one here changes it in both worlds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/sync/limits.hpp"

namespace lastmile::node {

struct Limits {
  // Inbox: messages that were parsed, found new, and wait for the check of their signature.
  std::size_t inbox_messages = 10000;
  std::size_t inbox_messages_per_source = 2000;
  // Signature jobs handed to the executor and not answered yet.
  std::size_t verify_in_flight = 256;
  // Items taken from the inbox per turn of the loop, so that timers and frames are served in between.
  std::size_t inbox_turn = 64;
  // The lane `hashing`, in which each user has a share. Contents that peers gave, and names in open requests whose
  // answers must find room; above so many bytes that wait for their check nothing more is asked for.
  std::size_t content_checks = 1024;
  std::size_t content_check_bytes = 64 * 1024 * 1024;
  // Files that clients handed in; more are refused.
  std::size_t upload_checks = 256;
  std::size_t upload_check_bytes = 256 * 1024 * 1024;
  // Long questions of people being answered; more are refused.
  std::size_t queries = 16;
  // Blobs of our disk being read and compared with their names.
  std::size_t blob_reads = 64;
  // Bytes of uploads whose message is still being checked, or that are being written.
  std::uint64_t upload_bytes = std::uint64_t{256} << 20;
  // Contents and files being fetched, and as many envelopes besides (docs/decisions/0006): half of the places for what
  // messages that have just come need, a quarter each for contents and for files that are asked for in turn. At least
  // 4. Archives are bounded by archives_wanted and `heads`.
  std::size_t fetch_wanted = 8192;
  // Waiting messages, and files they wait for, that are looked at in one turn of the loop to be asked for again.
  std::size_t fetch_look_at = 256;
  // Valid messages that wait for a dependency or were refused after their retries (messages.md 5.4).
  std::size_t waiting_messages = 50000;
  // Retries of one message (messages.md 5.4) and the longest pause between two.
  int retries = 10;
  Duration retry_pause_max = seconds(300);
  // Gossip repeats dropped without a look: the last statements (sender, item hash, signature, ...) that were refused as
  // forged or malformed (messages.md 5.1; docs/decisions/0123).
  std::size_t recent_messages = 200000;
  // Copies that gossip brings of one message that waits for its content, each with an earlier envelope time than the
  // one before, that are taken and told on. Its author says a message once; nobody signs the time
  // (docs/decisions/0123).
  std::size_t earlier_copies = 4;
  // Frame size of gossip; a larger message is not gossiped but spreads by reconciliation.
  std::size_t gossip_frame_bytes = 262144;
  // Commits not yet durable; above it the node takes nothing from the inbox.
  std::size_t commits_in_flight = 1024;
  // Bytes queued towards one peer above which low-priority traffic to it is held back.
  std::size_t peer_queued_bytes = 4 * 1024 * 1024;
  // Reconciliation: sessions of our own at once, and requests per minute we answer to one peer.
  std::size_t reconcile_sessions = 4;
  std::size_t reconcile_answers_per_minute = 256;
  // Hashes in offers of one peer per minute; what is above is found again by a session.
  std::size_t reconcile_offered_per_minute = 65536;
  // Hashes a peer told us of and we have not asked for yet: of all peers, and of one. When all places are taken, the
  // peer that has most of them makes room for others.
  std::size_t reconcile_backlog = 200'000;
  std::size_t reconcile_backlog_per_peer = 100'000;
  // Envelopes being fetched at one peer's word. Invented names are asked for in many rounds; they must leave room among
  // the envelopes being fetched (fetch_wanted) for what others tell.
  std::size_t reconcile_wanted_per_peer = 1024;
  // Hashes asked for of late, remembered for Intervals::reconcile_ask_again.
  std::size_t reconcile_remembered = 100'000;
  // Looks at the backlog per turn of the loop.
  std::size_t reconcile_turn = 1024;
  // Heads of the content store that wait for the check of their signature, of all peers and of one, and of them in the
  // executor.
  std::size_t head_inbox = 4096;
  std::size_t head_inbox_per_source = 1024;
  std::size_t head_checks = 64;
  sync::HeadLimits heads;
  // Archives being fetched for chains and heads. One archive of the heads at a time is taken in, so that no more than
  // chain::kArchiveMessagesMax messages of them wait for the inbox.
  std::size_t archives_wanted = 64;
  // Messages of one transaction or archive in the pipeline at once, and the pause before the rest is offered to a full
  // inbox again. Also confirmations of known messages, of all chains, that one commit stores.
  std::size_t feed_at_once = 256;
  Duration feed_pause = seconds(1);
};

struct Intervals {
  Duration gossip_heartbeat = seconds(1);
  Duration reconcile_every = minutes(1);
  Duration store_tick = seconds(10);
  Duration dial_pause_min = seconds(5);
  Duration dial_pause_max = minutes(1);
  Duration content_deadline = seconds(15);
  // The longest pause between two rounds of asking for an archive: nodes in the middle of the network hear of it only
  // from neighbours, which may get it at any time.
  Duration archive_retry_max = seconds(20);
  // What is asked for in turn has its place so long at least; and the pause before those without one are looked at
  // again.
  Duration fetch_turn = seconds(30);
  Duration fetch_look = seconds(1);
  Duration request_deadline = seconds(10);
  Duration archive_every = minutes(1);
  // A message told of again is not asked for again before this time has passed.
  Duration reconcile_ask_again = seconds(60);
  // Before a full inbox is looked at again for room.
  Duration reconcile_pause = seconds(1);
  Duration reconcile_tell = milliseconds(100);  // tombstones of this time are told of together
  // Chains: how often their followers look at the clock, and how often their state is written.
  Duration chain_tick = seconds(1);
  Duration chain_save = seconds(10);
  // Heads whose predecessors could not be fetched are asked for again.
  Duration head_retry = seconds(30);
};

// What does not fit together, for people: each names both limits as settings and scenarios do. Empty: nothing.
std::vector<std::string> contradictions(const Limits& limits, const Intervals& intervals);

}  // namespace lastmile::node
