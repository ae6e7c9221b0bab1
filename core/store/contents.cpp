#include "core/store/contents.hpp"

#include <algorithm>
#include <vector>

#include "core/store/layout.hpp"

namespace lastmile::store {
namespace {

std::string part_key(const message::ItemHash& hash, std::uint64_t part) {
  Key key(Table::fetched);
  return key.hash(hash).big40(part).take();
}

}  // namespace

void write_fetched(Transaction& tx, const message::ItemHash& hash, std::string_view text) {
  for (std::uint64_t part = 0;; ++part) {
    tx.put(part_key(hash, part), std::string(text.substr(0, kContentPartBytes)));
    if (text.size() <= kContentPartBytes) return;
    text.remove_prefix(kContentPartBytes);
  }
}

void remove_fetched(Transaction& tx, const message::ItemHash& hash) {
  std::vector<std::string> parts;
  for (Scan scan = tx.scan(keys::of_hash(Table::fetched, hash)); scan.valid(); scan.next()) {
    parts.emplace_back(scan.key());
  }
  for (std::string& part : parts) tx.remove(std::move(part));
}

std::optional<std::uint64_t> fetched_bytes(const Source& source, const message::ItemHash& hash) {
  const std::string prefix = keys::of_hash(Table::fetched, hash);
  const Scan last = source.scan_back(prefix);
  if (!last.valid()) return std::nullopt;
  std::string_view rest = last.key().substr(prefix.size());
  const auto part = take_big40(rest);
  if (!part || !rest.empty()) Source::damaged(last.key());
  return *part * kContentPartBytes + last.value().size();
}

std::optional<std::string> read_fetched(const Source& source, const message::ItemHash& hash, std::uint64_t offset,
                                        std::uint64_t length) {
  const auto bytes = fetched_bytes(source, hash);
  if (!bytes) return std::nullopt;
  offset = std::min(offset, *bytes);
  length = std::min(length, *bytes - offset);
  std::string text;
  text.reserve(length);
  while (text.size() < length) {
    const std::uint64_t at = offset + text.size();
    const std::string key = part_key(hash, at / kContentPartBytes);
    const Stored value = source.get(key);
    const std::uint64_t begin = at % kContentPartBytes;
    if (value == nullptr || value->size() <= begin) Source::damaged(key);
    text.append(value->substr(begin, length - text.size()));
  }
  return text;
}

}  // namespace lastmile::store
