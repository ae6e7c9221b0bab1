#include "core/store/verdict.hpp"

#include "core/message/json_tools.hpp"

namespace lastmile::store {

std::string errors_text(std::string_view json_value) { return "{\"errors\":[" + std::string(json_value) + "]}"; }

std::string error_sentence(std::string_view sentence) {
  std::string value;
  message::append_json_string(value, sentence);
  return errors_text(value);
}

std::string error_naming(std::string_view field, std::string_view text) {
  std::string value = "{";
  message::append_json_string(value, field);
  value += ':';
  message::append_json_string(value, text);
  return errors_text(value + "}");
}

}  // namespace lastmile::store
