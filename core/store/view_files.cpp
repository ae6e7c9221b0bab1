// Files, machines and costs (http-api.md 7, 9, 11).
#include <algorithm>

#include "core/store/contents.hpp"
#include "core/store/files.hpp"
#include "core/store/machines.hpp"
#include "core/store/streams.hpp"
#include "core/store/view_rows.hpp"

namespace lastmile::store {
namespace {

FileRow file_row(const Source& source, const message::ItemHash& file) {
  const FileRecord record = file_record(source, file);
  return {file, record.bytes, record.directory, record.local};
}

std::string owner_of(const Source& source, const message::ItemHash& hash, const Entry& entry) {
  return entry.owner ? *entry.owner : load_envelope(source, hash).sender;
}

// Calls visit(entry, hash) for every message of a type that is live, without index.
template <class Visit>
void each_live(const Source& source, Visit visit) {
  for (Scan scan = source.scan(Key(Table::entry).text()); scan.valid(); scan.next()) {
    const auto entry = read_entry(scan.value());
    if (!entry) Source::damaged(scan.key());
    if (entry->live()) visit(*entry, hash_at(scan.key(), 1));
  }
}

std::vector<TimedHash> stores_of(const Source& source, const StoreOptions& options, std::string_view owner) {
  std::vector<TimedHash> stores;
  if (options.query_indexes) {
    const std::string prefix = keys::under(Table::owner_file, name20(owner));
    for (Scan scan = source.scan(prefix); scan.valid(); scan.next()) {
      stores.push_back(timed_hash_at(scan.key(), prefix.size()));
    }
    return stores;
  }
  each_live(source, [&](const Entry& entry, const message::ItemHash& hash) {
    if (entry.type == message::Type::STORE && owner_of(source, hash, entry) == owner) {
      stores.push_back({entry.content_time, hash});
    }
  });
  return stores;
}

}  // namespace

Result<std::optional<FileRow>> View::file(const message::ItemHash& file) const {
  return guarded([&]() -> std::optional<FileRow> {
    const FileRow row = file_row(source_, file);
    if (row.local) return row;
    if (const auto bytes = fetched_bytes(source_, file)) return FileRow{file, *bytes, false, true};
    if (count_pins(source_, file) == 0) return std::nullopt;
    return row;
  });
}

Result<std::optional<FileTagRow>> View::file_of_message(const message::ItemHash& store) const {
  return guarded([&]() -> std::optional<FileTagRow> {
    const auto entry = load_entry(source_, store);
    if (!entry || !entry->live() || !entry->file) return std::nullopt;
    FileTagRow row;
    row.ref = entry->ref.empty() ? store.text() : entry->ref;
    row.owner = owner_of(source_, store, *entry);
    row.message = store;
    row.file = file_row(source_, *entry->file);
    return row;
  });
}

Result<std::optional<FileTagRow>> View::latest_file(std::string_view tag) const {
  return guarded([&]() -> std::optional<FileTagRow> {
    const auto found = load<FileTag>(source_, keys::under(Table::file_tag, name20(tag)), read_tag);
    if (!found) return std::nullopt;
    const std::size_t slash = tag.find('/');
    FileTagRow row;
    row.ref = std::string(slash == std::string_view::npos ? tag : tag.substr(slash + 1));
    row.owner = found->owner;
    row.message = found->message;
    row.file = file_row(source_, found->file);
    return row;
  });
}

Result<std::uint64_t> View::pin_count(const message::ItemHash& file) const {
  return guarded([&] {
    const FileRecord record = file_record(source_, file);
    const auto message = load_entry(source_, file);  // the content of a message that is not inline
    const bool content = message && message->live() && fetched_bytes(source_, file);
    return count_pins(source_, file) + (record.grace && !record.removing ? 1 : 0) + (content ? 1 : 0);
  });
}

Result<View::AddressFiles> View::address_files(std::string_view owner, const std::optional<message::ItemHash>& only,
                                               Order order, const PageRequest& request) const {
  return guarded([&] {
    AddressFiles answer;
    const std::vector<TimedHash> stores = stores_of(source_, options_, owner);
    for (const TimedHash& store : stores) answer.total_bytes += entry_at(source_, store.hash).file_bytes.value_or(0);
    ListCandidates candidates(stores, order, behind({}, request, order));
    answer.page = page_through<AddressFileRow>(
        candidates, request, std::nullopt, Budget(options_),
        [&](Wall, const message::ItemHash& hash) { return !only || entry_at(source_, hash).file == *only; },
        [&](Wall time, const message::ItemHash& hash) {
          return AddressFileRow{file_row(source_, *entry_at(source_, hash).file), time, hash};
        });
    answer.total_files = stores.size();
    return answer;
  });
}

Result<std::optional<message::ItemHash>> View::current_vm(const message::ItemHash& original) const {
  return guarded([&]() -> std::optional<message::ItemHash> {
    const auto entry = load_entry(source_, original);
    if (!entry || !entry->live() || !entry->is_machine()) return std::nullopt;
    return current_machine(source_, original, entry->content_time);
  });
}

Result<std::vector<MessageRow>> View::programs_on_message(Order order) const {
  return guarded([&] {
    std::vector<TimedHash> programs;
    if (options_.query_indexes) {
      const std::string prefix =
          keys::indexes(Table::index, Facet::type, name8(message::type_text(message::Type::PROGRAM)));
      for (Scan scan = source_.scan(prefix); scan.valid(); scan.next()) {
        programs.push_back(timed_hash_at(scan.key(), prefix.size()));
      }
    } else {
      each_live(source_, [&](const Entry& entry, const message::ItemHash& hash) {
        if (entry.type == message::Type::PROGRAM) programs.push_back({entry.envelope_time, hash});
      });
    }
    ListCandidates candidates(programs, order, {});
    std::vector<MessageRow> rows;
    Group group;
    while (candidates.next(group)) {
      for (const message::ItemHash& hash : group.hashes) {
        const auto content = load_content(source_, load_envelope(source_, hash), options_.switches);
        const auto* program = content.as<message::Program>();
        if (program == nullptr || program->on.subscriptions.empty()) continue;
        rows.push_back(message_row(source_, hash, entry_at(source_, hash)));
      }
    }
    return rows;
  });
}

Result<std::optional<economy::Cost>> View::cost(const message::ItemHash& hash) const {
  return guarded([&] { return load<economy::Cost>(source_, keys::of_hash(Table::cost, hash), read_cost); });
}

Result<std::vector<std::pair<message::ItemHash, economy::Cost>>> View::costs(std::string_view owner) const {
  return guarded([&] {
    std::vector<std::pair<message::ItemHash, economy::Cost>> costs;
    for (Scan scan = source_.scan(Key(Table::cost).text()); scan.valid() && (owner.empty() || !options_.query_indexes);
         scan.next()) {
      auto cost = read_cost(scan.value());
      if (!cost) Source::damaged(scan.key());
      const message::ItemHash hash = hash_at(scan.key(), 1);
      if (!owner.empty() && owner_of(source_, hash, entry_at(source_, hash)) != owner) continue;
      costs.emplace_back(hash, *std::move(cost));
    }
    if (owner.empty() || !options_.query_indexes) return costs;
    const std::string prefix = keys::under(Table::owner_cost, name20(owner));
    for (Scan scan = source_.scan(prefix); scan.valid(); scan.next()) {
      const message::ItemHash hash = hash_at(scan.key(), prefix.size());
      auto cost = load<economy::Cost>(source_, keys::of_hash(Table::cost, hash), read_cost);
      if (!cost) Source::damaged(scan.key());
      costs.emplace_back(hash, *std::move(cost));
    }
    return costs;
  });
}

}  // namespace lastmile::store
