#include "scenarios/engine/text/reading.hpp"

#include <algorithm>

#include "core/base/present.hpp"

namespace lastmile::scenario {
namespace {

constexpr std::size_t kFoundLengthMax = 60;

template <class T>
bool read_quantity(const Place& place, T& out, Result<T> (*parse)(std::string_view), std::string_view expected) {
  const std::string* text = place.json.text();
  if (text == nullptr) return place.refuse(expected);
  auto result = parse(*text);
  if (!result.ok()) return place.refuse_because(expected, result.error().text);
  out = std::move(result).value();
  return true;
}

}  // namespace

bool Place::refuse(std::string_view expected, std::string_view suggestion) const {
  reading.findings.expected(pointer, expected, found_text(json), suggestion);
  return false;
}

bool Place::refuse_because(std::string_view expected, std::string_view reason) const {
  reading.findings.expected(pointer, expected, found_text(json) + " (" + std::string(reason) + ")");
  return false;
}

bool Place::refuse_sum(std::string_view expected, std::uint64_t parts) const {
  reading.findings.expected(pointer, expected, "a sum of " + sum_text(parts));
  return false;
}

Place Place::item(std::size_t position) const {
  return {reading, (*json.items())[position], pointer + "/" + std::to_string(position), pattern + "/*"};
}

Place Place::member(const Json::Member& m) const {
  return {reading, m.value, pointer + pointer_token(m.key), pattern + "/*"};
}

std::string found_text(const Json& json) {
  if (json.is_null()) return "null";
  if (const bool* flag = json.boolean()) return *flag ? "true" : "false";
  if (const auto* number = json.number()) return number->text.substr(0, kFoundLengthMax);
  if (const auto* text = json.text()) {
    std::string shown;
    for (const char c : text->substr(0, kFoundLengthMax)) shown += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    if (text->size() > kFoundLengthMax) {
      // Never half of a character.
      while (!shown.empty() && (static_cast<unsigned char>(shown.back()) & 0xc0) == 0x80) shown.pop_back();
      if (!shown.empty() && static_cast<unsigned char>(shown.back()) >= 0xc0) shown.pop_back();
      shown += "...";
    }
    return "\"" + shown + "\"";
  }
  if (const auto* items = json.items())
    return items->empty() ? "an empty list" : "a list of " + std::to_string(items->size());
  return json.members()->empty() ? "an empty object" : "an object";
}

std::string alternatives(std::span<const std::string_view> words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += "\"" + std::string(words[i]) + "\"";
  }
  return out;
}

ObjectReader::ObjectReader(const Place& place, std::string_view kind) : place_(place), pattern_(place.pattern) {
  if (pattern_.empty()) pattern_ = "/";
  if (!kind.empty()) pattern_ += ":" + std::string(kind);
  if (!is_object()) place_.refuse("an object");
}

std::optional<Place> ObjectReader::get(std::string_view key) {
  known_.push_back(key);
  if (place_.reading.keys != nullptr) (*place_.reading.keys)[pattern_].insert(std::string(key));
  const Json* value = place_.json.find(key);
  if (value == nullptr) return std::nullopt;
  return Place{place_.reading, *value, place_.pointer + pointer_token(key), place_.pattern + pointer_token(key)};
}

std::optional<Place> ObjectReader::require(std::string_view key, std::string_view what) {
  auto member = get(key);
  if (!member && is_object()) {
    // A slip in the key's spelling is reported by done() with this key as suggestion; both lines help.
    place_.reading.findings.expected(place_.pointer + pointer_token(key), what, "nothing");
  }
  return member;
}

void ObjectReader::refuse(std::string_view key, std::string_view expected) { present(get(key)).refuse(expected); }

void ObjectReader::done() {
  if (!is_object()) return;
  for (const auto& member : *place_.json.members()) {
    if (std::find(known_.begin(), known_.end(), member.key) != known_.end()) continue;
    const std::string_view suggestion = nearest(member.key, known_);
    std::string expected = "a known key";
    if (suggestion.empty()) {
      std::vector<std::string_view> sorted = known_;
      std::sort(sorted.begin(), sorted.end());
      sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
      expected = "one of " + alternatives(sorted);
    }
    place_.reading.findings.expected(place_.pointer + pointer_token(member.key), expected, found_text(Json(member.key)),
                                     suggestion);
  }
}

