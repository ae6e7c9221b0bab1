// Selectors and times, as fields of several sections.
#include "scenarios/engine/model/parse.hpp"

namespace lastmile::scenario {
namespace {

constexpr std::string_view kMoment = "a time such as \"30s\" or \"trouble+10s\"";
constexpr std::string_view kWhen =
    "a time such as \"30s\" or \"trouble+10s\", {\"every\": ...}, {\"rate\": ...} or {\"on\": ...}";

bool read_term(const Place& place, Selector& out) {
  const std::string* text = place.json.text();
  if (text == nullptr) return place.refuse("a selector such as \"group:west\" or a list of them");
  auto term = parse_term(*text);
  if (!term.ok()) return place.refuse_because("a selector such as \"group:west & !one\"", term.error().text);
  out.terms.push_back(std::move(term).value());
  return true;
}

void read_window(ObjectReader& reader, std::optional<Moment>& from, std::optional<Moment>& until) {
  Moment moment;
  if (reader.read_if("from", moment)) from = moment;
  if (reader.read_if("until", moment)) until = moment;
}

}  // namespace

bool read(const Place& place, Selector& out) {
  Selector selector;
  if (const auto* items = place.json.items()) {
    if (items->empty() || items->size() > kSelectorTermsMax) return place.refuse("a list of 1 to 1000 selectors");
    bool ok = true;
    for (std::size_t i = 0; i < items->size(); ++i) ok = read_term(place.item(i), selector) && ok;
    if (!ok) return false;
  } else if (!read_term(place, selector)) {
    return false;
  }
  out = std::move(selector);
  return true;
}

bool read(const Place& place, std::array<Selector, 2>& out) {
  const auto* items = place.json.items();
  if (items == nullptr || items->size() != 2) return place.refuse("a list of two selectors");
  const bool first = read(place.item(0), out[0]);
  return read(place.item(1), out[1]) && first;
}

bool read_latency(const Place& place, Duration& out) {
  Duration value;
  if (!read(place, value)) return false;
  if (value > kLatencyMax) return place.refuse("a time of at most 1h");
  out = value;
  return true;
}

bool read_latency(const Place& place, Law& out) {
  Law law;
  if (!read(place, law, Unit::duration)) return false;
  if (law.least() > kLatencyMax.ns) return place.refuse("a law that draws times of at most 1h");
  out = std::move(law);
  return true;
}

bool read_money(const Place& place, Amount& out) {
  Amount value;
  if (!read(place, value)) return false;
  if (value > Amount::tokens(kTokensMax)) return place.refuse("at most 10^18 token");
  out = value;
  return true;
}

bool read(const Place& place, Moment& out) {
  const std::string* text = place.json.text();
  if (text == nullptr) return place.refuse(kMoment);
  auto moment = parse_moment(*text);
  if (!moment.ok()) return place.refuse_because(kMoment, moment.error().text);
  out = *moment;
  return true;
}

bool read(const Place& place, When& out) {
  if (place.json.text() != nullptr) {
    Moment moment;
    if (!read(place, moment)) return false;
    out = moment;
    return true;
  }
  if (place.json.members() == nullptr) return place.refuse(kWhen);
  const std::size_t before = place.reading.findings.total();
  Place here = place;
  here.pattern = "when";
  if (place.json.find("every") != nullptr) {
    ObjectReader reader(here, "every");
    Every every;
    if (const auto at = reader.get("every")) read_positive(*at, every.interval);
    read_window(reader, every.from, every.until);
    reader.done();
    out = every;
  } else if (place.json.find("rate") != nullptr) {
    ObjectReader reader(here, "rate");
    Poisson poisson;
    if (reader.read_if("rate", poisson.rate) && poisson.rate == Rate{}) reader.refuse("rate", "a rate above zero");
    read_window(reader, poisson.from, poisson.until);
    reader.done();
    out = poisson;
  } else if (place.json.find("on") != nullptr) {
    ObjectReader reader(here, "on");
    OnEvent on;
    if (const auto at = reader.get("on")) {
      const std::string* text = at->json.text();
      auto event = parse_event(text == nullptr ? std::string_view() : std::string_view(*text));
      constexpr std::string_view kEvent = "an event such as \"block_final\" or \"queue_above:inbox:500\"";
      if (text == nullptr) {
        at->refuse(kEvent);
      } else if (!event.ok()) {
        at->refuse_because(kEvent, event.error().text);
      } else {
        on.event = *event;
      }
    }
    reader.read_if("count", on.count, 1, 1'000'000'000'000);
    reader.read_if("after", on.after);
    reader.done();
    out = on;
  } else {
    return place.refuse(kWhen);
  }
  return place.reading.findings.total() == before;
}

std::optional<std::size_t> read_kind(const Place& place, std::span<const std::string_view> kinds) {
  if (place.json.members() == nullptr) {
    place.refuse("an object");
    return std::nullopt;
  }
  const Json* kind = place.json.find("kind");
  if (kind == nullptr) {
    place.reading.findings.expected(place.pointer + "/kind", alternatives(kinds), "nothing");
    return std::nullopt;
  }
  std::size_t index = 0;
  const Place kind_place{place.reading, *kind, place.pointer + "/kind", place.pattern + "/kind"};
  return read_word(kind_place, kinds, index) ? std::optional(index) : std::nullopt;
}

}  // namespace lastmile::scenario
