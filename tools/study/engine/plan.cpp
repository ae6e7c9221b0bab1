#include "tools/study/engine/plan.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/bytes.hpp"
#include "core/base/siphash.hpp"

namespace lastmile::study {

using nlohmann::ordered_json;

std::uint32_t StudyPlan::most_replicates() const {
  return stop_metric.empty() ? replicates : std::max(replicates, stop.cap);
}

std::string plan_text(const StudyPlan& plan) {
  ordered_json out{{"format", 1},
                   {"name", plan.name},
                   {"question", plan.question},
                   {"expectation", plan.expectation},
                   {"version", plan.version},
                   {"reproduce", plan.reproduce},
                   {"parameters", plan.parameters},
                   {"replicates", plan.replicates},
                   {"shares", plan.shares},
                   {"shown", plan.shown}};
  if (!plan.stop_metric.empty()) {
    out["stop"] = {{"metric", plan.stop_metric}, {"half_width", plan.stop.half_width}, {"cap", plan.stop.cap}};
  }
  std::string text = out.dump(2, ' ', false, ordered_json::error_handler_t::replace);
  text.resize(text.size() - 2);  // the line feed and brace of its end
  text += ",\n  \"points\": [";
  for (std::size_t i = 0; i < plan.points.size(); ++i) {
    const StudyPoint& point = plan.points[i];
    const ordered_json entry{{"digest", point.digest.hex()}, {"seed", point.seed}, {"values", point.values}};
    text += (i == 0 ? "\n    " : ",\n    ") + entry.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  }
  return text + "\n  ]\n}\n";
}

Result<StudyPlan> read_plan(std::string_view text) {
  StudyPlan plan;
  // Written by plan_text() of some version: what is not as it wrote it is not a study.
  try {
    const auto json = ordered_json::parse(text);
    if (json.at("format") != 1) return Error{"expected a study of format 1"};
    json.at("name").get_to(plan.name);
    json.at("question").get_to(plan.question);
    json.at("expectation").get_to(plan.expectation);
    json.at("version").get_to(plan.version);
    json.at("reproduce").get_to(plan.reproduce);
    json.at("parameters").get_to(plan.parameters);
    json.at("replicates").get_to(plan.replicates);
    json.at("shares").get_to(plan.shares);
    json.at("shown").get_to(plan.shown);
    if (json.contains("stop")) {
      json.at("stop").at("metric").get_to(plan.stop_metric);
      json.at("stop").at("half_width").get_to(plan.stop.half_width);
      json.at("stop").at("cap").get_to(plan.stop.cap);
    }
    for (const auto& entry : json.at("points")) {
      StudyPoint point;
      const auto digest = from_hex(entry.at("digest").get<std::string>());
      if (!digest || digest->size() != point.digest.bytes.size()) return Error{"expected digests of points"};
      std::copy(digest->begin(), digest->end(), point.digest.bytes.begin());
      entry.at("seed").get_to(point.seed);
      entry.at("values").get_to(point.values);
      if (point.values.size() != plan.parameters.size()) return Error{"expected a value for each parameter"};
      plan.points.push_back(std::move(point));
    }
  } catch (const nlohmann::json::exception& error) {
    return Error{std::string("expected a study as this program writes it: ") + error.what()};
  }
  const bool counts = plan.replicates >= 1 && plan.most_replicates() <= kReplicatesMax && !plan.points.empty() &&
                      plan.points.size() <= kPointsMax;
  if (!counts) return Error{"expected a study with points and replicates"};
  return plan;
}

std::string plan_mark(std::string_view text) { return fmt::format("{:016x}", siphash_2_4({0, 0}, as_bytes(text))); }

}  // namespace lastmile::study
