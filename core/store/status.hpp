// Changes of an entry, and everything that follows from the entry alone: figures, queues, the held set, the message's
// entry in the state sum, and the report of the change.
#pragma once

#include <algorithm>
#include <utility>

#include "core/store/context.hpp"

namespace lastmile::store {

struct Marks {
  message::Status status = message::Status::none;
  bool held = false;
  bool counted = false;  // has an entry in the state
  bool waiting = false;
  std::uint64_t waiting_bytes = 0;                // of the content that is kept although it waits
  std::optional<message::ItemHash> claimed_file;  // kept while the message is pending
  bool rejection = false;
  std::uint32_t unconfirmed = 0;  // on which of StoreOptions::anchor_chains it still has to be written, as bits
  Wall content_time;
  std::optional<Wall> ended;  // listed under the time of its end
};
Marks marks_of(const Context& context, const Entry& entry);
void replace_marks(Context& context, const Loaded& m, const Marks& before);

// Every change of an entry that its marks may depend on goes through here.
template <class Change>
void edit(Context& context, Loaded& m, Change change) {
  const Marks before = marks_of(context, m.entry);
  change(m.entry);
  m.changed = true;
  replace_marks(context, m, before);
}

// Moves the status, by legal moves, and reports each.
void set_status(Context& context, Loaded& m, message::Status to, message::ErrorCode code = message::ErrorCode::internal,
                std::string details = {});

// The hash as it stands in sums.
Sum256 held_value(const message::ItemHash& hash);
inline std::uint64_t held_second(Wall time) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(time.ns, 0)) / 1000000000;
}

}  // namespace lastmile::store
