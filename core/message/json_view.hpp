// Strict JSON (RFC 8259 in UTF-8) read in place: the text is checked once, then walked as views without building a
// tree, so that a 100 MiB content costs no memory and raw parts can be kept as they were written.
//
// Refused, beyond the grammar: NaN and Infinity, numbers beyond the range of doubles (1e400), lone surrogates, invalid
// UTF-8, a byte order mark, more than kJsonDepthMax levels. Integers of any size are fine: amounts in wei occur in
// history. Repeated keys are legal and the last wins; every function here that looks up or lists keys obeys that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace lastmile::message {

enum class JsonKind : std::uint8_t { null, boolean, number, string, array, object };

// One value inside a checked text, which must outlive the view. Asking a value for another kind's content is a mistake
// of ours (checked); ask kind() first.
class JsonView {
 public:
  // Checks the whole text. The error names the byte offset.
  static Result<JsonView> parse(std::string_view text);

  // One value out of a text that was checked before, without space around: how raw parts of contents are read again
  // without a second check. Anything else is a mistake of ours and not detected.
  static JsonView of_checked(std::string_view value) { return JsonView(value); }

  JsonKind kind() const;
  bool is_null() const { return kind() == JsonKind::null; }
  bool is_string() const { return kind() == JsonKind::string; }
  bool is_object() const { return kind() == JsonKind::object; }
  bool is_array() const { return kind() == JsonKind::array; }

  std::string_view raw() const { return text_; }  // exactly as written, without space around
  bool boolean() const;
  double number() const;                        // infinite for an integer beyond the range of doubles
  std::optional<std::int64_t> integer() const;  // written as an integer (no point, no exponent) and fits
  std::string string() const;                   // unescaped
  // The unescaped text, decoded into `room` only when it has escapes; valid as long as both.
  std::string_view string(std::string& room) const;

  // Calls visit for each element until it returns false; false if it did.
  bool each(const std::function<bool(JsonView)>& visit) const;
  // Calls visit for each member in the order written, repeated keys included: the caller lets the last win.
  bool each_member(const std::function<bool(std::string_view key, JsonView value)>& visit) const;
  // The last member with this key.
  std::optional<JsonView> find(std::string_view key) const;

 private:
  explicit JsonView(std::string_view text) : text_(text) {}
  std::string_view text_;
};

}  // namespace lastmile::message
