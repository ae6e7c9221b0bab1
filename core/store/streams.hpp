// Ordered candidates for a query, and cutting pages out of them. Order: time in the wanted direction, at equal times by
// hash ascending in both directions (http-api.md 4).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/present.hpp"
#include "core/store/filters.hpp"
#include "core/store/options.hpp"
#include "core/store/reading.hpp"

namespace lastmile::store {

// Candidates of one time, by hash.
struct Group {
  Wall time;
  std::vector<message::ItemHash> hashes;
};

struct TimeRange {
  std::optional<Wall> start;  // included
  std::optional<Wall> end;    // excluded
};

class Candidates {
 public:
  virtual ~Candidates() = default;
  virtual bool next(Group& group) = 0;
};

// Keys prefix + time + hash, of several prefixes at once; what stands under more than one comes once.
class IndexCandidates final : public Candidates {
 public:
  IndexCandidates(const Source& source, const std::vector<std::string>& prefixes, Order order, const TimeRange& range);
  bool next(Group& group) override;

 private:
  struct Stream {
    Scan scan;
    std::size_t prefix_size;
    std::optional<TimedHash> head;
  };
  void advance(Stream& stream);

  Order order_;
  TimeRange range_;
  std::vector<Stream> streams_;
};

// Already collected.
class ListCandidates final : public Candidates {
 public:
  ListCandidates(const std::vector<TimedHash>& items, Order order, const TimeRange& range);
  bool next(Group& group) override;

 private:
  std::vector<TimedHash> items_;
  std::size_t at_ = 0;
};

// A cursor starts inside the range.
TimeRange behind(const TimeRange& range, const PageRequest& page, Order order);

// Bounds the work of one request.
class Budget {
 public:
  explicit Budget(const StoreOptions& options) : left_(options.limits.query_rows) {}
  void spend() {
    if (left_ == 0) throw Damage{Error{"query: more rows than one request may look at; use narrower filters"}};
    --left_;
  }

 private:
  std::size_t left_;
};

// match(time, hash) says whether a candidate belongs to the answer, make(time, hash) its row. `total`: known
// beforehand, so that the walk may end with the page.
template <class Row, class Match, class Make>
Page<Row> page_through(Candidates& candidates, const PageRequest& request, std::optional<std::uint64_t> total,
                       Budget budget, Match match, Make make) {
  Page<Row> page;
  std::optional<message::ItemHash> after;
  if (request.cursor_mode && request.after) after = message::ItemHash::parse(request.after->name);
  const std::uint64_t skip = request.cursor_mode || request.per_page == 0 ? 0 : (request.page - 1) * request.per_page;
  std::uint64_t matched = 0;
  std::optional<TimedHash> last;
  Group group;
  while (candidates.next(group)) {
    for (const message::ItemHash& hash : group.hashes) {
      if (after && present(request.after).time == group.time && hash <= *after) continue;
      budget.spend();
      if (!match(group.time, hash)) continue;
      ++matched;
      if (matched <= skip) continue;
      if (request.per_page != 0 && page.items.size() >= request.per_page) {
        if (request.cursor_mode) {
          page.next = Position{present(last).time, present(last).hash.text(), {}};
          return page;
        }
        if (total) break;
        continue;
      }
      page.items.push_back(make(group.time, hash));
      last = TimedHash{group.time, hash};
    }
    if (total && !request.cursor_mode && request.per_page != 0 && page.items.size() >= request.per_page) break;
  }
  if (!request.cursor_mode) page.total = total ? *total : matched;
  return page;
}

}  // namespace lastmile::store
