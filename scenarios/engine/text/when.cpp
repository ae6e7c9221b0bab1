#include "scenarios/engine/text/when.hpp"

#include <algorithm>
#include <charconv>

#include "scenarios/engine/text/finding.hpp"

namespace lastmile::scenario {
namespace {

constexpr std::array<std::string_view, 7> kEvents{"message_processed", "block_final",       "node_started",
                                                  "node_crashed",      "partition_started", "partition_healed",
                                                  "queue_above"};

}  // namespace

std::string_view phase_text(Phase phase) { return kPhaseNames[static_cast<std::size_t>(phase)]; }

Result<Moment> parse_moment(std::string_view text) {
  if (text.empty()) return Error{"nothing"};
  if (text.front() >= '0' && text.front() <= '9') {
    auto offset = parse_duration(text);
    if (!offset.ok()) return offset.error();
    return Moment{std::nullopt, *offset};
  }
  const auto sign = text.find_first_of("+-");
  const std::string_view word = text.substr(0, sign);
  const auto found = std::find(kPhaseNames.begin(), kPhaseNames.end(), word);
  if (found == kPhaseNames.end()) {
    const std::string_view guess = nearest(word, kPhaseNames);
    return Error{"no phase \"" + std::string(word.substr(0, 40)) + "\"" +
                 (guess.empty() ? "" : ", did you mean \"" + std::string(guess) + "\"")};
  }
  Moment moment{static_cast<Phase>(found - kPhaseNames.begin()), {}};
  if (sign != std::string_view::npos) {
    auto offset = parse_signed_duration(text.substr(sign));
    if (!offset.ok()) return offset.error();
    moment.offset = *offset;
  }
  return moment;
}

std::string moment_text(const Moment& moment) {
  if (!moment.phase) return duration_text(moment.offset);
  std::string out(phase_text(*moment.phase));
  if (moment.offset.ns > 0) out += "+";
  if (moment.offset.ns != 0) out += duration_text(moment.offset);
  return out;
}

std::string_view event_kind_text(EventKind kind) { return kEvents[static_cast<std::size_t>(kind)]; }

Result<EventPattern> parse_event(std::string_view text) {
  EventPattern event;
  const auto colon = text.find(':');
  const std::string_view word = text.substr(0, colon);
  const auto found = std::find(kEvents.begin(), kEvents.end(), word);
  if (found == kEvents.end()) {
    const std::string_view guess = nearest(word, kEvents);
    return Error{"no event \"" + std::string(word.substr(0, 40)) + "\"" +
                 (guess.empty() ? "" : ", did you mean \"" + std::string(guess) + "\"")};
  }
  event.kind = static_cast<EventKind>(found - kEvents.begin());
  if (event.kind != EventKind::queue_above) {
    if (colon != std::string_view::npos) return Error{"\"" + std::string(word) + "\" takes nothing after it"};
    return event;
  }
  std::string_view rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  const auto second = rest.find(':');
  const std::string_view name = rest.substr(0, second);
  const std::string_view depth = second == std::string_view::npos ? std::string_view() : rest.substr(second + 1);
  bool known = false;
  std::array<std::string_view, trace::kQueueCount> names;
  for (std::size_t i = 0; i < trace::kQueueCount; ++i) {
    names[i] = trace::queue_name(static_cast<trace::Queue>(i));
    if (names[i] == name) {
      event.queue = static_cast<trace::Queue>(i);
      known = true;
    }
  }
  if (!known) {
    const std::string_view guess = nearest(name, names);
    return Error{"no queue \"" + std::string(name.substr(0, 40)) + "\"" +
                 (guess.empty() ? "" : ", did you mean \"" + std::string(guess) + "\"")};
  }
  const auto [end, error] = std::from_chars(depth.data(), depth.data() + depth.size(), event.depth);
  if (error != std::errc{} || end != depth.data() + depth.size()) {
    return Error{"\"queue_above\" needs a queue and a depth, such as \"queue_above:inbox:500\""};
  }
  return event;
}

std::string event_text(const EventPattern& event) {
  std::string out(event_kind_text(event.kind));
  if (event.kind == EventKind::queue_above) {
    out += ":" + std::string(trace::queue_name(event.queue)) + ":" + std::to_string(event.depth);
  }
  return out;
}

}  // namespace lastmile::scenario
