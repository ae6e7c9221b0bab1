// What a node thinks of a message (messages.md 5.0), and which changes of mind are legal.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lastmile::message {

enum class Status : std::uint8_t {
  none,       // never heard of; not shown to anybody
  pending,    // known, not yet applied
  processed,  // applied
  rejected,   // refused; kept with its error, and tried again when what it lacked arrives
  forgotten,  // content erased for good
  removing,   // unpaid; resources deleted soon
  removed,    // unpaid and deleted
};
inline constexpr std::size_t kStatusCount = 7;
inline constexpr std::array<Status, kStatusCount> kAllStatuses{Status::none,     Status::pending,   Status::processed,
                                                               Status::rejected, Status::forgotten, Status::removing,
                                                               Status::removed};

std::string_view status_text(Status status);  // "none" for none
std::optional<Status> parse_status(std::string_view text);

// The moves of messages.md 5.0, word for word.
bool reference_legal_move(Status from, Status to);

// Our moves: those of the reference and the ones that make the state independent of the order of arrival
// (docs/decisions/0110): re-judgement (processed <-> rejected, removing -> rejected) and messages that are forgotten
// before they were ever applied (none, pending, rejected -> forgotten). Staying is not a move: false.
// Nothing leaves forgotten or removed.
bool legal_move(Status from, Status to);

}  // namespace lastmile::message
