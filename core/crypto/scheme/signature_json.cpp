#include "core/crypto/scheme/signature_json.hpp"

#include <nlohmann/json.hpp>

namespace lastmile::crypto::scheme {
namespace {

using nlohmann::json;

const json* find(const json& root, const char* pointer) {
  const json::json_pointer place(pointer);
  return root.contains(place) ? &root.at(place) : nullptr;
}

}  // namespace

SignatureJson::SignatureJson(std::unique_ptr<const json> root) : root_(std::move(root)) {}
SignatureJson::SignatureJson(SignatureJson&&) noexcept = default;
SignatureJson& SignatureJson::operator=(SignatureJson&&) noexcept = default;
SignatureJson::~SignatureJson() = default;

std::optional<SignatureJson> SignatureJson::parse(std::string_view text) {
  auto root = std::make_unique<const json>(json::parse(text, nullptr, false));
  if (!root->is_object()) return std::nullopt;
  return SignatureJson(std::move(root));
}

bool SignatureJson::has(const char* pointer) const { return find(*root_, pointer) != nullptr; }

std::optional<std::string> SignatureJson::text(const char* pointer) const {
  const json* found = find(*root_, pointer);
  if (found == nullptr || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<std::string> SignatureJson::text_or(const char* pointer, std::string_view absent) const {
  return has(pointer) ? text(pointer) : std::string(absent);
}

bool SignatureJson::is_one(const char* pointer) const {
  const json* found = find(*root_, pointer);
  return found != nullptr && found->is_number() && *found == 1;
}

std::string json_string_ascii(std::string_view text) {
  return json(text).dump(-1, ' ', true, json::error_handler_t::replace);
}

}  // namespace lastmile::crypto::scheme
