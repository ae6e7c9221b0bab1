#include "sim/run/twin.hpp"

#include "sim/env/loop_record.hpp"
#include "sim/run/run.hpp"

namespace lastmile::sim {
namespace {

constexpr Duration kInterval = milliseconds(100);

Result<scenario::Summary> observed(const scenario::Scenario& scenario, LoopObserver& observer) {
  RunOptions options;
  options.loop_observer = &observer;
  return run_scenario(scenario, std::move(options));
}

}  // namespace

Result<Twins> compare_runs(const scenario::Scenario& left, const scenario::Scenario& right) {
  LoopCheckpoints first(kInterval), second(kInterval);
  const auto one = observed(left, first);
  if (!one.ok()) return one.error();
  const auto two = observed(right, second);
  if (!two.ok()) return two.error();
  Twins twins{*one->digest, one->events, {}};
  if (*one->digest == *two->digest) return twins;

  const auto from = LoopCheckpoints::first_difference(first, second);
  if (!from) {
    twins.difference = "all events are equal; the final state digests differ";
    return twins;
  }
  LoopRecord a(*from, *from + kInterval), b(*from, *from + kInterval);
  if (auto again = observed(left, a); !again.ok()) return again.error();
  if (auto again = observed(right, b); !again.ok()) return again.error();
  const auto difference = first_difference(a, b);
  twins.difference = difference ? difference->text()
                                : "they parted between " + scenario::human_duration(*from - Instant{}) +
                                      " and 100 ms later, but not when run again";
  return twins;
}

}  // namespace lastmile::sim
