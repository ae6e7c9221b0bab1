// The node itself (http-api.md 13) and its health.
#include "real/http/api.hpp"
#include "real/http/figures.hpp"
#include "real/http/json_writer.hpp"
#include "real/http/openapi.hpp"

namespace lastmile::http {
namespace {

constexpr Duration kHealthPatience = seconds(5);

Response version_json(const Api& api) {
  JsonWriter json;
  json.open_object().key("version").text(api.options().version).close_object();
  return json_response(json.take());
}

Response public_json(const Api& api) {
  JsonWriter json;
  json.open_object().key("node_multi_addresses").open_array();
  for (const std::string& address : api.options().multi_addresses()) json.text(address);
  json.close_array().close_object();
  return json_response(json.take());
}

Response index_page(const Api& api) {
  std::string page =
      "<!doctype html><html><head><meta charset=\"utf-8\"><title>Lastmile core node</title></head><body>";
  page += "<h1>Lastmile core node</h1><p>Version " + api.options().version + "</p><pre>";
  for (const char c : figures_text(api)) page += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
  page += "</pre></body></html>\n";
  return {.content_type = "text/html; charset=utf-8", .body = std::move(page)};
}

// 503 with every reason why no client should be sent here.
Response ready_json(const Api& api) {
  std::vector<std::string> reasons;
  if (api.options().stopping()) reasons.emplace_back("stopping");
  if (api.node().store().disk_error()) reasons.emplace_back("the disk failed");
  const std::size_t peers = api.node().peers().connected().size();
  if (peers < api.options().ready_peers) {
    reasons.push_back(std::to_string(peers) + " peers of at least " + std::to_string(api.options().ready_peers));
  }
  JsonWriter json;
  json.open_object().key("ready").boolean(reasons.empty()).key("reasons").open_array();
  for (const std::string& reason : reasons) json.text(reason);
  json.close_array().close_object();
  return json_response(json.take(), reasons.empty() ? 200 : 503);
}

}  // namespace

void add_info_routes(Router& router, Api& api) {
  const auto add = [&](std::string path, std::string about, Response (*answer)(const Api&)) {
    router.add({.path = std::move(path),
                .about = std::move(about),
                .handle = [&api, answer](const Request&, Reply reply) { reply(answer(api)); }});
  };
  add("/", "a page with version and figures", index_page);
  add("/version", "version of the node", version_json);
  add("/api/v0/version", "version of the node", version_json);
  add("/api/v0/info/public.json", "addresses that peers dial", public_json);
  add("/metrics", "figures, a line each", [](const Api& of) { return text_response(200, figures_text(of)); });
  add("/metrics.json", "figures as an object", [](const Api& of) { return json_response(figures_json(of)); });
  router.add(
      {.path = "/openapi.json", .about = "this description", .handle = [&api, &router](const Request&, Reply reply) {
         reply(json_response(openapi_json(router, api.options().version)));
       }});
}

void add_health_routes(Router& router, Api& api) {
  // An answer at all says that the loops turn.
  router.add({.path = "/health/live",
              .about = "the node's loop answers within five seconds",
              .handle = [](const Request&, Reply reply) { reply(json_response("{\"live\":true}")); },
              .patience = kHealthPatience});
  router.add({.path = "/health/startup",
              .about = "the database is open and the node has started",
              .handle = [](const Request&, Reply reply) { reply(json_response("{\"started\":true}")); },
              .patience = kHealthPatience});
  router.add({.path = "/health/ready",
              .about = "clients may be sent here; 503 with reasons otherwise",
              .handle = [&api](const Request&, Reply reply) { reply(ready_json(api)); },
              .patience = kHealthPatience});
}

}  // namespace lastmile::http
