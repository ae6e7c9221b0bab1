// What messages cost (http-api.md 11).
#include "core/message/json_view.hpp"
#include "real/http/api.hpp"
#include "real/http/costs.hpp"
#include "real/http/message_json.hpp"
#include "real/http/parameters.hpp"

namespace lastmile::http {
namespace {

using message::JsonView;
using message::Status;

Response priced(Api& api, const message::Content& content, const KnownSizes& known, bool sizes) {
  const auto input = cost_input_of(api, content, known);
  if (!input) return text_response(400, "messages of this type cost nothing");
  const auto json = cost_json(api, *input, content.address, sizes);
  return json.ok() ? json_response(*json) : text_response(422, json.error().text);
}

Response price_of(Api& api, const Request& request) {
  Parameters parameters(request);
  const bool sizes = parameters.boolean({"include_size"}, false);
  if (!parameters.good()) return parameters.refusal();
  const auto hash = message::ItemHash::parse(request.captures.front());
  if (!hash) return text_response(400, "Invalid message hash: " + request.captures.front());
  const auto row = api.view().message(*hash);
  if (!row.ok()) return failed(row.error());
  const auto& found = *row;
  // A message that waits has no price yet; the reference answers 102, which clients cannot read.
  if (!found || found->status == Status::rejected || found->status == Status::pending) return plain_error(404);
  if (found->status == Status::forgotten || found->status == Status::removed) return plain_error(410);
  const auto content =
      message::parse_content(found->envelope.type, found->content,
                             {.completion = message::Completion{found->envelope.sender, found->envelope.time_number}});
  if (!content.ok()) return plain_error(404);
  return priced(api, *content, {.stored = found->file_bytes}, sizes);
}

// "estimated_size_mib" beside a reference, or of a STORE at the top.
void read_guesses(JsonView content, KnownSizes& known) {
  const auto guess_of = [](JsonView object) -> std::optional<std::uint64_t> {
    const auto guess = object.find("estimated_size_mib");
    if (!guess || guess->kind() != message::JsonKind::number) return std::nullopt;
    constexpr double kGuessMax = 1e9;
    const double mib = guess->number();
    if (!(mib > 0 && mib < kGuessMax)) return std::nullopt;
    return static_cast<std::uint64_t>(mib * economy::kMiB);
  };
  const auto add = [&](JsonView object) {
    const auto ref = object.is_object() ? object.find("ref") : std::nullopt;
    const auto hash = ref && ref->is_string() ? message::ItemHash::parse(ref->string()) : std::nullopt;
    const auto guess = hash ? guess_of(object) : std::nullopt;
    if (guess) known.referenced[*hash] = *guess;
    return true;
  };
  known.stored = guess_of(content);
  for (const char* part : {"code", "runtime", "data"}) {
    if (const auto object = content.find(part)) add(*object);
  }
  const auto volumes = content.find("volumes");
  if (volumes && volumes->is_array()) volumes->each(add);
}

Response estimate_content(Api& api, message::Type type, std::string_view text, const message::Completion& completion) {
  const auto object = JsonView::parse(text);
  if (!object.ok() || !object->is_object()) return text_response(422, "InvalidMessageFormat");
  const auto content = message::parse_content(type, text, {.completion = completion});
  if (!content.ok()) return validation_error("message", "a content of its type", content.error().detail);
  KnownSizes known;
  read_guesses(*object, known);
  return priced(api, *content, known, true);
}

// No signature and no time are needed: nothing is published.
Response estimate(Api& api, const Request& request) {
  const auto body = JsonView::parse(request.body);
  if (!body.ok() || !body->is_object()) return plain_error(422);
  const auto message = body->find("message");
  if (!message || !message->is_object()) return validation_error("message", "an object", "something else");
  const auto text_of = [&](std::string_view name) -> std::optional<std::string> {
    const auto value = message->find(name);
    return value && value->is_string() ? std::optional(value->string()) : std::nullopt;
  };
  const auto type = message::parse_type(text_of("type").value_or(""));
  const auto content = text_of("item_content");
  if (!type) return validation_error("type", "a type of messages", text_of("type").value_or("nothing"));
  if (!content) return validation_error("item_content", "the content as a text", "something else");
  const std::string sender = text_of("sender").value_or("");
  return estimate_content(api, *type, *content, {sender, 0});
}

Response estimate_instance(Api& api, const Request& request) {
  const auto body = JsonView::parse(request.body);
  if (!body.ok()) return plain_error(400);
  if (!body->is_object()) return plain_error(422);
  const double now = message::seconds_of_wall(api.clock().wall());
  std::string text(body->raw());
  if (!body->find("allow_amend")) {
    const bool empty = text.find_first_not_of(" \t\r\n", 1) == text.find('}');
    text.insert(1, std::string("\"allow_amend\":false") + (empty ? "" : ","));
  }
  return estimate_content(api, message::Type::INSTANCE, text, {"", now});
}

}  // namespace

void add_price_routes(Router& router, Api& api) {
  router.add({.path = "/api/v0/price/{hash}",
              .about = "what a message costs",
              .handle = [&api](const Request& request, Reply reply) { reply(price_of(api, request)); },
              .parameters = {"include_size"}});
  router.add({.method = Method::post,
              .path = "/api/v0/price/estimate",
              .about = "what a message would cost: {\"message\": {...}}",
              .handle = [&api](const Request& request, Reply reply) { reply(estimate(api, request)); }});
  router.add({.method = Method::post,
              .path = "/api/v0/price/estimate/instance",
              .about = "what an instance would cost: its content",
              .handle = [&api](const Request& request, Reply reply) { reply(estimate_instance(api, request)); }});
}

}  // namespace lastmile::http
