#include "real/ops/admin_request.hpp"

#include <nlohmann/json.hpp>

#include "real/ops/json_guard.hpp"

namespace lastmile::real {
namespace {

using nlohmann::json;

const json* find(const json& request, const char* name) {
  if (!request.is_object()) return nullptr;
  const auto found = request.find(name);
  return found == request.end() ? nullptr : &*found;
}

Error expected(const char* name, const std::string& what) { return Error{std::string(name) + ": expected " + what}; }

}  // namespace

Result<nlohmann::json> parse_admin_request(std::string_view line, std::size_t depth, nlohmann::json& id) {
  id = nullptr;
  if (json_depth_above(line, depth)) return Error{"nested deeper than " + std::to_string(depth)};
  nlohmann::json request = nlohmann::json::parse(line, nullptr, false);
  if (!request.is_object()) return Error{"expected one JSON object per line"};
  if (const auto found = request.find("id"); found != request.end()) id = *found;
  const auto command = request.find("command");
  if (command == request.end() || !command->is_string() || command->get_ref<const std::string&>().empty()) {
    return Error{"expected a text \"command\""};
  }
  return request;
}

Result<std::string> text_field(const json& request, const char* name) {
  const json* field = find(request, name);
  if (field == nullptr || !field->is_string()) return expected(name, "a text");
  return field->get<std::string>();
}

Result<bool> flag_field(const json& request, const char* name, bool otherwise) {
  const json* field = find(request, name);
  if (field == nullptr) return otherwise;
  if (!field->is_boolean()) return expected(name, "true or false");
  return field->get<bool>();
}

Result<std::int64_t> whole_field(const json& request, const char* name, std::int64_t otherwise) {
  const json* field = find(request, name);
  if (field == nullptr) return otherwise;
  const bool fits = field->is_number_unsigned() ? field->get<std::uint64_t>() <= std::uint64_t{INT64_MAX}
                                                : field->is_number_integer();
  if (!fits) return expected(name, "a whole number of 64 bits");
  return field->get<std::int64_t>();
}

Result<json> list_field(const json& request, const char* name, std::size_t items_max) {
  const json* field = find(request, name);
  if (field == nullptr) return json::array();
  if (!field->is_array() || field->size() > items_max)
    return expected(name, "a list of at most " + std::to_string(items_max));
  return *field;
}

}  // namespace lastmile::real