bool read(const Place& place, bool& out) {
  const bool* flag = place.json.boolean();
  if (flag == nullptr) return place.refuse("true or false");
  out = *flag;
  return true;
}

bool read(const Place& place, std::string& out) {
  const std::string* text = place.json.text();
  if (text == nullptr || text->empty()) return place.refuse("a text");
  out = *text;
  return true;
}

bool read(const Place& place, std::uint64_t& out) { return read(place, out, 0, ~std::uint64_t{0}); }

bool read(const Place& place, std::uint64_t& out, std::uint64_t min, std::uint64_t max) {
  const auto value = place.json.as_unsigned();
  if (!value || *value < min || *value > max) {
    return place.refuse("a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  }
  out = *value;
  return true;
}

bool read(const Place& place, std::uint32_t& out, std::uint64_t min, std::uint64_t max) {
  std::uint64_t value = 0;
  if (!read(place, value, min, std::min<std::uint64_t>(max, 0xffffffffU))) return false;
  out = static_cast<std::uint32_t>(value);
  return true;
}

bool read(const Place& place, Duration& out) {
  return read_quantity(place, out, &parse_duration, "a duration such as \"30s\"");
}
bool read_signed(const Place& place, Duration& out) {
  return read_quantity(place, out, &parse_signed_duration, "a duration such as \"30s\" or \"-250ms\"");
}
bool read_positive(const Place& place, Duration& out) {
  Duration value;
  if (!read(place, value)) return false;
  if (value <= Duration{}) return place.refuse("a duration above zero");
  out = value;
  return true;
}
bool read(const Place& place, Size& out) { return read_quantity(place, out, &parse_size, "a size such as \"16KiB\""); }
bool read(const Place& place, Rate& out) { return read_quantity(place, out, &parse_rate, "a rate such as \"10/s\""); }
bool read(const Place& place, Bandwidth& out) {
  return read_quantity(place, out, &parse_bandwidth, "a bandwidth such as \"200Mbit/s\"");
}
bool read(const Place& place, Power& out) {
  return read_quantity(place, out, &parse_power, "a power of at most 1000kW, such as \"8.5W\"");
}
bool read(const Place& place, Amount& out) {
  return read_quantity(place, out, &parse_amount, "an amount such as \"1.5token\"");
}
bool read(const Place& place, Drift& out) {
  return read_quantity(place, out, &parse_drift, "a drift such as \"20ppm\"");
}

bool read(const Place& place, Share& out) {
  constexpr std::string_view kExpected = "a share such as \"12.5%\" or a number from 0 to 1";
  if (const auto* number = place.json.number()) {
    auto result = parse_bare_share(number->text);
    if (!result.ok()) return place.refuse_because(kExpected, result.error().text);
    out = *result;
    return true;
  }
  return read_quantity(place, out, &parse_share, kExpected);
}

bool read_word(const Place& place, std::span<const std::string_view> words, std::size_t& out,
               std::span<const std::string_view> hidden) {
  const std::string* text = place.json.text();
  const auto found = text == nullptr ? words.end() : std::find(words.begin(), words.end(), *text);
  if (found == words.end()) {
    std::vector<std::string_view> offered(words.begin(), words.end());
    std::erase_if(offered, [&](auto word) { return std::find(hidden.begin(), hidden.end(), word) != hidden.end(); });
    return place.refuse(alternatives(offered), text == nullptr ? std::string_view() : nearest(*text, offered));
  }
  out = static_cast<std::size_t>(found - words.begin());
  return true;
}

bool read_name(const Place& place, std::string& out) {
  const std::string* text = place.json.text();
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  };
  if (text == nullptr || text->empty() || text->size() > kNameLengthMax ||
      !std::all_of(text->begin(), text->end(), fits) || text->front() == '.') {
    return place.refuse("a name of 1 to 64 letters, digits, \"_\", \"-\" or \".\", not beginning with \".\"");
  }
  out = *text;
  return true;
}

}  // namespace lastmile::scenario
