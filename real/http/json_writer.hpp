// Writes JSON text from left to right. Contents of messages are JSON texts already and are put in as they are, which a
// library that builds trees would have to read and write again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/message/json_tools.hpp"

namespace lastmile::http {

class JsonWriter {
 public:
  JsonWriter& open_object() { return open('{'); }
  JsonWriter& close_object() { return close('}'); }
  JsonWriter& open_array() { return open('['); }
  JsonWriter& close_array() { return close(']'); }
  JsonWriter& key(std::string_view name) {
    comma();
    message::append_json_string(out_, name);
    out_.push_back(':');
    return *this;
  }
  JsonWriter& text(std::string_view value) {
    comma();
    message::append_json_string(out_, value);
    return *this;
  }
  template <class Text>
  JsonWriter& text(const std::optional<Text>& value) {
    return value ? text(std::string_view(*value)) : null();
  }
  JsonWriter& number(std::uint64_t value) { return raw(std::to_string(value)); }
  JsonWriter& signed_number(std::int64_t value) { return raw(std::to_string(value)); }
  JsonWriter& real(double value) {
    comma();
    message::append_json_number(out_, value);
    return *this;
  }
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  JsonWriter& null() { return raw("null"); }
  // A JSON value as it is.
  JsonWriter& raw(std::string_view json) {
    comma();
    out_.append(json);
    return *this;
  }

  std::size_t size() const { return out_.size(); }
  std::string take() { return std::move(out_); }

 private:
  // A value ends with a quote, a digit, a letter or a bracket: what stands before tells whether a comma is due.
  void comma() {
    if (out_.empty()) return;
    const char last = out_.back();
    if (last != '{' && last != '[' && last != ':') out_.push_back(',');
  }
  JsonWriter& open(char bracket) {
    comma();
    out_.push_back(bracket);
    return *this;
  }
  JsonWriter& close(char bracket) {
    out_.push_back(bracket);
    return *this;
  }

  std::string out_;
};

}  // namespace lastmile::http
