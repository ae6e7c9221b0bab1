// Aggregates (http-api.md 6) and the authorizations that an owner's `security` aggregate gives (9).
#include <algorithm>
#include <map>

#include "core/message/content.hpp"
#include "core/message/json_view.hpp"
#include "real/http/api.hpp"
#include "real/http/cursor.hpp"
#include "real/http/json_writer.hpp"
#include "real/http/page_json.hpp"
#include "real/http/parameters.hpp"
#include "real/http/time_text.hpp"

namespace lastmile::http {
namespace {

using message::JsonView;

void one_owner(Api& api, const Request& request, Reply reply) {
  Parameters parameters(request);
  const auto keys = parameters.list({"keys"});
  parameters.whole({"limit"}, 1000, 1, ~std::uint64_t{0});  // of no effect, as in the reference
  const bool with_info = parameters.boolean({"with_info"}, false);
  const bool value_only = parameters.boolean({"value_only"}, false);
  if (!parameters.good()) return reply(parameters.refusal(true));
  api.ask(
      [owner = request.captures.front(), keys, with_info, value_only](const store::View& view) {
        const auto rows = view.aggregates(owner, keys.value_or(std::vector<std::string>()));
        if (!rows.ok()) return failed(rows.error());
        if (rows->empty()) return text_response(404, "No aggregate found for this address");
        if (value_only && keys && keys->size() == 1) return json_response(rows->front().content);
        JsonWriter json;
        json.open_object().key("address").text(owner).key("data").open_object();
        for (const store::AggregateRow& row : *rows) json.key(row.key).raw(row.content);
        json.close_object().key("info").open_object();
        for (const store::AggregateRow& row : *rows) {
          if (!with_info) break;
          json.key(row.key).open_object().key("created").text(iso_plus(row.created));
          json.key("last_updated").text(iso_plus(row.last_updated));
          json.key("original_item_hash").text(row.first.view());
          json.key("last_update_item_hash").text(row.last_revision.view()).close_object();
        }
        json.close_object().close_object();
        return json_response(json.take());
      },
      std::move(reply));
}

void list_all(Api& api, const Request& request, Reply reply) {
  constexpr std::uint64_t kPageMax = 500;
  Parameters parameters(request);
  store::AggregateFilter filter;
  filter.keys = parameters.list({"keys"});
  filter.owners = parameters.list({"addresses"});
  filter.by_creation = parameters
                           .one({"sortBy", "sort_by"}, "last_modified or creation_time",
                                [](std::string_view text) -> std::optional<bool> {
                                  if (text == "last_modified") return false;
                                  if (text == "creation_time") return true;
                                  return std::nullopt;
                                })
                           .value_or(false);
  filter.order = parameters.order({"sortOrder", "sort_order"});
  const store::PageRequest page =
      parameters.page({.per_page_min = 1, .per_page_max = kPageMax, .cursor = CursorKind::aggregate});
  if (!parameters.good()) return reply(parameters.refusal(true));
  api.ask(
      [filter, page](const store::View& view) {
        const auto found = view.list_aggregates(filter, page);
        if (!found.ok()) return failed(found.error());
        JsonWriter json;
        json.open_object().key("aggregates").open_array();
        for (const store::AggregateRow& row : found->items) {
          json.open_object().key("address").text(row.owner).key("key").text(row.key).key("content").raw(row.content);
          json.key("created").text(iso_plus(row.created)).key("last_updated").text(iso_plus(row.last_updated));
          json.close_object();
        }
        json.close_array();
        append_page(json, page, *found, "aggregates", aggregate_cursor);
        json.close_object();
        return json_response(json.take());
      },
      std::move(reply));
}

// --- authorizations

struct Wanted {
  std::optional<std::string> other;  // grantee or granter
  std::optional<std::vector<std::string>> types, channels, post_types, chains, aggregate_keys;
  std::uint64_t page = 1;
  std::uint64_t per_page = 20;
};

// An entry that lacks the field, or lists nothing in it, matches everything.
bool allows(JsonView entry, std::string_view field, const std::optional<std::vector<std::string>>& wanted) {
  if (!wanted) return true;
  const auto list = entry.find(field);
  if (!list || !list->is_array()) return true;
  bool any = false;
  bool named = false;
  list->each([&](JsonView value) {
    any = true;
    named = value.is_string() && std::find(wanted->begin(), wanted->end(), value.string()) != wanted->end();
    return !named;
  });
  return named || !any;
}

bool matches(JsonView entry, const Wanted& wanted) {
  return allows(entry, "types", wanted.types) && allows(entry, "channels", wanted.channels) &&
         allows(entry, "post_types", wanted.post_types) && allows(entry, "aggregate_keys", wanted.aggregate_keys) &&
         (!wanted.chains || [&] {
           const auto chain = entry.find("chain");
           return !chain || !chain->is_string() ||
                  std::find(wanted.chains->begin(), wanted.chains->end(), chain->string()) != wanted.chains->end();
         }());
}

std::string without_address(JsonView entry) {
  JsonWriter json;
  json.open_object();
  entry.each_member([&](std::string_view name, JsonView value) {
    if (name != "address") json.key(name).raw(value.raw());
    return true;
  });
  json.close_object();
  return json.take();
}

// Entries by the other address, in the order in which the addresses come.
struct Authorizations {
  std::vector<std::pair<std::string, std::vector<std::string>>> of;
  void add(const std::string& address, std::string entry) {
    for (auto& [known, entries] : of) {
      if (known == address) return entries.push_back(std::move(entry));
    }
    of.push_back({address, {std::move(entry)}});
  }
};

std::optional<Error> read_granted(const store::View& view, const std::string& owner, const Wanted& wanted,
                                  const std::optional<std::string>& only_to, bool by_owner, Authorizations& into) {
  const auto text = view.granted(owner);
  if (!text.ok()) return text.error();
  JsonView::of_checked(*text).each([&](JsonView entry) {
    if (!entry.is_object()) return true;
    const auto address = entry.find("address");
    if (!address || !address->is_string() || !matches(entry, wanted)) return true;
    const std::string grantee = address->string();
    if (only_to && !message::same_address(grantee, *only_to)) return true;
    into.add(by_owner ? owner : grantee, without_address(entry));
    return true;
  });
  return std::nullopt;
}

Response authorizations_json(const Authorizations& all, const Wanted& wanted, const std::string& address) {
  JsonWriter json;
  json.open_object().key("authorizations").open_object();
  const std::uint64_t first = (wanted.page - 1) * wanted.per_page;
  for (std::uint64_t i = first; i < all.of.size() && i - first < wanted.per_page; ++i) {
    json.key(all.of[i].first).open_array();
    for (const std::string& entry : all.of[i].second) json.raw(entry);
    json.close_array();
  }
  json.close_object();
  append_page_figures(json, wanted.page, wanted.per_page, all.of.size(), "authorizations");
  json.key("address").text(address).close_object();
  return json_response(json.take());
}

void authorizations(Api& api, const Request& request, bool received, Reply reply) {
  constexpr std::uint64_t kPageMax = 500;
  Parameters parameters(request);
  Wanted wanted;
  wanted.other = parameters.text({received ? "granter" : "grantee"});
  wanted.types = parameters.list({"types"});
  wanted.channels = parameters.list({"channels"});
  wanted.post_types = parameters.list({"postTypes", "post_types"});
  wanted.chains = parameters.list({"chains"});
  wanted.aggregate_keys = parameters.list({"aggregateKeys", "aggregate_keys"});
  const auto page = parameters.page({.per_page_min = 1, .per_page_max = kPageMax, .cursor = CursorKind::none});
  wanted.page = page.page;
  wanted.per_page = page.per_page;
  if (!parameters.good()) return reply(parameters.refusal(true));
  api.ask(
      [address = request.captures.front(), wanted, received](const store::View& view) {
        Authorizations all;
        if (!received) {
          if (const auto error = read_granted(view, address, wanted, wanted.other, false, all)) return failed(*error);
          return authorizations_json(all, wanted, address);
        }
        const auto owners = view.granters(address);
        if (!owners.ok()) return failed(owners.error());
        for (const std::string& owner : *owners) {
          if (wanted.other && owner != *wanted.other) continue;
          if (const auto error = read_granted(view, owner, wanted, address, true, all)) return failed(*error);
        }
        return authorizations_json(all, wanted, address);
      },
      std::move(reply));
}

}  // namespace

void add_aggregate_routes(Router& router, Api& api) {
  router.add({.path = "/api/v0/aggregates/{address}.json",
              .about = "the aggregates of one owner",
              .handle = [&api](const Request& request, Reply reply) { one_owner(api, request, std::move(reply)); },
              .parameters = {"keys", "limit", "with_info", "value_only"}});
  for (const char* path : {"/api/v0/aggregates", "/api/v0/aggregates.json"}) {
    router.add({.path = path,
                .about = "aggregates of everybody, by time",
                .handle = [&api](const Request& request, Reply reply) { list_all(api, request, std::move(reply)); },
                .parameters = {"keys", "addresses", "sortBy", "sortOrder", "page", "pagination", "cursor"}});
  }
  const std::vector<std::string> names{"types",         "channels", "postTypes", "chains",
                                       "aggregateKeys", "page",     "pagination"};
  for (const bool received : {false, true}) {
    auto parameters = names;
    parameters.emplace_back(received ? "granter" : "grantee");
    const std::string which = received ? "received" : "granted";
    router.add({.path = "/api/v0/authorizations/" + which + "/{address}.json",
                .about = "authorizations that an address has " + which,
                .handle = [&api, received](const Request& request,
                                           Reply reply) { authorizations(api, request, received, std::move(reply)); },
                .parameters = parameters});
  }
}

}  // namespace lastmile::http
