// One comparison: rows of a table, a picture, and whether every distance is within its bound.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace lastmile::validation {

struct Line {
  std::string name;
  std::vector<std::pair<double, double>> points;
  bool measured = false;  // drawn as marks, the others as a curve
};

struct Plot {
  std::string title;
  std::string x_axis;
  std::string y_axis;
  std::vector<Line> lines;
};

struct Part {
  std::string name;
  std::string table;  // Markdown
  Plot plot;
  bool within_bounds = true;
};

Part computing_against_queueing_theory();
Part link_against_queueing_theory();
Part sharing_against_progressive_filling();
Part spreading_against_branching();

// A picture that reads in black and white: curves are lines, measurements circles.
std::string svg(const Plot& plot);

}  // namespace lastmile::validation
