// validate_simulator [--plots DIR] PART...      link, sharing, spreading; exit status 1 when a distance passes its
// bound
#include <cstdio>
#include <fstream>
#include <map>
#include <string>

#include "tests/validation/part.hpp"

int main(int argc, char** argv) {
  using namespace lastmile::validation;
  const std::map<std::string, Part (*)()> parts{{"link", link_against_queueing_theory},
                                                {"sharing", sharing_against_progressive_filling},
                                                {"spreading", spreading_against_branching}};
  if (argc < 2 || (std::string(argv[1]) == "--plots" && argc < 4)) {
    std::fputs("usage: validate_simulator [--plots DIR] PART...; parts: link, sharing, spreading\n", stderr);
    return 3;
  }
  std::string plots;
  int status = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (i == 1 && argument == "--plots") {
      plots = argv[++i];
      continue;
    }
    const auto found = parts.find(argument);
    if (found == parts.end()) {
      std::fprintf(stderr, "validate_simulator: expected link, sharing or spreading, found \"%s\"\n", argument.c_str());
      return 3;
    }
    const Part part = found->second();
    std::printf("%s\n%s\n", part.table.c_str(), part.within_bounds ? "" : "a distance passes its bound\n");
    if (!part.within_bounds) status = 1;
    if (plots.empty()) continue;
    std::ofstream file(plots + "/" + part.name + ".svg");
    file << svg(part.plot);
    file.close();
    if (!file) {
      std::fprintf(stderr, "validate_simulator: %s cannot be written\n", plots.c_str());
      return 3;
    }
  }
  return status;
}
