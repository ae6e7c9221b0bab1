#include "tools/study/run_data.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace lastmile::study {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uintmax_t kJsonBytesMax = 64ULL << 20;

std::optional<std::string> read_text(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error || size > kJsonBytesMax) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text(static_cast<std::size_t>(size), '\0');
  file.read(text.data(), static_cast<std::streamsize>(size));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

// Members that may be missing or of another type: a page is better with a gap than not at all.
std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}
double number_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}
std::uint64_t count_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}
std::optional<double> optional_number(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}
template <class Call>
void each(const Json& object, const char* key, const Call& call) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return;
  for (const Json& item : *found) {
    if (item.is_object()) call(item);
  }
}

CheckData check_of(const Json& item) {
  CheckData check{text_of(item, "name"),
                  text_of(item, "kind"),
                  text_of(item, "verdict"),
                  text_of(item, "detail"),
                  count_of(item, "examined"),
                  optional_number(item, "held_at_s"),
                  false,
                  0,
                  {},
                  {},
                  {}};
  if (const auto violation = item.find("first_violation"); violation != item.end() && violation->is_object()) {
    check.violated = true;
    check.violation_s = number_of(*violation, "time_s");
    check.violation_node = text_of(*violation, "node");
    check.violation_message = text_of(*violation, "message");
    check.violation_event = text_of(*violation, "event");
  }
  return check;
}

MeasureData measure_of(const std::string& name, const Json& item) {
  MeasureData measure;
  measure.name = name;
  measure.unit = text_of(item, "unit");
  measure.distribution = item.contains("count");
  measure.value = optional_number(item, "value");
  measure.count = count_of(item, "count");
  measure.min = number_of(item, "min");
  measure.mean = number_of(item, "mean");
  measure.p50 = number_of(item, "p50");
  measure.p90 = number_of(item, "p90");
  measure.p99 = number_of(item, "p99");
  measure.max = number_of(item, "max");
  measure.quantile_error = optional_number(item, "quantile_error");
  return measure;
}

void read_summary(const Json& json, RunData& run) {
  run.scenario = text_of(json, "scenario");
  run.seed = count_of(json, "seed");
  run.world = text_of(json, "world");
  run.version = text_of(json, "version");
  run.crypto = text_of(json, "crypto");
  run.network = text_of(json, "network");
  run.verdict = text_of(json, "verdict");
  run.digest = text_of(json, "digest");
  run.scenario_digest = text_of(json, "scenario_digest");
  if (const auto states = json.find("state_digests"); states != json.end() && states->is_object()) {
    run.distinct_states = count_of(*states, "distinct");
    run.state_digest = text_of(*states, "value");
  }
  run.virtual_seconds = number_of(json, "virtual_seconds");
  run.wall_seconds = number_of(json, "wall_seconds");
  run.cpu_seconds = number_of(json, "cpu_seconds");
  run.peak_rss_bytes = count_of(json, "peak_rss_bytes");
  run.events = count_of(json, "events");
  each(json, "phases", [&](const Json& item) {
    run.phases.push_back({text_of(item, "name"), number_of(item, "start_s"), number_of(item, "end_s")});
  });
  each(json, "faults", [&](const Json& item) {
    FaultData fault{text_of(item, "name"),
                    text_of(item, "kind"),
                    number_of(item, "start_s"),
                    number_of(item, "end_s"),
                    count_of(item, "nodes"),
                    {},
                    {}};
    if (item.contains("frames_stopped")) fault.frames_stopped = count_of(item, "frames_stopped");
    run.faults.push_back(std::move(fault));
  });
  each(json, "adversaries", [&](const Json& item) {
    run.adversaries.push_back({text_of(item, "name"),
                               text_of(item, "kind"),
                               number_of(item, "start_s"),
                               number_of(item, "end_s"),
                               count_of(item, "nodes"),
                               {},
                               count_of(item, "acts")});
  });
  each(json, "checks", [&](const Json& item) { run.checks.push_back(check_of(item)); });
  if (const auto measures = json.find("measures"); measures != json.end() && measures->is_object()) {
    for (const auto& [name, item] : measures->items()) {
      if (item.is_object()) run.measures.push_back(measure_of(name, item));
    }
  }
  if (const auto never = json.find("never_reached"); never != json.end() && never->is_array()) {
    for (const Json& item : *never) {
      if (!item.is_string()) continue;
      auto text = item.get<std::string>();
      if (!text.starts_with("state ")) run.never_reached.push_back(std::move(text));  // those are in rare_states too
    }
  }
  each(json, "rare_states", [&](const Json& item) {
    run.rare_states.push_back({text_of(item, "name"), text_of(item, "meaning"), count_of(item, "count"),
                               number_of(item, "first_s"), text_of(item, "node")});
  });
  run.limit_hit = text_of(json, "limit_hit");
  run.reproduce = text_of(json, "reproduce");
}

// A region, or the largest parts of several.
std::string region_of(const Json& group) {
  const auto region = group.find("region");
  if (region == group.end()) return {};
  if (region->is_string()) return region->get<std::string>();
  std::string out;
  if (region->is_object()) {
    for (const auto& [name, share] : region->items()) {
      if (!out.empty()) out += ", ";
      out += name + (share.is_string() ? " " + share.get<std::string>() : std::string());
    }
  }
  return out;
}

