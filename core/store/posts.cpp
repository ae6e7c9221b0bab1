#include "core/store/posts.hpp"

#include "core/store/digest.hpp"
#include "core/store/indexes.hpp"

namespace lastmile::store {

message::ItemHash current_version(const Source& source, const StoreOptions& options, const message::ItemHash& original,
                                  Wall original_time) {
  const std::string prefix = keys::of_hash(Table::amend, original);
  const Scan last = source.scan_back(prefix);
  if (!last.valid()) return original;
  const TimedHash newest = timed_hash_at(last.key(), prefix.size());
  if (newest.time <= original_time) return original;
  std::string from = prefix;
  append_time(from, newest.time);
  std::optional<message::ItemHash> best;
  std::uint64_t best_sequence = 0;
  for (Scan scan = source.scan(prefix, from); scan.valid(); scan.next()) {
    const message::ItemHash hash = timed_hash_at(scan.key(), prefix.size()).hash;
    if (!as_reference(options.switches.ties)) return hash;
    const std::uint64_t sequence = sequence_of(source, hash);
    if (!best || sequence < best_sequence) {
      best = hash;
      best_sequence = sequence;
    }
  }
  return best.value_or(original);
}

namespace {

// Calls visit(key) for the places of a post in post_index.
template <class Visit>
void each_place(Context& context, Loaded& original, Loaded& current, Visit visit) {
  if (!context.options.query_indexes) return;
  const Wall time = current.entry.content_time;
  const auto place = [&](Facet facet, std::string_view name) {
    visit(keys::index(Table::post_index, facet, name, time, original.hash));
  };
  place(Facet::all, {});
  place(Facet::address, name8(context.owner(original)));
  place(Facet::post_type, name8(original.entry.subject));
  const auto& channel = context.envelope(original).channel;
  if (channel) place(Facet::channel, name8(*channel));
  if (!original.entry.ref.empty()) place(Facet::ref, name8(original.entry.ref));
  for (const std::string& tag : context.content(current).tags) place(Facet::tag, name8(tag));
}

Loaded& current_of(Context& context, Loaded& original) {
  if (!original.entry.amended) return original;  // most posts: spares a walk over the disk
  const auto hash = current_version(context.tx, context.options, original.hash, original.entry.content_time);
  if (hash == original.hash) return original;
  Loaded* current = context.find(hash);
  if (current == nullptr) Source::damaged(keys::of_hash(Table::entry, hash));
  return *current;
}

}  // namespace

void hide_post(Context& context, Loaded& original) {
  Loaded& current = current_of(context, original);
  context.remove_entry(digest::post_entry(original.hash, current.hash));
  if (!original.entry.elsewhere) return;
  each_place(context, original, current, [&](std::string key) { context.tx.remove(std::move(key)); });
  original.entry.elsewhere = false;
  original.changed = true;
}

void show_post(Context& context, Loaded& original) {
  Loaded& current = current_of(context, original);
  context.add_entry(digest::post_entry(original.hash, current.hash));
  // Nearly every post stands in the lists where its message stands; only the others cost keys of their own.
  if (current.hash == original.hash && original.entry.envelope_time == original.entry.content_time) return;
  each_place(context, original, current, [&](std::string key) { context.tx.put(std::move(key), {}); });
  original.entry.elsewhere = true;
  original.changed = true;
}

namespace {

template <class Change>
void change_amend(Context& context, Loaded& amend, Change change) {
  const auto ref = message::ItemHash::parse(amend.entry.ref);
  if (!ref) return;
  Loaded* original = context.find(*ref);
  const bool visible = original != nullptr && original->entry.live();
  if (visible) hide_post(context, *original);
  if (original != nullptr && !original->entry.amended) {
    original->entry.amended = true;
    original->changed = true;
  }
  change(keys::under_hash(Table::amend, *ref, amend.entry.content_time, amend.hash));
  if (visible) show_post(context, *original);
}

}  // namespace

void apply_post(Context& context, Loaded& m) {
  if (m.entry.is_amend()) {
    change_amend(context, m, [&](std::string key) { context.tx.put(std::move(key), {}); });
  } else {
    show_post(context, m);
  }
}

void unapply_post(Context& context, Loaded& m) {
  if (m.entry.is_amend()) {
    change_amend(context, m, [&](std::string key) { context.tx.remove(std::move(key)); });
  } else {
    hide_post(context, m);
  }
}

}  // namespace lastmile::store
