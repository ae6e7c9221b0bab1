// Naming the first event in which two runs that should be twins differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/check.hpp"
#include "sim/env/digest_chain.hpp"
#include "sim/env/loop_event.hpp"

namespace lastmile::sim {

// Keeps the loop events of a window of time, up to a limit.
class LoopRecord final : public LoopObserver {
 public:
  static constexpr std::size_t kEventsMax = 50'000'000;

  LoopRecord() = default;
  LoopRecord(Instant from, Instant until, std::size_t events_max = kEventsMax)  // [from, until)
      : from_(from), until_(until), events_max_(events_max) {}

  void on_loop_event(const LoopEvent& event) override;
  using Kept = LoopEvent;
  const std::vector<LoopEvent>& kept() const { return events_; }
  void set_kept(std::vector<LoopEvent> events, bool complete) {  // from another process
    events_ = std::move(events);
    complete_ = complete;
  }
  bool complete() const { return complete_; }  // false when the limit cut it short

 private:
  Instant from_{};
  Instant until_{INT64_MAX};
  std::size_t events_max_ = kEventsMax;
  bool complete_ = true;
  std::vector<LoopEvent> events_;
};

struct LoopDifference {
  std::size_t position = 0;        // how many events were equal before
  std::optional<LoopEvent> first;  // empty: that run had ended
  std::optional<LoopEvent> second;
  std::string text() const;  // "event 812: 1.203 s node 4 frame from 7 payload 1f.. / 1.203 s node 4 timer ..."
};

// Of what both kept: empty says nothing about what lies behind the end of a record that is not complete.
std::optional<LoopDifference> first_difference(const LoopRecord& a, const LoopRecord& b);

// The cheap first pass for long runs: one number for all events of each interval. The first interval that differs is
// then recorded in a second pair of runs.
class LoopCheckpoints final : public LoopObserver {
 public:
  static constexpr std::size_t kIntervalsMax = 10'000'000;
  // For a run of this length: a tenth of a second, or as much as the limit asks of a run of weeks.
  static Duration interval_for(Duration run);

  explicit LoopCheckpoints(Duration interval) : interval_(interval) { LM_CHECK(interval > Duration{}); }
  void on_loop_event(const LoopEvent& event) override;

  // Start of the first interval in which they differ; empty when they do not. Equal intervals are the caller's duty.
  static std::optional<Instant> first_difference(const LoopCheckpoints& a, const LoopCheckpoints& b);
  Duration interval() const { return interval_; }
  using Kept = DigestChain;
  const std::vector<DigestChain>& kept() const { return chains_; }
  void set_kept(std::vector<DigestChain> chains, bool) { chains_ = std::move(chains); }  // from another process
  bool complete() const { return true; }

 private:
  Duration interval_;
  std::vector<DigestChain> chains_;  // by interval
};

}  // namespace lastmile::sim
