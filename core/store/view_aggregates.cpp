// Aggregates and delegations (http-api.md 6, 9).
#include <algorithm>
#include <tuple>

#include "core/message/permission.hpp"
#include "core/store/aggregates.hpp"
#include "core/store/streams.hpp"
#include "core/store/view_rows.hpp"

namespace lastmile::store {
namespace {

AggregateRow row_of(const Source& source, const AggregateHead& head) {
  AggregateRow row;
  row.owner = head.owner;
  row.key = head.key;
  row.content = merged_text(source, aggregate20(head.owner, head.key));
  row.created = head.created;
  row.last_updated = head.last_time;
  row.first = head.first;
  row.last_revision = head.last;
  return row;
}

AggregateHead head_at(std::string_view key, std::string_view bytes) {
  auto head = read_aggregate(bytes);
  if (!head) Source::damaged(key);
  return *std::move(head);
}

std::vector<AggregateHead> heads_under(const Source& source, const std::string& prefix) {
  std::vector<AggregateHead> heads;
  for (Scan scan = source.scan(prefix); scan.valid(); scan.next()) heads.push_back(head_at(scan.key(), scan.value()));
  return heads;
}

std::vector<AggregateHead> heads_of(const Source& source, std::string_view owner) {
  return heads_under(source, keys::under(Table::aggregate, name20(owner)));
}

Wall sort_time(const AggregateFilter& f, const AggregateHead& head) {
  return f.by_creation ? head.created : head.last_time;
}

// Walks the aggregates by time through the index; `visit` gets all of one time, by (key, owner), until it returns
// false.
template <class Visit>
void walk_by_time(const Source& source, const AggregateFilter& f, const std::optional<Position>& after, Visit visit) {
  Key prefix(Table::aggregate_time);
  prefix.byte(f.by_creation ? 0 : 1);
  std::string from = prefix.text();
  if (f.order == Order::descending) from = prefix_end(prefix.text());
  if (after) {
    from = prefix.text();
    append_time(from, f.order == Order::descending ? after->time + nanoseconds(1) : after->time);
  }
  Scan scan = f.order == Order::descending ? source.scan_back(prefix.text(), from) : source.scan(prefix.text(), from);
  std::vector<AggregateHead> group;
  const auto flush = [&] {
    std::sort(group.begin(), group.end(), [](const AggregateHead& a, const AggregateHead& b) {
      return std::tie(a.key, a.owner) < std::tie(b.key, b.owner);
    });
    for (const AggregateHead& head : group) {
      if (!visit(head)) return false;
    }
    group.clear();
    return true;
  };
  for (; scan.valid(); scan.next()) {
    std::string_view rest = scan.key().substr(2);
    const auto time = take_time(rest);
    if (!time || rest.size() != 40) Source::damaged(scan.key());
    if (!group.empty() && sort_time(f, group.front()) != *time && !flush()) return;
    const std::string key = keys::under(Table::aggregate, rest);
    const auto head = load<AggregateHead>(source, key, read_aggregate);
    if (!head) Source::damaged(scan.key());
    group.push_back(*head);
  }
  flush();
}

template <class Visit>
void walk_sorted(const Source& source, const AggregateFilter& f, Visit visit) {
  std::vector<AggregateHead> heads;
  if (f.owners) {
    for (const std::string& owner : *f.owners) {
      for (AggregateHead& head : heads_of(source, owner)) heads.push_back(std::move(head));
    }
  } else {
    heads = heads_under(source, Key(Table::aggregate).text());
  }
  std::sort(heads.begin(), heads.end(), [&](const AggregateHead& a, const AggregateHead& b) {
    const Wall ta = sort_time(f, a);
    const Wall tb = sort_time(f, b);
    if (ta != tb) return f.order == Order::ascending ? ta < tb : ta > tb;
    return std::tie(a.key, a.owner) < std::tie(b.key, b.owner);
  });
  for (const AggregateHead& head : heads) {
    if (!visit(head)) return;
  }
}

}  // namespace

Result<std::vector<AggregateRow>> View::aggregates(std::string_view owner,
                                                   const std::vector<std::string>& wanted) const {
  return guarded([&] {
    std::vector<AggregateRow> rows;
    for (const AggregateHead& head : heads_of(source_, owner)) {
      if (head.owner != owner) Source::damaged(keys::under(Table::aggregate, name20(owner)));
      if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), head.key) == wanted.end()) continue;
      rows.push_back(row_of(source_, head));
    }
    std::sort(rows.begin(), rows.end(), [](const AggregateRow& a, const AggregateRow& b) { return a.key < b.key; });
    return rows;
  });
}

Result<Page<AggregateRow>> View::list_aggregates(const AggregateFilter& f, const PageRequest& request) const {
  return guarded([&] {
    Page<AggregateRow> page;
    Budget budget(options_);
    std::uint64_t matched = 0;
    const std::uint64_t skip = request.cursor_mode || request.per_page == 0 ? 0 : (request.page - 1) * request.per_page;
    const auto& after = request.after;
    const auto is_behind = [&](const AggregateHead& head) {
      if (!request.cursor_mode || !after) return true;
      const Wall time = sort_time(f, head);
      if (time != after->time) return f.order == Order::ascending ? time > after->time : time < after->time;
      return std::tie(head.key, head.owner) > std::tie(after->name, after->owner);
    };
    const auto visit = [&](const AggregateHead& head) {
      budget.spend();
      if (!among(f.owners, head.owner) || !among(f.keys, head.key) || !is_behind(head)) return true;
      if (++matched <= skip) return true;
      if (request.per_page != 0 && page.items.size() == request.per_page) {
        if (!request.cursor_mode) return true;
        const AggregateRow& last = page.items.back();
        page.next = Position{f.by_creation ? last.created : last.last_updated, last.key, last.owner};
        return false;
      }
      page.items.push_back(row_of(source_, head));
      return true;
    };
    if (options_.query_indexes && !f.owners) {
      walk_by_time(source_, f, request.cursor_mode ? after : std::nullopt, visit);
    } else {
      walk_sorted(source_, f, visit);
    }
    if (!request.cursor_mode) page.total = matched;
    return page;
  });
}

Result<std::string> View::granted(std::string_view owner) const {
  return guarded([&]() -> std::string {
    Key key(Table::member);
    key.raw(aggregate20(owner, message::kSecurityKey)).raw(name20("authorizations"));
    const auto member = load<AggregateMember>(source_, key.text(), read_member);
    return member && member->value.starts_with('[') ? member->value : "[]";
  });
}

Result<std::vector<std::string>> View::granters(std::string_view address) const {
  return guarded([&] {
    std::vector<std::string> owners;
    const std::string grantee = lower_ascii(address);
    if (options_.query_indexes) {
      for (Scan scan = source_.scan(keys::under(Table::grant, name20(grantee))); scan.valid(); scan.next()) {
        owners.emplace_back(scan.value());
      }
    } else {
      for (const AggregateHead& head : heads_under(source_, Key(Table::aggregate).text())) {
        if (head.key != message::kSecurityKey) continue;
        const auto entries = message::parse_authorizations(merged_text(source_, aggregate20(head.owner, head.key)));
        const bool named = std::any_of(entries.begin(), entries.end(), [&](const message::Authorization& entry) {
          return message::same_address(entry.address, address);
        });
        if (named) owners.push_back(head.owner);
      }
    }
    std::sort(owners.begin(), owners.end());
    return owners;
  });
}

}  // namespace lastmile::store
