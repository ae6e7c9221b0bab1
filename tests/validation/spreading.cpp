// A flood on a random regular graph: whoever hears of something first tells all its neighbours. On graphs without short
// cycles this is a branching process with degree - 1 children at a random delay X each, which grows as exp(l * t) with
// (degree - 1) * E[exp(-l * X)] = 1. The mean time to reach a node grows by 1 / l whenever ln n grows by one (Bhamidi,
// van der Hofstad, Hooghiemstra: Universality for first passage percolation on sparse random graphs).
#include <fmt/core.h>

#include <array>
#include <cmath>

#include "core/base/check.hpp"
#include "core/base/random.hpp"
#include "scenarios/engine/overlay/graph.hpp"
#include "tests/validation/mean.hpp"
#include "tests/validation/nodes.hpp"
#include "tests/validation/part.hpp"

namespace lastmile::validation {
namespace {

constexpr double kLatency = 0.05;            // seconds, one way
constexpr double kJitterShare = 1.0;         // uniform in [0, latency] on top
constexpr double kSlopeErrorMost = 0.01;     // standard error of the slope; a distance may be four of its own
constexpr double kSlopeDistanceMost = 0.02;  // whatever the standard error

// Where (degree - 1) * E[exp(-l * X)] falls to 1, X = latency * (1 + uniform(0, 1)).
double growth(std::uint32_t degree) {
  const auto children = [&](double l) {
    const double a = l * kLatency;
    return (degree - 1) * std::exp(-a) * (1 - std::exp(-a * kJitterShare)) / (a * kJitterShare);
  };
  double low = 1e-6;
  double high = 1e4;
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    (children(middle) > 1 ? low : high) = middle;
  }
  return low;
}

struct Size {
  std::uint32_t nodes;
  int floods;  // of one graph, from different nodes
};
constexpr std::array<Size, 4> kSizes{{{1000, 120}, {4000, 120}, {16'000, 60}, {64'000, 30}}};

// Seconds until a node hears of it: mean over all nodes of each flood, and over the floods, which differ by how they
// begin.
Mean reached(Size size, std::uint32_t degree) {
  const std::uint32_t nodes = size.nodes;
  sim::EngineConfig config;
  config.seed = nodes + degree;
  config.level = sim::NetworkLevel::delay;
  config.regions.delay = {Duration{static_cast<std::int64_t>(kLatency * 1e9)}};
  config.network.jitter_share = static_cast<std::uint64_t>(kJitterShare * 1e9);
  auto engine = std::move(sim::Engine::create(config)).value();
  Generator draws(substream(config.seed, 0, "validation of spreading"));
  const scenario::Graph graph = std::move(scenario::random_regular(nodes, degree, draws)).value();
  std::vector<int> heard(nodes, -1);  // which flood last
  int flood = 0;
  double sum = 0;
  std::uint32_t count = 0;
  Instant begin;
  for (std::uint32_t i = 0; i < nodes; ++i) {
    add_listener(*engine, fmt::format("n{}", i), {}, [&, i](Listener& self, const env::Frame& frame) {
      if (heard[i] == flood) return;
      heard[i] = flood;
      sum += (self.env.clock.now() - begin).seconds();
      ++count;
      self.send_to_all(frame);
    });
  }
  for (std::uint32_t i = 0; i < nodes; ++i) {
    for (const std::uint32_t other : graph.neighbours(i)) {
      if (other > i) dial(*engine, {i}, {other});
    }
  }
  engine->run_until(Instant{} + seconds(5));
  for (std::uint32_t i = 0; i < nodes; ++i) LM_CHECK(listener(*engine, {i}).peers.size() == degree);
  std::vector<double> floods;
  for (; flood < size.floods; ++flood) {
    begin = engine->now();
    sum = 0;
    count = 0;
    const auto source = static_cast<std::uint32_t>(draws.below(nodes));
    heard[source] = flood;
    engine->on_loop({source}, [&] {
      listener(*engine, {source}).send_to_all(env::Frame::of_bytes(Bytes(100, static_cast<std::uint8_t>(flood))));
    });
    engine->run_until(begin + seconds(10));
    LM_CHECK(count == nodes - 1);
    floods.push_back(sum / count);
  }
  return mean_of(floods);
}

}  // namespace

Part spreading_against_branching() {
  Part part;
  part.name = "spreading";
  part.plot = {"Mean time until a node hears of it, by size of the network", "ln of the number of nodes", "s", {}};
  part.table =
      "| degree | 1,000 nodes | 4,000 | 16,000 | 64,000 | slope by theory | slope simulated | standard error | "
      "distance |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
  for (const std::uint32_t degree : {4U, 8U}) {
    Line simulated{fmt::format("degree {}", degree), {}, true};
    std::vector<double> errors;
    for (const Size& size : kSizes) {
      const Mean r = reached(size, degree);
      simulated.points.emplace_back(std::log(size.nodes), r.mean);
      errors.push_back(r.error);
    }
    const double expected = 1 / growth(degree);
    double mx = 0;
    double my = 0;
    for (const auto& [x, y] : simulated.points) {
      mx += x / kSizes.size();
      my += y / kSizes.size();
    }
    double xx = 0;
    double xy = 0;
    double variance = 0;
    for (std::size_t i = 0; i < kSizes.size(); ++i) {
      const auto& [x, y] = simulated.points[i];
      xx += (x - mx) * (x - mx);
      xy += (x - mx) * (y - my);
      variance += (x - mx) * (x - mx) * errors[i] * errors[i];
    }
    const double slope = xy / xx;
    const double error = std::sqrt(variance) / xx;
    Line theory{"growth of the branching process", {}, false};
    for (const double x : {simulated.points.front().first, simulated.points.back().first})
      theory.points.emplace_back(x, my + (x - mx) * expected);
    part.table += fmt::format("| {} |", degree);
    for (const auto& point : simulated.points) part.table += fmt::format(" {:.4f} s |", point.second);
    part.table += fmt::format(" {:.5f} s | {:.5f} s | {:.5f} s | {:+.2f} % |\n", expected, slope, error,
                              100 * (slope / expected - 1));
    if (std::abs(slope - expected) > 4 * error || error > kSlopeErrorMost * expected ||
        std::abs(slope / expected - 1) > kSlopeDistanceMost)
      part.within_bounds = false;
    part.plot.lines.push_back(theory);
    part.plot.lines.push_back(simulated);
  }
  return part;
}

}  // namespace lastmile::validation
