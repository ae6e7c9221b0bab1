// A JSON value as scenario files need it: members keep their order, numbers keep their spelling (so that "0.1" stays
// exact), and comments were read over. Bounded by the reader (json_reader.hpp): at most kJsonDepthMax levels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace lastmile::scenario {

class Json {
 public:
  struct Number {
    std::string text;  // as JSON writes it
    friend bool operator==(const Number&, const Number&) = default;
  };
  struct Member;
  using List = std::vector<Json>;
  using Object = std::vector<Member>;

  // Made where Member is complete: clang takes a list of an unfinished type for an error.
  Json();                       // null
  Json(bool value);             // NOLINT(google-explicit-constructor)
  Json(std::string text);       // NOLINT(google-explicit-constructor)
  Json(std::string_view text);  // NOLINT(google-explicit-constructor)
  Json(const char* text);       // NOLINT(google-explicit-constructor)
  Json(Number number);          // NOLINT(google-explicit-constructor)
  static Json integer(std::int64_t value);
  static Json unsigned_integer(std::uint64_t value);
  // Shortest spelling that reads back as the same double; null for what JSON cannot say.
  static Json real(double value);
  static Json list();
  static Json list(List items);
  static Json object();

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  const bool* boolean() const { return std::get_if<bool>(&value_); }
  const Number* number() const { return std::get_if<Number>(&value_); }
  const std::string* text() const { return std::get_if<std::string>(&value_); }
  const List* items() const { return std::get_if<List>(&value_); }
  List* items() { return std::get_if<List>(&value_); }
  const Object* members() const { return std::get_if<Object>(&value_); }
  Object* members() { return std::get_if<Object>(&value_); }

  // Of an object; null when absent or when this is no object.
  const Json* find(std::string_view key) const;
  Json* find(std::string_view key);
  // Adds or replaces a member; turns null into an object. Returns *this, for chains.
  Json& set(std::string_view key, Json value);
  // Appends to a list; turns null into a list.
  Json& push(Json value);

  // The whole number, when the spelling is one without fraction and it fits.
  std::optional<std::int64_t> as_integer() const;
  std::optional<std::uint64_t> as_unsigned() const;
  std::optional<double> as_double() const;  // nearest double; for reports, never for decisions

  friend bool operator==(const Json&, const Json&);

 private:
  explicit Json(List items);
  explicit Json(Object members);
  std::variant<std::monostate, bool, Number, std::string, List, Object> value_;
};

struct Json::Member {
  std::string key;
  Json value;
  friend bool operator==(const Member&, const Member&) = default;
};

inline Json::Json() = default;
inline Json::Json(bool value) : value_(value) {}
inline Json::Json(std::string text) : value_(std::move(text)) {}
inline Json::Json(std::string_view text) : value_(std::string(text)) {}
inline Json::Json(const char* text) : value_(std::string(text)) {}
inline Json::Json(Number number) : value_(std::move(number)) {}
inline Json::Json(List items) : value_(std::move(items)) {}
inline Json::Json(Object members) : value_(std::move(members)) {}
inline Json Json::list() { return Json(List{}); }
inline Json Json::list(List items) { return Json(std::move(items)); }
inline Json Json::object() { return Json(Object{}); }

// One line without spaces. Only ASCII below 0x20, quotes and backslashes are escaped.
std::string compact(const Json& value);
// Two spaces per level; lists and objects that fit stay on one line of at most 120 columns. Ends with a line feed.
std::string pretty(const Json& value);

// In quotation marks as it stands: for texts in which nothing needs escaping.
inline std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

// "/a~1b/0": one reference token, escaped as RFC 6901 demands.
std::string pointer_token(std::string_view key);

}  // namespace lastmile::scenario
