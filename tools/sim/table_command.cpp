// What is compiled in for worlds to be made of: region tables and machines.
#include <fmt/format.h>

#include <algorithm>

#include "scenarios/engine/model/machines.hpp"
#include "scenarios/engine/model/regions.hpp"
#include "scenarios/engine/text/json.hpp"
#include "scenarios/engine/text/quantity.hpp"
#include "tools/sim/commands.hpp"

namespace lastmile::tools {
namespace {

using scenario::Json;
using scenario::Regions;

Json tables_json() {
  Json regions = Json::object();
  for (const std::string_view name : scenario::region_tables()) {
    const Regions& table = *scenario::find_region_table(name);
    Json names = Json::list();
    Json rows = Json::list();
    for (std::size_t i = 0; i < table.names.size(); ++i) {
      names.push(table.names[i]);
      Json row = Json::list();
      for (std::size_t j = i; j < table.names.size(); ++j) row.push(scenario::duration_text(table.between(i, j)));
      rows.push(std::move(row));
    }
    Json entry = Json::object().set("source", scenario::region_table_source(name));
    regions.set(std::string(name), std::move(entry.set("names", std::move(names)).set("round_trip", std::move(rows))));
  }
  Json machines = Json::object();
  for (const scenario::ShippedMachine& each : scenario::shipped_machines()) {
    Json entry = Json::object().set("source", each.source);
    machines.set(each.machine.name, std::move(entry.set("figures", scenario::machine_json(each.machine))));
  }
  return Json::object().set("regions", std::move(regions)).set("machines", std::move(machines));
}

// Sources are paragraphs: broken between words, lines after the first are indented.
void print_wrapped(std::string text) {
  constexpr std::size_t kColumns = 100;
  for (std::string_view indent;; indent = "  ") {
    std::size_t end = text.size();
    if (indent.size() + end > kColumns) {
      end = text.rfind(' ', kColumns - indent.size());
      if (end == std::string::npos) end = std::min(text.find(' '), text.size());  // one long word
    }
    fmt::print("{}{}\n", indent, std::string_view(text).substr(0, end));
    if (end == text.size()) return;
    text.erase(0, end + 1);
  }
}

// The upper triangle, as the figures are published; columns are the rows of the same number.
void print_regions(std::string_view name) {
  const Regions& table = *scenario::find_region_table(name);
  print_wrapped(fmt::format("regions \"{}\": {}", name, scenario::region_table_source(name)));
  std::size_t width = 0;
  for (const std::string& region : table.names) width = std::max(width, region.size());
  fmt::print("  {:<{}}", "round trip, ms", width + 4);
  for (std::size_t i = 0; i < table.names.size(); ++i) fmt::print(" {:>4}", i + 1);
  fmt::print("\n");
  for (std::size_t i = 0; i < table.names.size(); ++i) {
    fmt::print("  {:>2}  {:<{}}", i + 1, table.names[i], width + 5 * i);
    for (std::size_t j = i; j < table.names.size(); ++j) {
      const double ms = 1000 * table.between(i, j).seconds();
      fmt::print(" {:>4.{}f}", ms, ms < 10 ? 1 : 0);
    }
    fmt::print("\n");
  }
  fmt::print("\n");
}

// What a machine draws is known or not; zero stands for the latter.
bool is_not_stated(const scenario::Hardware& machine, std::string_view figure) {
  return figure.ends_with("_power") && machine.idle_power.milliwatts == 0 && machine.busy_power.milliwatts == 0;
}

}  // namespace

int command_tables(const CommandOptions& options) {
  if (options.json) {
    fmt::print("{}\n", scenario::compact(tables_json()));
    return 0;
  }
  for (const std::string_view name : scenario::region_tables()) print_regions(name);
  for (const scenario::ShippedMachine& each : scenario::shipped_machines()) {
    print_wrapped(fmt::format("machine \"{}\": {}", each.machine.name, each.source));
    const Json figures = scenario::machine_json(each.machine);
    for (const auto& member : *figures.members()) {
      const std::string* text = member.value.text();
      const std::string figure = text != nullptr ? *text : scenario::compact(member.value);
      fmt::print("  {:<16} {}\n", member.key, is_not_stated(each.machine, member.key) ? "not stated" : figure);
    }
    fmt::print("\n");
  }
  return 0;
}

}  // namespace lastmile::tools