void read_world(const Json& world, RunData& run) {
  each(world, "groups", [&](const Json& item) {
    run.groups.push_back({text_of(item, "name"), text_of(item, "role"), count_of(item, "count"), region_of(item),
                          text_of(item, "hardware"), text_of(item, "fidelity") == "light"});
  });
  if (const auto topology = world.find("topology"); topology != world.end() && topology->is_object()) {
    run.topology = text_of(*topology, "kind");
    std::replace(run.topology.begin(), run.topology.end(), '_', ' ');
    if (run.topology != "full") run.topology += ", degree " + std::to_string(count_of(*topology, "degree"));
  }
  each(world, "chains", [&](const Json& item) {
    run.chains.push_back(text_of(item, "name") + " (final after " + std::to_string(count_of(item, "finality_blocks")) +
                         " blocks, anchors every " + text_of(item, "archive_every") + ")");
  });
  if (const auto roads = world.find("roads"); roads != world.end() && roads->is_object()) {
    for (const auto& [name, on] : roads->items()) {
      std::string words = name;
      std::replace(words.begin(), words.end(), '_', ' ');
      if (on.is_boolean()) (on.get<bool>() ? run.roads_on : run.roads_off).push_back(words);
    }
  }
}

// The groups that one side of a fault names as a whole; empty when it picks single nodes or draws them.
std::vector<std::string> groups_of(const Json& selector, const RunData& run) {
  std::vector<std::string> out;
  if (selector.is_array()) {
    for (const Json& part : selector) {
      if (!part.is_string()) continue;
      for (std::string& name : groups_of(part, run)) out.push_back(std::move(name));
    }
    return out;
  }
  if (!selector.is_string()) return out;
  std::string atom = selector.get<std::string>();
  const bool negated = atom.starts_with("!");
  if (negated) atom.erase(0, 1);
  if (atom.find('&') != std::string::npos) return out;
  const bool by_group = atom.starts_with("group:");
  const bool by_region = atom.starts_with("region:");
  if (!by_group && !by_region && atom != "all") return out;
  const std::string wanted = atom.substr(atom.find(':') + 1);
  for (const GroupData& group : run.groups) {
    const bool in = atom == "all" || (by_group ? group.name : group.region) == wanted;
    if (in != negated) out.push_back(group.name);
  }
  return out;
}

// Slower links part nobody.
void read_cuts(const Json& scenario, RunData& run) {
  each(scenario, "faults", [&](const Json& item) {
    const std::string kind = text_of(item, "kind");
    if (kind != "partition" && kind != "hold") return;
    const auto between = item.find("between");
    if (between == item.end() || !between->is_array() || between->size() != 2) return;
    CutData cut{text_of(item, "name"), groups_of((*between)[0], run), groups_of((*between)[1], run)};
    if (!cut.first.empty() && !cut.second.empty()) run.cuts.push_back(std::move(cut));
  });
}

void read_scenario(const Json& json, RunData& run) {
  run.question = text_of(json, "question");
  run.expectation = text_of(json, "expectation");
  run.description = text_of(json, "description");
  if (const auto world = json.find("world"); world != json.end() && world->is_object()) read_world(*world, run);
  read_cuts(json, run);
  if (const auto economy = json.find("economy"); economy != json.end() && economy->is_object()) {
    std::size_t told = 0;
    each(*economy, "balances", [&](const Json&) { ++told; });
    run.economy =
        text_of(*economy, "preset") + ", balances told " + (told == 1 ? "once" : std::to_string(told) + " times");
  }
  each(json, "traffic", [&](const Json& item) {
    std::string line = text_of(item, "name") + ": " + text_of(item, "rate") + ", " + text_of(item, "arrival");
    if (const auto accounts = item.find("accounts"); accounts != item.end() && accounts->is_object()) {
      line += ", " + std::to_string(count_of(*accounts, "count")) + " accounts";
    }
    if (const std::string file = text_of(item, "file"); !file.empty()) line += ", from " + file;
    if (item.contains("delegation")) line += ", some written by delegates";
    run.traffic.push_back(std::move(line));
  });
}

}  // namespace

Result<RunData> read_run(const std::string& folder) {
  RunData run;
  const auto summary = read_text(folder + "/summary.json");
  if (!summary) return Error{folder + "/summary.json: expected the summary of a run, found none that can be read"};
  const Json json = Json::parse(*summary, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Error{folder + "/summary.json: expected a JSON object, found something else"};
  read_summary(json, run);

  const std::string scenario = read_text(folder + "/scenario.json").value_or("");
  const Json resolved = Json::parse(scenario, nullptr, false, true);
  if (resolved.is_object()) {
    run.scenario_text = scenario;
    read_scenario(resolved, run);
  } else {
    run.notes.push_back("scenario.json is missing or cannot be read: question, world and traffic are not shown.");
  }
  read_metrics(folder + "/metrics.csv", run);
  read_events(folder + "/events.lmt", run);
  return run;
}

}  // namespace lastmile::study
