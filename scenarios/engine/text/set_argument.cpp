// --set /json/pointer=value.
#include <charconv>

#include "scenarios/engine/text/json_reader.hpp"

namespace lastmile::scenario {
namespace {

constexpr std::string_view kForm = "--set";

std::optional<std::vector<std::string>> tokens(std::string_view pointer) {
  std::vector<std::string> out;
  if (pointer.empty() || pointer.front() != '/') return std::nullopt;
  std::string token;
  for (std::size_t i = 1; i <= pointer.size(); ++i) {
    if (i == pointer.size() || pointer[i] == '/') {
      out.push_back(std::move(token));
      token.clear();
    } else if (pointer[i] == '~') {
      const char next = i + 1 < pointer.size() ? pointer[i + 1] : ' ';
      if (next != '0' && next != '1') return std::nullopt;
      token += next == '0' ? '~' : '/';
      ++i;
    } else {
      token += pointer[i];
    }
  }
  if (out.size() > kJsonDepthMax) return std::nullopt;
  return out;
}

// The value of member or item `token`, made when it can be; null with a finding.
Json* step(Json& at, const std::string& token, const std::string& place, Findings& findings) {
  if (at.is_null()) at = Json::object();
  if (at.members() != nullptr) {
    if (Json* there = at.find(token)) return there;
    at.set(token, Json());
    return at.find(token);
  }
  if (auto* items = at.items()) {
    if (token == "-") {
      at.push(Json());
      return &items->back();
    }
    std::size_t position = 0;
    const auto [rest, error] = std::from_chars(token.data(), token.data() + token.size(), position);
    if (error == std::errc{} && rest == token.data() + token.size() && position < items->size())
      return &(*items)[position];
    findings.expected(place, "a position from 0 to " + std::to_string(items->size()) + " or \"-\"",
                      "\"" + token + "\"");
    return nullptr;
  }
  findings.expected(place, "an object or a list on the way", "a plain value");
  return nullptr;
}

}  // namespace

bool apply_set(Json& document, std::string_view argument, Findings& findings) {
  const auto equals = argument.find('=');
  const auto path = equals == std::string_view::npos ? std::nullopt : tokens(argument.substr(0, equals));
  if (!path) {
    findings.expected(std::string(kForm), "/json/pointer=value", "\"" + std::string(argument) + "\"");
    return false;
  }
  const std::string_view text = argument.substr(equals + 1);
  Findings ignored;
  std::optional<Json> value = read_json(text, ignored);
  if (!value) value = Json(text);  // a bare word is a text: --set /world/topology/kind=full

  Json* at = &document;
  std::string place;
  for (const std::string& token : *path) {
    place += pointer_token(token);
    at = step(*at, token, place, findings);
    if (at == nullptr) return false;
  }
  *at = std::move(*value);
  return true;
}

}  // namespace lastmile::scenario
