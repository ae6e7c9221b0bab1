#include "real/ops/admin_request.hpp"

#include <nlohmann/json.hpp>

#include "real/ops/json_guard.hpp"

namespace lastmile::real {

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

}  // namespace lastmile::real
