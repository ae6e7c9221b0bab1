// What both worlds are given: machines, latencies, and who sends how much to whom when. Written once, here; ns-3 reads
// the text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/env/hardware.hpp"

namespace lastmile::validation::packets {

struct Machine {
  std::string kind;  // name of a shipped machine
  std::uint32_t region = 0;
  sim::Hardware hardware = {};
};

struct Transfer {
  std::uint32_t server = 0;
  std::uint32_t asker = 0;
  std::uint64_t bytes = 0;
  Duration start = {};
  std::string link = {};  // that it shares, where one is meant
};

struct Workload {
  std::string name;
  sim::RegionDelays regions = {};
  std::vector<Machine> machines = {};
  std::vector<Transfer> transfers = {};  // by start; no two between the same two machines
  Duration end = {};                     // 0: when all are over; else packets go on until then, whatever the size
};

// 50 machines of four kinds in six regions, 400 transfers of 64 KiB to 16 MiB: half of them come one by one (Poisson),
// half begin twenty at once, five from each of four servers.
Workload mixed_workload();
// An uplink of 15 Mbit/s and a downlink of 50, each shared by six transfers that differ by their round trip. Packets go
// on until the end. Four times, with other starts within a tenth of a second.
Workload shared_workload();

Duration latency(const Workload& workload, const Transfer& transfer);  // one way
// For ns-3, and of what recorded results are: packets.cpp says what the lines mean.
std::string text(const Workload& workload);
std::string digest(const Workload& workload);

}  // namespace lastmile::validation::packets
