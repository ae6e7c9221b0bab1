// How the .cpp files of this room read contents: an object's known keys are collected once (the last of repeated keys),
// then each is taken out with its rule. The first broken rule is written down with its place and everything returns
// false.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/message/executable.hpp"
#include "core/message/item_hash.hpp"
#include "core/message/json_view.hpp"

namespace lastmile::message {

// A place inside a content; its text is made only when something is wrong there. The parent must outlive it.
struct Place {
  const Place* up = nullptr;
  std::string_view name;
  std::ptrdiff_t index = -1;  // of a list's element
  std::string text() const;
};

class Faults {
 public:
  bool refuse(const Place& place, std::string_view expected);
  bool refuse(const Place& object, std::string_view key, std::string_view expected);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

enum class Extra : std::uint8_t { closed, open };
enum class Need : std::uint8_t { required, optional };  // optional: absent or null
enum class Null : std::uint8_t { refused, absent };     // of a list that may be absent: may it be null as well?

class ObjectReader {
 public:
  static constexpr std::size_t kKeysMax = 24;

  ObjectReader(Faults& faults, const Place& place) : faults_(faults), place_(place) {}

  // Collects the keys. False when the value is no object, or is closed and has another key.
  bool open(JsonView value, std::span<const std::string_view> keys, Extra extra);
  bool open(JsonView value, std::initializer_list<std::string_view> keys, Extra extra) {
    return open(value, std::span(keys.begin(), keys.size()), extra);
  }

  const Place& place() const { return place_; }
  Faults& faults() const { return faults_; }
  // Present, possibly null.
  bool has(std::string_view key) const { return slot(key) != nullptr; }
  // Null counts as absent.
  std::optional<JsonView> value(std::string_view key) const;
  bool refuse(std::string_view key, std::string_view expected) const { return faults_.refuse(place_, key, expected); }

  bool text(std::string_view key, std::string& out, std::size_t code_points_max = kAnyLength) const;
  bool text(std::string_view key, std::optional<std::string>& out, std::size_t code_points_max = kAnyLength) const;
  bool hash(std::string_view key, ItemHash& out) const;
  bool hash(std::string_view key, std::optional<ItemHash>& out) const;
  // A boolean with a default: absent leaves out as it is, null is refused.
  bool flag(std::string_view key, bool& out) const;
  bool required_flag(std::string_view key, bool& out) const;
  // An integer in a range with a default as for flag. Integral numbers with a point are integers too, unless strict.
  bool integer(std::string_view key, std::int64_t low, std::int64_t high, std::int64_t& out) const;
  bool required_integer(std::string_view key, std::int64_t low, std::int64_t high, std::int64_t& out) const;
  bool strict_integer(std::string_view key, std::int64_t low, std::int64_t high, std::int64_t& out) const;
  bool unsigned64(std::string_view key, std::uint64_t& out) const;
  // The object's JSON text.
  bool object_text(std::string_view key, std::optional<std::string>& out, std::size_t keys_max = kAnyLength) const;

  // One of the words; the index in the list is the enumerator's number.
  template <class Enum>
  bool word(std::string_view key, std::initializer_list<std::string_view> words, Enum& out) const {
    std::size_t index = 0;
    if (!word_index(key, words, index)) return false;
    out = static_cast<Enum>(index);
    return true;
  }
  template <class Enum>
  bool word(std::string_view key, std::initializer_list<std::string_view> words, std::optional<Enum>& out) const {
    if (!value(key)) return true;
    return word(key, words, out.emplace());
  }

  // A list of at most `max` elements; read(element, place) -> bool. Absent is empty.
  template <class Read>
  bool list(std::string_view key, Null null, std::size_t max, Read&& read) const {
    const Place list_place{&place_, key};
    const auto found = value(key);
    if (!found) return !has(key) || null == Null::absent || refuse(key, "a list expected");
    if (!found->is_array()) return refuse(key, "a list expected");
    std::size_t count = 0;
    return found->each([&](JsonView element) {
      if (count == max) return refuse(key, "at most " + std::to_string(max) + " entries expected");
      const Place element_place{&list_place, {}, static_cast<std::ptrdiff_t>(count++)};
      return read(element, element_place);
    });
  }
  bool texts(std::string_view key, std::size_t max, std::size_t code_points_max, std::vector<std::string>& out) const;

  // A nested object; read(value, place) -> bool. Absent or null is fine for optional ones, and read is not called.
  template <class Read>
  bool object(std::string_view key, Need need, Read&& read) const {
    const auto found = value(key);
    if (!found) return need == Need::optional || refuse(key, "required");
    return read(*found, Place{&place_, key});
  }

  static constexpr std::size_t kAnyLength = ~std::size_t{0};

 private:
  struct Slot {
    std::string_view key;
    std::optional<JsonView> value;
  };
  const JsonView* slot(std::string_view key) const;
  bool word_index(std::string_view key, std::initializer_list<std::string_view> words, std::size_t& out) const;

  Faults& faults_;
  const Place& place_;
  std::array<Slot, kKeysMax> slots_;
  std::size_t count_ = 0;
};

// The value as text within a limit; false (and a fault at place) otherwise.
bool read_text(Faults& faults, const Place& place, JsonView value, std::size_t code_points_max, std::string& out);
bool read_hash(Faults& faults, const Place& place, JsonView value, ItemHash& out);
// Distinct keys of an object, counted up to max + 1.
std::size_t distinct_keys(JsonView object, std::size_t max);

// `payment` (messages.md 3.5), absent or null is fine.
bool read_payment(const ObjectReader& object, std::optional<Payment>& out);

// The bodies of the executable types from an object whose keys are collected (content_executable.cpp).
inline constexpr std::array<std::string_view, 18> kProgramKeys{
    "address",   "time",        "type",      "allow_amend", "metadata",     "authorized_keys",
    "variables", "environment", "resources", "payment",     "requirements", "volumes",
    "replaces",  "code",        "runtime",   "data",        "export",       "on"};
inline constexpr std::array<std::string_view, 13> kInstanceKeys{
    "address",   "time",    "allow_amend",  "metadata", "authorized_keys", "variables", "environment",
    "resources", "payment", "requirements", "volumes",  "replaces",        "rootfs"};
inline constexpr std::array<std::string_view, 15> kVProgramKeys{
    "address", "time",         "allow_amend", "metadata", "authorized_keys", "variables", "environment", "resources",
    "payment", "requirements", "volumes",     "replaces", "runtime",         "workload",  "verification"};
bool read_program(const ObjectReader& object, Program& out);
bool read_instance(const ObjectReader& object, Instance& out);
bool read_v_program(const ObjectReader& object, VProgram& out);

// content.metadata.tags and its like (messages.md 3.9): strings of a list, others dropped.
void read_tags(std::optional<JsonView> holder, std::vector<std::string>& out);

}  // namespace lastmile::message
