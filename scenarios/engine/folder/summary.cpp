#include "scenarios/engine/folder/summary.hpp"

#include <algorithm>
#include <set>

#include "scenarios/engine/folder/numbers.hpp"
#include "scenarios/engine/model/load.hpp"
#include "scenarios/engine/watch/distribution.hpp"

namespace lastmile::scenario {
namespace {

Json check_json(const CheckResult& check) {
  Json out = Json::object();
  out.set("name", check_text(check.name)).set("kind", is_safety(check.name) ? "safety" : "liveness");
  out.set("verdict", verdict_text(check.verdict)).set("detail", check.detail);
  out.set("examined", Json::unsigned_integer(check.examined));
  if (check.held_at) out.set("held_at_s", seconds_json(*check.held_at));
  if (check.first_violation) {
    const Violation& v = *check.first_violation;
    out.set("first_violation", Json::object()
                                   .set("time_s", seconds_json(v.time))
                                   .set("node", v.node)
                                   .set("message", v.message)
                                   .set("event", v.event));
  }
  return out;
}

Json measure_json(const MeasureResult& measure) {
  Json out = Json::object();
  out.set("unit", measure.unit);
  if (!measure.distribution) {
    // Nothing seen is not zero.
    return out.set("value", measure.count == 0 ? Json() : figure_json(measure.value));
  }
  out.set("count", Json::unsigned_integer(measure.count));
  if (measure.count == 0) return out;
  out.set("min", figure_json(measure.min)).set("mean", figure_json(measure.mean)).set("p50", figure_json(measure.p50));
  out.set("p90", figure_json(measure.p90)).set("p99", figure_json(measure.p99)).set("max", figure_json(measure.max));
  if (!measure.exact) out.set("quantile_error", figure_json(Distribution::kSketchError));
  return out;
}

Json rare_state_json(const RareStateResult& result) {
  const trace::RareStateInfo& info = trace::rare_state_info(result.state);
  Json out = Json::object();
  out.set("name", info.name).set("meaning", info.meaning).set("count", Json::unsigned_integer(result.count));
  if (result.count > 0) out.set("first_s", seconds_json(result.first)).set("node", result.node);
  return out;
}

std::vector<FaultResult> fault_results(const Scenario& scenario, const Timeline& timeline, Instant end) {
  std::vector<FaultResult> out;
  for (const FaultSpan& span : timeline.spans()) {
    const Fault& fault = scenario.faults[span.entry];
    std::set<Node> nodes(span.first.begin(), span.first.end());
    nodes.insert(span.second.begin(), span.second.end());
    out.push_back(
        {fault.name, std::string(fault.kind()), span.from, span.ended.value_or(end), nodes.size(), std::nullopt});
  }
  return out;
}

std::vector<AdversaryResult> adversary_results(const Scenario& scenario, const Timeline& timeline, Instant end) {
  std::vector<AdversaryResult> out;
  for (const AdversarySpan& span : timeline.adversary_spans()) {
    const Adversary& adversary = scenario.adversaries[span.entry];
    out.push_back({adversary.name, std::string(adversary.kind()), span.from, span.ended.value_or(end), span.nodes, 0});
  }
  return out;
}

}  // namespace

Summary make_summary(const Scenario& scenario, std::uint64_t seed, const Timeline& timeline, Watch& watch,
                     Instant end) {
  Summary s;
  s.scenario = scenario.name;
  s.seed = seed;
  s.crypto = scenario.crypto;
  s.network = scenario.network;
  s.scenario_digest = scenario_digest(scenario);
  s.checks = watch.results(end);
  s.measures = watch.measures(end);
  s.state_digests = watch.state_digests();
  s.end = end;
  s.phases = timeline.phase_spans();
  s.faults = fault_results(scenario, timeline, end);
  s.adversaries = adversary_results(scenario, timeline, end);
  s.never_reached = timeline.never_reached();
  s.rare_states = watch.rare_states();
  s.reproduce = "lastmile-sim run scenario.json --seed " + std::to_string(seed);
  s.verdict = decide(s);
  return s;
}

void end_early(Summary& summary, std::string why) {
  for (CheckResult& check : summary.checks) {
    if (check.verdict == Verdict::fail && !check.decided) {
      check.verdict = Verdict::unknown;
      check.first_violation.reset();
    }
    if (check.verdict == Verdict::unknown) check.detail += "; the run was ended early (" + why + ")";
  }
  summary.limit_hit = std::move(why);
}

Verdict decide(const Summary& summary) {
  const auto any = [&](Verdict verdict) {
    return std::any_of(summary.checks.begin(), summary.checks.end(),
                       [&](const auto& c) { return c.verdict == verdict; });
  };
  if (any(Verdict::fail)) return Verdict::fail;
  const bool waited_in_vain =
      std::any_of(summary.never_reached.begin(), summary.never_reached.end(), [](const std::string& text) {
        return text.starts_with(Timeline::kEventOf) || text.starts_with(Timeline::kNodesOf);
      });
  const bool idle = std::any_of(summary.adversaries.begin(), summary.adversaries.end(),
                                [](const AdversaryResult& adversary) { return adversary.acts == 0; });
  if (any(Verdict::unknown) || summary.limit_hit || waited_in_vain || idle || summary.checks.empty()) {
    return Verdict::unknown;
  }
  return Verdict::pass;
}

int exit_status(Verdict verdict) { return static_cast<int>(verdict); }
static_assert(static_cast<int>(Verdict::pass) == 0 && static_cast<int>(Verdict::fail) == 1 &&
              static_cast<int>(Verdict::unknown) == 2);

Json summary_json(const Summary& s) {
  Json out = Json::object();
  out.set("format", Json::integer(1)).set("scenario", s.scenario).set("seed", Json::unsigned_integer(s.seed));
  out.set("world", world_text(s.world)).set("version", s.version).set("crypto", crypto_text(s.crypto));
  out.set("network", network_text(s.network)).set("verdict", verdict_text(s.verdict));
  out.set("digest", s.digest ? Json(s.digest->hex()) : Json()).set("scenario_digest", s.scenario_digest.hex());
  Json digests = Json::object();
  digests.set("distinct", Json::unsigned_integer(s.state_digests.distinct));
  digests.set("value", s.state_digests.value ? Json(s.state_digests.value->hex()) : Json());
  out.set("state_digests", std::move(digests)).set("virtual_seconds", seconds_json(s.end));
  out.set("wall_seconds", figure_json(s.wall_seconds)).set("cpu_seconds", figure_json(s.cpu_seconds));
  out.set("peak_rss_bytes", Json::unsigned_integer(s.peak_rss_bytes)).set("events", Json::unsigned_integer(s.events));
  Json phases = Json::list();
  for (const auto& phase : s.phases) {
    phases.push(Json::object()
                    .set("name", phase_text(phase.phase))
                    .set("start_s", seconds_json(phase.from))
                    .set("end_s", seconds_json(phase.until.value_or(s.end))));
  }
  Json faults = Json::list();
  for (const FaultResult& fault : s.faults) {
    Json entry = Json::object();
    entry.set("name", fault.name).set("kind", fault.kind);
    entry.set("start_s", seconds_json(fault.start)).set("end_s", seconds_json(fault.end));
    entry.set("nodes", Json::unsigned_integer(fault.nodes));
    if (fault.frames_stopped) entry.set("frames_stopped", Json::unsigned_integer(*fault.frames_stopped));
    faults.push(std::move(entry));
  }
  Json adversaries = Json::list();
  for (const AdversaryResult& adversary : s.adversaries) {
    Json entry = Json::object();
    entry.set("name", adversary.name).set("kind", adversary.kind);
    entry.set("start_s", seconds_json(adversary.start)).set("end_s", seconds_json(adversary.end));
    entry.set("nodes", Json::unsigned_integer(adversary.nodes)).set("acts", Json::unsigned_integer(adversary.acts));
    adversaries.push(std::move(entry));
  }
  Json checks = Json::list();
  for (const CheckResult& check : s.checks) checks.push(check_json(check));
  Json measures = Json::object();
  for (const MeasureResult& measure : s.measures) measures.set(measure.name, measure_json(measure));
  Json never = Json::list();
  for (const auto& text : s.never_reached) never.push(text);
  Json rare = Json::list();
  for (const RareStateResult& result : s.rare_states) {
    if (result.count == 0) never.push("state " + std::string(trace::rare_state_info(result.state).name));
    rare.push(rare_state_json(result));
  }
  out.set("phases", std::move(phases)).set("faults", std::move(faults)).set("adversaries", std::move(adversaries));
  out.set("checks", std::move(checks));
  out.set("measures", std::move(measures)).set("never_reached", std::move(never));
  out.set("rare_states", std::move(rare));
  if (s.limit_hit) out.set("limit_hit", *s.limit_hit);
  return out.set("reproduce", s.reproduce);
}

}  // namespace lastmile::scenario
