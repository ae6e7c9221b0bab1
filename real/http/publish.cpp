#include "real/http/publish.hpp"

#include "core/message/json_view.hpp"
#include "real/http/json_writer.hpp"
#include "real/http/parameters.hpp"

namespace lastmile::http {
namespace {

using message::JsonView;
using message::Status;

// Without "sync" the client is told that his message is pending, as the reference does; told after the commit it is
// also durable (docs/decisions/0220). Contents that have to be fetched take longer.
constexpr Duration kDurableWait = seconds(2);

Published published(const node::Receipt& receipt, bool sync) {
  if (receipt.status == Status::none) return {.status = 500, .message_status = {}, .refused_for_room = true};
  if (!sync) return {};
  switch (receipt.status) {
    case Status::processed:
    case Status::removing:
      return {.status = 200, .message_status = "processed"};
    case Status::pending:
      return {};
    default:  // refused; or gone for good: it will not be processed again (docs/decisions/0221)
      return {.status = 422, .message_status = "rejected"};
  }
}

}  // namespace

Result<Publication> read_message(std::string_view text) {
  auto envelope = message::parse_envelope(text);
  if (!envelope.ok()) return Error{envelope.error().detail};
  Publication publication{.text = std::string(text), .envelope = *std::move(envelope), .content = {}};
  if (publication.envelope.item_type == message::ItemType::inlined) {
    auto content = message::parse_inline_content(publication.envelope);
    if (!content.ok()) return Error{content.error().detail};
    publication.content = *std::move(content);
  }
  return publication;
}

Result<Publication, NoPublication> read_publication(std::string_view body, bool sync_required) {
  const auto outer = JsonView::parse(body);
  if (!outer.ok()) return NoPublication{plain_error(422)};
  if (!outer->is_object()) return NoPublication{validation_error("body", "an object", body)};
  const auto message = outer->find("message");
  if (!message) return NoPublication{validation_error("message", "an object", "nothing")};
  if (!message->is_object()) return NoPublication{text_response(422, "InvalidMessageFormat")};
  const auto sync = outer->find("sync");
  if (sync_required && !sync) return NoPublication{validation_error("sync", "true or false", "nothing")};
  if (sync && sync->kind() != message::JsonKind::boolean) {
    return NoPublication{validation_error("sync", "true or false", sync->raw())};
  }
  auto publication = read_message(message->raw());
  if (!publication.ok()) return NoPublication{text_response(422, "InvalidMessageFormat")};
  publication->sync = sync && sync->boolean();
  return *std::move(publication);
}

void publish(Api& api, const Publication& publication, std::vector<node::Upload> uploads,
             Callback<void(const Published&)> done) {
  if (api.options().stopping()) {
    return done({.status = 500, .message_status = {}, .refused_for_room = true});
  }
  struct Waiting {
    Callback<void(const Published&)> done;
    std::optional<env::TimerId> timer;
  };
  const auto waiting = std::make_shared<Waiting>();
  waiting->done = std::move(done);
  const auto answer = [&api, waiting](const Published& what) {
    if (waiting->timer) api.timers().cancel(*waiting->timer);
    waiting->timer.reset();
    if (Callback<void(const Published&)> once = std::move(waiting->done)) once(what);
  };
  const bool sync = publication.sync;
  api.node().publish(publication.text, std::move(uploads),
                     [answer, sync](const node::Receipt& receipt) { answer(published(receipt, sync)); });
  if (!waiting->done) return;
  waiting->timer = api.timers().after(sync ? api.options().limits.sync_wait : kDurableWait, [waiting, answer] {
    waiting->timer.reset();
    answer({});
  });
}

std::string published_json(const Published& what) {
  JsonWriter json;
  json.open_object().key("publication_status").open_object();
  json.key("status").text(what.refused_for_room ? "error" : "success").key("failed").open_array();
  if (what.refused_for_room) json.text("p2p");
  json.close_array().close_object().key("message_status");
  if (what.message_status.empty()) {
    json.null();
  } else {
    json.text(what.message_status);
  }
  json.close_object();
  return json.take();
}

}  // namespace lastmile::http
