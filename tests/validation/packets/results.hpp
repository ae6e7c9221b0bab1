// What packets.cpp wrote of a workload, by transfer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "tests/validation/packets/workload.hpp"

namespace lastmile::validation::packets {

struct Passed {
  double seconds = 0;  // 0: not over
  std::uint64_t bytes = 0;
  std::uint32_t recoveries = 0;  // times that TCP found something lost
};

struct PacketResults {
  std::string name;   // how TCP and queues were set
  double growth = 0;  // of TCP's window in each round trip of slow start
  std::vector<Passed> transfers;
};

// Refused: what is not of this workload.
Result<PacketResults> read_results(const std::string& file, const Workload& workload);

}  // namespace lastmile::validation::packets
