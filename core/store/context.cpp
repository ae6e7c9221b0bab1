#include "core/store/context.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/store/digest.hpp"

namespace lastmile::store {

Loaded* Context::find(const message::ItemHash& hash) {
  const auto known = loaded_.find(hash);
  if (known != loaded_.end()) return known->second->erased ? nullptr : known->second.get();
  auto entry = load_entry(tx, hash);
  if (!entry) return nullptr;
  auto made = std::make_unique<Loaded>();
  made->hash = hash;
  made->entry = *std::move(entry);
  return loaded_.emplace(hash, std::move(made)).first->second.get();
}

Loaded& Context::create(const message::ItemHash& hash, Entry entry) {
  auto& place = loaded_[hash];
  LM_CHECK(place == nullptr || place->erased);
  place = std::make_unique<Loaded>();
  place->hash = hash;
  place->entry = std::move(entry);
  place->changed = true;
  return *place;
}

const message::Envelope& Context::envelope(Loaded& m) {
  if (m.envelope == nullptr) m.envelope = std::make_shared<message::Envelope>(load_envelope(tx, m.hash));
  return *m.envelope;
}

const message::Content& Context::content(Loaded& m) {
  if (m.content == nullptr) {
    m.content = std::make_shared<message::Content>(load_content(tx, envelope(m), options.switches));
    if (m.content->type() != m.entry.type) Source::damaged(keys::of_hash(Table::entry, m.hash));
  }
  return *m.content;
}

void Context::touch(Kind kind, std::string_view name, Wall from) {
  const std::string prefix = keys::under(Table::dependant, keys::dependency(kind, name));
  std::string start = prefix;
  append_time(start, from);
  for (Scan scan = tx.scan(prefix, start); scan.valid(); scan.next()) {
    const TimedHash who = timed_hash_at(scan.key(), prefix.size());
    work.insert(who);
  }
}

void Context::keep_dependencies(Loaded& m) {
  std::vector<std::string> now_on = std::exchange(m.looked_at, {});
  std::sort(now_on.begin(), now_on.end());
  now_on.erase(std::unique(now_on.begin(), now_on.end()), now_on.end());
  std::vector<std::string>& before = m.entry.dependencies;
  if (now_on == before) return;
  const auto key = [&m](const std::string& dependency) {
    return keys::of_name(Table::dependant, dependency, m.entry.content_time, m.hash);
  };
  for (const std::string& old : before) {
    if (!std::binary_search(now_on.begin(), now_on.end(), old)) tx.remove(key(old));
  }
  for (const std::string& added : now_on) {
    if (!std::binary_search(before.begin(), before.end(), added)) tx.put(key(added), {});
  }
  before = std::move(now_on);
  m.changed = true;
}

void Context::drop_dependencies(Loaded& m) {
  m.looked_at.clear();
  keep_dependencies(m);
}

bool Context::may_be_judged(const Entry& entry) const {
  if (!entry.authentic || entry.status == message::Status::removed) return false;
  return entry.status != message::Status::rejected || !as_reference(options.switches.final_refusals);
}

void Context::add_entry(std::string_view digest_entry) { meta.state += digest::sum_of(digest_entry); }
void Context::remove_entry(std::string_view digest_entry) { meta.state -= digest::sum_of(digest_entry); }

void Context::finish() {
  for (const auto& [hash, m] : loaded_) {
    if (!m->changed) continue;
    std::string key = keys::of_hash(Table::entry, hash);
    if (m->erased) {
      tx.remove(std::move(key));
    } else {
      tx.put(std::move(key), write_entry(m->entry));
    }
  }
  for (const TimedHash& left : work) {
    std::string key = keys::of_time(Table::unfinished, left.time, left.hash);
    if (tx.has(key)) continue;
    ++meta.unfinished;
    tx.put(std::move(key), {});
  }
  if (!tx.empty()) tx.put(Key(Table::meta).text(), write_meta(meta));
}

}  // namespace lastmile::store
