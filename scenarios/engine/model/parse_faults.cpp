#include <algorithm>
#include <cmath>

#include "scenarios/engine/model/parse.hpp"
#include "scenarios/engine/model/words.hpp"

namespace lastmile::scenario {
namespace {

bool read_between(ObjectReader& reader, Between& out) {
  return reader.read_required("between", "a list of two selectors", out);
}

// A fault that changes nothing is a slip. One that names an effect and gives it the neutral value is a control.
void need_one_of(const ObjectReader& reader, std::span<const std::string_view> effects) {
  const Json& json = reader.place().json;
  if (std::any_of(effects.begin(), effects.end(), [&](auto key) { return json.find(key) != nullptr; })) return;
  reader.place().reading.findings.expected(reader.place().pointer, "at least one of " + alternatives(effects), "none");
}

// "1.5" or "150%" of the latency without fault: a bare number or a share, possibly above one.
bool read_factor(const Place& place, std::uint64_t& out) {
  constexpr std::uint64_t kMax = 1000;
  const auto value = place.json.as_double();
  if (!value || *value < 0 || *value > static_cast<double>(kMax)) return place.refuse("a factor from 0 to 1000");
  out = static_cast<std::uint64_t>(std::llround(*value * 1e9));
  return true;
}

void parse_body(ObjectReader& reader, const std::string& name, PartitionFault& fault) {
  read_between(reader, fault.between);
  if (const auto at = reader.get("direction")) read_enum(*at, words::kDirections, fault.direction);
  if (const auto at = reader.get("mode")) read_enum(*at, words::kCutModes, fault.mode);
  if (reader.read_if("leak", fault.leak) && fault.leak.parts == kWhole) {
    reader.refuse("leak", "a share below 100%: a cut that lets all pass is none");
  }
  only_if(fault.mode == CutMode::stall, reader, "leak",
          "no \"leak\" with mode \"reset\": what could pass has no connection to pass on");
  fault.islands = {name + "-first", name + "-second"};
  if (const auto at = reader.get("islands")) {
    if (at->json.items() == nullptr || at->json.items()->size() != 2) {
      at->refuse("a list of two names");
    } else {
      read_name(at->item(0), fault.islands[0]);
      read_name(at->item(1), fault.islands[1]);
    }
  }
}

void parse_body(ObjectReader& reader, const std::string&, LinkFault& fault) {
  read_between(reader, fault.between);
  if (const auto at = reader.get("direction")) read_enum(*at, words::kDirections, fault.direction);
  if (const auto at = reader.get("latency_add")) read_latency(*at, fault.latency_add);
  if (const auto at = reader.get("latency_factor")) read_factor(*at, fault.latency_factor);
  if (const auto at = reader.get("jitter")) read_latency(*at, fault.jitter);
  reader.read_if("bandwidth", fault.bandwidth);
  reader.read_if("loss", fault.loss);
  reader.read_if("duplicate", fault.duplicate);
  reader.read_if("reorder", fault.reorder);
  reader.read_if("corrupt", fault.corrupt);
  static constexpr std::array<std::string_view, 8> kEffects{"latency_add", "latency_factor", "jitter",  "bandwidth",
                                                            "loss",        "duplicate",      "reorder", "corrupt"};
  need_one_of(reader, kEffects);
}

void parse_body(ObjectReader& reader, const std::string&, HoldFault& fault) {
  read_between(reader, fault.between);
  if (const auto at = reader.get("direction")) read_enum(*at, words::kDirections, fault.direction);
}

void parse_body(ObjectReader& reader, const std::string&, CrashFault& fault) {
  read_who(reader, fault.who);
  if (const auto at = reader.get("disk")) read_enum(*at, words::kDiskFates, fault.disk);
  if (const auto at = reader.get("restart_after")) {
    if (at->json.text() != nullptr && *at->json.text() == "never") {
      fault.never = true;
    } else {
      Law law;
      if (read(*at, law, Unit::duration)) fault.restart_after = law;
    }
  }
}

void parse_body(ObjectReader& reader, const std::string&, PauseFault& fault) { read_who(reader, fault.who); }

void parse_body(ObjectReader& reader, const std::string&, ChurnFault& fault) {
  read_who(reader, fault.who);
  reader.read_required("session", "a law of durations", fault.session, Unit::duration);
  reader.read_required("absence", "a law of durations", fault.absence, Unit::duration);
  if (const auto at = reader.get("disk")) read_enum(*at, words::kDiskFates, fault.disk);
}

void parse_body(ObjectReader& reader, const std::string&, ClockFault& fault) {
  read_who(reader, fault.who);
  if (const auto at = reader.get("offset")) read_signed(*at, fault.offset);
  reader.read_if("drift", fault.drift);
  if (const auto at = reader.get("step")) read_signed(*at, fault.step);
  static constexpr std::array<std::string_view, 3> kEffects{"offset", "drift", "step"};
  need_one_of(reader, kEffects);
}

void parse_body(ObjectReader& reader, const std::string&, DiskFault& fault) {
  read_who(reader, fault.who);
  if (const auto at = reader.require("mode", alternatives(words::kDiskTroubles))) {
    read_enum(*at, words::kDiskTroubles, fault.mode);
  }
  if (const auto at = reader.require("amount", "a share above 0")) {
    if (read(*at, fault.amount) && fault.amount.parts == 0) at->refuse("a share above 0");
  }
}

void parse_body(ObjectReader& reader, const std::string&, ChainFault& fault) {
  if (const auto at = reader.require("chain", "the name of a chain")) read_name(*at, fault.chain);
  const auto mode = reader.require("mode", alternatives(words::kChainTroubles));
  const bool known = mode && read_enum(*mode, words::kChainTroubles, fault.mode);
  reader.read_if("depth", fault.depth, 1, 1'000'000);
  const auto delay = reader.get("delay");
  fault.who.terms = {{Atom{}}};
  reader.read_if("who", fault.who);
  if (!known) return;
  only_if(fault.mode == ChainTrouble::reorg, reader, "depth", "no \"depth\": it is of mode \"reorg\"");
  only_if(fault.mode == ChainTrouble::delay, reader, "delay", "no \"delay\": it is of mode \"delay\"");
  only_if(fault.mode != ChainTrouble::reorg, reader, "who", "no \"who\": blocks are replaced for everybody");
  if (fault.mode != ChainTrouble::delay) return;
  constexpr std::string_view kDelay = "a time above zero such as \"30s\"";
  if (!delay) {
    reader.require("delay", kDelay);
  } else if (read_latency(*delay, fault.delay) && fault.delay == Duration{}) {
    delay->refuse(kDelay);
  }
}

void read_rare_paths(const Place& place, std::vector<env::RarePath>& out) {
  if (place.json.items() == nullptr || place.json.items()->empty()) {
    place.refuse("a list with at least one rare path");
    return;
  }
  for (std::size_t i = 0; i < place.json.items()->size(); ++i) {
    const Place item = place.item(i);
    auto path = env::RarePath::path_count;
    if (!read_enum(item, words::kRarePaths, path)) continue;
    if (std::find(out.begin(), out.end(), path) != out.end()) {
      item.refuse("each rare path once");
    } else {
      out.push_back(path);
    }
  }
}

void parse_body(ObjectReader& reader, const std::string&, RarePathFault& fault) {
  read_who(reader, fault.who);
  if (const auto at = reader.get("paths")) {
    read_rare_paths(*at, fault.paths);
  } else {
    for (std::size_t i = 0; i < env::kRarePathCount; ++i) fault.paths.push_back(static_cast<env::RarePath>(i));
  }
  if (const auto at = reader.require("share", "a share above 0")) {
    if (read(*at, fault.share) && fault.share.parts == 0) at->refuse("a share above 0");
  }
}

static_assert(kinds_match<FaultBody>(words::kFaults), "words and variant have one order");

void parse_fault(const Place& place, Fault& fault) {
  const auto kind = read_kind(place, words::kFaults);
  if (!kind) return;
  ObjectReader reader(place, words::kFaults[*kind]);
  reader.get("kind");
  if (const auto at = reader.require("name", "a name")) read_name(*at, fault.name);
  reader.read_if("from", fault.from);
  Moment until;
  if (reader.read_if("until", until)) fault.until = until;
  if (const auto at = reader.get("for")) {
    Duration length;
    if (read_positive(*at, length)) fault.length = length;
    if (place.json.find("until") != nullptr) at->refuse("either \"until\" or \"for\"");
  }
  fault.body = alternative<FaultBody>(*kind);
  std::visit([&](auto& body) { parse_body(reader, fault.name, body); }, fault.body);
  reader.done();
}

}  // namespace

void parse_faults(const Place& place, std::vector<Fault>& faults) {
  each_item(place, kFaultsMax, [&](const Place& item) { parse_fault(item, faults.emplace_back()); });
}

}  // namespace lastmile::scenario
