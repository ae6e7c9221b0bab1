// Publishing messages (http-api.md 3).
#include "core/message/json_view.hpp"
#include "real/http/api.hpp"
#include "real/http/json_writer.hpp"
#include "real/http/parameters.hpp"
#include "real/http/publish.hpp"

namespace lastmile::http {
namespace {

void post_message(Api& api, const Request& request, Reply reply) {
  auto publication = read_publication(request.body, false);
  if (!publication.ok()) return reply(std::move(publication).error().response);
  publish(api, *publication, {}, [reply = std::move(reply)](const Published& what) mutable {
    reply(json_response(published_json(what), what.status));
  });
}

// {"topic": text, "data": the message as JSON text}. Both official clients send data as an object when they fall back
// to this route, and the reference refuses that with 422: so do we.
void post_on_topic(Api& api, const Request& request, Reply reply) {
  const auto body = message::JsonView::parse(request.body);
  if (!body.ok() || !body->is_object()) return reply(plain_error(422));
  const auto topic = body->find("topic");
  const auto data = body->find("data");
  if (!topic || !topic->is_string())
    return reply(validation_error("topic", "a text", topic ? topic->raw() : "nothing"));
  if (topic->string() != api.options().topic) {
    return reply(text_response(403, "Unauthorized P2P topic: expected " + api.options().topic));
  }
  if (!data || !data->is_string()) return reply(text_response(422, "'data': expected a serialized JSON string."));
  const auto publication = read_message(data->string());
  if (!publication.ok()) return reply(text_response(422, "InvalidMessageFormat"));
  publish(api, *publication, {}, [reply = std::move(reply)](const Published& what) mutable {
    JsonWriter json;
    json.open_object().key("status").text(what.refused_for_room ? "error" : "success").key("failed").open_array();
    if (what.refused_for_room) json.text("p2p");
    json.close_array().close_object();
    reply(json_response(json.take()));
  });
}

}  // namespace

void add_publish_routes(Router& router, Api& api) {
  router.add({.method = Method::post,
              .path = "/api/v0/messages",
              .about = "publishes a signed message: {\"message\": {...}, \"sync\": bool}",
              .handle = [&api](const Request& request, Reply reply) { post_message(api, request, std::move(reply)); }});
  for (const char* path : {"/api/v0/ipfs/pubsub/pub", "/api/v0/p2p/pubsub/pub"}) {
    router.add(
        {.method = Method::post,
         .path = path,
         .about = "publishes a message, as old clients do: {\"topic\", \"data\"}",
         .handle = [&api](const Request& request, Reply reply) { post_on_topic(api, request, std::move(reply)); }});
  }
}

}  // namespace lastmile::http
