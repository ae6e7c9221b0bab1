#include <algorithm>

#include "scenarios/engine/model/load.hpp"
#include "scenarios/engine/model/parse.hpp"
#include "scenarios/engine/model/words.hpp"

namespace lastmile::scenario {
namespace {

constexpr std::size_t kTagsMax = 100;
constexpr std::int64_t kPhaseDaysMax = 366;

void parse_phases(const Place& place, Phases& phases) {
  ObjectReader reader(place);
  for (std::size_t i = 0; i < kPhaseCount; ++i) {
    reader.read_if(kPhaseNames[i], phases.length[i]);
    if (phases.length[i] > hours(24 * kPhaseDaysMax)) {
      reader.refuse(kPhaseNames[i], "at most 366 days");
      phases.length[i] = {};
    }
  }
  reader.done();
}

// Who opens a file of the laboratory here is told where it belongs.
bool right_program(ObjectReader& reader) {
  const auto program = reader.get("program");
  if (!program) return true;
  const std::string* text = program->json.text();
  if (text != nullptr && *text == "sim") return true;
  const bool lab = text != nullptr && *text == "lab";
  program->reading.findings.expected(program->pointer, "a scenario of the network (\"sim\")",
                                     found_text(program->json) + (lab ? ": run it with lastmile-lab" : ""));
  return false;
}

void parse_head(ObjectReader& reader, Scenario& scenario) {
  std::uint64_t format = 0;
  if (reader.read_required("format", "the number 1", format) && format != Scenario::kFormat) {
    reader.refuse("format", "1, the only format there is");
  }
  reader.get("$schema");
  reader.get("version");  // of the program that resolved it; for people
  if (const auto at = reader.require("name", "a name")) read_name(*at, scenario.name);
  reader.read_required("question", "the question this scenario answers", scenario.question);
  reader.read_if("expectation", scenario.expectation);
  reader.read_if("description", scenario.description);
  if (const auto at = reader.get("expected_cost")) {
    ObjectReader cost(*at);
    cost.read_if("cpu", scenario.expected_cpu);
    cost.read_if("memory", scenario.expected_memory);
    cost.done();
  }
  if (const auto at = reader.get("tags")) {
    each_item(*at, kTagsMax, [&](const Place& item) { read_name(item, scenario.tags.emplace_back()); });
  }
  reader.read_if("seed", scenario.seed);
  if (const auto at = reader.get("crypto")) read_enum(*at, words::kCrypto, scenario.crypto, words::kNotYet);
  if (const auto at = reader.get("network")) read_enum(*at, words::kNetworks, scenario.network);
  if (const auto at = reader.get("record")) read_enum(*at, words::kRecords, scenario.record);
  if (const auto at = reader.get("worlds")) {
    scenario.worlds.clear();
    each_item(*at, words::kWorlds.size(),
              [&](const Place& item) { read_enum(item, words::kWorlds, scenario.worlds.emplace_back()); });
    if (scenario.worlds.empty()) at->refuse("at least one world");
  }
}

std::optional<Scenario> parse(const Json& document, Reading& reading) {
  Scenario scenario;
  ObjectReader reader(Place{reading, document, "", ""});
  if (!reader.is_object() || !right_program(reader)) return std::nullopt;
  parse_head(reader, scenario);
  if (const auto at = reader.require("phases", "the lengths of the phases")) parse_phases(*at, scenario.phases);
  if (const auto at = reader.require("world", "a world")) parse_world(*at, scenario.world);
  if (const auto at = reader.get("traffic")) parse_traffic(*at, scenario.traffic);
  if (const auto at = reader.get("faults")) parse_faults(*at, scenario.faults);
  if (const auto at = reader.get("adversaries")) parse_adversaries(*at, scenario.adversaries);
  if (const auto at = reader.get("economy")) parse_economy(*at, scenario.economy);
  const auto checks = reader.get("checks");
  if (checks) parse_checks(*checks, scenario.checks);
  const auto measures = reader.get("measures");
  if (measures) parse_measures(*measures, scenario.measures);
  if (const auto at = reader.get("limits")) parse_limits(*at, scenario.limits);
  if (const auto at = reader.get("sweep")) parse_sweep(*at, scenario.sweep);
  reader.done();
  if (!reading.findings.empty()) return std::nullopt;
  if (!checks) scenario.checks = default_checks(scenario);
  if (!measures) scenario.measures = default_measures();
  validate(scenario, reading.findings);
  if (!reading.findings.empty()) return std::nullopt;
  return scenario;
}

}  // namespace

void parse_limits(const Place& place, Limits& limits) {
  ObjectReader reader(place);
  // Zero would end every run at once; who wants no limit leaves it out.
  Duration wall;
  if (const auto at = reader.get("wall_time"); at && read_positive(*at, wall)) limits.wall_time = wall;
  Size memory;
  if (const auto at = reader.get("memory"); at && read(*at, memory)) {
    if (memory.bytes == 0) at->refuse("a size above zero");
    limits.memory = memory;
  }
  std::uint64_t events = 0;
  if (reader.read_if("events", events, 1, ~std::uint64_t{0})) limits.events = events;
  reader.done();
}

void parse_sweep(const Place& place, std::optional<Sweep>& sweep) {
  Sweep out;
  ObjectReader reader(place);
  if (const auto at = reader.require("points", "an object with at least one JSON pointer -> values")) {
    if (at->json.members() == nullptr || at->json.members()->empty()) {
      at->refuse("an object with at least one JSON pointer -> values");
    } else {
      for (const auto& member : *at->json.members()) {
        if (!member.key.starts_with("/")) {
          reader.place().reading.findings.expected(at->pointer + pointer_token(member.key),
                                                   "a JSON pointer such as \"/seed\"", found_text(Json(member.key)));
        }
        out.points.push_back({member.key, member.value});
      }
    }
  }
  if (const auto at = reader.get("design")) read_enum(*at, words::kDesigns, out.design);
  reader.read_if("replicates", out.replicates, 1, 1'000'000);
  if (const auto at = reader.get("stop")) {
    Sweep::Stop stop;
    ObjectReader rule(*at);
    rule.read_required("metric", "the name of a measure", stop.metric);
    if (const auto width = rule.require("half_width", "a number above 0")) {
      const auto value = width->json.as_double();
      if (!value || *value <= 0) {
        width->refuse("a number above 0");
      } else {
        stop.half_width = *value;
      }
    }
    rule.read_required("cap", "a number of replicates", stop.cap, 1, 1'000'000);
    rule.done();
    out.stop = stop;
  }
  reader.done();
  sweep = std::move(out);
}

std::optional<Scenario> parse_scenario(const Json& document, Findings& findings) {
  Reading reading{findings};
  return parse(document, reading);
}

std::map<std::string, std::set<std::string>> accepted_keys(const Json& document) {
  KeyLog keys;
  Findings findings;
  Reading reading{findings, &keys};
  parse(document, reading);
  return keys;
}

}  // namespace lastmile::scenario
