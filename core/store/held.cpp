// What is held, for reconciliation: sums per hour are kept up with every change, so that a long range costs its hours
// and at most two hours of single items.
#include <algorithm>

#include "core/store/forget.hpp"
#include "core/store/status.hpp"
#include "core/store/store_impl.hpp"

namespace lastmile::store {
namespace {

constexpr std::uint64_t kHour = 3600;
constexpr std::uint64_t kSecondMax = (std::uint64_t{1} << 40) - 1;  // as keys spell it; far behind every content time

struct Bound {
  std::uint64_t second;
  message::ItemHash hash;
};

Bound bound_of(const HeldItem& item) {
  return {std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(item.second, 0)), kSecondMax), item.hash};
}

HeldItem item_at(std::string_view key) {
  std::string_view rest = key.substr(1);
  const auto second = take_big40(rest);
  const auto hash = second ? take_hash(rest) : std::nullopt;
  if (!hash || !rest.empty()) Source::damaged(key);
  return {static_cast<std::int64_t>(*second), *hash};
}

std::string first_key_of_hour(std::uint64_t hour) {
  Key key(Table::held);
  return key.big40(hour * kHour).take();
}

struct Tally {
  std::uint64_t count = 0;
  Sum256 sum;
};

void add_items(const Source& source, const std::string& from, const std::string& until, Tally& tally) {
  for (Scan scan = source.scan(Key(Table::held).text(), from); scan.valid() && scan.key() < until; scan.next()) {
    ++tally.count;
    tally.sum += held_value(item_at(scan.key()).hash);
  }
}

std::uint64_t hour_at(std::string_view key) {
  std::string_view rest = key.substr(1);
  const auto hour = take_big40(rest);
  if (!hour || !rest.empty()) Source::damaged(key);
  return *hour;
}

HourSum hour_sum(const Scan& scan) {
  const auto hour = read_hour(scan.value());
  if (!hour) Source::damaged(scan.key());
  return *hour;
}

std::string hour_key(std::uint64_t hour) {
  Key key(Table::held_hour);
  return key.big40(hour).take();
}

}  // namespace

Result<HeldSum> StoreImpl::held_sum(const HeldItem& from, const HeldItem& until) const {
  return guarded([&] {
    const Source source(disk_.latest());
    Tally tally;
    const Bound low = bound_of(from);
    const Bound high = bound_of(until);
    const std::string first = keys::held(low.second, low.hash);
    const std::string behind = keys::held(high.second, high.hash);
    const std::uint64_t whole_from = low.second / kHour + 1;
    const std::uint64_t whole_until = high.second / kHour;
    if (whole_from >= whole_until) {
      add_items(source, first, behind, tally);
    } else {
      add_items(source, first, first_key_of_hour(whole_from), tally);
      for (Scan scan = source.scan(Key(Table::held_hour).text(), hour_key(whole_from)); scan.valid(); scan.next()) {
        if (hour_at(scan.key()) >= whole_until) break;
        const HourSum hour = hour_sum(scan);
        tally.count += hour.count;
        tally.sum += hour.sum;
      }
      add_items(source, first_key_of_hour(whole_until), behind, tally);
    }
    return HeldSum{tally.count, tally.sum.number()};
  });
}

HeldSum StoreImpl::held_total() const { return {meta_.held.count, meta_.held.sum.number()}; }

Result<std::vector<HeldItem>> StoreImpl::held_items(const HeldItem& from, const HeldItem& until,
                                                    std::size_t limit) const {
  return guarded([&] {
    const Source source(disk_.latest());
    const Bound low = bound_of(from);
    const Bound high = bound_of(until);
    const std::string behind = keys::held(high.second, high.hash);
    std::vector<HeldItem> items;
    for (Scan scan = source.scan(Key(Table::held).text(), keys::held(low.second, low.hash));
         scan.valid() && items.size() < limit && scan.key() < behind; scan.next()) {
      items.push_back(item_at(scan.key()));
    }
    return items;
  });
}

