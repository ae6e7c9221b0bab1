// Posts with their amends applied (http-api.md 6).
#include "real/http/api.hpp"
#include "real/http/cursor.hpp"
#include "real/http/message_json.hpp"
#include "real/http/page_json.hpp"
#include "real/http/parameters.hpp"
#include "real/http/time_text.hpp"

namespace lastmile::http {
namespace {

enum class PostForm : std::uint8_t { v0, v1 };

void append_v1(JsonWriter& json, const store::PostRow& post) {
  json.open_object().key("item_hash").text(post.current.view()).key("content").raw(post.content);
  json.key("original_item_hash").text(post.original.view()).key("original_type").text(post.original_type);
  json.key("address").text(post.owner).key("ref").text(post.ref).key("channel").text(post.channel);
  json.key("created").text(iso_plus(post.created)).key("last_updated").text(iso_plus(post.last_updated));
  json.close_object();
}

// Error: the disk gave back what cannot be ours.
std::optional<Error> append_v0(JsonWriter& json, const store::View& view, const store::PostRow& post) {
  const auto row = view.message(post.current);
  if (!row.ok()) return row.error();
  const auto original = view.envelope(post.original);
  if (!original.ok()) return original.error();
  const auto& current = *row;
  const auto& first = *original;
  if (!current || !first) return Error{"post " + post.original.text() + ": a version of it is not there"};
  const message::Envelope& envelope = current->envelope;
  json.open_object().key("chain").text(crypto::chain_text(envelope.chain));
  json.key("item_hash").text(post.current.view()).key("sender").text(post.owner).key("address").text(post.owner);
  json.key("type").text(post.current == post.original ? post.original_type : "amend");
  json.key("channel").text(post.channel).key("confirmed").boolean(!current->confirmations.empty());
  json.key("content").raw(post.content).key("item_content").text(envelope.item_content);
  json.key("item_type").text(message::item_type_text(envelope.item_type)).key("signature").text(envelope.signature);
  json.key("size").number(current->size).key("time").real(envelope.time_number).key("confirmations");
  append_confirmations(json, current->confirmations);
  json.key("original_item_hash").text(post.original.view()).key("original_signature").text(first->signature);
  json.key("original_type").text(post.original_type).key("hash").text(post.original.view());
  json.key("ref").text(post.ref).close_object();
  return std::nullopt;
}

store::PostFilter read_filter(Parameters& parameters) {
  store::PostFilter filter;
  filter.owners = parameters.list({"addresses"});
  filter.hashes = parameters.hashes({"hashes"});
  filter.refs = parameters.list({"refs"});
  filter.types = parameters.list({"types", "post_types"});
  filter.tags = parameters.list({"tags"});
  filter.channels = parameters.list({"channels"});
  filter.start = parameters.epoch({"startDate", "start_date"});
  filter.end = parameters.epoch({"endDate", "end_date"});
  filter.sort_by = parameters.sort_by({"sortBy", "sort_by"});
  filter.order = parameters.order({"sortOrder", "sort_order"});
  return filter;
}

void list_posts(Api& api, const Request& request, PostForm form, const std::optional<std::string>& path_page,
                Reply reply) {
  Parameters parameters(request);
  const store::PostFilter filter = read_filter(parameters);
  const store::PageRequest page = parameters.page({}, path_page);
  if (page.after && filter.sort_by == store::SortBy::confirmation_time) {
    parameters.wrong("cursor", "no cursor beside tx-time", "one");
  }
  if (!parameters.good()) return reply(parameters.refusal());
  api.ask(
      [filter, page, form](const store::View& view) {
        const auto found = view.posts(filter, bounded(page));
        if (!found.ok()) return failed(found.error());
        if (auto too_long = too_many(page, *found)) return *std::move(too_long);
        JsonWriter json;
        json.open_object().key("posts").open_array();
        for (const store::PostRow& post : found->items) {
          if (form == PostForm::v1) {
            append_v1(json, post);
          } else if (const auto error = append_v0(json, view, post)) {
            return failed(*error);
          }
        }
        json.close_array();
        append_page(json, page, *found, "posts", hash_cursor);
        json.close_object();
        return json_response(json.take());
      },
      std::move(reply));
}

}  // namespace

void add_post_routes(Router& router, Api& api) {
  const std::vector<std::string> names{"addresses", "hashes",     "refs",    "types",  "tags",
                                       "channels",  "startDate",  "endDate", "sortBy", "sortOrder",
                                       "page",      "pagination", "cursor"};
  const auto add = [&](const std::string& prefix, PostForm form) {
    router.add({.path = prefix + "/posts.json",
                .about = "posts, each once, with the newest amend applied",
                .handle = [&api, form](const Request& request,
                                       Reply reply) { list_posts(api, request, form, std::nullopt, std::move(reply)); },
                .parameters = names});
    router.add({.path = prefix + "/posts/page/{page}.json",
                .about = "the same, with the page in the path",
                .handle =
                    [&api, form](const Request& request, Reply reply) {
                      const std::string& page = request.captures.front();
                      if (!parse_whole(page)) return reply(plain_error(400));
                      list_posts(api, request, form, page, std::move(reply));
                    },
                .parameters = names});
  };
  add("/api/v0", PostForm::v0);
  add("/api/v1", PostForm::v1);
}

}  // namespace lastmile::http
