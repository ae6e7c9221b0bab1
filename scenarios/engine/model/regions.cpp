#include "scenarios/engine/model/regions.hpp"

#include "core/base/check.hpp"
#include "scenarios/engine/model/table_data.hpp"
#include "scenarios/engine/text/json_reader.hpp"

namespace lastmile::scenario {
namespace {

struct Table {
  Regions regions;
  std::string source;
};

// Our own files: anything wrong with them is a mistake of ours.
Table read_table(std::string_view text) {
  Findings findings;
  const auto json = read_json(text, findings);
  LM_CHECK(json.has_value());
  Table table;
  table.regions.table = *json->find("name")->text();
  table.source = *json->find("source")->text();
  for (const Json& name : *json->find("names")->items()) table.regions.names.push_back(*name.text());
  const std::size_t n = table.regions.names.size();
  table.regions.round_trip.resize(n * n);
  const auto& rows = *json->find("round_trip")->items();
  LM_CHECK(rows.size() == n);
  for (std::size_t i = 0; i < n; ++i) {
    LM_CHECK(rows[i].items()->size() == n - i);
    for (std::size_t j = i; j < n; ++j) {
      auto time = parse_duration(*(*rows[i].items())[j - i].text());
      LM_CHECK(time.ok());
      table.regions.round_trip[i * n + j] = table.regions.round_trip[j * n + i] = *time;
    }
  }
  return table;
}

const std::vector<Table>& tables() {
  static const std::vector<Table> list = [] {
    std::vector<Table> all;
    for (const std::string_view text : region_data()) all.push_back(read_table(text));
    return all;
  }();
  return list;
}

}  // namespace

std::vector<std::string_view> region_tables() {
  std::vector<std::string_view> names;
  for (const Table& table : tables()) names.push_back(table.regions.table);
  return names;
}

const Regions* find_region_table(std::string_view name) {
  for (const Table& table : tables()) {
    if (table.regions.table == name) return &table.regions;
  }
  return nullptr;
}

std::string_view region_table_source(std::string_view name) {
  for (const Table& table : tables()) {
    if (table.regions.table == name) return table.source;
  }
  return {};
}

}  // namespace lastmile::scenario
