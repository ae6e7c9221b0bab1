// What the view_*.cpp files share, for them only: entries, filters, rows made of records, pages by confirmation.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "core/store/reading.hpp"
#include "core/store/streams.hpp"
#include "core/store/view.hpp"

namespace lastmile::store {

MessageRow message_row(const Source& source, const message::ItemHash& hash, const Entry& entry);
// JSON text of the content, address and time filled in.
std::string completed_content(const Source& source, const message::Envelope& envelope, const Entry& entry);

// Of a hash that an index names: without an entry the disk is damaged.
Entry entry_at(const Source& source, const message::ItemHash& hash);

template <class T>
bool among(const Any<T>& filter, const T& value) {
  return !filter || std::find(filter->begin(), filter->end(), value) != filter->end();
}

// Something to be listed by its first confirmation.
struct ByConfirmation {
  std::optional<Wall> confirmed;
  TimedHash at;
};
// The page of all that was found; row(hash) makes one. Unconfirmed counts as later than everything.
template <class Row, class MakeRow>
Page<Row> page_by_confirmation(std::vector<ByConfirmation> found, Order order, const PageRequest& request,
                               const MakeRow& row) {
  std::sort(found.begin(), found.end(), [order](const ByConfirmation& a, const ByConfirmation& b) {
    const bool up = order == Order::ascending;
    if (a.confirmed.has_value() != b.confirmed.has_value()) return a.confirmed.has_value() == up;
    if (a.confirmed != b.confirmed) return (*a.confirmed < *b.confirmed) == up;
    if (a.at.time != b.at.time) return (a.at.time < b.at.time) == up;
    return a.at.hash < b.at.hash;
  });
  Page<Row> page;
  const std::uint64_t first = request.cursor_mode || request.per_page == 0 ? 0 : (request.page - 1) * request.per_page;
  for (std::uint64_t i = first; i < found.size(); ++i) {
    if (request.per_page != 0 && page.items.size() == request.per_page) break;
    page.items.push_back(row(found[i].at.hash));
  }
  page.total = found.size();
  return page;
}

}  // namespace lastmile::store
