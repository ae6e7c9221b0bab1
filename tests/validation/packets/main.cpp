// validate_packets workload NAME                           for packets.cpp (ns-3); mixed or shared
// validate_packets compare NAME [--plots DIR] FILE...      its results with the simulator; exit status 1 when a
// distance
//                                                          of the first file passes its bound
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/validation/packets/comparisons.hpp"
#include "tests/validation/packets/flow.hpp"

namespace {

constexpr int kNotDone = 3;

int usage() {
  std::fputs(
      "usage: validate_packets workload NAME\n"
      "       validate_packets compare NAME [--plots DIR] FILE...\n"
      "workloads: mixed, shared\n",
      stderr);
  return kNotDone;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace lastmile;
  using namespace lastmile::validation;
  using namespace lastmile::validation::packets;
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 2 || (words[1] != "mixed" && words[1] != "shared")) return usage();
  const bool mixed = words[1] == "mixed";
  const Workload workload = mixed ? mixed_workload() : shared_workload();
  if (words[0] == "workload" && words.size() == 2) {
    std::fputs(text(workload).c_str(), stdout);
    return 0;
  }
  const bool plots = words.size() > 3 && words[2] == "--plots";
  const std::size_t first = plots ? 4 : 2;
  if (words[0] != "compare" || words.size() <= first) return usage();
  std::vector<PacketResults> results;
  for (std::size_t i = first; i < words.size(); ++i) {
    Result<PacketResults> one = read_results(words[i], workload);
    if (!one.ok()) {
      std::fprintf(stderr, "validate_packets: %s\n", one.error().text.c_str());
      return kNotDone;
    }
    results.push_back(std::move(one).value());
  }
  const std::vector<double> flow = flow_seconds(workload);
  const Part part = (mixed ? times_of_mixed : shares_of_shared)(workload, flow, results);
  std::printf("%s\n%s", part.table.c_str(), part.within_bounds ? "" : "a distance passes its bound\n");
  if (plots && !part.plot.lines.empty()) {
    std::ofstream file(words[3] + "/" + part.name + ".svg");
    file << svg(part.plot);
    file.close();
    if (!file) {
      std::fprintf(stderr, "validate_packets: %s cannot be written\n", words[3].c_str());
      return kNotDone;
    }
  }
  return part.within_bounds ? 0 : 1;
}
