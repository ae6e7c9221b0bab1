#include "core/store/files.hpp"

#include <limits>

#include "core/base/present.hpp"
#include "core/crypto/hash.hpp"
#include "core/store/digest.hpp"

namespace lastmile::store {
namespace {

std::string pin_key(const message::ItemHash& file, const message::ItemHash& by, char kind) {
  Key key(Table::pin);
  key.hash(file).hash(by).byte(kind);
  return key.text();
}

std::string file_key(const message::ItemHash& file) { return keys::of_hash(Table::file, file); }

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

// Every change of a record: the row of its grace and the sum of what nobody owns follow.
void write_record(Context& context, const message::ItemHash& file, const FileRecord& before, const FileRecord& after) {
  if (before.grace != after.grace) {
    if (before.grace) context.tx.remove(keys::of_time(Table::file_grace, *before.grace, file));
    if (after.grace) context.tx.put(keys::of_time(Table::file_grace, *after.grace, file), {});
  }
  context.meta.unowned_bytes += after.unowned_bytes() - before.unowned_bytes();  // mod 2^64, so in either direction
  context.tx.put(file_key(file), write_file(after));
}

Wall grace_from_now(const Context& context) { return context.now + context.options.file_grace; }

bool has_owner(const Source& source, const message::ItemHash& file) {
  for (Scan scan = source.scan(keys::of_hash(Table::pin, file)); scan.valid(); scan.next()) {
    if (scan.key().back() != kClaim) return true;
  }
  return false;
}

bool claimed(const Source& source, const message::ItemHash& file) {
  for (Scan scan = source.scan(keys::of_hash(Table::pin, file)); scan.valid(); scan.next()) {
    if (scan.key().back() == kClaim) return true;
  }
  return false;
}

// An owner came. What is being deleted has to be written again first.
void end_grace(Context& context, const message::ItemHash& file) {
  const FileRecord before = file_record(context.tx, file);
  if (!before.grace || before.removing) return;
  FileRecord after = before;
  after.grace.reset();
  write_record(context, file, before, after);
}

// An owner left.
void begin_grace(Context& context, const message::ItemHash& file, Wall until) {
  if (!context.tx.has(file_key(file)) || has_owner(context.tx, file)) return;
  const FileRecord before = file_record(context.tx, file);
  if (before.removing) return;
  FileRecord after = before;
  after.grace = until;
  write_record(context, file, before, after);
}

void delete_soon(Context& context, const message::ItemHash& file, const FileRecord& before) {
  FileRecord after = before;
  after.local = false;
  after.removing = true;
  after.grace = context.now + context.options.file_deletion_retry;
  write_record(context, file, before, after);
  context.files_to_delete.push_back(file);
}

std::string transaction_prefix(std::string_view chain) {
  Key key(Table::transaction_pin);
  return key.raw(chain).byte('\0').take();
}

message::ItemHash transaction_name(std::string_view chain, std::string_view transaction) {
  crypto::Sha256 name;
  return message::ItemHash::of(name.add(chain).add(std::string_view("\0", 1)).add(transaction).finish());
}

struct TransactionFile {
  std::string key;
  message::ItemHash file;
  message::ItemHash name;
};

// Archives of transactions of a chain that are not final, with heights in [from, until].
std::vector<TransactionFile> transaction_files(Context& context, std::string_view chain, std::uint64_t from,
                                               std::uint64_t until) {
  const std::string prefix = transaction_prefix(chain);
  std::string start = prefix;
  append_big64(start, from);
  std::vector<TransactionFile> found;
  for (Scan scan = context.tx.scan(prefix, start); scan.valid(); scan.next()) {
    std::string_view rest = scan.key().substr(prefix.size());
    const auto height = take_big64(rest);
    const auto file = height ? take_hash(rest) : std::nullopt;
    const auto name = file ? take_hash(rest) : std::nullopt;
    if (!name || !rest.empty()) Source::damaged(scan.key());
    if (*height > until) break;
    found.push_back({std::string(scan.key()), *file, *name});
  }
  return found;
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

std::uint64_t count_pins(const Source& source, const message::ItemHash& file) {
  std::uint64_t count = 0;
  for (Scan scan = source.scan(keys::of_hash(Table::pin, file)); scan.valid(); scan.next()) {
    const char kind = scan.key().back();
    if (!is_hold(kind) && kind != kClaim) ++count;
  }
  return count;
}

void pin(Context& context, const message::ItemHash& file, const message::ItemHash& by, std::string_view owner) {
  std::string key = pin_key(file, by, kMessagePin);
  if (context.tx.has(key)) return;
  context.tx.put(std::move(key), std::string(owner));
  context.add_entry(digest::pin_entry(file, by, kMessagePin, owner));
  end_grace(context, file);
}

void unpin(Context& context, const message::ItemHash& file, const message::ItemHash& by, std::string_view owner,
           Wall until) {
  std::string key = pin_key(file, by, kMessagePin);
  if (!context.tx.has(key)) return;
  context.tx.remove(std::move(key));
  context.remove_entry(digest::pin_entry(file, by, kMessagePin, owner));
  begin_grace(context, file, until);
}

void pin_locally(Context& context, const message::ItemHash& file, const message::ItemHash& by, char kind) {
  std::string key = pin_key(file, by, kind);
  if (context.tx.has(key)) return;
  context.tx.put(std::move(key), {});
  end_grace(context, file);
}

void unpin_locally(Context& context, const message::ItemHash& file, const message::ItemHash& by, char kind) {
  std::string key = pin_key(file, by, kind);
  if (!context.tx.has(key)) return;
  context.tx.remove(std::move(key));
  begin_grace(context, file, grace_from_now(context));
}

std::vector<LocalPin> local_pins(const Source& source) {
  std::vector<LocalPin> pins;
  for (Scan scan = source.scan(Key(Table::pin).text()); scan.valid(); scan.next()) {
    std::string_view rest = scan.key().substr(1);
    const auto file = take_hash(rest);
    const auto by = file ? take_hash(rest) : std::nullopt;
    if (!by || rest.size() != 1) Source::damaged(scan.key());
    if (rest[0] != kMessagePin) pins.push_back({*file, *by, rest[0]});
  }
  return pins;
}

std::vector<message::ItemHash> heads_naming(const Source& source, const message::ItemHash& archive) {
  std::vector<message::ItemHash> heads;
  const std::string prefix = keys::of_hash(Table::pin, archive);
  for (Scan scan = source.scan(prefix); scan.valid(); scan.next()) {
    std::string_view rest = scan.key().substr(prefix.size());
    const auto by = take_hash(rest);
    if (!by || rest.size() != 1) Source::damaged(scan.key());
    if (rest[0] == kHeadPin && *by != archive) heads.push_back(*by);
  }
  return heads;
}

void claim_file(Context& context, const message::ItemHash& file, const message::ItemHash& by, bool there) {
  std::string key = pin_key(file, by, kClaim);
  if (there) {
    context.tx.put(std::move(key), {});
  } else {
    context.tx.remove(std::move(key));
  }
}

void pin_of_transaction(Context& context, const message::ItemHash& file, std::string_view chain, std::uint64_t height,
                        std::string_view transaction, bool final) {
  const message::ItemHash name = transaction_name(chain, transaction);
  pin_locally(context, file, name, kTransactionPin);
  if (final) return;
  std::string key = transaction_prefix(chain);
  append_big64(key, height);
  append_hash(key, file);
  append_hash(key, name);
  context.tx.put(std::move(key), {});
}

void release_transaction_files(Context& context, std::string_view chain, std::uint64_t from_height) {
  for (TransactionFile& gone : transaction_files(context, chain, from_height, ~std::uint64_t{0})) {
    context.tx.remove(std::move(gone.key));
    unpin_locally(context, gone.file, gone.name, kTransactionPin);
  }
}

void finalize_transaction_files(Context& context, std::string_view chain, std::uint64_t height) {
  for (TransactionFile& settled : transaction_files(context, chain, 0, height)) {
    context.tx.remove(std::move(settled.key));
  }
}

void expect_file(Context& context, const message::ItemHash& file, std::uint64_t bytes) {
  const FileRecord before = file_record(context.tx, file);
  if (before.local) return;
  FileRecord after = before;
  after.bytes = bytes;
  after.removing = false;
  after.grace.reset();
  if (!has_owner(context.tx, file)) after.grace = grace_from_now(context);
  write_record(context, file, before, after);
}

void file_lost(Context& context, const message::ItemHash& file) {
  const FileRecord before = file_record(context.tx, file);
  if (!before.local) return;
  FileRecord after = before;
  after.local = false;
  write_record(context, file, before, after);
}

void file_at_hand(Context& context, const message::ItemHash& file, std::uint64_t bytes, bool directory) {
  const FileRecord before = file_record(context.tx, file);
  if (before.local || before.removing) return;
  FileRecord after = before;
  after.bytes = bytes;
  after.directory = directory;
  after.local = true;
  after.grace.reset();
  if (!has_owner(context.tx, file)) after.grace = grace_from_now(context);
  write_record(context, file, before, after);
  context.touch(Kind::file, keys::hash_name(file));
}

void file_deleted(Context& context, const message::ItemHash& file) {
  const FileRecord record = file_record(context.tx, file);
  if (!record.removing) return;  // written again meanwhile
  if (record.grace) context.tx.remove(keys::of_time(Table::file_grace, *record.grace, file));
  context.tx.remove(file_key(file));
}

bool collect_garbage(Context& context) {
  std::vector<message::ItemHash> due;
  bool more = false;
  for (Scan scan = context.tx.scan(Key(Table::file_grace).text()); scan.valid(); scan.next()) {
    const TimedHash end = timed_hash_at(scan.key(), 1);
    if (end.time > context.now) break;
    more = due.size() == context.options.limits.files_deleted_per_call;
    if (more) break;
    due.push_back(end.hash);
  }
  for (const message::ItemHash& file : due) {
    const FileRecord before = file_record(context.tx, file);
    if (!before.removing && claimed(context.tx, file)) {
      FileRecord after = before;
      after.grace = grace_from_now(context);
      write_record(context, file, before, after);
    } else {
      delete_soon(context, file, before);
    }
  }
  return more;
}

void keep_file_limit(Context& context) {
  if (context.meta.unowned_bytes <= context.options.limits.unowned_bytes) return;
  std::vector<message::ItemHash> first;
  std::uint64_t bytes = context.meta.unowned_bytes;
  for (Scan scan = context.tx.scan(Key(Table::file_grace).text());
       scan.valid() && bytes > context.options.limits.unowned_bytes; scan.next()) {
    const message::ItemHash file = timed_hash_at(scan.key(), 1).hash;
    const std::uint64_t own = file_record(context.tx, file).unowned_bytes();
    if (own == 0 || file == context.file_to_write) continue;
    first.push_back(file);
    bytes -= own;
  }
  for (const message::ItemHash& file : first) delete_soon(context, file, file_record(context.tx, file));
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
  pin(context, present(m.entry.file), m.hash, owner);
  if (context.options.query_indexes) context.tx.put(owner_file_key(context, m), keys::hash_name(present(m.entry.file)));
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
  unpin(context, present(m.entry.file), m.hash, owner, keep_until);
}

}  // namespace lastmile::store
