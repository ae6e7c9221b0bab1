#include "sim/run/twin.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "core/base/present.hpp"
#include "sim/env/loop_record.hpp"
#include "sim/run/own_process.hpp"
#include "sim/run/run.hpp"

namespace lastmile::sim {
namespace {

struct Seen {
  Hash256 digest;
  std::uint64_t events = 0;
  bool complete = true;  // the record
};
static_assert(std::is_trivially_copyable_v<Seen>);

Result<Seen> observed_here(const scenario::Scenario& scenario, LoopObserver& observer) {
  RunOptions options;
  options.loop_observer = &observer;
  const auto summary = run_scenario(scenario, std::move(options));
  if (!summary.ok()) return summary.error();
  return Seen{present(summary->digest), summary->events};
}

// The copy of the process leaves with what it has seen; the bytes are those of this very program.
template <class Record>
Result<Seen> observed(const scenario::Scenario& scenario, Record& record) {
  if (scenario.network != scenario::NetworkLevel::flow) return observed_here(scenario, record);
  using Kept = typename Record::Kept;
  static_assert(std::is_trivially_copyable_v<Kept>);
  const auto bytes = in_own_process([&]() -> Result<Bytes> {
    auto seen = observed_here(scenario, record);
    if (!seen.ok()) return seen.error();
    seen->complete = record.complete();
    const std::vector<Kept>& kept = record.kept();
    Bytes out(sizeof(Seen) + kept.size() * sizeof(Kept));
    std::memcpy(out.data(), &*seen, sizeof(Seen));
    if (!kept.empty()) std::memcpy(out.data() + sizeof(Seen), kept.data(), kept.size() * sizeof(Kept));
    return out;
  });
  if (!bytes.ok()) return bytes.error();
  LM_CHECK(bytes->size() >= sizeof(Seen));
  Seen seen;
  std::memcpy(&seen, bytes->data(), sizeof(Seen));
  std::vector<Kept> kept((bytes->size() - sizeof(Seen)) / sizeof(Kept));
  if (!kept.empty()) std::memcpy(kept.data(), bytes->data() + sizeof(Seen), kept.size() * sizeof(Kept));
  record.set_kept(std::move(kept), seen.complete);
  return seen;
}

std::string told(const std::optional<LoopDifference>& difference, const LoopRecord& a, const LoopRecord& b,
                 Instant from, Duration interval) {
  if (difference) return difference->text();
  const std::string where = "they parted between " + scenario::human_duration(from - Instant{}) + " and " +
                            scenario::human_duration(interval) + " later, ";
  if (a.complete() && b.complete()) return where + "but not when run again";
  const std::size_t equal = std::min(a.kept().size(), b.kept().size());
  return where + "after the first " + std::to_string(equal) + " events of it, with which the record is full";
}

}  // namespace

Result<Twins> compare_runs(const scenario::Scenario& left, const scenario::Scenario& right,
                           std::size_t record_events_max) {
  const Instant end = std::max(left.phases.end(scenario::Phase::settle), right.phases.end(scenario::Phase::settle));
  const Duration interval = LoopCheckpoints::interval_for(end - Instant{});
  LoopCheckpoints first(interval), second(interval);
  const auto one = observed(left, first);
  if (!one.ok()) return one.error();
  const auto two = observed(right, second);
  if (!two.ok()) return two.error();
  Twins twins{one->digest, one->events, {}};
  if (one->digest == two->digest) return twins;

  const auto from = LoopCheckpoints::first_difference(first, second);
  if (!from) {
    twins.difference = "all events are equal; the final state digests differ";
    return twins;
  }
  LoopRecord a(*from, *from + interval, record_events_max), b(*from, *from + interval, record_events_max);
  if (auto again = observed(left, a); !again.ok()) return again.error();
  if (auto again = observed(right, b); !again.ok()) return again.error();
  twins.difference = told(first_difference(a, b), a, b, *from, interval);
  return twins;
}

}  // namespace lastmile::sim
