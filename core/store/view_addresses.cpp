// Channels and addresses (http-api.md 9).
#include <algorithm>
#include <map>
#include <set>

#include "core/store/streams.hpp"
#include "core/store/view_rows.hpp"

namespace lastmile::store {
namespace {

std::vector<std::string> sorted(const std::set<std::string>& names) { return {names.begin(), names.end()}; }

// Live messages that a sender signed: visit(entry, envelope).
template <class Visit>
void each_sent(const Source& source, const StoreOptions& options, std::string_view sender, Visit visit) {
  if (options.query_indexes) {
    const std::string prefix = keys::indexes(Table::index, Facet::address, name8(sender));
    Budget budget(options);
    for (Scan scan = source.scan(prefix); scan.valid(); scan.next()) {
      budget.spend();
      if (scan.value().empty() || (static_cast<std::uint8_t>(scan.value()[0]) & kIsSender) == 0) continue;
      const message::ItemHash hash = timed_hash_at(scan.key(), prefix.size()).hash;
      const message::Envelope envelope = load_envelope(source, hash);
      if (envelope.sender == sender) visit(entry_at(source, hash), envelope);
    }
    return;
  }
  for (Scan scan = source.scan(Key(Table::entry).text()); scan.valid(); scan.next()) {
    const auto entry = read_entry(scan.value());
    if (!entry) Source::damaged(scan.key());
    if (!entry->live()) continue;
    const message::Envelope envelope = load_envelope(source, hash_at(scan.key(), 1));
    if (envelope.sender == sender) visit(*entry, envelope);
  }
}

}  // namespace

Result<std::vector<std::string>> View::channels() const {
  return guarded([&] {
    std::set<std::string> names;
    if (options_.query_indexes) {
      // One message of each channel tells its name; then behind all of that channel.
      const std::string prefix = keys::indexes(Table::index, Facet::channel, {});
      std::string from = prefix;
      for (;;) {
        const Scan scan = source_.scan(prefix, from);
        if (!scan.valid()) break;
        if (scan.key().size() < prefix.size() + 8) Source::damaged(scan.key());
        const auto channel = load_envelope(source_, timed_hash_at(scan.key(), prefix.size() + 8).hash).channel;
        if (channel) names.insert(*channel);
        from = prefix_end(scan.key().substr(0, prefix.size() + 8));
      }
    } else {
      for (Scan scan = source_.scan(Key(Table::entry).text()); scan.valid(); scan.next()) {
        const auto entry = read_entry(scan.value());
        if (!entry) Source::damaged(scan.key());
        if (!entry->live()) continue;
        const auto channel = load_envelope(source_, hash_at(scan.key(), 1)).channel;
        if (channel) names.insert(*channel);
      }
    }
    return sorted(names);
  });
}

Result<std::vector<std::string>> View::channels_of(std::string_view address) const {
  return guarded([&] {
    std::set<std::string> names;
    each_sent(source_, options_, address, [&](const Entry&, const message::Envelope& envelope) {
      if (envelope.channel) names.insert(*envelope.channel);
    });
    return sorted(names);
  });
}

Result<std::vector<std::string>> View::post_types_of(std::string_view address) const {
  return guarded([&] {
    std::set<std::string> names;
    each_sent(source_, options_, address, [&](const Entry& entry, const message::Envelope&) {
      if (entry.type == message::Type::POST) names.insert(entry.subject);
    });
    return sorted(names);
  });
}

Result<MessageCounts> View::message_counts(std::string_view address) const {
  return guarded([&] {
    MessageCounts counts;
    if (options_.query_indexes) {
      const auto kept = load<SenderCounts>(source_, keys::under(Table::sender_count, name20(address)), read_counts);
      if (kept) counts.by_type = kept->by_type;
    } else {
      each_sent(source_, options_, address, [&](const Entry& entry, const message::Envelope&) {
        ++counts.by_type[static_cast<std::size_t>(entry.type)];
      });
    }
    for (const std::uint64_t count : counts.by_type) counts.total += count;
    return counts;
  });
}

Result<std::vector<std::pair<std::string, MessageCounts>>> View::all_message_counts() const {
  return guarded([&] {
    std::map<std::string, MessageCounts> all;
    if (options_.query_indexes) {
      for (Scan scan = source_.scan(Key(Table::sender_count).text()); scan.valid(); scan.next()) {
        const auto kept = read_counts(scan.value());
        if (!kept) Source::damaged(scan.key());
        all[kept->sender].by_type = kept->by_type;
      }
    } else {
      for (Scan scan = source_.scan(Key(Table::entry).text()); scan.valid(); scan.next()) {
        const auto entry = read_entry(scan.value());
        if (!entry) Source::damaged(scan.key());
        if (!entry->live()) continue;
        ++all[load_envelope(source_, hash_at(scan.key(), 1)).sender].by_type[static_cast<std::size_t>(entry->type)];
      }
    }
    std::vector<std::pair<std::string, MessageCounts>> rows;
    for (auto& [address, counts] : all) {
      for (const std::uint64_t count : counts.by_type) counts.total += count;
      rows.emplace_back(address, counts);
    }
    return rows;
  });
}

}  // namespace lastmile::store
