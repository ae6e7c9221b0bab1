#include "real/http/cursor.hpp"

#include "core/crypto/base64.hpp"
#include "core/message/item_hash.hpp"
#include "core/message/json_view.hpp"
#include "real/http/json_writer.hpp"
#include "real/http/time_text.hpp"

namespace lastmile::http {
namespace {

constexpr std::size_t kCursorTextMax = 4096;

std::string encode(const std::string& json) {
  std::string text = crypto::base64_encode(as_bytes(json));
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (text.ends_with('=')) text.pop_back();
  return text;
}

// The JSON text of an object.
std::optional<std::string> decode(std::string_view text) {
  if (text.size() > kCursorTextMax) return std::nullopt;
  std::string plain(text);
  for (char& c : plain) c = c == '-' ? '+' : c == '_' ? '/' : c;
  while (plain.ends_with('=')) plain.pop_back();
  plain.append((4 - plain.size() % 4) % 4, '=');
  const auto bytes = crypto::base64_decode(plain);
  if (!bytes) return std::nullopt;
  const std::string json(as_text(*bytes));
  const auto object = message::JsonView::parse(json);
  if (!object.ok() || !object->is_object()) return std::nullopt;
  return std::string(object->raw());
}

std::optional<std::string> member(const std::string& json, std::string_view name) {
  const auto value = message::JsonView::of_checked(json).find(name);
  if (!value || !value->is_string()) return std::nullopt;
  return value->string();
}

}  // namespace

std::string hash_cursor(const store::Position& position) {
  JsonWriter json;
  json.open_object().key("h").text(position.name).key("t").text(iso_plus(position.time)).close_object();
  return encode(json.take());
}

std::string aggregate_cursor(const store::Position& position) {
  JsonWriter json;
  json.open_object().key("k").text(position.name).key("o").text(position.owner);
  json.key("t").text(iso_plus(position.time)).close_object();
  return encode(json.take());
}

std::string address_cursor(std::string_view address) {
  JsonWriter json;
  json.open_object().key("a").text(address).close_object();
  return encode(json.take());
}

std::string stats_cursor(const StatsPosition& position) {
  JsonWriter json;
  json.open_object().key("a").text(position.address).key("v").number(position.value).close_object();
  return encode(json.take());
}

std::optional<StatsPosition> parse_stats_cursor(std::string_view text) {
  const auto json = decode(text);
  const auto address = json ? member(*json, "a") : std::nullopt;
  const auto value = json ? message::JsonView::of_checked(*json).find("v") : std::nullopt;
  const auto number =
      value && value->kind() == message::JsonKind::number ? value->integer() : std::optional<std::int64_t>();
  if (!address || !number || *number < 0) return std::nullopt;
  return StatsPosition{static_cast<std::uint64_t>(*number), *address};
}

std::optional<store::Position> parse_hash_cursor(std::string_view text) {
  const auto json = decode(text);
  const auto hash = json ? member(*json, "h") : std::nullopt;
  const auto time = json ? member(*json, "t") : std::nullopt;
  const auto at = time ? parse_iso(*time) : std::nullopt;
  if (!hash || !at || !message::ItemHash::parse(*hash)) return std::nullopt;
  return store::Position{*at, *hash, {}};
}

std::optional<store::Position> parse_aggregate_cursor(std::string_view text) {
  const auto json = decode(text);
  const auto key = json ? member(*json, "k") : std::nullopt;
  const auto owner = json ? member(*json, "o") : std::nullopt;
  const auto time = json ? member(*json, "t") : std::nullopt;
  const auto at = time ? parse_iso(*time) : std::nullopt;
  if (!key || !owner || !at) return std::nullopt;
  return store::Position{*at, *key, *owner};
}

std::optional<std::string> parse_address_cursor(std::string_view text) {
  const auto json = decode(text);
  return json ? member(*json, "a") : std::nullopt;
}

}  // namespace lastmile::http
