// Time of each transfer: level `flow` against packets, as it is and with what TCP is known to add.
#include <fmt/core.h>

#include <array>
#include <cmath>
#include <string>

#include "core/base/check.hpp"
#include "tests/validation/packets/comparisons.hpp"
#include "tests/validation/packets/distances.hpp"
#include "tests/validation/packets/slow_start.hpp"

namespace lastmile::validation::packets {
namespace {

struct Size {
  const char* name;
  std::uint64_t below;
};
constexpr std::array<Size, 4> kSizes{
    {{"64 to 256 KiB", 256 << 10}, {"256 KiB to 1 MiB", 1 << 20}, {"1 to 4 MiB", 4 << 20}, {"4 to 16 MiB", 16 << 20}}};

// By what the simulator says a transfer takes, in round trips.
struct Length {
  const char* name;
  double below;
};
constexpr std::array<Length, 4> kLengths{
    {{"below 2 round trips", 2}, {"2 to 4", 4}, {"4 to 16", 16}, {"16 and more", 1e300}}};

// Of times with headers and slow start. As they are, without, the distance is known to be large.
constexpr double kMedianMost = 0.03;
constexpr double kBiasMost = 0.08;
constexpr double kNothingLostMost = 0.15;  // nine of ten of those of which packets lost nothing

struct Both {
  Distances as_it_is;
  Distances explained;
};

double explained(const Workload& workload, std::size_t i, double flow, double growth) {
  const Transfer& transfer = workload.transfers[i];
  return with_slow_start(flow, 2 * latency(workload, transfer).seconds(), static_cast<double>(transfer.bytes), growth);
}

// Of those transfers that are meant.
template <class Which>
Both distances(const Workload& workload, const std::vector<double>& flow, const PacketResults& results,
               const Which& which) {
  Both out;
  for (std::size_t i = 0; i < flow.size(); ++i) {
    if (!which(i)) continue;
    const double reference = results.transfers[i].seconds;
    LM_CHECK(reference > 0);
    out.as_it_is.add(flow[i], reference);
    out.explained.add(explained(workload, i, flow[i], results.growth), reference);
  }
  return out;
}

std::string row(const std::string& name, const Both& of) {
  std::string out = fmt::format("| {} | {} |", name, of.as_it_is.count());
  for (const Distances* each : {&of.as_it_is, &of.explained}) {
    out +=
        fmt::format(" {:+.0f} % | {:.0f} % | {:.0f} % |", 100 * each->bias(), 100 * each->median(), 100 * each->p90());
  }
  return out + "\n";
}

std::string head(const char* first) {
  return fmt::format(
      "| {} | | bias | median | 9 of 10 | with slow start: bias | median | 9 of 10 |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- |\n",
      first);
}

// By doublings of the size: how much longer packets take than the simulator says.
Plot picture(const Workload& workload, const std::vector<double>& flow, const PacketResults& results) {
  Line half{"half", {}, true};
  Line most{"9 of 10", {}, true};
  Line closed{"closed form, half", {}, false};
  for (int doubling = 0; doubling < 8; ++doubling) {
    const std::uint64_t low = std::uint64_t{64 << 10} << doubling;
    std::vector<double> measured;
    std::vector<double> known;
    for (std::size_t i = 0; i < flow.size(); ++i) {
      if (const std::uint64_t bytes = workload.transfers[i].bytes; bytes < low || bytes >= 2 * low) continue;
      measured.push_back(results.transfers[i].seconds / flow[i]);
      known.push_back(explained(workload, i, flow[i], results.growth) / flow[i]);
    }
    const double x = doubling + 0.5;
    half.points.emplace_back(x, quantile(measured, 0.5));
    most.points.emplace_back(x, quantile(measured, 0.9));
    closed.points.emplace_back(x, quantile(known, 0.5));
  }
  return {"Packets take longer than level flow says",
          "size of the transfer, doublings of 64 KiB",
          "times as long",
          {closed, half, most}};
}

}  // namespace

Part times_of_mixed(const Workload& workload, const std::vector<double>& flow,
                    const std::vector<PacketResults>& results) {
  Part part;
  part.name = "packets";
  const PacketResults& first = results.front();
  const auto all = [](std::size_t) { return true; };
  part.table = head("transfers of");
  std::uint64_t from = 0;
  for (const Size& size : kSizes) {
    const Both of = distances(workload, flow, first, [&](std::size_t i) {
      return workload.transfers[i].bytes >= from && workload.transfers[i].bytes < size.below;
    });
    part.table += row(size.name, of);
    if (of.explained.median() > kMedianMost || std::abs(of.explained.bias()) > kBiasMost) part.within_bounds = false;
    from = size.below;
  }
  double above = 0;
  for (const Length& length : kLengths) {
    part.table += row(length.name, distances(workload, flow, first, [&](std::size_t i) {
                        const double round_trips = flow[i] / (2 * latency(workload, workload.transfers[i]).seconds());
                        return round_trips >= above && round_trips < length.below;
                      }));
    above = length.below;
  }
  part.table += row("all", distances(workload, flow, first, all));
  const auto lost = [&](std::size_t i) { return first.transfers[i].recoveries > 0; };
  const Both nothing_lost = distances(workload, flow, first, [&](std::size_t i) { return !lost(i); });
  part.table += row("nothing lost", nothing_lost);
  if (nothing_lost.explained.p90() > kNothingLostMost) part.within_bounds = false;
  part.table += row("something lost", distances(workload, flow, first, lost));
  part.table += "\n" + head("packets");
  for (const PacketResults& each : results) part.table += row(each.name, distances(workload, flow, each, all));
  part.plot = picture(workload, flow, first);
  return part;
}

}  // namespace lastmile::validation::packets
