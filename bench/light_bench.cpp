// What a hundred thousand light nodes cost: CPU time until all of them have started, and heap for each of them when
// they are connected, have meshes and nothing to say (simulation-engine.md sections 1 and 9). Measured around a whole
// run, checks and measures included.
//
//   build/release/bench/light_bench
#include <benchmark/benchmark.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "bench/process_use.hpp"
#include "core/base/check.hpp"
#include "scenarios/engine/model/load.hpp"
#include "sim/run/run.hpp"

namespace lastmile::sim {
namespace {

constexpr Instant kConnected =
    Instant{} + seconds(15);  // connections are made, meshes formed, and no node does anything

using bench::cpu_seconds;
using bench::heap_bytes;

scenario::Scenario idle(std::int64_t nodes) {
  const std::string text = R"({"format": 1, "name": "idle", "question": "?",
    "phases": {"warm_up": "20s", "settle": "1s"},
    "world": {"groups": [{"name": "light", "count": )" +
                           std::to_string(nodes) + R"(, "fidelity": "light",
                          "region": {"north_america": "40%", "europe": "40%", "japan": "20%"}}],
              "topology": {"kind": "random_regular", "degree": 8}},
    "checks": [{"name": "bounded_queues"}], "measures": ["peers"]})";
  scenario::Findings findings;
  auto loaded = scenario::load_scenario(text, {}, findings);
  LM_CHECK(loaded.has_value());
  return *std::move(loaded);
}

void idle_light_nodes(benchmark::State& state) {
  const scenario::Scenario scenario = idle(state.range(0));
  for (auto turn : state) {
    (void)turn;
    const double heap = heap_bytes();
    const double begin = cpu_seconds();
    std::optional<double> started;
    std::optional<double> used;
    RunOptions options;
    options.progress = [&](const scenario::RunProgress& progress) {
      if (!started) started = cpu_seconds() - begin;
      if (!used && progress.now >= kConnected) used = heap_bytes() - heap;
    };
    const auto summary = run_scenario(scenario, std::move(options));
    if (!summary.ok() || !started || !used) return state.SkipWithError("the run did not come to its end");
    state.SetIterationTime(*started);
    state.counters["start_s"] = *started;
    state.counters["node_bytes"] = *used / static_cast<double>(state.range(0));
    state.counters["run_s"] = cpu_seconds() - begin;
  }
}
BENCHMARK(idle_light_nodes)->Arg(10'000)->Arg(100'000)->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lastmile::sim

BENCHMARK_MAIN();
