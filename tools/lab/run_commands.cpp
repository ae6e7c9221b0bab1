// Verbs about one history: run, validate.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>

#include "scenarios/engine/folder/run_folder.hpp"
#include "scenarios/engine/text/quantity.hpp"
#include "tools/arguments/complaint.hpp"
#include "tools/console/complaints.hpp"
#include "tools/lab/commands.hpp"
#include "tools/lab/engine/metrics.hpp"

namespace lastmile::lab {
namespace {

using scenario::Json;

std::string table_head(bool approximate) {
  std::string head = "simulation,subset,run,substep,timestep";
  for (const std::string_view word : kMetricWords) head += fmt::format(",{}", word);
  return head + (approximate ? ",approximate\n" : "\n");
}

void add_row(std::string& table, const DayRow& row, bool approximate) {
  table += fmt::format("0,0,1,0,{}", row.day);
  for (const double value : metric_values(row)) table += fmt::format(",{}", value);
  table += approximate ? ",1\n" : "\n";
}

Json summary_of(const Model& model, const RunResult& done, double wall_seconds) {
  Json measures = Json::object();
  const auto values = metric_values(done.last);
  for (std::size_t i = 0; i < values.size(); ++i) measures.set(kMetricWords.at(i), Json::real(values.at(i)));
  measures.set("gini_stakers", Json::real(done.gini_stakers)).set("staked_share", Json::real(done.staked_share));
  measures.set("exhausted_on", done.exhausted_on ? Json::unsigned_integer(*done.exhausted_on) : Json());
  const bool exact = model.arithmetic == Arithmetic::exact;
  const std::string detail = exact ? "the sum over all accounts was the supply, to the unit, on every day"
                                   : "the sum over all accounts was the supply within 10^-9 on every day";
  Json check = Json::object().set("name", "supply_conserved").set("verdict", "pass").set("detail", detail);
  return Json::object()
      .set("scenario", model.name)
      .set("program", "lab")
      .set("seed", Json::unsigned_integer(model.seed))
      .set("verdict", "pass")
      .set("digest", done.digest.hex())
      .set("scenario_digest", model_digest(model).hex())
      .set("arithmetic", exact ? "exact" : "approximate")
      .set("days", Json::unsigned_integer(model.days))
      .set("wall_seconds", Json::real(wall_seconds))
      .set("checks", Json::list().push(std::move(check)))
      .set("measures", std::move(measures));
}

void print_for_people(const Model& model, const RunResult& done, const std::string& out) {
  fmt::print("{}: {} days, seed {}{}\n", model.name, model.days, model.seed,
             model.arithmetic == Arithmetic::fast ? ", approximate" : "");
  const auto values = metric_values(done.last);
  for (std::size_t i = 0; i < values.size(); ++i) fmt::print("  {:<18} {:.8g}\n", kMetricWords.at(i), values.at(i));
  fmt::print("  {:<18} {:.6g}\n", "gini_stakers", done.gini_stakers);
  if (done.exhausted_on) fmt::print("  the pool is empty on day {}\n", *done.exhausted_on);
  fmt::print("  the ledger balanced on every day\n  digest {}\n  {}\n", done.digest.hex(), out);
}

}  // namespace

int complain_once(const CommandOptions& options, const std::string& text, int status) {
  tools::complain(kProgram, {.text = text}, options.json);
  return status;
}

std::optional<LabScenario> load_or_complain(const CommandOptions& options, const std::string& file) {
  scenario::Findings findings;
  auto loaded = load_lab_file(file, {options.sets, options.seed}, findings);
  if (!loaded) tools::complain(kProgram, tools::complaints_of(findings, file), options.json);
  return loaded;
}

int command_validate(const CommandOptions& options) {
  const auto loaded = load_or_complain(options, options.file);
  if (!loaded) return kExitUsage;
  const Json json = resolved(loaded->model);
  fmt::print("{}", options.json ? scenario::compact(json) + "\n" : scenario::pretty(json));
  return 0;
}

int command_run(const CommandOptions& options) {
  const auto loaded = load_or_complain(options, options.file);
  if (!loaded) return kExitUsage;
  const Model& model = loaded->model;
  const std::string out = options.out.empty() ? fmt::format("runs/{}-{}", model.name, model.seed) : options.out;
  const auto begun = std::chrono::steady_clock::now();
  const bool approximate = model.arithmetic == Arithmetic::fast;
  std::string table = table_head(approximate);
  const auto done =
      run_model(model, model.seed, Record::everything, [&](const DayRow& row) { add_row(table, row, approximate); });
  if (!done.ok()) return complain_once(options, done.error().text);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begun;
  // Only now: a start state that the supply cannot pay leaves nothing behind.
  auto folder = scenario::RunFolder::begin(out);
  if (!folder.ok()) return complain_once(options, folder.error().text);
  const Json summary = summary_of(model, *done, wall.count());
  const auto written = [&]() -> decltype(folder->commit()) {
    if (auto step = folder->write("scenario.json", scenario::pretty(resolved(model))); !step.ok()) return step;
    if (auto step = folder->write("metrics.csv", table); !step.ok()) return step;
    if (auto step = folder->write("summary.json", scenario::pretty(summary)); !step.ok()) return step;
    return folder->commit();
  }();
  if (!written.ok()) return complain_once(options, written.error().text, kExitUnknown);
  if (options.json) {
    std::puts(scenario::compact(summary).c_str());
  } else {
    print_for_people(model, *done, out);
  }
  return 0;
}

}  // namespace lastmile::lab
