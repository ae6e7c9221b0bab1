// What stands behind a list: the page, or the cursor of the next one (http-api.md 0).
#pragma once

#include <string>
#include <string_view>

#include "core/store/filters.hpp"
#include "real/http/json_writer.hpp"
#include "real/http/limits.hpp"
#include "real/http/parameters.hpp"

namespace lastmile::http {

inline void append_page_figures(JsonWriter& json, std::uint64_t page, std::uint64_t per_page, std::uint64_t total,
                                std::string_view item) {
  json.key("pagination_page").number(page).key("pagination_per_page").number(per_page);
  json.key("pagination_total").number(total).key("pagination_item").text(item);
}

inline void append_next_cursor(JsonWriter& json, std::uint64_t per_page, const std::optional<std::string>& cursor) {
  json.key("pagination_per_page").number(per_page).key("next_cursor").text(cursor);
}

// What the store is asked for: "all of them" within what one answer may hold.
inline store::PageRequest bounded(store::PageRequest page) {
  if (!page.cursor_mode && page.per_page == 0) page.per_page = kPageRowsMax;
  return page;
}

// All were asked for, and there are more than one answer may hold. A response says so.
template <class Row>
std::optional<Response> too_many(const store::PageRequest& asked, const store::Page<Row>& found) {
  if (asked.cursor_mode || asked.per_page != 0 || found.total.value_or(0) <= kPageRowsMax) return std::nullopt;
  return validation_error("pagination", "at most " + std::to_string(kPageRowsMax) + " elements, or a cursor",
                          std::to_string(found.total.value_or(0)) + " elements");
}

// cursor_of: store::Position -> text.
template <class Row, class CursorOf>
void append_page(JsonWriter& json, const store::PageRequest& request, const store::Page<Row>& page,
                 std::string_view item, CursorOf cursor_of) {
  if (!request.cursor_mode) {
    return append_page_figures(json, request.page, request.per_page, page.total.value_or(page.items.size()), item);
  }
  append_next_cursor(json, request.per_page, page.next ? std::optional(cursor_of(*page.next)) : std::nullopt);
}

}  // namespace lastmile::http
