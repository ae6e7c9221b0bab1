// Jobs come as a Poisson process to a machine with one core, half of them short (a counter says when the core is free),
// half long (they compute in the physics of level `flow`): M/G/1. The mean wait in units of the mean service time is
// load * (1 + c) / (2 * (1 - load)), c the squared coefficient of variation of the service times (Pollaczek,
// Khinchine). What the machine draws is linear in the time that its core works.
#include <fmt/core.h>

#include <cmath>
#include <memory>

#include "core/base/check.hpp"
#include "core/base/random.hpp"
#include "sim/env/engine.hpp"
#include "tests/validation/mean.hpp"
#include "tests/validation/part.hpp"

namespace lastmile::validation {
namespace {

constexpr Duration kShort = microseconds(100);
constexpr Duration kLong = milliseconds(2);
constexpr std::size_t kJobs = 2'000'000;  // of each machine
constexpr std::size_t kJobBatches = 40;   // means of consecutive jobs, for the standard error
constexpr std::uint64_t kIdle = 2'000;    // mW
constexpr std::uint64_t kBusy = 8'000;

constexpr double kJobErrorMost = 0.025;    // standard error, of the mean
constexpr double kJobDistanceMost = 0.05;  // whatever the standard error
constexpr double kDrawnMost = 1;           // mJ: energy is told in whole ones

constexpr double kMeanNs = static_cast<double>((kShort + kLong).ns) / 2;

// Submits its jobs and measures how long each waited for the core.
class Worker final : public sim::SimNode {
 public:
  Worker(const sim::NodeEnv& env, double load, std::vector<double>& waits)
      : env_(env), draws_(substream(1, env.index.value, "validation of computing")), load_(load), waits_(waits) {}
  void start() override { wait(); }

 private:
  void wait() {
    if (submitted_++ == kJobs) return;
    const Duration gap{static_cast<std::int64_t>(draws_.exponential(kMeanNs / load_))};
    env_.timers.after(gap, [this] {
      submit(draws_.below(2) == 0 ? kShort : kLong);
      wait();
    });
  }
  void submit(Duration cost) {
    env::Job job;
    job.cost = cost;
    job.run = [] { return env::JobResult{}; };
    const Instant begin = env_.clock.now();
    const auto lane = cost == kLong ? env::Lane::hashing : env::Lane::signatures;
    env_.executor.submit(lane, std::move(job), [this, begin, cost](env::JobResult) {
      waits_.push_back(static_cast<double>((env_.clock.now() - begin - cost).ns) / kMeanNs);
    });
  }

  sim::NodeEnv env_;
  Generator draws_;
  double load_;
  std::vector<double>& waits_;
  std::size_t submitted_ = 0;
};

Mean mean_of_batches(const std::vector<double>& waits) {
  constexpr std::size_t kBatch = kJobs / kJobBatches;
  std::vector<double> batches;
  batches.reserve(kJobBatches);
  for (std::size_t b = 0; b < kJobBatches; ++b) {
    double sum = 0;
    for (std::size_t i = 0; i < kBatch; ++i) sum += waits[b * kBatch + i];
    batches.push_back(sum / kBatch);
  }
  return mean_of(batches);
}

// Millijoules, by the linear law.
double law(Duration up, Duration core_time) {
  return static_cast<double>(up.ns) / 1e9 * kIdle + static_cast<double>(core_time.ns) / 1e9 * (kBusy - kIdle);
}

}  // namespace

Part computing_against_queueing_theory() {
  const std::vector<double> loads{0.1, 0.3, 0.5, 0.7, 0.8, 0.9};
  const double spread =
      std::pow(static_cast<double>((kLong - kShort).ns) / static_cast<double>((kLong + kShort).ns), 2);
  const auto theory_at = [spread](double load) { return load * (1 + spread) / (2 * (1 - load)); };
  sim::EngineConfig config;
  config.level = sim::NetworkLevel::flow;
  config.energy = true;
  auto engine = std::move(sim::Engine::create(config)).value();
  std::vector<std::vector<double>> waits(loads.size());
  for (std::uint32_t i = 0; i < loads.size(); ++i) {
    sim::NodeSpec spec;
    spec.name = fmt::format("n{}", i);
    spec.hardware = {.cores = 1, .idle_milliwatts = kIdle, .busy_milliwatts = kBusy};
    engine->add_node(std::move(spec), [&waits, load = loads[i], i](const sim::NodeEnv& env) {
      return std::make_unique<Worker>(env, load, waits[i]);
    });
    engine->start({i});
  }
  engine->run_until(Instant{} + hours(24));

  Part part;
  part.name = "computing";
  part.plot = {"Mean wait of jobs for a core", "load", "mean jobs done meanwhile", {}};
  Line theory{"M/G/1", {}, false};
  Line simulated{"simulator", {}, true};
  for (int i = 1; i <= 92; ++i) theory.points.emplace_back(i / 100.0, theory_at(i / 100.0));
  part.table =
      "| load | M/G/1 | simulator | standard error | distance | drawn | by the law |\n"
      "| --- | --- | --- | --- | --- | --- | --- |\n";
  for (std::uint32_t i = 0; i < loads.size(); ++i) {
    LM_CHECK(waits[i].size() == kJobs);
    const double expected = theory_at(loads[i]);
    const Mean mean = mean_of_batches(waits[i]);
    const double distance = mean.mean / expected - 1;
    const double drawn = static_cast<double>(engine->energy({i}).value());
    const double by_law = law(engine->up_time({i}), engine->cpu_busy({i}));
    part.table += fmt::format("| {:.2f} | {:.4f} | {:.4f} | {:.4f} | {:+.2f} % | {:.3f} J | {:.3f} J |\n", loads[i],
                              expected, mean.mean, mean.error, 100 * distance, drawn / 1e3, by_law / 1e3);
    simulated.points.emplace_back(loads[i], mean.mean);
    if (std::abs(mean.mean - expected) > 4 * mean.error || mean.error > kJobErrorMost * expected ||
        std::abs(distance) > kJobDistanceMost || std::abs(drawn - by_law) > kDrawnMost)
      part.within_bounds = false;
  }
  part.plot.lines = {theory, simulated};
  return part;
}

}  // namespace lastmile::validation
