#include "sim/env/loop_record.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "core/base/check.hpp"
#include "sim/env/digest_chain.hpp"

namespace lastmile::sim {
namespace {

std::string describe(const std::optional<LoopEvent>& event) {
  if (!event) return "no event";
  std::array<char, 160> text{};
  const std::string_view kind = loop_kind_name(event->kind);
  std::snprintf(text.data(), text.size(), "%lld.%09lld s node %u: %.*s from %u, payload %016llx",
                static_cast<long long>(event->time.ns / 1'000'000'000),
                static_cast<long long>(event->time.ns % 1'000'000'000), event->node.value,
                static_cast<int>(kind.size()), kind.data(), event->source.value,
                static_cast<unsigned long long>(event->payload));
  return text.data();
}

}  // namespace

std::string_view loop_kind_name(LoopKind kind) {
  switch (kind) {
    case LoopKind::start:
      return "start";
    case LoopKind::crash:
      return "crash";
    case LoopKind::frame:
      return "frame";
    case LoopKind::request:
      return "request";
    case LoopKind::response:
      return "response";
    case LoopKind::timer:
      return "timer";
    case LoopKind::connection:
      return "connection";
    case LoopKind::disk:
      return "disk";
    case LoopKind::executor:
      return "executor";
    case LoopKind::transfer:
      return "transfer";
    case LoopKind::chain:
      return "chain";
    case LoopKind::vm:
      return "vm";
  }
  LM_CHECK(false);
}

void LoopRecord::on_loop_event(const LoopEvent& event) {
  if (event.time < from_ || event.time >= until_) return;
  if (events_.size() >= events_max_) {
    complete_ = false;
    return;
  }
  events_.push_back(event);
}

std::string LoopDifference::text() const {
  return "event " + std::to_string(position) + ": " + describe(first) + " / " + describe(second);
}

std::optional<LoopDifference> first_difference(const LoopRecord& a, const LoopRecord& b) {
  const auto& x = a.kept();
  const auto& y = b.kept();
  const auto [at_x, at_y] = std::mismatch(x.begin(), x.end(), y.begin(), y.end());
  const bool x_goes_on = at_x == x.end() && !a.complete();
  const bool y_goes_on = at_y == y.end() && !b.complete();
  if ((at_x == x.end() && at_y == y.end()) || x_goes_on || y_goes_on) return std::nullopt;
  LoopDifference difference;
  difference.position = static_cast<std::size_t>(at_x - x.begin());
  if (at_x != x.end()) difference.first = *at_x;
  if (at_y != y.end()) difference.second = *at_y;
  return difference;
}

Duration LoopCheckpoints::interval_for(Duration run) {
  return std::max(milliseconds(100), run / static_cast<std::int64_t>(kIntervalsMax - 1) + nanoseconds(1));
}

void LoopCheckpoints::on_loop_event(const LoopEvent& event) {
  const auto interval = static_cast<std::size_t>(event.time.ns / interval_.ns);
  LM_CHECK(interval < kIntervalsMax);
  if (interval >= chains_.size()) chains_.resize(interval + 1);
  DigestChain& chain = chains_[interval];
  chain.add(static_cast<std::uint64_t>(event.time.ns), std::uint64_t{event.node.value} << 32 | event.source.value,
            mix_payload(static_cast<std::uint64_t>(event.kind), event.payload));
}

std::optional<Instant> LoopCheckpoints::first_difference(const LoopCheckpoints& a, const LoopCheckpoints& b) {
  LM_CHECK(a.interval_ == b.interval_);
  const std::size_t count = std::max(a.chains_.size(), b.chains_.size());
  for (std::size_t i = 0; i < count; ++i) {
    const DigestChain x = i < a.chains_.size() ? a.chains_[i] : DigestChain{};
    const DigestChain y = i < b.chains_.size() ? b.chains_[i] : DigestChain{};
    if (!(x == y)) return Instant{static_cast<std::int64_t>(i) * a.interval_.ns};
  }
  return std::nullopt;
}

}  // namespace lastmile::sim
