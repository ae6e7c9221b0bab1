#include "core/message/schema_reader.hpp"

#include <charconv>
#include <cmath>
#include <set>
#include <system_error>

#include "core/base/check.hpp"
#include "core/message/content.hpp"
#include "core/message/limits.hpp"

namespace lastmile::message {
namespace {

std::optional<std::int64_t> integral(JsonView number) {
  if (const auto exact = number.integer()) return exact;
  const double value = number.number();
  // The bounds are exact doubles; whatever is integral between them converts without loss.
  if (!(value >= -9007199254740992.0 && value <= 9007199254740992.0) || value != std::trunc(value)) return std::nullopt;
  if (number.raw().find_first_of(".eE") == std::string_view::npos) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::string range_text(std::int64_t low, std::int64_t high) {
  return "an integer from " + std::to_string(low) + " to " + std::to_string(high) + " expected";
}

}  // namespace

std::string Place::text() const {
  std::string out = up != nullptr ? up->text() : std::string{};
  if (index >= 0) return out + "[" + std::to_string(index) + "]";
  if (!out.empty()) out.push_back('.');
  return out + std::string(name);
}

bool Faults::refuse(const Place& place, std::string_view expected) {
  text_ = place.text() + ": " + std::string(expected);
  return false;
}

bool Faults::refuse(const Place& object, std::string_view key, std::string_view expected) {
  return refuse(Place{&object, key}, expected);
}

bool ObjectReader::open(JsonView value, std::span<const std::string_view> keys, Extra extra) {
  LM_CHECK(keys.size() <= kKeysMax);
  if (!value.is_object()) return faults_.refuse(place_, "an object expected");
  count_ = 0;
  for (const std::string_view key : keys) slots_[count_++] = {key, std::nullopt};
  return value.each_member([&](std::string_view key, JsonView member) {
    for (std::size_t i = 0; i < count_; ++i) {
      if (slots_[i].key == key) {
        slots_[i].value = member;
        return true;
      }
    }
    // The name is the author's text: shorten it, it ends in logs and answers.
    return extra == Extra::open || faults_.refuse(place_, "unknown key '" + std::string(key.substr(0, 64)) + "'");
  });
}

const JsonView* ObjectReader::slot(std::string_view key) const {
  for (std::size_t i = 0; i < count_; ++i) {
    const auto& value = slots_[i].value;
    if (slots_[i].key == key) return value ? &*value : nullptr;
  }
  LM_CHECK(false);  // a key that open() was not told
}

std::optional<JsonView> ObjectReader::value(std::string_view key) const {
  const JsonView* found = slot(key);
  if (found == nullptr || found->is_null()) return std::nullopt;
  return *found;
}

bool ObjectReader::text(std::string_view key, std::string& out, std::size_t code_points_max) const {
  const auto found = value(key);
  if (!found) return refuse(key, "a text is required");
  return read_text(faults_, Place{&place_, key}, *found, code_points_max, out);
}

bool ObjectReader::text(std::string_view key, std::optional<std::string>& out, std::size_t code_points_max) const {
  return !value(key) || text(key, out.emplace(), code_points_max);
}

bool ObjectReader::hash(std::string_view key, ItemHash& out) const {
  const auto found = value(key);
  if (!found) return refuse(key, "an item hash is required");
  return read_hash(faults_, Place{&place_, key}, *found, out);
}

bool ObjectReader::hash(std::string_view key, std::optional<ItemHash>& out) const {
  return !value(key) || hash(key, out.emplace());
}

bool ObjectReader::flag(std::string_view key, bool& out) const { return !has(key) || required_flag(key, out); }

bool ObjectReader::required_flag(std::string_view key, bool& out) const {
  const JsonView* found = slot(key);
  if (found == nullptr || found->kind() != JsonKind::boolean) return refuse(key, "true or false expected");
  out = found->boolean();
  return true;
}

bool ObjectReader::integer(std::string_view key, std::int64_t low, std::int64_t high, std::int64_t& out) const {
  return !has(key) || required_integer(key, low, high, out);
}

bool ObjectReader::required_integer(std::string_view key, std::int64_t low, std::int64_t high,
                                    std::int64_t& out) const {
  const JsonView* found = slot(key);
  const auto number = found != nullptr && found->kind() == JsonKind::number ? integral(*found) : std::nullopt;
  if (!number || *number < low || *number > high) return refuse(key, range_text(low, high));
  out = *number;
  return true;
}

bool ObjectReader::strict_integer(std::string_view key, std::int64_t low, std::int64_t high, std::int64_t& out) const {
  const JsonView* found = slot(key);
  const auto number = found != nullptr && found->kind() == JsonKind::number ? found->integer() : std::nullopt;
  if (!number || *number < low || *number > high) return refuse(key, range_text(low, high));
  out = *number;
  return true;
}

bool ObjectReader::unsigned64(std::string_view key, std::uint64_t& out) const {
  const JsonView* found = slot(key);
  if (found == nullptr) return true;
  if (found->kind() == JsonKind::number) {
    const std::string_view raw = found->raw();
    const auto read = std::from_chars(raw.data(), raw.data() + raw.size(), out);
    if (read.ec == std::errc{} && read.ptr == raw.data() + raw.size()) return true;
    const auto number = integral(*found);
    if (number && *number >= 0) {
      out = static_cast<std::uint64_t>(*number);
      return true;
    }
  }
  return refuse(key, "an integer from 0 to 18446744073709551615 expected");
}

bool ObjectReader::object_text(std::string_view key, std::optional<std::string>& out, std::size_t keys_max) const {
  const auto found = value(key);
  if (!found) return true;
  if (!found->is_object()) return refuse(key, "an object expected");
  if (keys_max != kAnyLength && distinct_keys(*found, keys_max) > keys_max) {
    return refuse(key, "at most " + std::to_string(keys_max) + " keys expected");
  }
  out.emplace(found->raw());
  return true;
}

bool ObjectReader::word_index(std::string_view key, std::initializer_list<std::string_view> words,
                              std::size_t& out) const {
  const JsonView* found = slot(key);
  if (found != nullptr && found->is_string()) {
    std::string room;
    const std::string_view text = found->string(room);
    out = 0;
    for (const std::string_view word : words) {
      if (word == text) return true;
      ++out;
    }
  }
  std::string expected;
  for (const std::string_view word : words) expected += (expected.empty() ? "" : " or ") + std::string(word);
  return refuse(key, expected + " expected");
}

bool ObjectReader::texts(std::string_view key, std::size_t max, std::size_t code_points_max,
                         std::vector<std::string>& out) const {
  return list(key, Null::absent, max, [&](JsonView element, const Place& place) {
    return read_text(faults_, place, element, code_points_max, out.emplace_back());
  });
}

bool read_text(Faults& faults, const Place& place, JsonView value, std::size_t code_points_max, std::string& out) {
  if (!value.is_string()) return faults.refuse(place, "a text expected");
  out = value.string();
  if (out.size() > code_points_max && code_points(out) > code_points_max) {
    return faults.refuse(place, "at most " + std::to_string(code_points_max) + " characters expected");
  }
  return true;
}

bool read_hash(Faults& faults, const Place& place, JsonView value, ItemHash& out) {
  std::string room;
  const auto hash = value.is_string() ? ItemHash::parse(value.string(room)) : std::nullopt;
  if (!hash) return faults.refuse(place, "an item hash expected (lower-case SHA-256, Qm... or bafy...)");
  out = *hash;
  return true;
}

std::size_t distinct_keys(JsonView object, std::size_t max) {
  std::set<std::string, std::less<>> keys;
  object.each_member([&](std::string_view key, JsonView) {
    keys.emplace(key);
    return keys.size() <= max;
  });
  return keys.size();
}

bool read_payment(const ObjectReader& object, std::optional<Payment>& out) {
  return object.object("payment", Need::optional, [&](JsonView value, const Place& place) {
    ObjectReader payment(object.faults(), place);
    out.emplace();
    if (!payment.open(value, {"type", "chain", "receiver"}, Extra::open) ||
        !payment.word("type", {"hold", "superfluid", "credit"}, out->type) ||
        !payment.text("receiver", out->receiver)) {
      return false;
    }
    std::optional<std::string> chain;
    if (!payment.text("chain", chain)) return false;
    if (!chain) return true;
    out->chain = crypto::parse_chain(*chain);
    return out->chain.has_value() || payment.refuse("chain", "a known chain code expected");
  });
}

void read_tags(std::optional<JsonView> holder, std::vector<std::string>& out) {
  if (!holder || !holder->is_object()) return;
  const auto tags = holder->find("tags");
  if (!tags || !tags->is_array()) return;
  tags->each([&](JsonView tag) {
    if (tag.is_string()) out.push_back(tag.string());
    return out.size() < kOpenListMax;
  });
}

}  // namespace lastmile::message