Result<std::optional<HeldItem>> StoreImpl::held_at(const HeldItem& from, std::uint64_t position) const {
  return guarded([&]() -> std::optional<HeldItem> {
    const Source source(disk_.latest());
    const Bound low = bound_of(from);
    std::string start = keys::held(low.second, low.hash);
    // To the end of the hour item by item, then whole hours, then item by item.
    const std::string next_hour = first_key_of_hour(low.second / kHour + 1);
    for (Scan scan = source.scan(Key(Table::held).text(), start); scan.valid() && scan.key() < next_hour; scan.next()) {
      if (position == 0) return item_at(scan.key());
      --position;
    }
    start = next_hour;
    for (Scan scan = source.scan(Key(Table::held_hour).text(), hour_key(low.second / kHour + 1)); scan.valid();
         scan.next()) {
      const HourSum hour = hour_sum(scan);
      if (hour.count > position) {
        start = first_key_of_hour(hour_at(scan.key()));
        for (Scan items = source.scan(Key(Table::held).text(), start); items.valid(); items.next()) {
          if (position == 0) return item_at(items.key());
          --position;
        }
        return std::nullopt;
      }
      position -= hour.count;
    }
    return std::nullopt;
  });
}

Result<bool> StoreImpl::holds(const message::ItemHash& hash) const {
  return guarded([&] {
    const auto entry = load_entry(Source(disk_.latest()), hash);
    return entry && entry->held();
  });
}

namespace {

std::shared_ptr<const message::Envelope> tombstone_of(message::Envelope envelope, const Entry& entry) {
  envelope.forgotten_by = entry.forgotten_by;
  envelope.forgotten_with = entry.forgotten_with;
  // Who has only the tombstones files it under the same second as who had the content. A Tezos signature may cover the
  // envelope time, so it stays there (docs/decisions/0121).
  if (envelope.chain != crypto::Chain::TEZOS) {
    envelope.time = entry.content_time;
    envelope.time_number = message::seconds_of_wall(entry.content_time);
  }
  return std::make_shared<const message::Envelope>(std::move(envelope));
}

}  // namespace

Result<std::shared_ptr<const message::Envelope>> StoreImpl::envelope_for_peer(const message::ItemHash& hash) const {
  using Answer = std::shared_ptr<const message::Envelope>;
  return guarded([&]() -> Answer {
    const Source source(disk_.latest());
    const auto entry = load_entry(source, hash);
    if (!entry || !entry->authentic) return nullptr;
    message::Envelope envelope = load_envelope(source, hash);
    if (entry->status == message::Status::forgotten) return tombstone_of(std::move(envelope), *entry);
    // The word of somebody else, not proven here.
    if (!entry->has_content && envelope.item_type == message::ItemType::inlined) return nullptr;
    return std::make_shared<const message::Envelope>(std::move(envelope));
  });
}

Result<std::vector<std::shared_ptr<const message::Envelope>>> StoreImpl::tombstones_beside(
    const message::ItemHash& forget, std::size_t& looks) const {
  return guarded([&] {
    std::vector<std::shared_ptr<const message::Envelope>> beside;
    const Source source(disk_.latest());
    const auto entry = load_entry(source, forget);
    if (!entry || entry->type != message::Type::FORGET || entry->status != message::Status::processed) return beside;
    const auto named = named_by(source, options_, forget, *entry, looks);
    looks -= named.size();
    for (const message::ItemHash& hash : named) {
      const auto target = load_entry(source, hash);
      if (!target || target->status != message::Status::forgotten) continue;
      message::Envelope envelope = load_envelope(source, hash);
      if (envelope.item_type == message::ItemType::inlined || !envelope.has_signature()) continue;
      beside.push_back(tombstone_of(std::move(envelope), *target));
    }
    return beside;
  });
}

}  // namespace lastmile::store
