// Places at which something rare may happen, and that a simulated run may make likely (docs/decisions/0150).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lastmile::env {

// The first ones are places in the core, which asks Random::happens there. What follows is an environment's own: it may
// do so at any time within the contracts of this room, and nobody asks.
enum class RarePath : std::uint8_t {
  inbox_full,
  signatures_backed_up,
  commits_backed_up,
  uploads_full,
  refusal_forgotten,
  content_found_no_place,
  content_not_here,
  peer_congested,
  heartbeat_skipped,
  reconcile_cut_short,
  reconcile_refused,
  heads_full,
  archive_cut_short,
  // an environment's own
  dial_unanswered,
  request_unanswered,
  job_late,
  commit_late,
  loop_held_up,
  path_count
};
inline constexpr std::size_t kRarePathCount = static_cast<std::size_t>(RarePath::path_count);

// Names as scenarios have them, by RarePath.
inline constexpr std::array<std::string_view, kRarePathCount> kRarePathNames{
    "inbox_full",         "signatures_backed_up",
    "commits_backed_up",  "uploads_full",
    "refusal_forgotten",  "content_found_no_place",
    "content_not_here",   "peer_congested",
    "heartbeat_skipped",  "reconcile_cut_short",
    "reconcile_refused",  "heads_full",
    "archive_cut_short",  "dial_unanswered",
    "request_unanswered", "job_late",
    "commit_late",        "loop_held_up"};

// What happens there, for people: one line.
std::string_view rare_path_meaning(RarePath path);

}  // namespace lastmile::env
