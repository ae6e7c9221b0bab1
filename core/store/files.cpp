#include "core/store/files.hpp"

#include <limits>

#include "core/store/digest.hpp"

namespace lastmile::store {
namespace {

std::string pin_key(const message::ItemHash& file, const message::ItemHash& by, char kind) {
  Key key(Table::pin);
  key.hash(file).hash(by).byte(kind);
  return key.text();
}

std::string file_key(const message::ItemHash& file) { return keys::of_hash(Table::file, file); }

std::uint64_t sequence_of(const Source& source, const message::ItemHash& hash) {
  const auto entry = load_entry(source, hash);
  if (!entry) Source::damaged(keys::of_hash(Table::entry, hash));
  return entry->sequence;
}

// The winner among the versions of one time.
TimedHash first_of(const Source& source, const StoreOptions& options, const std::string& prefix, Wall time) {
  std::string group = prefix;
  append_time(group, time);
  std::optional<TimedHash> best;
  std::uint64_t best_sequence = 0;
  for (Scan scan = source.scan(group); scan.valid(); scan.next()) {
    const TimedHash version = timed_hash_at(scan.key(), prefix.size());
    if (!as_reference(options.switches.ties)) return version;
    const std::uint64_t sequence = sequence_of(source, version.hash);
    if (!best || sequence < best_sequence) {
      best = version;
      best_sequence = sequence;
    }
  }
  if (!best) Source::damaged(group);
  return *best;
}

void write_grace(Context& context, const message::ItemHash& file, FileRecord record, std::optional<Wall> grace) {
  if (record.grace == grace) return;
  if (record.grace) context.tx.remove(keys::of_time(Table::file_grace, *record.grace, file));
  if (grace) context.tx.put(keys::of_time(Table::file_grace, *grace, file), {});
  record.grace = grace;
  context.tx.put(file_key(file), write_file(record));
}

}  // namespace

std::string tag_of(std::string_view owner, const message::ItemHash& store, std::string_view ref) {
  if (ref.empty()) return store.text();
  if (message::ItemHash::parse(ref)) return std::string(ref);
  return std::string(owner) + "/" + std::string(ref);
}

std::optional<TimedHash> version_at(const Source& source, const StoreOptions& options, std::string_view tag,
                                    Wall time) {
  const std::string prefix = keys::under(Table::version, name20(tag));
  std::string behind = prefix;
  if (time.ns == std::numeric_limits<std::int64_t>::max()) {
    behind = prefix_end(prefix);
  } else {
    append_time(behind, time + nanoseconds(1));
  }
  const Scan before = source.scan_back(prefix, behind);
  if (before.valid()) return first_of(source, options, prefix, timed_hash_at(before.key(), prefix.size()).time);
  const Scan after = source.scan(prefix, behind);
  if (after.valid()) return first_of(source, options, prefix, timed_hash_at(after.key(), prefix.size()).time);
  return std::nullopt;
}

FileRecord file_record(const Source& source, const message::ItemHash& file) {
  return load<FileRecord>(source, file_key(file), read_file).value_or(FileRecord{});
}

void pin(Context& context, const message::ItemHash& file, const message::ItemHash& by, char kind,
         std::string_view owner) {
  std::string key = pin_key(file, by, kind);
  if (context.tx.has(key)) return;
  context.tx.put(std::move(key), std::string(owner));
  context.add_entry(digest::pin_entry(file, by, kind, owner));
  write_grace(context, file, file_record(context.tx, file), std::nullopt);
}

void unpin(Context& context, const message::ItemHash& file, const message::ItemHash& by, char kind,
           std::string_view owner, Wall until) {
  std::string key = pin_key(file, by, kind);
  if (!context.tx.has(key)) return;
  context.tx.remove(std::move(key));
  context.remove_entry(digest::pin_entry(file, by, kind, owner));
  const FileRecord record = file_record(context.tx, file);
  if (record.local && !context.tx.any(keys::of_hash(Table::pin, file))) write_grace(context, file, record, until);
}

void pin_silently(Context& context, const message::ItemHash& file) {
  context.tx.put(pin_key(file, file, kTransactionPin), {});
  write_grace(context, file, file_record(context.tx, file), std::nullopt);
}

void file_at_hand(Context& context, const message::ItemHash& file, std::uint64_t bytes, bool directory) {
  FileRecord record = file_record(context.tx, file);
  if (record.local) return;
  record.bytes = bytes;
  record.directory = directory;
  record.local = true;
  context.tx.put(file_key(file), write_file(record));
  if (!context.tx.any(keys::of_hash(Table::pin, file))) {
    write_grace(context, file, record, context.now + context.options.file_grace);
  }
  const std::string name = keys::hash_name(file);
  context.touch(Kind::file, name);
  // Who still needs it pins it; the others ask again.
  std::vector<std::string> waited;
  for (Scan scan = context.tx.scan(keys::dependants(Kind::file, name)); scan.valid(); scan.next()) {
    waited.emplace_back(scan.key());
  }
  for (std::string& key : waited) context.tx.remove(std::move(key));
}

std::vector<message::ItemHash> collect_garbage(Context& context) {
  std::vector<message::ItemHash> gone;
  for (Scan scan = context.tx.scan(Key(Table::file_grace).text()); scan.valid(); scan.next()) {
    const TimedHash due = timed_hash_at(scan.key(), 1);
    if (due.time > context.now) break;
    gone.push_back(due.hash);
  }
  for (const message::ItemHash& file : gone) {
    const FileRecord record = file_record(context.tx, file);
    if (record.grace) context.tx.remove(keys::of_time(Table::file_grace, *record.grace, file));
    context.tx.remove(file_key(file));
  }
  return gone;
}

namespace {

// Around every change of a tag's versions.
void replace_tag(Context& context, const std::string& tag) {
  std::string key = keys::under(Table::file_tag, name20(tag));
  const auto before = load<FileTag>(context.tx, key, read_tag);
  const auto holds = version_at(context.tx, context.options, tag, Wall{std::numeric_limits<std::int64_t>::max()});
  std::optional<FileTag> after;
  if (holds) {
    Loaded* version = context.find(holds->hash);
    if (version == nullptr || !version->entry.file) Source::damaged(key);
    after = FileTag{tag, context.owner(*version), *version->entry.file, holds->hash, holds->time};
  }
  if (before) context.remove_entry(digest::tag_entry(*before));
  if (after) context.add_entry(digest::tag_entry(*after));
  if (after) {
    context.tx.put(std::move(key), write_tag(*after));
  } else if (before) {
    context.tx.remove(std::move(key));
  }
  context.touch(Kind::tag, name20(tag));
}

std::string owner_file_key(Context& context, Loaded& m) {
  return keys::of_name(Table::owner_file, name20(context.owner(m)), m.entry.content_time, m.hash);
}

}  // namespace

void apply_store(Context& context, Loaded& m) {
  const std::string& owner = context.owner(m);
  pin(context, *m.entry.file, m.hash, kMessagePin, owner);
  if (context.options.query_indexes) context.tx.put(owner_file_key(context, m), keys::hash_name(*m.entry.file));
  const std::string tag = tag_of(owner, m.hash, m.entry.ref);
  context.tx.put(keys::of_name(Table::version, name20(tag), m.entry.content_time, m.hash), {});
  replace_tag(context, tag);
}

void unapply_store(Context& context, Loaded& m, Wall keep_until) {
  const std::string& owner = context.owner(m);
  const std::string tag = tag_of(owner, m.hash, m.entry.ref);
  context.tx.remove(keys::of_name(Table::version, name20(tag), m.entry.content_time, m.hash));
  // The reference looks for the remaining versions under the hash alone, so that a tag with a name of its own is lost.
  const bool named = !m.entry.ref.empty() && !message::ItemHash::parse(m.entry.ref);
  if (named && as_reference(context.options.switches.file_tag_recomputation)) {
    const std::string prefix = keys::under(Table::version, name20(tag));
    std::vector<std::string> rest;
    for (Scan scan = context.tx.scan(prefix); scan.valid(); scan.next()) rest.emplace_back(scan.key());
    for (std::string& key : rest) context.tx.remove(std::move(key));
  }
  replace_tag(context, tag);
  if (context.options.query_indexes) context.tx.remove(owner_file_key(context, m));
  unpin(context, *m.entry.file, m.hash, kMessagePin, owner, keep_until);
}

}  // namespace lastmile::store
