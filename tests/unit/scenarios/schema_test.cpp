// The published JSON Schema against the parser's own tables: the same objects, keys and words.
#include <functional>
#include <map>
#include <set>

#include "scenarios/engine/model/parameters.hpp"
#include "scenarios/engine/model/regions.hpp"
#include "scenarios/engine/model/words.hpp"
#include "scenarios/engine/text/json_reader.hpp"
#include "scenarios/engine/text/law.hpp"
#include "tests/unit/scenarios/sample.hpp"
#include "tests/unit/scenarios/source_file.hpp"

namespace lastmile::scenario::test {
namespace {

using Names = std::set<std::string>;

// What the schema says: keys by "x-object", words by "x-words".
struct Schema {
  std::map<std::string, Names> objects;
  std::map<std::string, Names> words;

  void collect(const Json& node) {
    if (const auto* items = node.items()) {
      for (const Json& item : *items) collect(item);
    }
    if (node.members() == nullptr) return;
    const Json* properties = node.find("properties");
    Names keys;
    if (properties != nullptr && properties->members() != nullptr) {
      for (const auto& member : *properties->members()) keys.insert(member.key);
    }
    if (const Json* name = node.find("x-object"); name != nullptr && name->text() != nullptr) {
      EXPECT_TRUE(objects.emplace(*name->text(), keys).second) << *name->text() << " twice";
      const Json* more = node.find("additionalProperties");
      EXPECT_TRUE(more != nullptr && more->boolean() != nullptr && !*more->boolean()) << *name->text() << " is open";
    }
    if (const Json* name = node.find("x-words"); name != nullptr && name->text() != nullptr) {
      Names list = keys;
      if (const Json* values = node.find("enum")) {
        for (const Json& value : *values->items()) list.insert(*value.text());
      }
      const auto [there, added] = words.emplace(*name->text(), list);
      EXPECT_EQ(there->second, list) << *name->text() << " differs between two places";
    }
    for (const auto& member : *node.members()) collect(member.value);
  }
};

const Schema& schema() {
  static const Schema read = [] {
    Schema s;
    s.collect(read_file("/scenarios/schema/scenario.schema.json"));
    return s;
  }();
  return read;
}

const Json& everything() {
  static const Json json = read_file("/tests/unit/scenarios/data/everything.json");
  return json;
}

template <class List>
Names names(const List& list) {
  return {list.begin(), list.end()};
}

TEST(Schema, HasTheKeysThatTheParserAsksFor) {
  const auto accepted = accepted_keys(everything());
  for (const auto& [object, keys] : accepted) {
    const auto found = schema().objects.find(object);
    ASSERT_NE(found, schema().objects.end()) << "the schema lacks " << object;
    EXPECT_EQ(found->second, keys) << object;
  }
  for (const auto& [object, keys] : schema().objects) {
    EXPECT_TRUE(accepted.contains(object)) << "the parser never asks for " << object << "; or everything.json lacks it";
  }
}

TEST(Schema, HasTheWordsOfTheParser) {
  std::vector<std::string_view> laws;
  for (int i = 0; i <= static_cast<int>(LawKind::empirical); ++i)
    laws.push_back(law_kind_text(static_cast<LawKind>(i)));
  Names parameters;
  for (const auto& info : all_parameters()) parameters.emplace(info.name);
  for (const auto& point : message::all_switches()) parameters.insert("switches." + std::string(point.name));
  Names measures;
  Names parts;
  for (const auto& info : all_measures()) {
    measures.emplace(info.name);
    for (const auto part : info.parts) {
      if (part != "#") parts.insert(std::string(info.name) + "." + std::string(part));
    }
  }
  const std::map<std::string, Names> parser{
      {"roles", names(words::kRoles)},
      {"fidelities", names(words::kFidelities)},
      {"topologies", names(words::kTopologies)},
      {"chain_kinds", names(words::kChainKinds)},
      {"arrivals", names(words::kArrivals)},
      {"directions", names(words::kDirections)},
      {"cut_modes", names(words::kCutModes)},
      {"disk_fates", names(words::kDiskFates)},
      {"disk_troubles", names(words::kDiskTroubles)},
      {"chain_troubles", names(words::kChainTroubles)},
      {"faults", names(words::kFaults)},
      {"rare_paths", names(words::kRarePaths)},
      {"adversaries", names(words::kAdversaries)},
      {"floods", names(words::kFloods)},
      {"lies", names(words::kLies)},
      {"checks", names(words::kChecks)},
      {"stats", names(words::kStats)},
      {"crypto", names(words::kCrypto)},
      {"networks", names(words::kNetworks)},
      {"records", names(words::kRecords)},
      {"worlds", names(words::kWorlds)},
      {"designs", names(words::kDesigns)},
      {"behaviours", names(words::kBehaviours)},
      {"region_tables", names(region_tables())},
      {"laws", names(laws)},
      {"parameters", parameters},
      {"measures", measures},
      {"measure_parts", parts},
      {"types", {"POST", "AGGREGATE", "STORE", "PROGRAM", "INSTANCE", "FORGET"}},
  };
  EXPECT_EQ(schema().words, parser);
  for (const auto& type : schema().words.at("types")) {
    EXPECT_EQ(sample_complaints({"/traffic/0/types={\"" + type + "\":1}"}), "");
  }
}

// Every value of the document with its JSON pointer.
void each_place(Json& node, const std::string& pointer, const std::function<void(Json&, const std::string&)>& call) {
  call(node, pointer);
  if (auto* items = node.items()) {
    for (std::size_t i = 0; i < items->size(); ++i) each_place((*items)[i], pointer + "/" + std::to_string(i), call);
  } else if (auto* members = node.members()) {
    for (auto& member : *members) each_place(member.value, pointer + pointer_token(member.key), call);
  }
}

bool is_free(const std::string& pointer) {
  for (const std::string_view free : {"/economy/overrides", "/sweep/points", "/version", "/$schema"}) {
    if (pointer.starts_with(free)) return true;
  }
  return false;
}

TEST(Parser, SeesAMistakeAtEveryPlace) {
  Json document = everything();
  Findings clean;
  ASSERT_TRUE(parse_scenario(document, clean).has_value()) << clean.lines("everything.json");
  int planted = 0;
  const auto expect_seen = [&](const std::string& pointer) {
    Findings findings;
    EXPECT_FALSE(parse_scenario(document, findings).has_value()) << pointer;
    bool near = false;
    for (const Finding& finding : findings.list()) {
      near = near || finding.place.starts_with(pointer) || pointer.starts_with(finding.place);
    }
    EXPECT_TRUE(near) << pointer << ":\n" << findings.lines("everything.json");
    ++planted;
  };
  each_place(document, "", [&](Json& value, const std::string& pointer) {
    if (is_free(pointer)) return;
    const Json kept = value;
    if (value.members() != nullptr) {
      value.set("zzz", Json(true));
      expect_seen(pointer + "/zzz");
    } else if (value.items() == nullptr) {
      value = Json::list({Json::list()});
      expect_seen(pointer);
    }
    value = kept;
  });
  EXPECT_GT(planted, 250);
}

}  // namespace
}  // namespace lastmile::scenario::test
