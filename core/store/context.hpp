// The room of one call: the transaction, the messages looked at, the work still to do, and what changed. Modules of
// this room are functions over it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/economy/balances.hpp"
#include "core/economy/credits.hpp"
#include "core/economy/prices.hpp"
#include "core/message/permission.hpp"
#include "core/store/layout.hpp"
#include "core/store/options.hpp"
#include "core/store/outcome.hpp"
#include "core/store/reading.hpp"
#include "core/store/records.hpp"
#include "core/store/transaction.hpp"
#include "core/trace/rare_state.hpp"

namespace lastmile::store {

// A message in this call. The entry is written back at the end when it was changed.
struct Loaded {
  message::ItemHash hash;
  Entry entry;
  bool changed = false;
  bool erased = false;
  std::vector<std::string> looked_at;                 // dependencies of the judgement going on
  std::shared_ptr<const message::Envelope> envelope;  // loaded when asked for
  std::shared_ptr<const message::Content> content;    // loaded when asked for
};

// What is kept in memory beside the disk: made anew from it by open().
struct Memory {
  economy::BalanceBook balances;
  economy::CreditBook credits;
  std::map<std::string, Sum256, std::less<>> account_sums;  // what each address adds to the state sum
  // Price tables from a point of (content time, hash) on; the first one is the default.
  std::vector<std::pair<TimedHash, std::shared_ptr<const economy::PriceTable>>> prices;
  // Authorizations of `security` elements; null when the element has none. Only saves parsing; emptied when full.
  std::map<message::ItemHash, std::shared_ptr<const std::vector<message::Authorization>>> authorizations;
  static constexpr std::size_t kAuthorizationsCached = 4096;
};

class Context {
 public:
  Context(const env::Reader& reader, const StoreOptions& options_in, const Meta& meta_in, Memory& memory_in,
          trace::Sink& sink_in, Wall now_in)
      : tx(reader), options(options_in), meta(meta_in), memory(memory_in), sink(sink_in), now(now_in) {}

  // Null when nothing is known under this hash.
  Loaded* find(const message::ItemHash& hash);
  // A new entry; the hash must be unknown.
  Loaded& create(const message::ItemHash& hash, Entry entry);
  const message::Envelope& envelope(Loaded& m);
  // Only while the content is kept: authentic, has_content, not forgotten.
  const message::Content& content(Loaded& m);
  const std::string& sender(Loaded& m) { return envelope(m).sender; }
  // content.address; the sender when the content was never here.
  const std::string& owner(Loaded& m) { return m.entry.owner ? *m.entry.owner : sender(m); }

  // Judge this message (again) before the call ends.
  void enqueue(Wall content_time, const message::ItemHash& hash) { work.insert({content_time, hash}); }
  void enqueue(const Loaded& m) { enqueue(m.entry.content_time, m.hash); }
  // Something changed: judge who depends on it, from this content time on.
  void touch(Kind kind, std::string_view name, Wall from = {});
  void touch_message(const message::ItemHash& hash) { touch(Kind::message, keys::hash_name(hash)); }
  // A judgement looks at this: touch(kind, name) shall reach the message from keep_dependencies() on.
  void depend(Loaded& m, Kind kind, std::string_view name) { m.looked_at.push_back(keys::dependency(kind, name)); }
  void depend_on_message(Loaded& m, const message::ItemHash& hash) { depend(m, Kind::message, keys::hash_name(hash)); }
  // The message depends on what was looked at since the last call, and on nothing else any more.
  void keep_dependencies(Loaded& m);
  void drop_dependencies(Loaded& m);
  // May a change of something else lead to another judgement of it?
  bool may_be_judged(const Entry& entry) const;

  void add_entry(std::string_view digest_entry);
  void remove_entry(std::string_view digest_entry);

  // Writes changed entries and the figures; the transaction is complete then.
  void finish();

  Transaction tx;
  const StoreOptions& options;
  Meta meta;  // a copy: taken back by the store when the call succeeded
  Memory& memory;
  trace::Sink& sink;
  const Wall now;
  std::set<TimedHash> work;
  std::vector<StatusChange> changes;
  std::vector<message::ItemHash> files_to_delete;  // from the disk, once what was decided here is durable
  std::optional<message::ItemHash> file_to_write;  // after this call: not deleted by it, or the deletion came first
  std::uint64_t judgements = 0;
  bool ticking = false;                                 // in tick(): removing may become removed
  std::set<std::string, std::less<>> accounts_touched;  // addresses whose balance changed in this call

 private:
  std::map<message::ItemHash, std::unique_ptr<Loaded>> loaded_;
};

inline bool as_reference(message::Behaviour behaviour) { return behaviour == message::Behaviour::as_reference; }

}  // namespace lastmile::store
