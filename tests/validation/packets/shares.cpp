// What each of six transfers gets of a link that they share. Level `flow` gives all the same; TCP does not.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "tests/validation/packets/comparisons.hpp"

namespace lastmile::validation::packets {
namespace {

// Together, simulator against packets: what headers take (3.7 %), and little more.
constexpr double kTogetherMost = 0.06;

using Shares = std::vector<double>;  // Mbit/s, of transfers that are alike

double mean(const Shares& shares) {
  double sum = 0;
  for (const double share : shares) sum += share;
  return sum / static_cast<double>(shares.size());
}

struct Alike {
  Shares flow;
  std::vector<Shares> results;  // by results
};

double megabits(std::uint64_t bytes, double seconds) { return static_cast<double>(bytes) * 8 / 1e6 / seconds; }

}  // namespace

Part shares_of_shared(const Workload& workload, const std::vector<double>& flow,
                      const std::vector<PacketResults>& results) {
  std::map<std::pair<std::string, std::int64_t>, Alike> by_link;  // and round trip
  for (std::size_t i = 0; i < flow.size(); ++i) {
    const Transfer& transfer = workload.transfers[i];
    const Duration round_trip = latency(workload, transfer) * 2;
    Alike& alike = by_link[{transfer.link, round_trip.ns}];
    alike.flow.push_back(megabits(transfer.bytes, flow[i] - round_trip.seconds()));
    alike.results.resize(results.size());
    const double lasted = (workload.end - transfer.start - round_trip).seconds();
    for (std::size_t j = 0; j < results.size(); ++j)
      alike.results[j].push_back(megabits(results[j].transfers[i].bytes, lasted));
  }
  Part part;
  part.name = "shares";
  part.table = "| link | round trip | simulator |";
  std::string line = "\n| --- | --- | --- |";
  for (const PacketResults& each : results) {
    part.table += fmt::format(" {} | least, most |", each.name);
    line += " --- | --- |";
  }
  part.table += line + "\n";
  double simulated = 0;
  double passed = 0;
  for (const auto& [key, alike] : by_link) {
    part.table +=
        fmt::format("| {} | {:.0f} ms | {:.1f} |", key.first, static_cast<double>(key.second) / 1e6, mean(alike.flow));
    for (const Shares& shares : alike.results) {
      const auto [least, most] = std::minmax_element(shares.begin(), shares.end());
      part.table += fmt::format(" {:.1f} | {:.1f}, {:.1f} |", mean(shares), *least, *most);
    }
    part.table += "\n";
    simulated += mean(alike.flow);
    passed += mean(alike.results.front());
  }
  const double together = simulated / passed - 1;
  part.table += fmt::format("\nAll together: {:+.1f} %\n", 100 * together);
  part.within_bounds = std::abs(together) <= kTogetherMost;
  return part;
}

}  // namespace lastmile::validation::packets
