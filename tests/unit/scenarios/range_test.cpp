// Values that a key must not have: data/ranges.json says for every number and quantity of the format what is refused
// and where, and what is still taken. A key that is added there or in the schema alone is noticed here.
#include <map>
#include <set>

#include "scenarios/engine/text/json_reader.hpp"
#include "tests/unit/scenarios/sample.hpp"
#include "tests/unit/scenarios/source_file.hpp"

namespace lastmile::scenario::test {
namespace {

const std::string& text_of(const Json& object, std::string_view key) {
  static const std::string none;
  const Json* value = object.find(key);
  return value == nullptr || value->text() == nullptr ? none : *value->text();
}

std::vector<Json> list_of(const Json& object, std::string_view key) {
  const Json* value = object.find(key);
  return value == nullptr || value->items() == nullptr ? std::vector<Json>{} : *value->items();
}

// --- what the schema calls a number or a quantity, as "OBJECT KEY"

bool is_quantity(const Json& property) {
  static const std::set<std::string> kQuantities{"duration",
                                                 "signed_duration",
                                                 "size",
                                                 "rate",
                                                 "bandwidth",
                                                 "share",
                                                 "amount",
                                                 "drift",
                                                 "power",
                                                 "duration_law",
                                                 "size_law",
                                                 "signed_duration_law",
                                                 "drift_law",
                                                 "moment",
                                                 "law_shape",
                                                 "fault_for",
                                                 "fault_until",
                                                 "adversary_from",
                                                 "adversary_until",
                                                 "when",
                                                 "fault_from",
                                                 "measure_value",
                                                 "parameter_count"};
  const std::string& reference = text_of(property, "$ref");
  if (kQuantities.contains(reference.substr(reference.rfind('/') + 1))) return true;
  const std::string& type = text_of(property, "type");
  if (type == "integer" || type == "number") return true;
  for (const char* const choice : {"anyOf", "oneOf"}) {
    for (const Json& each : list_of(property, choice)) {
      if (is_quantity(each)) return true;
    }
  }
  return false;
}

void collect(const Json& node, std::set<std::string>& out) {
  if (const auto* items = node.items()) {
    for (const Json& item : *items) collect(item, out);
  }
  if (node.members() == nullptr) return;
  const bool parameters = text_of(node, "x-words") == "parameters";
  const std::string& object = parameters ? text_of(node, "x-words") : text_of(node, "x-object");
  const Json* properties = node.find("properties");
  if (!object.empty() && properties != nullptr) {
    for (const auto& member : *properties->members()) {
      if (is_quantity(member.value)) out.insert(object + " " + member.key);
    }
  }
  for (const auto& member : *node.members()) collect(member.value, out);
}

// --- the table

class Ranges : public ::testing::Test {
 protected:
  const Json table = read_file("/tests/unit/scenarios/data/ranges.json");

  static std::vector<std::string> sets(const Json& row) {
    std::vector<std::string> out{"/checks=[]"};
    for (const Json& each : list_of(row, "with")) out.push_back(*each.text());
    return out;
  }
};

TEST_F(Ranges, RefuseEveryBadValueAtItsPlace) {
  int bad = 0;
  for (const char* const part : {"keys", "rules"}) {
    for (const Json& row : list_of(table, part)) {
      const std::string& place = text_of(row, "at");
      const std::string expected = text_of(row, "found").empty() ? place : text_of(row, "found");
      for (const Json& value : list_of(row, "bad")) {
        auto with = sets(row);
        with.push_back(place + "=" + compact(value));
        Findings findings;
        EXPECT_FALSE(load_scenario(kSample, {with, std::nullopt}, findings).has_value()) << with.back();
        EXPECT_TRUE(findings.has(expected)) << with.back() << "\n" << findings.lines("sample");
        ++bad;
      }
    }
  }
  EXPECT_GT(bad, 200);
}

TEST_F(Ranges, TakeWhatStillFits) {
  for (const char* const part : {"keys", "rules"}) {
    for (const Json& row : list_of(table, part)) {
      for (const Json& value : list_of(row, "good")) {
        auto with = sets(row);
        with.push_back(text_of(row, "at") + "=" + compact(value));
        EXPECT_EQ(sample_complaints(with), "") << with.back();
      }
    }
  }
}

TEST_F(Ranges, AreSaidOfEveryNumberAndQuantity) {
  std::set<std::string> keys;
  collect(read_file("/scenarios/schema/scenario.schema.json"), keys);
  EXPECT_GT(keys.size(), 120U);
  std::set<std::string> said;
  for (const Json& row : list_of(table, "keys")) {
    EXPECT_FALSE(list_of(row, "bad").empty()) << text_of(row, "at");
    for (const Json& key : list_of(row, "of")) EXPECT_TRUE(said.insert(*key.text()).second) << *key.text() << " twice";
  }
  for (const std::string& key : keys) EXPECT_TRUE(said.contains(key)) << "nobody says what " << key << " must not be";
  for (const std::string& key : said)
    EXPECT_TRUE(keys.contains(key)) << key << " is no number or quantity of the schema";
}

// --- what is too long to be written into a table

std::string list(std::size_t count, const std::string& item) {
  std::string out = "[";
  for (std::size_t i = 0; i < count; ++i) {
    std::string each = item;
    for (auto at = each.find('#'); at != std::string::npos; at = each.find('#')) each.replace(at, 1, std::to_string(i));
    out += (i > 0 ? "," : "") + each;
  }
  return out + "]";
}

void expect_at_most(std::size_t most, const std::string& place, const std::string& item,
                    std::vector<std::string> with = {"/checks=[]"}) {
  with.push_back(place + "=" + list(most, item));
  EXPECT_EQ(sample_complaints(with), "") << place;
  with.back() = place + "=" + list(most + 1, item);
  EXPECT_THAT(sample_complaints(with), ::testing::StartsWith(place + ": expected")) << place;
}

TEST(Lists, HaveALongest) {
  expect_at_most(100, "/tags", R"("t#")");
  expect_at_most(1000, "/world/groups", R"({"name": "g#", "count": 1, "region": "europe"})",
                 {"/checks=[]", "/faults=[]", "/world/chains=[]"});
  expect_at_most(100, "/traffic", R"({"name": "w#", "rate": "1/s"})");
  expect_at_most(1000, "/faults", R"({"name": "f#", "kind": "pause", "who": "one"})");
  expect_at_most(1000, "/checks", R"({"name": "healed"})", {});
  expect_at_most(1000, "/measures", R"("published")");
  expect_at_most(1000, "/economy/balances", R"({"of": "wallets", "amount": "1token"})",
                 {"/checks=[]", R"(/economy={"preset": "prices"})"});
  expect_at_most(1000, "/traffic/0/into", R"("all")");
  std::string atoms = "all";
  for (int i = 1; i < 32; ++i) atoms += " & all";
  EXPECT_EQ(sample_complaints({"/traffic/0/into=" + atoms}), "");
  EXPECT_THAT(sample_complaints({"/traffic/0/into=" + atoms + " & all"}), ::testing::HasSubstr("more than 32 atoms"));
  const std::string name(64, 'a');
  EXPECT_EQ(sample_complaints({"/name=" + name}), "");
  EXPECT_THAT(sample_complaints({"/name=" + name + "a"}), ::testing::StartsWith("/name: expected a name of 1 to 64"));
}

}  // namespace
}  // namespace lastmile::scenario::test
