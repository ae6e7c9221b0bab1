// Reading records by key, for judging and for queries alike. Unreadable records end the call (Source::damaged).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/message/switches.hpp"
#include "core/store/layout.hpp"
#include "core/store/records.hpp"
#include "core/store/transaction.hpp"

namespace lastmile::store {

// Calls read(bytes) on the value of a key that must be readable when it is there.
template <class T>
std::optional<T> load(const Source& source, std::string_view key, std::optional<T> (*read)(std::string_view)) {
  const Stored value = source.get(key);
  if (value == nullptr) return std::nullopt;
  std::optional<T> record = read(*value);
  if (!record) Source::damaged(key);
  return record;
}

std::optional<Entry> load_entry(const Source& source, const message::ItemHash& hash);
// The place in the order of arrival of a message that has an entry; damage when it has none.
std::uint64_t sequence_of(const Source& source, const message::ItemHash& hash);
// Empty: none is kept.
std::optional<message::Envelope> find_envelope(const Source& source, const message::ItemHash& hash);
// Of an authentic entry; damage when it is not there.
message::Envelope load_envelope(const Source& source, const message::ItemHash& hash);
// JSON text of the content as hashed; damage when it is not there.
std::string load_content_text(const Source& source, const message::Envelope& envelope);
message::Content load_content(const Source& source, const message::Envelope& envelope,
                              const message::Switches& switches);
// The order in which they count: the first is the time of the message.
bool confirmed_before(const Confirmation& a, const Confirmation& b);
std::vector<Confirmation> load_confirmations(const Source& source, const message::ItemHash& hash);

// The item hash at the end of a key whose first `skip` bytes are known; damage otherwise.
message::ItemHash hash_at(std::string_view key, std::size_t skip);
struct TimedHash {
  Wall time;
  message::ItemHash hash;
  friend auto operator<=>(const TimedHash&, const TimedHash&) = default;
};
TimedHash timed_hash_at(std::string_view key, std::size_t skip);

}  // namespace lastmile::store
