// When a waiting message is given up: 11 attempts with growing pauses (messages.md 5.4). The store judges again
// whenever something arrives; attempts only decide how long the message shows as pending and how often peers are asked
// again.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/base/random.hpp"
#include "core/env/clock.hpp"
#include "core/env/timers.hpp"
#include "core/message/item_hash.hpp"
#include "core/node/limits.hpp"

namespace lastmile::node {

class RetryBook {
 public:
  // `again` is called for each further attempt, `over` when they are exhausted.
  using Call = Callback<void(const message::ItemHash&)>;
  RetryBook(env::Clock& clock, env::Timers& timers, Generator& random, const Limits& limits)
      : clock_(clock), timers_(timers), random_(random), limits_(limits) {}
  void on_attempt(Call again, Call over);

  void add(const message::ItemHash& hash);  // no effect when it is there
  void remove(const message::ItemHash& hash);
  std::size_t size() const { return entries_.size(); }
  std::optional<Instant> oldest() const;  // when the one that waits longest was added

 private:
  struct Entry {
    int failures = 0;
    Instant since;
    Instant due;
  };
  void schedule(const message::ItemHash& hash, Entry& entry);
  void arm();
  void fire();

  env::Clock& clock_;
  env::Timers& timers_;
  Generator& random_;
  const Limits& limits_;
  Call again_;
  Call over_;
  std::map<message::ItemHash, Entry> entries_;
  std::set<std::pair<Instant, message::ItemHash>> due_;
  Instant armed_for_{};
  env::TimerId timer_{};
};

}  // namespace lastmile::node
