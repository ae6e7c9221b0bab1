#include "tests/validation/packets/results.hpp"

#include <fmt/core.h>

#include <cstdlib>
#include <fstream>

namespace lastmile::validation::packets {

Result<PacketResults> read_results(const std::string& file, const Workload& workload) {
  std::ifstream lines(file);
  PacketResults out;
  std::string line;
  const std::string of_workload = "# workload ";
  if (std::getline(lines, line) && line.starts_with("# ")) out.name = line.substr(2);
  if (std::getline(lines, line) && line.starts_with("# growth ")) out.growth = std::strtod(line.c_str() + 9, nullptr);
  if (!std::getline(lines, line) || !line.starts_with(of_workload) || out.growth <= 1)
    return Error{fmt::format("{}: expected results of packets", file)};
  if (line.substr(of_workload.size()) != digest(workload))
    return Error{fmt::format("{}: of another workload than \"{}\" is now", file, workload.name)};
  std::getline(lines, line);  // names of columns
  while (std::getline(lines, line)) {
    Passed passed;
    const char* at = line.c_str();
    char* end = nullptr;
    passed.seconds = std::strtod(at, &end);
    if (*end == ',') passed.bytes = std::strtoull(end + 1, &end, 10);
    if (*end == ',') passed.recoveries = static_cast<std::uint32_t>(std::strtoul(end + 1, &end, 10));
    if (end == at || *end != 0)
      return Error{fmt::format("{}: expected seconds,bytes,recoveries, found {}", file, line)};
    out.transfers.push_back(passed);
  }
  if (out.transfers.size() != workload.transfers.size())
    return Error{fmt::format("{}: {} transfers of {}", file, out.transfers.size(), workload.transfers.size())};
  return out;
}

}  // namespace lastmile::validation::packets
