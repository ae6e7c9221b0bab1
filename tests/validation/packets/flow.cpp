#include "tests/validation/packets/flow.hpp"

#include <fmt/core.h>

#include "core/base/check.hpp"
#include "tests/validation/fetches.hpp"

namespace lastmile::validation::packets {

std::vector<double> flow_seconds(const Workload& workload) {
  sim::EngineConfig config;
  config.level = sim::NetworkLevel::flow;
  config.regions = workload.regions;
  config.network.jitter_share = 0;  // packets have none either
  auto engine = std::move(sim::Engine::create(config)).value();
  Shelf shelf;
  for (const Machine& machine : workload.machines) {
    const std::string name = fmt::format("n{}", engine->node_count());
    const auto node =
        add_listener(*engine, name, machine.hardware, [](Listener&, const env::Frame&) {}, machine.region);
    engine->on_loop(node, [&] { listener(*engine, node).env.network.listen_content(shelf); });
  }
  for (const Transfer& each : workload.transfers) dial(*engine, {each.asker}, {each.server});
  const Instant begin = Instant{} + seconds(10);  // all are connected
  std::vector<double> out(workload.transfers.size(), -1);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Transfer& each = workload.transfers[i];
    engine->run_until(begin + each.start);
    fetch(*engine, {each.asker}, {each.server}, each.bytes,
          [&seconds = out[i], &engine, start = engine->now()] { seconds = (engine->now() - start).seconds(); });
  }
  engine->run_until(begin + hours(5));
  for (const double seconds : out) LM_CHECK(seconds > 0);
  return out;
}

}  // namespace lastmile::validation::packets
