#include "core/store/reading.hpp"

#include <algorithm>

#include "core/store/contents.hpp"

namespace lastmile::store {

std::optional<Entry> load_entry(const Source& source, const message::ItemHash& hash) {
  return load<Entry>(source, keys::of_hash(Table::entry, hash), read_entry);
}

std::uint64_t sequence_of(const Source& source, const message::ItemHash& hash) {
  const auto entry = load_entry(source, hash);
  if (!entry) Source::damaged(keys::of_hash(Table::entry, hash));
  return entry->sequence;
}

std::optional<message::Envelope> find_envelope(const Source& source, const message::ItemHash& hash) {
  const std::string key = keys::of_hash(Table::envelope, hash);
  const Stored value = source.get(key);
  if (value == nullptr) return std::nullopt;
  auto envelope = read_envelope(hash, *value);
  if (!envelope) Source::damaged(key);
  return envelope;
}

message::Envelope load_envelope(const Source& source, const message::ItemHash& hash) {
  auto envelope = find_envelope(source, hash);
  if (!envelope) Source::damaged(keys::of_hash(Table::envelope, hash));
  return *std::move(envelope);
}

std::string load_content_text(const Source& source, const message::Envelope& envelope) {
  if (envelope.item_content) return *envelope.item_content;
  auto text = read_fetched(source, envelope.item_hash);
  if (!text) Source::damaged(keys::of_hash(Table::fetched, envelope.item_hash));
  return *std::move(text);
}

message::Content load_content(const Source& source, const message::Envelope& envelope,
                              const message::Switches& switches) {
  auto content = envelope.item_content
                     ? message::parse_inline_content(envelope, switches)
                     : message::parse_fetched_content(envelope, load_content_text(source, envelope), switches);
  if (!content) Source::damaged(keys::of_hash(Table::envelope, envelope.item_hash));
  return *std::move(content);
}

bool confirmed_before(const Confirmation& a, const Confirmation& b) {
  return std::tie(a.time, a.chain, a.transaction) < std::tie(b.time, b.chain, b.transaction);
}

std::vector<Confirmation> load_confirmations(const Source& source, const message::ItemHash& hash) {
  std::vector<Confirmation> all;
  for (Scan scan = source.scan(keys::of_hash(Table::confirmation, hash)); scan.valid(); scan.next()) {
    auto confirmation = read_confirmation(scan.value());
    if (!confirmation) Source::damaged(scan.key());
    all.push_back(*std::move(confirmation));
  }
  std::sort(all.begin(), all.end(), confirmed_before);
  return all;
}

message::ItemHash hash_at(std::string_view key, std::size_t skip) {
  if (key.size() < skip) Source::damaged(key);
  std::string_view rest = key.substr(skip);
  const auto hash = take_hash(rest);
  if (!hash || !rest.empty()) Source::damaged(key);
  return *hash;
}

TimedHash timed_hash_at(std::string_view key, std::size_t skip) {
  if (key.size() < skip) Source::damaged(key);
  std::string_view rest = key.substr(skip);
  const auto time = take_time(rest);
  const auto hash = time ? take_hash(rest) : std::nullopt;
  if (!hash || !rest.empty()) Source::damaged(key);
  return {*time, *hash};
}

}  // namespace lastmile::store
