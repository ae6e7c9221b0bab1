// Reading messages (http-api.md 4).
#include "core/message/json_view.hpp"
#include "real/http/api.hpp"
#include "real/http/cursor.hpp"
#include "real/http/message_json.hpp"
#include "real/http/message_query.hpp"
#include "real/http/page_json.hpp"
#include "real/http/time_text.hpp"

namespace lastmile::http {
namespace {

using message::Status;

std::vector<std::string> with_pages(std::vector<std::string> names) {
  names.insert(names.end(), {"page", "pagination", "cursor"});
  return names;
}

void list_messages(Api& api, const Request& request, const std::optional<std::string>& path_page, Reply reply) {
  Parameters parameters(request);
  MessageQuery query;
  auto refused = read_message_query(parameters, query);
  const store::PageRequest page = parameters.page({}, path_page);
  const bool by_chain =
      query.filter.sort_by == store::SortBy::confirmation_time || query.filter.start_block || query.filter.end_block;
  if (page.after && by_chain) parameters.wrong("cursor", "no cursor beside tx-time and blocks", "one");
  if (!parameters.good()) return reply(parameters.refusal());
  if (query.about_ended && page.cursor_mode) refused = text_response(400, "forgotten and removed have no cursor");
  if (refused) return reply(*std::move(refused));
  api.ask(
      [query = std::move(query), page](const store::View& view) {
        const auto found = view.messages(query.filter, bounded(page));
        if (!found.ok()) return failed(found.error());
        if (auto too_long = too_many(page, *found)) return *std::move(too_long);
        JsonWriter json;
        json.open_object().key("messages").open_array();
        for (const store::MessageRow& row : found->items) {
          if (query.about_ended) {
            append_skeleton(json, row, SkeletonOf::list);
          } else {
            append_message(json, row, {.content = query.format, .size = true});
          }
        }
        json.close_array();
        append_page(json, page, *found, "messages", hash_cursor);
        json.close_object();
        return json_response(json.take());
      },
      std::move(reply));
}

// 400 for what is no hash, 404 for what is not known, or what `answer` makes of it. A few reads: at once.
template <class Answer>
void about_one(Api& api, const Request& request, Reply reply, Answer answer) {
  const auto hash = message::ItemHash::parse(request.captures.front());
  if (!hash) return reply(text_response(400, "Invalid message hash: " + request.captures.front()));
  const auto row = api.view().message(*hash);
  if (!row.ok()) return reply(failed(row.error()));
  const auto& found = *row;
  if (!found) return reply(plain_error(404));
  reply(answer(*found));
}

Response content_of(const store::MessageRow& row) {
  if (row.status != Status::processed || row.content.empty()) return plain_error(422);
  if (row.envelope.type != message::Type::POST) return json_response(row.content);
  const auto object = content_object(row);
  const auto inner = object ? object->find("content") : std::nullopt;
  return json_response(inner ? std::string(inner->raw()) : "null");
}

Response status_of(const store::MessageRow& row) {
  JsonWriter json;
  json.open_object().key("status").text(message::status_text(row.status));
  json.key("item_hash").text(row.envelope.item_hash.view());
  json.key("reception_time").text(iso_z(row.reception)).close_object();
  return json_response(json.take());
}

Response one_message(const store::MessageRow& row) { return json_response(single_message(row)); }

void list_hashes(Api& api, const Request& request, Reply reply) {
  Parameters parameters(request);
  store::ReceivedFilter filter;
  filter.status = parameters.one({"status"}, "a status of messages", [](std::string_view text) {
    const auto status = message::parse_status(text);
    return status == Status::none ? std::nullopt : status;
  });
  filter.start = parameters.epoch({"startDate", "start_date"});
  filter.end = parameters.epoch({"endDate", "end_date"});
  if (filter.start && filter.end && *filter.end < *filter.start) {
    parameters.wrong("endDate", "a time not before startDate", "an earlier one");
  }
  filter.order = parameters.order({"sortOrder", "sort_order"});
  const bool hash_only = parameters.boolean({"hash_only"}, true);
  const store::PageRequest page = parameters.page({.cursor = CursorKind::none});
  if (!parameters.good()) return reply(parameters.refusal());
  api.ask(
      [filter, page, hash_only](const store::View& view) {
        const auto found = view.received(filter, bounded(page));
        if (!found.ok()) return failed(found.error());
        if (auto too_long = too_many(page, *found)) return *std::move(too_long);
        JsonWriter json;
        json.open_object().key("hashes").open_array();
        for (const store::View::ReceivedRow& row : found->items) {
          if (hash_only) {
            json.text(row.hash.view());
            continue;
          }
          json.open_object().key("status").text(message::status_text(row.status));
          json.key("item_hash").text(row.hash.view());
          json.key("reception_time").text(iso_z(row.reception)).close_object();
        }
        json.close_array();
        append_page(json, page, *found, "hashes", hash_cursor);
        json.close_object();
        return json_response(json.take());
      },
      std::move(reply));
}

}  // namespace

void add_message_routes(Router& router, Api& api) {
  router.add({.path = "/api/v0/messages.json",
              .about = "messages by filters, by page or cursor",
              .handle = [&api](const Request& request,
                               Reply reply) { list_messages(api, request, std::nullopt, std::move(reply)); },
              .parameters = with_pages(message_query_names())});
  router.add({.path = "/api/v0/messages/page/{page}.json",
              .about = "the same, with the page in the path",
              .handle =
                  [&api](const Request& request, Reply reply) {
                    const std::string& page = request.captures.front();
                    if (!parse_whole(page)) return reply(plain_error(400));
                    list_messages(api, request, page, std::move(reply));
                  },
              .parameters = with_pages(message_query_names())});
  router.add({.path = "/api/v0/messages/hashes",
              .about = "hashes of messages by time of reception",
              .handle = [&api](const Request& request, Reply reply) { list_hashes(api, request, std::move(reply)); },
              .parameters = {"status", "startDate", "endDate", "sortOrder", "hash_only", "page", "pagination"}});
  const auto add_one = [&](std::string path, std::string about, Response (*answer)(const store::MessageRow&)) {
    router.add({.path = std::move(path),
                .about = std::move(about),
                .handle = [&api, answer](const Request& request, Reply reply) {
                  about_one(api, request, std::move(reply), answer);
                }});
  };
  add_one("/api/v0/messages/{hash}", "one message in whatever status it is", one_message);
  add_one("/api/v0/messages/{hash}/content", "what a processed message says", content_of);
  add_one("/api/v0/messages/{hash}/status", "its status", status_of);
}

}  // namespace lastmile::http
