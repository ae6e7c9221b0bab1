// Channels, programs that listen, and what addresses did (http-api.md 9).
#include <algorithm>
#include <array>

#include "core/message/json_view.hpp"
#include "real/http/api.hpp"
#include "real/http/cursor.hpp"
#include "real/http/json_writer.hpp"
#include "real/http/message_json.hpp"
#include "real/http/page_json.hpp"
#include "real/http/parameters.hpp"
#include "real/http/time_text.hpp"

namespace lastmile::http {
namespace {

using message::Type;

void append_texts(JsonWriter& json, const std::vector<std::string>& texts) {
  json.open_array();
  for (const std::string& text : texts) json.text(text);
  json.close_array();
}

void channels(Api& api, Reply reply) {
  api.ask(
      [](const store::View& view) {
        const auto names = view.channels();
        if (!names.ok()) return failed(names.error());
        JsonWriter json;
        json.open_object().key("channels");
        append_texts(json, *names);
        json.close_object();
        return json_response(json.take());
      },
      std::move(reply));
}

void programs_on_message(Api& api, const Request& request, Reply reply) {
  for (const auto& [name, value] : request.query.items()) {
    if (name != "sort_order" && name != "sortOrder") {
      return reply(text_response(400, "expected sort_order alone, found another parameter"));
    }
  }
  Parameters parameters(request);
  const auto order = parameters.order({"sort_order", "sortOrder"});
  if (!parameters.good()) return reply(parameters.refusal());
  api.ask(
      [order](const store::View& view) {
        const auto rows = view.programs_on_message(order);
        if (!rows.ok()) return failed(rows.error());
        JsonWriter json;
        json.open_array();
        for (const store::MessageRow& row : *rows) {
          const auto object = content_object(row);
          const auto on = object ? object->find("on") : std::nullopt;
          const auto triggers = on && on->is_object() ? on->find("message") : std::nullopt;
          json.open_object().key("item_hash").text(row.envelope.item_hash.view()).key("content").open_object();
          json.key("on").open_object().key("message").raw(triggers ? triggers->raw() : "null");
          json.close_object().close_object().close_object();
        }
        json.close_array();
        return json_response(json.take());
      },
      std::move(reply));
}

// --- counts

struct Column {
  std::string_view name;
  Type type;
};
constexpr std::array<Column, 6> kColumns{{{"aggregate", Type::AGGREGATE},
                                          {"forget", Type::FORGET},
                                          {"instance", Type::INSTANCE},
                                          {"post", Type::POST},
                                          {"program", Type::PROGRAM},
                                          {"store", Type::STORE}}};

std::uint64_t count_of(const store::MessageCounts& counts, Type type) {
  return counts.by_type[static_cast<std::size_t>(type)];
}

void append_counts(JsonWriter& json, const store::MessageCounts& counts) {
  json.open_object().key("messages").number(counts.total);
  for (const Column& column : kColumns) json.key(column.name).number(count_of(counts, column.type));
  json.close_object();
}

void stats_v0(Api& api, const Request& request, Reply reply) {
  api.ask(
      [addresses = request.query.all("addresses[]")](const store::View& view) {
        JsonWriter json;
        json.open_object().key("data").open_object();
        const auto add = [&](const std::string& address, const store::MessageCounts& counts) {
          if (counts.total == 0) return;
          json.key(address);
          append_counts(json, counts);
        };
        if (addresses.empty()) {
          const auto all = view.all_message_counts();
          if (!all.ok()) return failed(all.error());
          for (const auto& [address, counts] : *all) add(address, counts);
        }
        auto distinct = addresses;
        std::sort(distinct.begin(), distinct.end());
        distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
        for (const std::string& address : distinct) {
          const auto counts = view.message_counts(address);
          if (!counts.ok()) return failed(counts.error());
          add(address, *counts);
        }
        json.close_object().close_object();
        return json_response(json.take());
      },
      std::move(reply));
}

struct StatsSort {
  bool by_total = true;
  Type type = Type::POST;  // otherwise
};

std::optional<StatsSort> parse_sort(std::string_view text) {
  if (text == "total" || text == "messages") return StatsSort{};
  for (const Column& column : kColumns) {
    if (column.name == text) return StatsSort{false, column.type};
  }
  return std::nullopt;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

void stats_v1(Api& api, const Request& request, Reply reply) {
  constexpr std::size_t kPartMax = 66;
  Parameters parameters(request);
  const auto part = parameters.text({"addressContains", "address_contains"});
  if (part && part->size() > kPartMax) parameters.wrong("addressContains", "at most 66 characters", *part);
  const auto sort = parameters.one({"sortBy", "sort_by"}, "total or a type of messages in lower case", parse_sort);
  const auto order = parameters.order({"sortOrder", "sort_order"});
  auto page = parameters.page({.cursor = CursorKind::none});
  // {"a": address, "v": value}: the place behind which the next page begins.
  const auto cursor = parameters.text({"cursor"});
  std::optional<StatsPosition> after;
  if (cursor) {
    page.cursor_mode = true;
    if (page.per_page == 0) parameters.wrong("pagination", "a whole number of at least 1 beside a cursor", "0");
    page.per_page = std::min<std::uint64_t>(page.per_page, kCursorPageMax);
    if (!cursor->empty()) after = parse_stats_cursor(*cursor);
  }
  if (!parameters.good()) return reply(parameters.refusal());
  if (cursor && !cursor->empty() && !after) return reply(text_response(422, "Invalid cursor"));
  api.ask(
      [page, order, after, wanted = lower(part.value_or("")),
       sort = sort.value_or(StatsSort{})](const store::View& view) {
        auto all = view.all_message_counts();
        if (!all.ok()) return failed(all.error());
        const auto value = [&](const store::MessageCounts& counts) {
          return sort.by_total ? counts.total : count_of(counts, sort.type);
        };
        std::erase_if(*all, [&](const auto& row) {
          return row.second.total == 0 || lower(row.first).find(wanted) == std::string::npos;
        });
        const auto before = [&](std::uint64_t a, const std::string& name_a, std::uint64_t b,
                                const std::string& name_b) {
          if (a != b) return order == store::Order::ascending ? a < b : a > b;
          return name_a < name_b;
        };
        std::sort(all->begin(), all->end(), [&](const auto& a, const auto& b) {
          return before(value(a.second), a.first, value(b.second), b.first);
        });
        std::size_t first = 0;
        if (page.cursor_mode && after) {
          while (first < all->size() &&
                 !before(after->value, after->address, value((*all)[first].second), (*all)[first].first)) {
            ++first;
          }
        } else if (!page.cursor_mode) {
          first = static_cast<std::size_t>(std::min<std::uint64_t>((page.page - 1) * page.per_page, all->size()));
        }
        const std::size_t end =
            page.per_page == 0 ? all->size()
                               : static_cast<std::size_t>(std::min<std::uint64_t>(all->size(), first + page.per_page));
        JsonWriter json;
        json.open_object().key("data").open_object();
        for (std::size_t i = first; i < end; ++i) {
          json.key((*all)[i].first);
          append_counts(json, (*all)[i].second);
        }
        json.close_object();
        if (page.cursor_mode) {
          std::optional<std::string> next;
          if (end < all->size()) next = stats_cursor({value((*all)[end - 1].second), (*all)[end - 1].first});
          append_next_cursor(json, page.per_page, next);
        } else {
          append_page_figures(json, page.page, page.per_page, all->size(), "addresses");
        }
        json.close_object();
        return json_response(json.take());
      },
      std::move(reply));
}

// --- one address

void names_of(Api& api, const Request& request, std::string_view field,
              Result<std::vector<std::string>> (store::View::*names)(std::string_view) const, Reply reply) {
  api.ask(
      [address = request.captures.front(), field = std::string(field), names](const store::View& view) {
        const auto found = (view.*names)(address);
        if (!found.ok()) return failed(found.error());
        JsonWriter json;
        json.open_object().key("address").text(address).key(field);
        append_texts(json, *found);
        json.close_object();
        return json_response(json.take());
      },
      std::move(reply));
}

void files(Api& api, const Request& request, Reply reply) {
  constexpr std::uint64_t kPerPage = 100;
  Parameters parameters(request);
  const auto page = parameters.page({.per_page = kPerPage});
  const auto order = parameters.order({"sort_order", "sortOrder"});
  const auto only = parameters.one({"file_hash", "fileHash"}, "an item hash",
                                   [](std::string_view text) { return message::ItemHash::parse(text); });
  if (!parameters.good()) return reply(parameters.refusal());
  api.ask(
      [owner = request.captures.front(), only, order, page](const store::View& view) {
        const auto found = view.address_files(owner, only, order, bounded(page));
        if (!found.ok()) return failed(found.error());
        if (auto too_long = too_many(page, found->page)) return *std::move(too_long);
        if (found->page.items.empty()) return plain_error(404);
        JsonWriter json;
        json.open_object().key("address").text(owner).key("total_size").number(found->total_bytes);
        json.key("files").open_array();
        for (const store::AddressFileRow& row : found->page.items) {
          json.open_object().key("file_hash").text(row.file.file.view()).key("size").number(row.file.bytes);
          json.key("type").text(row.file.directory ? "dir" : "file").key("created").text(iso_z(row.created));
          json.key("item_hash").text(row.message.view()).close_object();
        }
        json.close_array();
        if (page.cursor_mode) {
          const auto& next = found->page.next;
          append_next_cursor(json, page.per_page, next ? std::optional(hash_cursor(*next)) : std::nullopt);
        } else {
          json.key("pagination_page").number(page.page).key("pagination_total").number(found->total_files);
          json.key("pagination_per_page").number(page.per_page);
        }
        json.close_object();
        return json_response(json.take());
      },
      std::move(reply));
}

}  // namespace

void add_address_routes(Router& router, Api& api) {
  router.add({.path = "/api/v0/channels/list.json",
              .about = "names of all channels",
              .handle = [&api](const Request&, Reply reply) { channels(api, std::move(reply)); }});
  router.add(
      {.path = "/api/v0/programs/on/message",
       .about = "programs that messages start",
       .handle = [&api](const Request& request, Reply reply) { programs_on_message(api, request, std::move(reply)); },
       .parameters = {"sort_order"}});
  router.add({.path = "/api/v0/addresses/stats.json",
              .about = "processed messages by sender and type",
              .handle = [&api](const Request& request, Reply reply) { stats_v0(api, request, std::move(reply)); },
              .parameters = {"addresses[]"}});
  router.add({.path = "/api/v1/addresses/stats.json",
              .about = "the same, sorted and by pages",
              .handle = [&api](const Request& request, Reply reply) { stats_v1(api, request, std::move(reply)); },
              .parameters = {"addressContains", "sortBy", "sortOrder", "page", "pagination", "cursor"}});
  router.add({.path = "/api/v0/addresses/{address}/post_types",
              .about = "types of the posts it sent",
              .handle = [&api](const Request& request, Reply reply) {
                names_of(api, request, "post_types", &store::View::post_types_of, std::move(reply));
              }});
  router.add({.path = "/api/v0/addresses/{address}/channels",
              .about = "channels it sent to",
              .handle = [&api](const Request& request, Reply reply) {
                names_of(api, request, "channels", &store::View::channels_of, std::move(reply));
              }});
  router.add({.path = "/api/v0/addresses/{address}/files",
              .about = "files it owns",
              .handle = [&api](const Request& request, Reply reply) { files(api, request, std::move(reply)); },
              .parameters = {"pagination", "page", "sort_order", "file_hash", "cursor"}});
}

}  // namespace lastmile::http
