// Reading one JSON value after another and collecting what is wrong: each read function takes a Place and fills its
// target, or leaves it alone and adds a finding.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/amount.hpp"
#include "scenarios/engine/text/finding.hpp"
#include "scenarios/engine/text/json.hpp"
#include "scenarios/engine/text/quantity.hpp"

namespace lastmile::scenario {

// Object (pattern) -> keys that were asked for; see accepted_keys in model/load.hpp.
using KeyLog = std::map<std::string, std::set<std::string>>;

struct Reading {
  Findings& findings;
  KeyLog* keys = nullptr;
};

struct Place {
  Reading& reading;
  const Json& json;
  std::string pointer;  // where the value stands
  std::string pattern;  // the same with "*" for list positions and free names

  // Adds a finding about this value and answers false.
  bool refuse(std::string_view expected, std::string_view suggestion = {}) const;
  // The same with a reason: "expected a duration such as "30s", found "3 parsecs" (unknown unit "parsecs")".
  bool refuse_because(std::string_view expected, std::string_view reason) const;
  // Of shares that do not add up to a whole.
  bool refuse_sum(std::string_view expected, std::uint64_t parts) const;
  Place item(std::size_t position) const;          // of a list
  Place member(const Json::Member& member) const;  // of an object with free names
};

// "30 parsecs" in quotes, 12, true, an object, a list of 3, nothing: as findings name it; long texts are cut.
std::string found_text(const Json& json);
// `"a", "b" or "c"`.
std::string alternatives(std::span<const std::string_view> words);

// An object with known keys. What nobody asked for is an unknown key, reported by done().
class ObjectReader {
 public:
  // `kind` tells variants apart in the key log ("partition").
  explicit ObjectReader(const Place& place, std::string_view kind = {});

  bool is_object() const { return place_.json.members() != nullptr; }
  const Place& place() const { return place_; }
  // The place of a member that is there, or empty; the key counts as known from now on.
  std::optional<Place> get(std::string_view key);
  // The same, with a finding when it is missing.
  std::optional<Place> require(std::string_view key, std::string_view what);
  // Reads a member when it is there.
  template <class T, class... More>
  bool read_if(std::string_view key, T& out, const More&... more) {
    const auto member = get(key);
    return member && read(*member, out, more...);
  }
  template <class T, class... More>
  bool read_required(std::string_view key, std::string_view what, T& out, const More&... more) {
    const auto member = require(key, what);
    return member && read(*member, out, more...);
  }
  // Adds a finding about a member that was read, and therefore is there.
  void refuse(std::string_view key, std::string_view expected);
  // Reports unknown keys.
  void done();

 private:
  Place place_;
  std::string pattern_;
  std::vector<std::string_view> known_;
};

bool read(const Place& place, bool& out);
bool read(const Place& place, std::string& out);  // not empty
bool read(const Place& place, std::uint64_t& out);
bool read(const Place& place, std::uint64_t& out, std::uint64_t min, std::uint64_t max);
bool read(const Place& place, std::uint32_t& out, std::uint64_t min, std::uint64_t max);
bool read(const Place& place, Duration& out);
bool read_signed(const Place& place, Duration& out);
bool read_positive(const Place& place, Duration& out);
bool read(const Place& place, Size& out);
bool read(const Place& place, Rate& out);
bool read(const Place& place, Bandwidth& out);
bool read(const Place& place, Power& out);
bool read(const Place& place, Share& out);  // "12.5%" or 0..1
bool read(const Place& place, Amount& out);
bool read(const Place& place, Drift& out);

// One of `words`; out = its position. Those of `hidden` are read, and offered to nobody who wrote another.
bool read_word(const Place& place, std::span<const std::string_view> words, std::size_t& out,
               std::span<const std::string_view> hidden = {});
template <class Enum>
bool read_enum(const Place& place, std::span<const std::string_view> words, Enum& out,
               std::span<const std::string_view> hidden = {}) {
  std::size_t position = 0;
  if (!read_word(place, words, position, hidden)) return false;
  out = static_cast<Enum>(position);
  return true;
}
// A name of ours: 1 to 64 letters, digits, "_", "-", ".".
bool read_name(const Place& place, std::string& out);
inline constexpr std::size_t kNameLengthMax = 64;

}  // namespace lastmile::scenario
