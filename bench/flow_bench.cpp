// Bulk transfers through sim/physics against bare SimGrid (simulation-engine.md sections 5 and 7): 1,000 hosts, so many
// transfers of a megabyte in flight, a new one whenever one ends.
//
//   build/release/bench/flow_bench
//
// prints transfers per second of both, and `ratio` = through the adapter / bare, measured in turns (target: at least
// 0.8). SimGrid has one engine per process: every measurement is a child of its own.
#include <benchmark/benchmark.h>
#include <sys/wait.h>
#include <unistd.h>
#include <simgrid/s4u.hpp>

#include <cstdint>
#include <ctime>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/check.hpp"
#include "core/base/random.hpp"
#include "sim/physics/physics.hpp"

namespace lastmile::sim {
namespace {

namespace s4u = simgrid::s4u;

constexpr std::uint32_t kHosts = 1000;
constexpr std::uint64_t kBytes = 1'000'000;
constexpr std::uint64_t kBits = 1'000'000'000;
constexpr int kTurns = 3;  // of each, one after the other

struct Pair {
  std::uint32_t from;
  std::uint32_t to;
};

// The same transfers for both.
class Pairs {
 public:
  Pair next() {
    const auto from = static_cast<std::uint32_t>(draws_.below(kHosts));
    const auto to = static_cast<std::uint32_t>(draws_.below(kHosts - 1));
    return {from, to < from ? to : to + 1};
  }

 private:
  Generator draws_{7};
};

// Processor time of the child.
class Stopwatch {
 public:
  double seconds() const { return static_cast<double>(std::clock() - begin_) / CLOCKS_PER_SEC; }

 private:
  std::clock_t begin_ = std::clock();
};

// Neither takes anything down: the child ends right after, and SimGrid warns of what is destroyed under way.
double through_physics(std::uint64_t in_flight, std::uint64_t total) {
  Physics* physics = std::move(Physics::create({})).value().release();
  MachineResources machine;
  machine.uplink_bits = machine.downlink_bits = kBits;
  for (std::uint32_t i = 0; i < kHosts; ++i) physics->add_machine(machine);
  Pairs pairs;
  std::uint64_t begun = 0;
  const auto begin = [&] {
    const Pair pair = pairs.next();
    physics->transfer(begun++, pair.from, pair.to, kBytes);
  };
  const Stopwatch watch;
  while (begun < in_flight) begin();
  std::vector<Completion> completions;
  std::uint64_t ended = 0;
  while (ended < total) {
    completions.clear();
    physics->advance(physics->now() + hours(1), completions);
    ended += completions.size();
    for (std::size_t i = 0; i < completions.size(); ++i) begin();
  }
  return static_cast<double>(ended) / watch.seconds();
}

double bare(std::uint64_t in_flight, std::uint64_t total) {
  int count = 5;
  char program[] = "bench", quiet[] = "--log=root.threshold:error", model[] = "--cfg=network/model:CM02",
       cross[] = "--cfg=network/crosstraffic:no", window[] = "--cfg=network/TCP-gamma:0";
  char* arguments[] = {program, quiet, model, cross, window, nullptr};
  auto& engine = *new s4u::Engine(&count, arguments);
  s4u::NetZone* zone = s4u::create_star_zone("world");
  std::vector<s4u::Host*> hosts;
  for (std::uint32_t i = 0; i < kHosts; ++i) {
    const std::string name = std::to_string(i);
    s4u::Host* host = zone->create_host("host" + name, 1e9);
    s4u::Link* up = zone->create_link("up" + name, kBits / 8.0)->set_latency(0);
    s4u::Link* down = zone->create_link("down" + name, kBits / 8.0)->set_latency(0);
    zone->add_route(host->get_netpoint(), nullptr, nullptr, nullptr, {s4u::LinkInRoute(up)}, false);
    zone->add_route(nullptr, host->get_netpoint(), nullptr, nullptr, {s4u::LinkInRoute(down)}, false);
    hosts.push_back(host);
  }
  zone->seal();
  Pairs pairs;
  auto& open = *new std::vector<s4u::ActivityPtr>(in_flight);
  auto& place = *new std::unordered_map<const s4u::Activity*, std::size_t>;
  auto& stop = *new std::set<s4u::Activity*>;
  std::uint64_t ended = 0;
  engine.track_vetoed_activities(&stop);
  s4u::Activity::on_completion_cb([&](const s4u::Activity& activity) {
    ++ended;
    stop.insert(const_cast<s4u::Activity*>(&activity));
  });
  const auto begin = [&](std::size_t at) {
    const Pair pair = pairs.next();
    const s4u::CommPtr transfer = s4u::Comm::sendto_init(hosts[pair.from], hosts[pair.to]);
    transfer->set_payload_size(kBytes);
    if (open[at]) place.erase(open[at].get());
    open[at] = transfer;
    place[transfer.get()] = at;
    transfer->start();
  };
  const Stopwatch watch;
  for (std::size_t i = 0; i < in_flight; ++i) begin(i);
  while (ended < total) {
    stop.clear();
    engine.run_until(s4u::Engine::get_clock() + 3600);
    std::vector<std::size_t> free;
    free.reserve(stop.size());
    for (const s4u::Activity* activity : stop) free.push_back(place.at(activity));
    for (const std::size_t at : free) begin(at);
  }
  return static_cast<double>(ended) / watch.seconds();
}

// In a process of its own.
double measured(double (*rate)(std::uint64_t, std::uint64_t), std::uint64_t in_flight, std::uint64_t total) {
  int ends[2];
  LM_CHECK(::pipe(ends) == 0);
  const pid_t child = ::fork();
  LM_CHECK(child >= 0);
  if (child == 0) {
    const double result = rate(in_flight, total);
    const bool told = ::write(ends[1], &result, sizeof result) == static_cast<ssize_t>(sizeof result);
    ::_exit(told ? 0 : 1);
  }
  ::close(ends[1]);
  double result = 0;
  LM_CHECK(::read(ends[0], &result, sizeof result) == static_cast<ssize_t>(sizeof result));
  ::close(ends[0]);
  int status = 0;
  LM_CHECK(::waitpid(child, &status, 0) == child && status == 0);
  return result;
}

void transfers(benchmark::State& state) {
  const auto in_flight = static_cast<std::uint64_t>(state.range(0));
  const std::uint64_t total = in_flight >= 1000 ? 30'000 : 100'000;
  for (auto _ : state) {
    double ours = 0;
    double theirs = 0;
    for (int turn = 0; turn < kTurns; ++turn) {
      ours += measured(through_physics, in_flight, total) / kTurns;
      theirs += measured(bare, in_flight, total) / kTurns;
    }
    state.SetIterationTime(static_cast<double>(total) / ours);
    state.counters["physics/s"] = ours;
    state.counters["simgrid/s"] = theirs;
    state.counters["ratio"] = ours / theirs;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(total));
}
BENCHMARK(transfers)->Arg(100)->Arg(1000)->Iterations(1)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lastmile::sim

BENCHMARK_MAIN();
