// Writing and combining JSON texts: aggregates are folded with it, digests are made of its canonical form.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/message/json_view.hpp"

namespace lastmile::message {

// Appends the text as a JSON string: quotes, backslash and control characters escaped, everything else as it is.
void append_json_string(std::string& out, std::string_view utf8);
// How many bytes append_json_string appends.
std::size_t json_string_size(std::string_view utf8);
// Appends the shortest text that reads back as the same finite number; without point when integral and below 2^53.
void append_json_number(std::string& out, double number);

// One spelling for equal values: keys sorted by their bytes, no spaces, the last of repeated keys, shortest escapes,
// integers as digits, other numbers in the shortest form that reads back equal and always with point or exponent.
std::string canonical_json(JsonView value);
// Empty when the text is not strict JSON.
std::optional<std::string> canonical_json(std::string_view text);

// The shallow merge of AGGREGATE elements (messages.md 4.2): a later element's key replaces the whole value; null is a
// value. Values keep their spelling.
class MergedObject {
 public:
  // Takes over all members of a checked object.
  void apply(JsonView object);
  // Text of one object; false (nothing changed) when it is not one.
  bool apply(std::string_view object_text);

  bool empty() const { return members_.empty(); }
  // JSON text of the value; null when absent. Valid until the next apply.
  const std::string* find(std::string_view key) const;
  const std::map<std::string, std::string, std::less<>>& members() const { return members_; }
  // The object's text, keys sorted by their bytes.
  std::string text() const;

 private:
  std::map<std::string, std::string, std::less<>> members_;  // key -> JSON text of its value
};

}  // namespace lastmile::message
