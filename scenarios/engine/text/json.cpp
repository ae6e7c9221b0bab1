#include "scenarios/engine/text/json.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace lastmile::scenario {
namespace {

constexpr std::size_t kLineWidth = 120;

template <class Number>
std::string spelled(Number value) {
  std::array<char, 64> room{};
  const auto end = std::to_chars(room.data(), room.data() + room.size(), value).ptr;
  return {room.data(), end};
}

void write_text(std::string& out, std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += kDigits[static_cast<unsigned char>(c) >> 4];
          out += kDigits[static_cast<unsigned char>(c) & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

// One line; `space` separates members for people.
void write_line(std::string& out, const Json& value, bool space) {
  if (value.is_null()) {
    out += "null";
  } else if (const bool* flag = value.boolean()) {
    out += *flag ? "true" : "false";
  } else if (const auto* number = value.number()) {
    out += number->text;
  } else if (const auto* text = value.text()) {
    write_text(out, *text);
  } else if (const auto* items = value.items()) {
    out += '[';
    for (std::size_t i = 0; i < items->size(); ++i) {
      if (i > 0) out += space ? ", " : ",";
      write_line(out, (*items)[i], space);
    }
    out += ']';
  } else if (const auto* members = value.members()) {
    out += space && !members->empty() ? "{ " : "{";
    for (std::size_t i = 0; i < members->size(); ++i) {
      if (i > 0) out += space ? ", " : ",";
      write_text(out, (*members)[i].key);
      out += space ? ": " : ":";
      write_line(out, (*members)[i].value, space);
    }
    out += space && !members->empty() ? " }" : "}";
  }
}

void write_pretty(std::string& out, const Json& value, std::size_t indent, std::size_t used) {
  const bool empty_container =
      (value.items() != nullptr && value.items()->empty()) || (value.members() != nullptr && value.members()->empty());
  std::string line;
  write_line(line, value, true);
  const bool container = value.items() != nullptr || value.members() != nullptr;
  // The outermost level is always spread out: a scenario on one line is no use to anybody.
  if (!container || empty_container || (indent > 0 && indent + used + line.size() <= kLineWidth)) {
    out += line;
    return;
  }
  const std::string margin(indent + 2, ' ');
  const bool is_list = value.items() != nullptr;
  out += is_list ? "[\n" : "{\n";
  const std::size_t count = is_list ? value.items()->size() : value.members()->size();
  for (std::size_t i = 0; i < count; ++i) {
    out += margin;
    std::size_t key_width = 1;
    if (!is_list) {
      const auto& member = (*value.members())[i];
      write_text(out, member.key);
      out += ": ";
      key_width += member.key.size() + 4;
    }
    write_pretty(out, is_list ? (*value.items())[i] : (*value.members())[i].value, indent + 2, key_width);
    out += i + 1 < count ? ",\n" : "\n";
  }
  out.append(indent, ' ');
  out += is_list ? ']' : '}';
}

template <class Integer>
std::optional<Integer> whole(const Json& value) {
  const auto* number = value.number();
  if (number == nullptr) return std::nullopt;
  Integer result{};
  const char* end = number->text.data() + number->text.size();
  const auto [rest, error] = std::from_chars(number->text.data(), end, result);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return result;
}

}  // namespace

Json Json::integer(std::int64_t value) { return Json(Number{spelled(value)}); }
Json Json::unsigned_integer(std::uint64_t value) { return Json(Number{spelled(value)}); }
Json Json::real(double value) {
  if (!std::isfinite(value)) return {};
  return Json(Number{spelled(value)});
}

const Json* Json::find(std::string_view key) const {
  const Object* object = members();
  if (object == nullptr) return nullptr;
  for (const Member& member : *object) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}
Json* Json::find(std::string_view key) { return const_cast<Json*>(std::as_const(*this).find(key)); }

Json& Json::set(std::string_view key, Json value) {
  if (is_null()) value_ = Object{};
  Object* object = members();
  if (object == nullptr) return *this;
  if (Json* there = find(key)) {
    *there = std::move(value);
  } else {
    object->push_back({std::string(key), std::move(value)});
  }
  return *this;
}

Json& Json::push(Json value) {
  if (is_null()) value_ = List{};
  if (List* list = items()) list->push_back(std::move(value));
  return *this;
}

std::optional<std::int64_t> Json::as_integer() const { return whole<std::int64_t>(*this); }
std::optional<std::uint64_t> Json::as_unsigned() const { return whole<std::uint64_t>(*this); }
std::optional<double> Json::as_double() const {
  const Number* spelling = number();
  if (spelling == nullptr) return std::nullopt;
  double result = 0;
  const char* end = spelling->text.data() + spelling->text.size();
  const auto [rest, error] = std::from_chars(spelling->text.data(), end, result);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return result;
}

bool operator==(const Json& a, const Json& b) { return a.value_ == b.value_; }

std::string compact(const Json& value) {
  std::string out;
  write_line(out, value, false);
  return out;
}

std::string pretty(const Json& value) {
  std::string out;
  write_pretty(out, value, 0, 0);
  out += '\n';
  return out;
}

std::string pointer_token(std::string_view key) {
  std::string out = "/";
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace lastmile::scenario
