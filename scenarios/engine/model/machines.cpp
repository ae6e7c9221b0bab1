#include "scenarios/engine/model/machines.hpp"

#include <fmt/core.h>

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

// As read_speed() reads it.
std::string speed_text(Size bytes_per_second) {
  constexpr std::uint64_t kMiB = 1ULL << 20;
  if (bytes_per_second.bytes % kMiB == 0 && bytes_per_second.bytes > 0) {
    return fmt::format("{}MiB/s", bytes_per_second.bytes / kMiB);
  }
  return fmt::format("{}B/s", bytes_per_second.bytes);
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
  reader.read_if("idle_power", machine.idle_power);
  if (const auto at = reader.get("busy_power"); at && read(*at, machine.busy_power)) {
    if (machine.busy_power < machine.idle_power)
      at->refuse("a power of at least idle_power, " + power_text(machine.idle_power));
  } else if (!at) {
    machine.busy_power = machine.idle_power;
  }
  reader.done();
  return machine;
}

Json machine_json(const Hardware& machine) {
  Json out = Json::object();
  out.set("uplink", bandwidth_text(machine.uplink)).set("downlink", bandwidth_text(machine.downlink));
  out.set("access_latency", law_json(machine.access_latency)).set("cores", Json::unsigned_integer(machine.cores));
  out.set("disk_read", speed_text(machine.disk_read)).set("disk_write", speed_text(machine.disk_write));
  out.set("disk_sync", duration_text(machine.disk_sync)).set("disk_seek", duration_text(machine.disk_seek));
  out.set("disk_size", size_text(machine.disk_size));
  out.set("idle_power", power_text(machine.idle_power)).set("busy_power", power_text(machine.busy_power));
  return out;
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
