// When something happens (scenario-format.md 1): a moment, a repetition, a Poisson process, or an event.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/base/result.hpp"
#include "core/trace/event.hpp"
#include "scenarios/engine/text/quantity.hpp"

namespace lastmile::scenario {

enum class Phase : std::uint8_t { warm_up, trouble, heal, settle };
inline constexpr std::size_t kPhaseCount = 4;
inline constexpr std::array<std::string_view, kPhaseCount> kPhaseNames{"warm_up", "trouble", "heal", "settle"};
std::string_view phase_text(Phase phase);

// "90s" since the start, or "trouble+10s", "heal-5s", "settle".
struct Moment {
  std::optional<Phase> phase;
  Duration offset;
  friend bool operator==(const Moment&, const Moment&) = default;
};
Result<Moment> parse_moment(std::string_view text);
std::string moment_text(const Moment& moment);

enum class EventKind : std::uint8_t {
  message_processed,
  block_final,
  node_started,
  node_crashed,
  partition_started,
  partition_healed,
  queue_above
};
std::string_view event_kind_text(EventKind kind);

// "message_processed", "queue_above:inbox:500".
struct EventPattern {
  EventKind kind = EventKind::message_processed;
  trace::Queue queue = trace::Queue::inbox;  // queue_above
  std::uint64_t depth = 0;                   // queue_above: more than this many
  friend bool operator==(const EventPattern&, const EventPattern&) = default;
};
Result<EventPattern> parse_event(std::string_view text);
std::string event_text(const EventPattern& event);

struct Every {
  Duration interval;
  std::optional<Moment> from;   // default: start of trouble
  std::optional<Moment> until;  // default: end of trouble
  friend bool operator==(const Every&, const Every&) = default;
};
struct Poisson {
  Rate rate;
  std::optional<Moment> from;
  std::optional<Moment> until;
  friend bool operator==(const Poisson&, const Poisson&) = default;
};
struct OnEvent {
  EventPattern event;
  std::uint64_t count = 1;  // the how-manieth such event
  Duration after;           // and then this long
  friend bool operator==(const OnEvent&, const OnEvent&) = default;
};

using When = std::variant<Moment, Every, Poisson, OnEvent>;

}  // namespace lastmile::scenario
