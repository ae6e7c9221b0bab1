#include <algorithm>

#include "core/message/error_code.hpp"
#include "scenarios/engine/model/light.hpp"
#include "scenarios/engine/model/parse.hpp"
#include "scenarios/engine/model/words.hpp"

namespace lastmile::scenario {
namespace {

constexpr std::size_t kChecksMax = 1000;

// A limit in the unit of the measure.
bool read_bound(const Place& place, MeasureUnit unit, std::optional<double>& out) {
  switch (unit) {
    case MeasureUnit::seconds: {
      Duration value;
      if (!read(place, value)) return false;
      out = value.seconds();
      return true;
    }
    case MeasureUnit::bytes: {
      Size value;
      if (!read(place, value)) return false;
      out = static_cast<double>(value.bytes);
      return true;
    }
    case MeasureUnit::share: {
      Share value;
      if (!read(place, value)) return false;
      out = value.value();
      return true;
    }
    case MeasureUnit::count:
    case MeasureUnit::blocks:
    case MeasureUnit::hops: {
      const auto value = place.json.as_double();
      if (!value || *value < 0) return place.refuse("a number from 0");
      out = value;
      return true;
    }
  }
  return false;
}

std::string error_codes_text() {
  std::vector<std::string> codes;
  codes.reserve(message::kErrorCodeCount);
  for (const message::ErrorCode code : message::kAllErrorCodes) codes.push_back(std::to_string(message::number(code)));
  return alternatives(std::vector<std::string_view>(codes.begin(), codes.end()));
}

std::vector<std::string_view> measure_names() {
  std::vector<std::string_view> names;
  for (const auto& info : all_measures()) names.push_back(info.name);
  return names;
}

bool read_measure_name(const Place& place, std::string& out) {
  const std::string* text = place.json.text();
  if (text == nullptr) return place.refuse("the name of a measure");
  if (find_measure(*text) == nullptr) {
    const auto names = measure_names();
    const auto guess = nearest(text->substr(0, text->find('.')), names);
    const MeasureInfo* base = find_measure(text->substr(0, text->find('.')));
    if (base == nullptr) {
      return place.refuse(guess.empty() ? "a measure: " + alternatives(names) : "the name of a measure", guess);
    }
    return place.refuse(base->parts.empty()          ? std::string("a measure; this one has no parts")
                        : base->parts.front() == "#" ? "one of the parts " + error_codes_text()
                                                     : "one of the parts " + alternatives(base->parts));
  }
  out = *text;
  return true;
}

void parse_measure_check(ObjectReader& reader, Check& check) {
  const auto of = reader.require("of", "the name of a measure");
  const auto stat = reader.get("stat");
  const auto at_most = reader.get("at_most");
  const auto at_least = reader.get("at_least");
  if (!of || !read_measure_name(*of, check.of)) return;
  const MeasureInfo* info = find_measure(check.of);
  if (!info->whole && check.of == info->name) of->refuse("one of its parts " + alternatives(info->parts));
  check.stat = info->distribution ? Stat::max : Stat::value;
  if (stat) {
    if (read_enum(*stat, words::kStats, check.stat) && info->distribution == (check.stat == Stat::value)) {
      stat->refuse(info->distribution ? "count, min, mean, p50, p90, p99 or max"
                                      : "\"value\": this measure is one number");
    }
  }
  const MeasureUnit unit = check.stat == Stat::count ? MeasureUnit::count : info->unit;
  if (at_most) read_bound(*at_most, unit, check.at_most);
  if (at_least) read_bound(*at_least, unit, check.at_least);
  if (!at_most && !at_least) {
    reader.place().reading.findings.expected(reader.place().pointer, "\"at_most\" or \"at_least\"", "neither");
  }
}

void parse_check(const Place& place, Check& check) {
  const Json* name = place.json.find("name");
  if (place.json.members() == nullptr || name == nullptr) {
    place.refuse("an object with the \"name\" of a check");
    return;
  }
  const Place name_place{place.reading, *name, place.pointer + "/name", place.pattern + "/name"};
  if (!read_enum(name_place, words::kChecks, check.name, words::kNotYet)) return;
  ObjectReader reader(place, check_text(check.name));
  reader.get("name");
  // Safety is watched all the time, and a measure has its own limits.
  if (!is_safety(check.name) && check.name != CheckName::measure) {
    Duration within;
    if (reader.read_if("within", within)) check.within = within;
  }
  switch (check.name) {
    case CheckName::diverged:
      reader.read_if("between", check.between);
      if (const auto at = reader.require("during", "the name of a fault that cuts")) read_name(*at, check.during);
      break;
    case CheckName::confirmed:
      if (const auto at = reader.get("chains")) {
        each_item(*at, kChainsMax, [&](const Place& item) { read_name(item, check.chains.emplace_back()); });
      }
      break;
    case CheckName::backlog_drained:
      reader.read_if("at_most", check.backlog_at_most);
      break;
    case CheckName::measure:
      parse_measure_check(reader, check);
      break;
    default:
      break;
  }
  reader.done();
}

}  // namespace

void parse_checks(const Place& place, std::vector<Check>& checks) {
  each_item(place, kChecksMax, [&](const Place& item) { parse_check(item, checks.emplace_back()); });
}

void parse_measures(const Place& place, std::vector<std::string>& measures) {
  each_item(place, kChecksMax, [&](const Place& item) { read_measure_name(item, measures.emplace_back()); });
}

std::vector<Check> default_checks(const Scenario& scenario) {
  std::vector<Check> out;
  const auto add = [&](CheckName name) { out.emplace_back().name = name; };
  const auto any_traffic = !scenario.traffic.empty();
  const bool any_state = !has_only_light_nodes(scenario.world);
  if (any_traffic) add(CheckName::no_forged_message);
  if (any_traffic && any_state) add(CheckName::acknowledged_kept);
  const bool forgets = std::any_of(scenario.traffic.begin(), scenario.traffic.end(), [](const TrafficSpec& t) {
    return std::any_of(t.types.begin(), t.types.end(), [](const auto& share) {
      return share.first == message::Type::FORGET && share.second.parts > 0;
    });
  });
  if (forgets) add(CheckName::forgotten_stays_forgotten);
  if (any_state) add(CheckName::status_moves_legal);
  add(CheckName::bounded_queues);
  const bool chain = !scenario.world.chains.empty() && scenario.world.roads.chain;
  if (chain) add(CheckName::finality_respected);
  if (scenario.economy && scenario.economy->registry) add(CheckName::supply_conserved);
  for (const Fault& fault : scenario.faults) {
    const auto* cut = std::get_if<PartitionFault>(&fault.body);
    if (cut == nullptr || cut->leak.parts > 0 || cut->direction != Direction::both || !any_traffic) continue;
    add(CheckName::diverged);
    out.back().during = fault.name;
  }
  if (!any_traffic) return out;
  const bool all_learn_all = !light_nodes_may_miss(scenario);
  const bool trouble = !scenario.faults.empty() || !scenario.adversaries.empty();
  if (trouble && all_learn_all) add(CheckName::healed);
  if (any_state) add(CheckName::converged);
  if (all_learn_all) add(CheckName::all_processed);
  if (any_state && all_learn_all) add(CheckName::acknowledged_everywhere);
  if (chain) add(CheckName::confirmed);
  add(CheckName::backlog_drained);
  return out;
}

std::vector<std::string> default_measures() {
  std::vector<std::string> out;
  for (const auto& info : all_measures()) out.emplace_back(info.name);
  return out;
}

}  // namespace lastmile::scenario
