// validate_simulator [--plots DIR] PART...   computing, link, sharing, spreading; exit status 1 when a distance passes
// its bound validate_simulator --draw FILE.svg         the picture that standard input describes
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/validation/part.hpp"

namespace {

using lastmile::validation::Plot;

// {"title": ..., "x": ..., "y": ..., "lines": [{"name": ..., "points": [[x, y], ...], "measured": false}, ...]}: what
// other programs measured, drawn as the parts are.
Plot plot_of(std::istream& in) {
  const auto json = nlohmann::json::parse(in);
  Plot plot{json.at("title"), json.at("x"), json.at("y"), {}};
  for (const auto& line : json.at("lines"))
    plot.lines.push_back({line.at("name"), line.at("points"), line.value("measured", false)});
  return plot;
}

bool write_picture(const std::string& path, const Plot& plot) {
  std::ofstream file(path);
  file << lastmile::validation::svg(plot);
  file.close();
  if (!file) std::fprintf(stderr, "validate_simulator: %s cannot be written\n", path.c_str());
  return static_cast<bool>(file);
}

int draw(const std::string& path) {
  try {
    return write_picture(path, plot_of(std::cin)) ? 0 : 3;
  } catch (const nlohmann::json::exception& wrong) {
    std::fprintf(stderr, "validate_simulator: standard input is no picture: %s\n", wrong.what());
    return 3;
  }
}

}  // namespace

int main(int argc, char** argv) {
  using namespace lastmile::validation;
  const std::map<std::string, Part (*)()> parts{{"computing", computing_against_queueing_theory},
                                                {"link", link_against_queueing_theory},
                                                {"sharing", sharing_against_progressive_filling},
                                                {"spreading", spreading_against_branching}};
  if (argc == 3 && std::string(argv[1]) == "--draw") return draw(argv[2]);
  if (argc < 2 || (std::string(argv[1]) == "--plots" && argc < 4)) {
    std::fputs(
        "usage: validate_simulator [--plots DIR] PART..., or --draw FILE.svg; parts: computing, link, sharing, "
        "spreading\n",
        stderr);
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
      std::fprintf(stderr, "validate_simulator: expected computing, link, sharing or spreading, found \"%s\"\n",
                   argument.c_str());
      return 3;
    }
    const Part part = found->second();
    std::printf("%s\n%s\n", part.table.c_str(), part.within_bounds ? "" : "a distance passes its bound\n");
    if (!part.within_bounds) status = 1;
    if (plots.empty()) continue;
    if (!write_picture(plots + "/" + part.name + ".svg", part.plot)) return 3;
  }
  return status;
}
