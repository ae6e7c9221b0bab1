// Frames of one size come as a Poisson process to an uplink that passes them one after another: M/D/1. The mean wait in
// units of the service time is load / (2 * (1 - load)).
#include <fmt/core.h>

#include <cmath>

#include "core/base/check.hpp"
#include "core/base/random.hpp"
#include "tests/validation/mean.hpp"
#include "tests/validation/nodes.hpp"
#include "tests/validation/part.hpp"

namespace lastmile::validation {
namespace {

constexpr std::uint64_t kFrameBytes = 1000;
constexpr std::uint64_t kUplinkBits = 8'000'000;  // a frame takes a millisecond
constexpr std::size_t kFrames = 4'000'000;
constexpr std::size_t kBatches = 40;  // means of consecutive frames, for the standard error

constexpr double kErrorMost = 0.02;     // standard error, of the mean
constexpr double kDistanceMost = 0.05;  // whatever the standard error

Mean measured(double load, std::uint64_t seed) {
  sim::EngineConfig config;
  config.network.jitter_share = 0;
  auto engine = std::move(sim::Engine::create(config)).value();
  sim::Hardware hardware;
  hardware.uplink_bits = kUplinkBits;
  std::vector<std::int64_t> sent;
  std::vector<double> waits;
  const auto from = add_listener(*engine, "sender", hardware, [](Listener&, const env::Frame&) {});
  const auto to = add_listener(*engine, "receiver", {}, [&](Listener& self, const env::Frame&) {
    const double took = static_cast<double>(self.env.clock.now().ns - sent[waits.size()]);
    waits.push_back(took / 1e6 - 1);  // less its own service
  });
  dial(*engine, from, to);
  engine->run_until(Instant{} + seconds(1));
  const env::Frame frame = env::Frame::of_bytes(Bytes(kFrameBytes, 1));
  LM_CHECK(frame->wire_size() == kFrameBytes);
  Generator draws(substream(seed, 0, "validation of the access link"));
  double next = 1e9;
  for (std::size_t i = 0; i < kFrames; ++i) {
    next += draws.exponential(1e6 / load);
    engine->run_until(Instant{static_cast<std::int64_t>(next)});
    sent.push_back(engine->now().ns);
    engine->on_loop(from, [&] { listener(*engine, from).send_to_all(frame); });
  }
  engine->run_until(engine->now() + seconds(60));
  LM_CHECK(waits.size() == kFrames);
  constexpr std::size_t kBatch = kFrames / kBatches;
  std::vector<double> batches;
  batches.reserve(kBatches);
  for (std::size_t b = 0; b < kBatches; ++b) {
    double sum = 0;
    for (std::size_t i = 0; i < kBatch; ++i) sum += waits[b * kBatch + i];
    batches.push_back(sum / kBatch);
  }
  return mean_of(batches);
}

}  // namespace

Part link_against_queueing_theory() {
  Part part;
  part.name = "link";
  part.plot = {"Mean wait in the queue of an access link", "load", "frames that pass meanwhile", {}};
  Line theory{"M/D/1", {}, false};
  Line simulated{"simulator", {}, true};
  for (int i = 1; i <= 95; ++i) theory.points.emplace_back(i / 100.0, i / 100.0 / (2 * (1 - i / 100.0)));
  part.table = "| load | M/D/1 | simulator | standard error | distance |\n| --- | --- | --- | --- | --- |\n";
  std::uint64_t seed = 0;
  for (const double load : {0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95}) {
    const double expected = load / (2 * (1 - load));
    const Mean waits = measured(load, ++seed);
    const double distance = waits.mean / expected - 1;
    part.table += fmt::format("| {:.2f} | {:.4f} | {:.4f} | {:.4f} | {:+.2f} % |\n", load, expected, waits.mean,
                              waits.error, 100 * distance);
    simulated.points.emplace_back(load, waits.mean);
    if (std::abs(waits.mean - expected) > 4 * waits.error || waits.error > kErrorMost * expected ||
        std::abs(distance) > kDistanceMost)
      part.within_bounds = false;
  }
  part.plot.lines = {theory, simulated};
  return part;
}

}  // namespace lastmile::validation
