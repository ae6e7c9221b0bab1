// The questions of economics-lab.md 8, ready made: a scenario of scenarios/economy, its variants, and what comes out.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "tools/lab/engine/model.hpp"

namespace lastmile::lab {

struct PlotLine {
  std::string name;
  std::vector<std::pair<double, double>> points;  // ascending in x
};
struct Plot {
  std::string x;
  std::string y;
  std::vector<PlotLine> lines;
};

struct Answer {
  std::string reading;  // one paragraph
  std::vector<std::string> columns;
  std::vector<std::vector<double>> rows;
  Plot plot;
};

// Which questions there are.
inline constexpr std::uint32_t kQuestions[] = {1, 2, 3, 4, 5, 6, 7, 8, 10};
std::string question_file(std::uint32_t question);  // "q01.json"

// `model` is that of the question's file, perhaps changed. Error: a run that could not be.
Result<Answer> answer(std::uint32_t question, const Model& model);

// Q3 without its formula: the smallest envelope a day that keeps `nodes` on average over the last fifth of the horizon,
// by bisection on paired seeds until the bracket is below `precision` of it. Error: none between 1 and 10^6 does.
Result<double> tune_envelope(const Model& model, std::uint32_t nodes, double precision);

// A line chart in black and white: <svg>...</svg>.
std::string plot_svg(const Plot& plot);

}  // namespace lastmile::lab
