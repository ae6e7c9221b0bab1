#include "tests/validation/packets/workload.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/random.hpp"
#include "core/base/siphash.hpp"
#include "scenarios/engine/model/machines.hpp"
#include "scenarios/engine/model/regions.hpp"

namespace lastmile::validation::packets {
namespace {

sim::RegionDelays internet() {
  const scenario::Regions* table = scenario::find_region_table("internet-2019");
  LM_CHECK(table != nullptr);
  sim::RegionDelays out{static_cast<std::uint32_t>(table->names.size()), {}};
  for (const Duration round_trip : table->round_trip) out.delay.push_back(round_trip / 2);
  return out;
}

// As shipped; what the access latency is of its law, the caller says.
template <class LatencyOf>
Machine machine(const std::string& kind, std::uint32_t region, const LatencyOf& latency_of) {
  for (const scenario::ShippedMachine& shipped : scenario::shipped_machines()) {
    if (shipped.machine.name != kind) continue;
    Machine out{kind, region};
    out.hardware.uplink_bits = shipped.machine.uplink.bits_per_second;
    out.hardware.downlink_bits = shipped.machine.downlink.bits_per_second;
    out.hardware.access_latency = Duration{latency_of(shipped.machine.access_latency)};
    return out;
  }
  LM_CHECK(false);
}

// Draws pairs of machines of which none comes twice: each has one connection.
class Pairs {
 public:
  explicit Pairs(std::size_t machines) : taken_(machines, std::vector<bool>(machines)) {}
  bool take(std::uint32_t a, std::uint32_t b) {
    if (a == b || taken_[a][b]) return false;
    taken_[a][b] = taken_[b][a] = true;
    return true;
  }

 private:
  std::vector<std::vector<bool>> taken_;
};

// Each doubling from 64 KiB to 16 MiB is as likely as the others, sizes within it alike.
std::uint64_t transfer_bytes(Generator& draws) {
  const std::uint64_t low = std::uint64_t{64 << 10} << draws.below(8);
  return low + draws.below(low);
}

bool earlier(const Transfer& a, const Transfer& b) { return a.start < b.start; }

}  // namespace

Workload mixed_workload() {
  constexpr std::uint32_t kTogether = 20;
  constexpr std::uint32_t kBursts = 10;
  constexpr std::uint32_t kServersOfBurst = 4;
  constexpr Duration kBetweenBursts = seconds(6);
  Workload out{"mixed", internet()};
  Generator draws(substream(1, 0, "validation against packets: mixed"));
  const auto add = [&](const char* kind, int count) {
    // Three of ten machines are in each of the first two regions, one in each of the others.
    for (int i = 0; i < count; ++i) {
      const auto place = static_cast<std::uint32_t>(draws.below(10));
      out.machines.push_back(machine(kind,
                                     place < 3   ? 0
                                     : place < 6 ? 1
                                                 : place - 4,
                                     [&](const scenario::Law& law) { return law.draw(draws); }));
    }
  };
  add("cloud-with-network-disk", 15);
  add("full-node-at-home", 15);
  add("attester-at-home", 10);
  add("block-builder-at-home", 10);
  const std::size_t clouds = 15;
  Pairs pairs(out.machines.size());
  const auto a_server = [&] {  // every second one is a cloud machine
    return static_cast<std::uint32_t>(draws.below(draws.chance(0.5) ? clouds : out.machines.size()));
  };
  const auto add_from = [&](std::uint32_t server, Duration start) {
    for (;;) {
      const auto asker = static_cast<std::uint32_t>(draws.below(out.machines.size()));
      if (!pairs.take(server, asker)) continue;
      out.transfers.push_back({server, asker, transfer_bytes(draws), start});
      return;
    }
  };
  for (std::uint32_t burst = 0; burst < kBursts; ++burst) {
    for (std::uint32_t i = 0; i < kServersOfBurst; ++i) {
      const std::uint32_t server = a_server();
      for (std::uint32_t j = 0; j < kTogether / kServersOfBurst; ++j) add_from(server, kBetweenBursts * burst);
    }
  }
  double at = 0;
  const double mean = kBetweenBursts.seconds() / kTogether;
  for (std::uint32_t i = 0; i < kBursts * kTogether; ++i) {
    at += draws.exponential(mean);
    add_from(a_server(), Duration{static_cast<std::int64_t>(at * 1e9)});
  }
  std::stable_sort(out.transfers.begin(), out.transfers.end(), earlier);
  return out;
}

Workload shared_workload() {
  constexpr Duration kLasts = seconds(40);
  constexpr std::uint64_t kFlowSeconds = 20;  // in the simulator, where shares are what they are from the first byte
  constexpr int kTimes = 4;
  Workload out{"shared", internet()};
  out.end = kLasts;
  Generator draws(substream(1, 0, "validation against packets: shared"));
  const auto add = [&](const char* kind, std::uint32_t region) {
    out.machines.push_back(machine(kind, region, [](const scenario::Law& law) { return law.value; }));
    return static_cast<std::uint32_t>(out.machines.size() - 1);
  };
  const auto share = [&](const std::string& link, const char* kind, bool uplink) {
    const std::uint32_t center = add(kind, 0);
    const sim::Hardware& hardware = out.machines[center].hardware;
    const std::uint64_t bits = uplink ? hardware.uplink_bits : hardware.downlink_bits;
    const std::uint64_t bytes = bits / 8 * kFlowSeconds / out.regions.count;
    for (std::uint32_t region = 0; region < out.regions.count; ++region) {
      const std::uint32_t other = add("cloud-with-network-disk", region);
      const Duration start = draws.uniform({}, milliseconds(100));
      out.transfers.push_back({uplink ? center : other, uplink ? other : center, bytes, start, link});
    }
  };
  for (int i = 0; i < kTimes; ++i) {
    share("uplink, 15 Mbit/s", "full-node-at-home", true);
    share("downlink, 50 Mbit/s", "full-node-at-home", false);
  }
  std::stable_sort(out.transfers.begin(), out.transfers.end(), earlier);
  return out;
}

Duration latency(const Workload& workload, const Transfer& transfer) {
  const Machine& server = workload.machines[transfer.server];
  const Machine& asker = workload.machines[transfer.asker];
  return workload.regions.between(server.region, asker.region) + server.hardware.access_latency +
         asker.hardware.access_latency;
}

std::string text(const Workload& workload) {
  std::string out = fmt::format("end {}\n", workload.end.ns);
  for (std::uint32_t i = 0; i < workload.regions.count; ++i) {
    for (std::uint32_t j = 0; j < workload.regions.count; ++j)
      out += fmt::format("delay {} {} {}\n", i, j, workload.regions.between(i, j).ns);
  }
  for (const Machine& each : workload.machines) {
    out += fmt::format("machine {} {} {} {}\n", each.region, each.hardware.uplink_bits, each.hardware.downlink_bits,
                       each.hardware.access_latency.ns);
  }
  for (const Transfer& each : workload.transfers)
    out += fmt::format("transfer {} {} {} {}\n", each.server, each.asker, workload.end.ns == 0 ? each.bytes : 0,
                       each.start.ns);
  return out + fmt::format("digest {:016x}\n", siphash_2_4({}, as_bytes(out)));
}

std::string digest(const Workload& workload) {
  const std::string all = text(workload);
  return all.substr(all.rfind(' ') + 1, 16);
}

}  // namespace lastmile::validation::packets
