#include "scenarios/engine/model/machines.hpp"

#include "core/base/check.hpp"
#include "scenarios/engine/model/table_data.hpp"
#include "scenarios/engine/text/json_reader.hpp"

namespace lastmile::scenario {
namespace {

// "100MiB/s" and the like: bytes per second.
bool read_speed(const Place& place, Size& out) {
  Bandwidth speed;
  if (!read(place, speed)) return false;
  // 0 means no limit: a speed must not become it by rounding.
  if (speed.bits_per_second > 0 && speed.bits_per_second < 8)
    return place.refuse("a speed of at least 1B/s, or 0B/s for no limit");
  out = {speed.bits_per_second / 8};
  return true;
}

// Our own files: anything wrong with them is a mistake of ours.
void read_shipped(std::string_view text, std::vector<ShippedMachine>& out) {
  Findings findings;
  Reading reading{findings};
  const auto json = read_json(text, findings);
  LM_CHECK(json.has_value());
  for (const auto& member : *json->find("machines")->members()) {
    LM_CHECK(member.key != "default");
    for (const ShippedMachine& other : out) LM_CHECK(other.machine.name != member.key);
    const Json& figures = *member.value.find("figures");
    out.push_back({parse_machine(Place{reading, figures, "", ""}, member.key), *member.value.find("source")->text()});
  }
  LM_CHECK(findings.empty());
}

}  // namespace

Hardware default_hardware() {
  Hardware machine;
  machine.name = "default";
  machine.uplink = {200'000'000};
  machine.downlink = {500'000'000};
  machine.access_latency = Law::fixed_at(Unit::duration, milliseconds(2).ns);
  machine.disk_read = {500ULL << 20};
  machine.disk_write = {200ULL << 20};
  machine.disk_sync = milliseconds(1);
  machine.disk_size = {50ULL << 30};
  return machine;
}

Hardware parse_machine(const Place& place, std::string name) {
  Hardware machine = default_hardware();
  machine.name = std::move(name);
  ObjectReader reader(place);
  reader.read_if("uplink", machine.uplink);
  reader.read_if("downlink", machine.downlink);
  if (const auto at = reader.get("access_latency")) read_latency(*at, machine.access_latency);
  reader.read_if("cores", machine.cores, 1, 4096);
  if (const auto at = reader.get("disk_read")) read_speed(*at, machine.disk_read);
  if (const auto at = reader.get("disk_write")) read_speed(*at, machine.disk_write);
  if (const auto at = reader.get("disk_sync")) read_latency(*at, machine.disk_sync);
  if (const auto at = reader.get("disk_seek")) read_latency(*at, machine.disk_seek);
  reader.read_if("disk_size", machine.disk_size);
  reader.done();
  return machine;
}

const std::vector<ShippedMachine>& shipped_machines() {
  static const std::vector<ShippedMachine> list = [] {
    std::vector<ShippedMachine> all;
    for (const std::string_view text : machine_data()) read_shipped(text, all);
    return all;
  }();
  return list;
}

}  // namespace lastmile::scenario
