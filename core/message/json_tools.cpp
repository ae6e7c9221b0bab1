#include "core/message/json_tools.hpp"

#include <charconv>
#include <cmath>
#include <map>

#include "core/base/check.hpp"

namespace lastmile::message {
namespace {

// Nesting is bounded by kJsonDepthMax, which every JsonView has passed.
void append_canonical(std::string& out, JsonView value);

void append_canonical_number(std::string& out, JsonView value) {
  const std::string_view raw = value.raw();
  if (raw.find_first_of(".eE") == std::string_view::npos) {
    out.append(raw == "-0" ? std::string_view("0") : raw);
    return;
  }
  char room[32];
  const auto written = std::to_chars(room, room + sizeof room, value.number());
  const std::string_view text(room, static_cast<std::size_t>(written.ptr - room));
  out.append(text);
  if (text.find_first_of(".e") == std::string_view::npos) out.append(".0");
}

void append_canonical_object(std::string& out, JsonView value) {
  std::map<std::string, JsonView> members;
  value.each_member([&](std::string_view key, JsonView member) {
    members.insert_or_assign(std::string(key), member);
    return true;
  });
  out.push_back('{');
  bool first = true;
  for (const auto& [key, member] : members) {
    if (!first) out.push_back(',');
    first = false;
    append_json_string(out, key);
    out.push_back(':');
    append_canonical(out, member);
  }
  out.push_back('}');
}

void append_canonical(std::string& out, JsonView value) {
  switch (value.kind()) {
    case JsonKind::null:
      out.append("null");
      break;
    case JsonKind::boolean:
      out.append(value.boolean() ? "true" : "false");
      break;
    case JsonKind::number:
      append_canonical_number(out, value);
      break;
    case JsonKind::string:
      append_json_string(out, value.string());
      break;
    case JsonKind::object:
      append_canonical_object(out, value);
      break;
    case JsonKind::array: {
      out.push_back('[');
      bool first = true;
      value.each([&](JsonView element) {
        if (!first) out.push_back(',');
        first = false;
        append_canonical(out, element);
        return true;
      });
      out.push_back(']');
      break;
    }
  }
}

}  // namespace

std::size_t json_string_size(std::string_view utf8) {
  std::size_t size = utf8.size() + 2;
  for (const char c : utf8) {
    if (c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t' || c == '\b' || c == '\f') {
      size += 1;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      size += 5;
    }
  }
  return size;
}

void append_json_string(std::string& out, std::string_view utf8) {
  static constexpr char kHex[] = "0123456789abcdef";
  out.push_back('"');
  std::size_t start = 0;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const char c = utf8[i];
    if (c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20) continue;
    out.append(utf8.substr(start, i - start));
    start = i + 1;
    out.push_back('\\');
    switch (c) {
      case '"':
      case '\\':
        out.push_back(c);
        break;
      case '\n':
        out.push_back('n');
        break;
      case '\r':
        out.push_back('r');
        break;
      case '\t':
        out.push_back('t');
        break;
      case '\b':
        out.push_back('b');
        break;
      case '\f':
        out.push_back('f');
        break;
      default:
        out.append("u00");
        out.push_back(kHex[static_cast<unsigned char>(c) >> 4]);
        out.push_back(kHex[static_cast<unsigned char>(c) & 0xf]);
        break;
    }
  }
  out.append(utf8.substr(start));
  out.push_back('"');
}

void append_json_number(std::string& out, double number) {
  LM_CHECK(std::isfinite(number));
  char room[32];
  const bool integral = std::abs(number) < 9007199254740992.0 && number == std::trunc(number);
  const auto written = integral ? std::to_chars(room, room + sizeof room, static_cast<long long>(number))
                                : std::to_chars(room, room + sizeof room, number);
  out.append(room, written.ptr);
}

std::string canonical_json(JsonView value) {
  std::string out;
  out.reserve(value.raw().size());
  append_canonical(out, value);
  return out;
}

std::optional<std::string> canonical_json(std::string_view text) {
  const auto value = JsonView::parse(text);
  if (!value) return std::nullopt;
  return canonical_json(*value);
}

void MergedObject::apply(JsonView object) {
  object.each_member([&](std::string_view key, JsonView value) {
    members_.insert_or_assign(std::string(key), std::string(value.raw()));
    return true;
  });
}

bool MergedObject::apply(std::string_view object_text) {
  const auto value = JsonView::parse(object_text);
  if (!value || !value->is_object()) return false;
  apply(*value);
  return true;
}

const std::string* MergedObject::find(std::string_view key) const {
  const auto found = members_.find(key);
  return found == members_.end() ? nullptr : &found->second;
}

std::string MergedObject::text() const {
  std::string out = "{";
  for (const auto& [key, value] : members_) {
    if (out.size() > 1) out.push_back(',');
    append_json_string(out, key);
    out.push_back(':');
    out.append(value);
  }
  out.push_back('}');
  return out;
}

}  // namespace lastmile::message
