// Transfers of many sizes between machines of many speeds begin at once and share uplinks and downlinks. Their ends are
// computed here a second time: rates by progressive filling (Bertsekas and Gallager, Data Networks, 6.5.2), until the
// next one ends. Level `flow` promises max-min fairness by SimGrid; what it adds on the way there is the distance.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/check.hpp"
#include "core/base/random.hpp"
#include "tests/validation/fetches.hpp"
#include "tests/validation/nodes.hpp"
#include "tests/validation/part.hpp"

namespace lastmile::validation {
namespace {

constexpr std::uint32_t kNodes = 30;
constexpr std::uint32_t kTransfers = 120;
constexpr std::uint32_t kPerServer = 12;  // at once, below what a node sends at once
constexpr double kBoundShare = 0.005;     // of a transfer's time

struct Transfer {
  std::uint32_t server = 0;
  std::uint32_t asker = 0;
  double bytes = 0;
  double left = 0;
  double rate = 0;       // bytes per second
  double expected = -1;  // seconds
  double measured = -1;
};

struct Machine {
  double up = 0;  // bytes per second
  double down = 0;
};

// Everybody's rate grows alike until a link is full; who crosses it stays, the others go on.
void fill(const std::vector<Machine>& machines, std::vector<Transfer*> growing) {
  std::vector<double> left;  // of uplinks, then of downlinks
  for (const Machine& machine : machines) left.push_back(machine.up);
  for (const Machine& machine : machines) left.push_back(machine.down);
  const auto links = [&](const Transfer& t) { return std::array<std::size_t, 2>{t.server, machines.size() + t.asker}; };
  while (!growing.empty()) {
    std::vector<double> crossing(left.size());
    for (const Transfer* t : growing) {
      for (const std::size_t link : links(*t)) crossing[link] += 1;
    }
    double step = 1e300;
    std::size_t full = 0;
    for (std::size_t link = 0; link < left.size(); ++link) {
      if (crossing[link] > 0 && left[link] / crossing[link] < step) {
        step = left[link] / crossing[link];
        full = link;
      }
    }
    for (Transfer* t : growing) {
      t->rate += step;
      for (const std::size_t link : links(*t)) left[link] -= step;
    }
    left[full] = 0;
    std::erase_if(growing, [&](const Transfer* t) {
      const auto crossed = links(*t);
      return std::any_of(crossed.begin(), crossed.end(), [&](std::size_t link) { return left[link] <= 1e-6; });
    });
  }
}

void compute(const std::vector<Machine>& machines, std::vector<Transfer>& transfers) {
  double now = 0;
  for (;;) {
    std::vector<Transfer*> open;
    for (Transfer& t : transfers) {
      t.rate = 0;
      if (t.left > 0) open.push_back(&t);
    }
    if (open.empty()) return;
    fill(machines, open);
    double step = 1e300;
    for (const Transfer* t : open) step = std::min(step, t->left / t->rate);
    now += step;
    for (Transfer* t : open) {
      t->left -= step * t->rate;
      if (t->left < 1e-3) {
        t->left = 0;
        t->expected = now;
      }
    }
  }
}

void measure(const std::vector<Machine>& machines, std::vector<Transfer>& transfers) {
  sim::EngineConfig config;
  config.level = sim::NetworkLevel::flow;
  config.network.jitter_share = 0;
  auto engine = std::move(sim::Engine::create(config)).value();
  Shelf shelf;
  for (std::uint32_t i = 0; i < machines.size(); ++i) {
    sim::Hardware hardware;
    hardware.uplink_bits = static_cast<std::uint64_t>(machines[i].up * 8);
    hardware.downlink_bits = static_cast<std::uint64_t>(machines[i].down * 8);
    const auto node = add_listener(*engine, fmt::format("n{}", i), hardware, [](Listener&, const env::Frame&) {});
    engine->on_loop(node, [&] { listener(*engine, node).env.network.listen_content(shelf); });
  }
  for (const Transfer& t : transfers) dial(*engine, {t.asker}, {t.server});
  engine->run_until(Instant{} + seconds(1));
  const Instant begin = engine->now();
  for (Transfer& t : transfers) {
    fetch(*engine, {t.asker}, {t.server}, static_cast<std::uint64_t>(t.bytes),
          [&t, &engine, begin] { t.measured = (engine->now() - begin).seconds(); });
  }
  engine->run_until(begin + hours(5));
}

}  // namespace

Part sharing_against_progressive_filling() {
  Generator draws(substream(1, 0, "validation of shared links"));
  std::vector<Machine> machines;
  for (std::uint32_t i = 0; i < kNodes; ++i) {
    machines.push_back({static_cast<double>(1'000'000 * (1 + draws.below(50))),
                        static_cast<double>(1'000'000 * (2 + draws.below(100)))});
  }
  std::vector<Transfer> transfers;
  std::vector<std::uint32_t> served(kNodes);
  std::vector<std::vector<bool>> paired(kNodes, std::vector<bool>(kNodes));
  while (transfers.size() < kTransfers) {
    const auto server = static_cast<std::uint32_t>(draws.below(kNodes));
    const auto asker = static_cast<std::uint32_t>(draws.below(kNodes));
    if (server == asker || served[server] == kPerServer || paired[server][asker] || paired[asker][server]) continue;
    paired[server][asker] = true;
    ++served[server];
    const auto bytes = static_cast<double>(100'000 * (5 + draws.below(200)));
    transfers.push_back({server, asker, bytes, bytes});
  }
  measure(machines, transfers);
  compute(machines, transfers);

  Part part;
  part.name = "sharing";
  double worst = 0;
  double sum = 0;
  Line ends{"120 transfers", {}, true};
  double longest = 0;
  for (const Transfer& t : transfers) {
    LM_CHECK(t.expected > 0 && t.measured > 0);
    const double distance = std::abs(t.measured / t.expected - 1);
    worst = std::max(worst, distance);
    sum += distance;
    ends.points.emplace_back(t.expected, t.measured);
    longest = std::max(longest, t.expected);
  }
  part.within_bounds = worst <= kBoundShare;
  part.table = fmt::format(
      "| transfers | machines | shortest and longest | mean distance | largest distance |\n| --- | --- | --- | --- | "
      "--- |\n"
      "| {} | {} | {:.2f} s, {:.2f} s | {:.4f} % | {:.4f} % |\n",
      kTransfers, kNodes,
      std::min_element(transfers.begin(), transfers.end(), [](auto& a, auto& b) { return a.expected < b.expected; })
          ->expected,
      longest, 100 * sum / kTransfers, 100 * worst);
  part.plot = {"Ends of transfers that share links",
               "s, by progressive filling",
               "s, simulated",
               {{"equal", {{0, 0}, {longest, longest}}, false}, ends}};
  return part;
}

}  // namespace lastmile::validation
