// The verb ask: a question of the page, with its table, its plot and a paragraph to read them by.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "scenarios/engine/folder/run_folder.hpp"
#include "tools/lab/commands.hpp"
#include "tools/lab/question/answer.hpp"
#include "tools/study/html.hpp"

namespace lastmile::lab {
namespace {

using scenario::Json;

std::string question_csv(const Answer& found) {
  std::string text = fmt::format("{}\n", fmt::join(found.columns, ","));
  for (const auto& row : found.rows) text += fmt::format("{}\n", fmt::join(row, ","));
  return text;
}

std::string question_page(const Model& model, const Answer& found) {
  std::string rows;
  for (const auto& row : found.rows) {
    rows += "<tr>";
    for (const double value : row) rows += std::isfinite(value) ? fmt::format("<td>{:.7g}</td>", value) : "<td>-</td>";
    rows += "</tr>";
  }
  std::string head;
  for (const std::string& column : found.columns) head += fmt::format("<th>{}</th>", study::words(column));
  return fmt::format(
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
      "<title>{0}</title><style>body{{font-family:sans-serif;max-width:800px;margin:2em auto;padding:0 1em}}"
      "td,th{{padding:.2em .8em;text-align:right;border-bottom:1px solid "
      "#ccc}}table{{border-collapse:collapse;display:block;"
      "overflow-x:auto}}pre{{overflow-x:auto;background:#f4f4f4;padding:1em}}</style><h1>{0}</h1><p>{1}</p>{2}"
      "<table><tr>{3}</tr>{4}</table><h2>Scenario</h2><p>digest {5}, seed {6}</p><pre>{7}</pre></html>\n",
      study::escaped(model.question), study::escaped(found.reading), plot_svg(found.plot), head, rows,
      model_digest(model).hex(), model.seed, study::escaped(scenario::pretty(resolved(model))));
}

std::string known_questions() { return fmt::format("{}", fmt::join(kQuestions, ", ")); }

}  // namespace

int command_ask(const CommandOptions& options) {
  if (std::find(std::begin(kQuestions), std::end(kQuestions), options.question) == std::end(kQuestions)) {
    return complain_once(options, fmt::format("question {}: expected one of {}", options.question, known_questions()));
  }
  const auto loaded = load_or_complain(options, options.scenarios + "/" + question_file(options.question));
  if (!loaded) return kExitUsage;
  const Model& model = loaded->model;
  const std::string out = options.out.empty() ? fmt::format("runs/{}-{}", model.name, model.seed) : options.out;
  const auto found = answer(options.question, model);
  if (!found.ok()) return complain_once(options, found.error().text, kExitUnknown);
  Json rows = Json::list();
  for (const auto& row : found->rows) {
    Json one = Json::object();
    for (std::size_t i = 0; i < row.size(); ++i) one.set(found->columns[i], Json::real(row[i]));
    rows.push(std::move(one));
  }
  const Json summary = Json::object()
                           .set("scenario", model.name)
                           .set("program", "lab")
                           .set("seed", Json::unsigned_integer(model.seed))
                           .set("scenario_digest", model_digest(model).hex())
                           .set("reading", found->reading)
                           .set("rows", std::move(rows));
  auto folder = scenario::RunFolder::begin(out);
  if (!folder.ok()) return complain_once(options, folder.error().text);
  const auto written = [&]() -> decltype(folder->commit()) {
    if (auto step = folder->write("scenario.json", scenario::pretty(resolved(model))); !step.ok()) return step;
    if (auto step = folder->write("answer.csv", question_csv(*found)); !step.ok()) return step;
    if (auto step = folder->write("summary.json", scenario::pretty(summary)); !step.ok()) return step;
    if (auto step = folder->write("report.html", question_page(model, *found)); !step.ok()) return step;
    return folder->commit();
  }();
  if (!written.ok()) return complain_once(options, written.error().text, kExitUnknown);
  if (options.json) {
    std::puts(scenario::compact(summary).c_str());
  } else {
    fmt::print("{}\n\n{}\n{}\n\n{}/report.html\n", model.question, question_csv(*found), found->reading, out);
  }
  return 0;
}

}  // namespace lastmile::lab
