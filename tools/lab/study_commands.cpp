// Verbs about many histories: mc, sweep, compare. Runs, resumption and tables are those of tools/study/engine.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "scenarios/engine/text/json_reader.hpp"
#include "tools/arguments/complaint.hpp"
#include "tools/console/complaints.hpp"
#include "tools/console/progress.hpp"
#include "tools/lab/commands.hpp"
#include "tools/lab/engine/metrics.hpp"
#include "tools/study/engine/axis.hpp"
#include "tools/study/engine/study.hpp"

namespace lastmile::lab {
namespace {

using scenario::Json;

constexpr std::size_t kPointsOfALabMax = 100'000;

study::Outcome outcome_of(const Model& model, std::uint64_t seed) {
  const auto done = run_model(model, seed, Record::metrics, [](const DayRow&) {});
  if (!done.ok()) return study::Outcome::failure(study::RunEnd::failed, done.error().text);
  study::Outcome outcome;
  outcome.row.timestep = model.days;
  const auto values = metric_values(done->last);
  for (std::size_t i = 0; i < values.size(); ++i) {
    outcome.row.metrics.push_back({std::string(kMetricWords.at(i)), values.at(i)});
  }
  outcome.row.metrics.push_back({"gini_stakers", done->gini_stakers});
  outcome.row.metrics.push_back({"staked_share", done->staked_share});
  outcome.row.metrics.push_back({"exhausted_on", done->exhausted_day()});
  return outcome;
}

struct Points {
  std::vector<std::string> parameters;
  std::vector<study::PointValues> values;
  std::vector<Model> models;
};

// All values of each metric, by point and replicate.
struct Sample {
  std::vector<std::map<std::string, std::vector<double>>> by_point;
  std::uint64_t failed = 0;
};

Result<Sample> sample_of(const study::StudyFolder& folder) {
  Sample sample;
  sample.failed = folder.result.failed;
  for (std::size_t point = 0; point < folder.plan.points.size(); ++point) {
    auto& metrics = sample.by_point.emplace_back();
    for (std::uint32_t r = 0; r < folder.result.counted[point]; ++r) {
      const study::RunKey key = folder.plan.key(point, r);
      if (!folder.results.has(key)) continue;
      const auto outcome = folder.results.find(key);
      if (!outcome.ok()) return outcome.error();
      for (const study::Metric& metric : outcome->row.metrics) {
        if (std::isfinite(metric.value)) metrics[metric.name].push_back(metric.value);
      }
    }
  }
  return sample;
}

Result<Sample> run_points(const CommandOptions& options, const StudySection& section, const Points& points,
                          const std::string& verb, bool may_stop, const std::string& out) {
  const Model& first = points.models.front();
  study::StudyPlan plan;
  plan.name = first.name;
  plan.question = first.question;
  plan.expectation = first.expectation;
  plan.version = LASTMILE_VERSION;
  plan.reproduce = fmt::format("{} {} {}", kProgram, verb, options.file);
  plan.parameters = points.parameters;
  for (std::size_t i = 0; i < points.models.size(); ++i) {
    plan.points.push_back({points.values[i], model_digest(points.models[i]), first.seed});
  }
  plan.replicates = options.replicates.value_or(section.replicates);
  if (may_stop && section.half_width > 0 && !options.replicates) {
    plan.replicates = std::min<std::uint32_t>(study::kLeastReplicates, section.at_most);
    plan.stop_metric = section.metric;
    plan.stop = {section.half_width, section.at_most};
  }
  plan.shown = {section.metric};
  const auto workers = study::make_pool(
      [&points](const study::Task& task) { return outcome_of(points.models.at(task.point), task.seed); },
      {.jobs = options.jobs});
  study::StudyOptions how;
  how.folder = out;
  tools::Progress progress(options.quiet || options.json);
  how.progress = [&](const study::StudyProgress& now) {
    const double share = now.expected > 0 ? static_cast<double>(now.done) / static_cast<double>(now.expected) : 0;
    progress.show(share, fmt::format("{} of {} runs", now.done, now.expected));
  };
  const auto done = study::run_study(plan, *workers, how);
  if (!done.ok()) return done.error();
  const auto folder = study::read_study(out);
  if (!folder.ok()) return folder.error();
  return sample_of(*folder);
}

Json interval_json(const std::optional<study::Interval>& interval) {
  if (!interval) return {};
  return Json::list().push(Json::real(interval->low)).push(Json::real(interval->high));
}
std::string interval_text(const std::optional<study::Interval>& interval) {
  return interval ? fmt::format("{:.6g} to {:.6g}", interval->low, interval->high) : "fewer than 10 runs";
}

Json estimates_json(const std::map<std::string, std::vector<double>>& metrics) {
  Json json = Json::object();
  for (const auto& [name, values] : metrics) {
    const auto mean = study::mean_of(values);
    Json one = Json::object()
                   .set("runs", Json::unsigned_integer(mean.count))
                   .set("mean", Json::real(mean.mean))
                   .set("interval", interval_json(mean.interval));
    for (const auto& [label, share] : {std::pair{"q05", 0.05}, {"median", 0.5}, {"q95", 0.95}}) {
      one.set(label, Json::real(study::quantile_of(values, share).value));
    }
    json.set(name, std::move(one));
  }
  return json;
}

std::string out_of(const CommandOptions& options, const Model& model, std::string_view verb) {
  return options.out.empty() ? fmt::format("runs/{}-{}-{}", model.name, verb, model.seed) : options.out;
}

// Prints each point with its values; gives the exit status.
int tell(const CommandOptions& options, const Points& points, const Result<Sample>& sample, const StudySection& section,
         const std::string& out) {
  if (!sample.ok()) return complain_once(options, sample.error().text, kExitUnknown);
  Json list = Json::list();
  for (std::size_t p = 0; p < points.models.size(); ++p) {
    Json values = Json::object();
    std::string label;
    for (std::size_t a = 0; a < points.parameters.size(); ++a) {
      values.set(points.parameters[a], points.values[p][a]);
      label += fmt::format("{}={} ", points.parameters[a], points.values[p][a]);
    }
    const auto& metrics = sample->by_point[p];
    list.push(Json::object().set("parameters", std::move(values)).set("metrics", estimates_json(metrics)));
    if (options.json) continue;
    const auto found = metrics.find(section.metric);
    if (found == metrics.end()) {
      fmt::print("{}{}: nothing was measured\n", label, section.metric);
      continue;
    }
    const auto mean = study::mean_of(found->second);
    fmt::print("{}{}: mean {:.8g} ({}), median {:.6g}, 5 % {:.6g}, 95 % {:.6g}, {} runs\n", label, section.metric,
               mean.mean, interval_text(mean.interval), study::quantile_of(found->second, 0.5).value,
               study::quantile_of(found->second, 0.05).value, study::quantile_of(found->second, 0.95).value,
               mean.count);
  }
  if (options.json) {
    const Json all = Json::object()
                         .set("scenario", points.models.front().name)
                         .set("failed", Json::unsigned_integer(sample->failed))
                         .set("points", std::move(list));
    std::puts(scenario::compact(all).c_str());
  } else {
    fmt::print("{} failed runs; tables in {}\n", sample->failed, out);
  }
  return sample->failed == 0 ? 0 : kExitFail;
}

}  // namespace

int command_mc(const CommandOptions& options) {
  const auto loaded = load_or_complain(options, options.file);
  if (!loaded) return kExitUsage;
  Points points;
  points.values.emplace_back();
  points.models.push_back(loaded->model);
  const std::string out = out_of(options, loaded->model, "mc");
  return tell(options, points, run_points(options, loaded->study, points, "mc", true, out), loaded->study, out);
}

int command_sweep(const CommandOptions& options) {
  const auto loaded = load_or_complain(options, options.file);
  if (!loaded) return kExitUsage;
  if (loaded->study.sweep.empty()) {
    return complain_once(options, options.file + ": /study/sweep: expected at least one axis, found none");
  }
  Points points;
  std::vector<study::Axis> axes;
  for (const auto& [pointer, text] : loaded->study.sweep) {
    auto axis = study::Axis::read(pointer, text);
    if (!axis.ok()) return complain_once(options, fmt::format("{}: /study/sweep: {}", options.file, axis.error().text));
    axes.push_back(*std::move(axis));
    points.parameters.push_back(pointer);
  }
  auto values = study::make_points(study::PointDesign::grid, axes, 0, loaded->model.seed);
  if (!values.ok()) return complain_once(options, values.error().text);
  if (values->size() > kPointsOfALabMax) return complain_once(options, "expected at most 100,000 points");
  for (const study::PointValues& point : *values) {
    Json document = loaded->document;
    scenario::Findings findings;
    for (std::size_t a = 0; a < axes.size(); ++a) {
      scenario::apply_set(document, points.parameters[a] + "=" + point[a], findings);
    }
    const auto model = findings.empty() ? parse_lab(document, findings) : std::nullopt;
    if (!model) {
      tools::complain(kProgram, tools::complaints_of(findings, options.file), options.json);
      return kExitUsage;
    }
    points.models.push_back(model->model);
  }
  points.values = *std::move(values);
  const std::string out = out_of(options, loaded->model, "sweep");
  return tell(options, points, run_points(options, loaded->study, points, "sweep", true, out), loaded->study, out);
}

int command_compare(const CommandOptions& options) {
  const auto a = load_or_complain(options, options.file);
  if (!a) return kExitUsage;
  const auto b = load_or_complain(options, options.other);
  if (!b) return kExitUsage;
  Points points;
  points.parameters = {"variant"};
  points.values = {{"\"a\""}, {"\"b\""}};
  points.models = {a->model, b->model};
  if (model_digest(a->model) == model_digest(b->model)) {
    return complain_once(options, "expected two variants, found the same economy twice");
  }
  const std::string out = out_of(options, a->model, "compare");
  const auto sample = run_points(options, a->study, points, "compare " + options.other, false, out);
  if (!sample.ok()) return complain_once(options, sample.error().text, kExitUnknown);
  Json metrics = Json::object();
  std::vector<std::string> names;
  std::vector<double> p_values;
  for (const auto& [name, of_a] : sample->by_point[0]) {
    const auto found = sample->by_point[1].find(name);
    if (found == sample->by_point[1].end() || found->second.size() != of_a.size()) continue;
    const auto paired = study::compare_paired(of_a, found->second);
    metrics.set(name, Json::object()
                          .set("difference", Json::real(paired.difference.mean))
                          .set("interval", interval_json(paired.difference.interval))
                          .set("b_greater", Json::real(paired.b_greater)));
    if (paired.p) {
      names.push_back(name);
      p_values.push_back(*paired.p);
    }
    if (!options.json) {
      fmt::print("{:<18} b - a = {:.6g} ({}), b greater in {:.1f} %\n", name, paired.difference.mean,
                 interval_text(paired.difference.interval), paired.b_greater * 100);
    }
  }
  const auto survive = study::discoveries(p_values);
  Json differing = Json::list();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (survive[i]) differing.push(names[i]);
  }
  if (options.json) {
    std::puts(scenario::compact(Json::object()
                                    .set("a", options.file)
                                    .set("b", options.other)
                                    .set("failed", Json::unsigned_integer(sample->failed))
                                    .set("differing", std::move(differing))
                                    .set("metrics", std::move(metrics)))
                  .c_str());
  } else {
    fmt::print("{} failed runs; tables in {}\n", sample->failed, out);
  }
  return sample->failed == 0 ? 0 : kExitFail;
}

}  // namespace lastmile::lab
