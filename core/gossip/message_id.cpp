#include "core/gossip/message_id.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

#include "core/base/check.hpp"

namespace lastmile::gossip {
namespace {

// Canonical decimal text of a 64-bit number, or nothing.
std::optional<MessageKey> parse_content_id(ByteView id) {
  const std::string_view text = as_text(id);
  if (text.empty() || text.size() > 20 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return MessageKey{value};
}

std::size_t decimal_size(std::uint64_t value) {
  static constexpr auto kPowers = [] {
    std::array<std::uint64_t, 20> powers{};
    std::uint64_t power = 1;
    for (auto& p : powers) {
      p = power;
      power *= 10;
    }
    return powers;
  }();
  if (value == 0) return 1;
  const auto guess = static_cast<std::size_t>(std::bit_width(value)) * 1233 >> 12;  // digits - 1, or one more
  return guess + (value >= kPowers[guess] ? 1 : 0);
}

}  // namespace

MessageKey content_id(ByteView data) {
  Bytes hashed;
  hashed.reserve(8 + data.size());
  for (int i = 0; i < 8; ++i) hashed.push_back(static_cast<std::uint8_t>(std::uint64_t{data.size()} >> (8 * i)));
  append(hashed, data);
  return MessageKey{siphash_1_3({}, hashed)};
}

std::string content_id_text(MessageKey id) { return std::to_string(id.value); }

MessageKey key_of_wire_id(const IdScheme& scheme, ByteView id) {
  if (scheme.kind == IdKind::content) {
    if (const auto key = parse_content_id(id)) return *key;
  }
  return MessageKey{siphash_2_4(scheme.raw_key, id)};
}

void IdList::add(MessageKey content_id, MessageNumber number) {
  if (number != kNoNumber && numbers_.empty()) numbers_.resize(keys_.size(), kNoNumber);
  keys_.push_back(content_id);
  if (!numbers_.empty() || number != kNoNumber) numbers_.push_back(number);
  if (!raw_.empty()) raw_.emplace_back();
}

void IdList::add_wire(const IdScheme& scheme, ByteView id, MessageNumber number) {
  if (scheme.kind == IdKind::content) {
    if (const auto key = parse_content_id(id)) {
      add(*key, number);
      return;
    }
  }
  if (raw_.empty()) raw_.resize(keys_.size());
  const MessageKey key{siphash_2_4(scheme.raw_key, id)};
  if (!numbers_.empty() || number != kNoNumber) {
    numbers_.resize(keys_.size(), kNoNumber);
    numbers_.push_back(number);
  }
  keys_.push_back(key);
  raw_.emplace_back(Bytes(id.begin(), id.end()));
}

const Bytes* IdList::raw_of(std::size_t i) const {
  if (raw_.empty()) return nullptr;
  const std::optional<Bytes>& raw = raw_[i];
  return raw ? &*raw : nullptr;
}

std::size_t IdList::id_bytes(std::size_t i) const {
  const Bytes* raw = raw_of(i);
  return raw != nullptr ? raw->size() : decimal_size(keys_[i].value);
}

void IdList::append_id(std::size_t i, Bytes& out) const {
  if (const Bytes* raw = raw_of(i)) {
    append(out, *raw);
    return;
  }
  char text[20];
  const auto end = std::to_chars(text, text + sizeof text, keys_[i].value).ptr;
  append(out, std::string_view(text, static_cast<std::size_t>(end - text)));
}

void IdList::add_from(const IdList& other, std::size_t i) {
  const bool raw = !other.raw_.empty() && other.raw_[i].has_value();
  if (raw && raw_.empty()) raw_.resize(keys_.size());
  const MessageNumber number = other.number(i);
  if (!numbers_.empty() || number != kNoNumber) {
    numbers_.resize(keys_.size(), kNoNumber);
    numbers_.push_back(number);
  }
  keys_.push_back(other.keys_[i]);
  if (raw) {
    raw_.push_back(other.raw_[i]);
  } else if (!raw_.empty()) {
    raw_.emplace_back();
  }
}

void IdList::drop_repeated() {
  std::vector<MessageKey> sorted = keys_;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end()) return;
  IdList kept;
  std::vector<bool> taken(sorted.size());
  for (std::size_t i = 0; i < size(); ++i) {
    const auto at = std::lower_bound(sorted.begin(), sorted.end(), keys_[i]) - sorted.begin();
    if (taken[static_cast<std::size_t>(at)]) continue;
    taken[static_cast<std::size_t>(at)] = true;
    kept.add_from(*this, i);
  }
  *this = std::move(kept);
}

void IdList::swap_entries(std::size_t i, std::size_t j) {
  std::swap(keys_[i], keys_[j]);
  if (!numbers_.empty()) std::swap(numbers_[i], numbers_[j]);
  if (!raw_.empty()) std::swap(raw_[i], raw_[j]);
}

void IdList::truncate(std::size_t count) {
  if (count >= keys_.size()) return;
  keys_.resize(count);
  if (!numbers_.empty()) numbers_.resize(count);
  if (!raw_.empty()) raw_.resize(count);
}

std::size_t IdList::memory_bytes() const {
  std::size_t sum = keys_.capacity() * sizeof(MessageKey) + numbers_.capacity() * sizeof(MessageNumber) +
                    raw_.capacity() * sizeof(std::optional<Bytes>);
  for (const auto& id : raw_) sum += id ? id->capacity() : 0;
  return sum;
}

bool operator==(const IdList& a, const IdList& b) {
  if (a.size() != b.size()) return false;
  Bytes left;
  Bytes right;
  for (std::size_t i = 0; i < a.size(); ++i) {
    left.clear();
    right.clear();
    a.append_id(i, left);
    b.append_id(i, right);
    if (left != right) return false;
  }
  return true;
}

}  // namespace lastmile::gossip
