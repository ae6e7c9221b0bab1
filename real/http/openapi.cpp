#include "real/http/openapi.hpp"

#include <map>

#include "real/http/json_writer.hpp"

namespace lastmile::http {
namespace {

void append_parameter(JsonWriter& json, std::string_view name, std::string_view where) {
  json.open_object().key("name").text(name).key("in").text(where).key("required").boolean(where == "path");
  json.key("schema").open_object().key("type").text("string").close_object().close_object();
}

void append_operation(JsonWriter& json, const Route& route) {
  json.key(route.method == Method::get ? "get" : "post").open_object().key("summary").text(route.about);
  json.key("parameters").open_array();
  for (std::size_t at = route.path.find('{'); at != std::string::npos; at = route.path.find('{', at + 1)) {
    append_parameter(json, route.path.substr(at + 1, route.path.find('}', at) - at - 1), "path");
  }
  for (const std::string& name : route.parameters) append_parameter(json, name, "query");
  json.close_array().key("responses").open_object();
  if (route.open) {
    json.key("101").open_object().key("description").text("the connection is a WebSocket from here on").close_object();
  }
  json.key("default").open_object().key("description").text("see the summary").close_object();
  json.close_object().close_object();
}

}  // namespace

std::string openapi_json(const Router& router, const std::string& version) {
  std::map<std::string, std::vector<const Route*>> by_path;
  for (const Route& route : router.routes()) by_path[route.path].push_back(&route);
  JsonWriter json;
  json.open_object().key("openapi").text("3.0.3").key("info").open_object().key("title").text("Lastmile core node");
  json.key("version").text(version).close_object().key("paths").open_object();
  for (const auto& [path, routes] : by_path) {
    json.key(path).open_object();
    for (const Route* route : routes) append_operation(json, *route);
    json.close_object();
  }
  json.close_object().close_object();
  return json.take();
}

}  // namespace lastmile::http
