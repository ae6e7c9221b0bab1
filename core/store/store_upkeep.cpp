// Files, confirmations and the clock.
#include <algorithm>

#include "core/base/check.hpp"
#include "core/store/accounts.hpp"
#include "core/store/change.hpp"
#include "core/store/contents.hpp"
#include "core/store/effects.hpp"
#include "core/store/files.hpp"
#include "core/store/status.hpp"

namespace lastmile::store {

using message::Status;

Result<Outcome> StoreImpl::file_arrived(const message::ItemHash& file, std::uint64_t bytes, bool directory, Wall now) {
  return change<Outcome>(now, [&](Context& context) {
    file_at_hand(context, file, bytes, directory);
    return Outcome{};
  });
}

Result<Unit> StoreImpl::change_files(Wall now, const std::function<void(Context&)>& work) {
  if (broken_) return *broken_;
  now_ = now;
  auto result = guarded([&] {
    Context room = context(now);
    work(room);
    keep_file_limit(room);
    commit(room);
    return Unit{};
  });
  if (!result) broken_ = result.error();
  return result;
}

// Of one road: another that uses the same file lets go of it when it is done itself.
static char hold_of(Store::Keep road) {
  LM_CHECK(road != Store::Keep::grace);
  return road == Store::Keep::for_chains ? kChainHold : kHeadHold;
}

Result<Unit> StoreImpl::put_file(const message::ItemHash& file, Bytes bytes, Keep keep, Wall now,
                                 env::Done<Written> done) {
  bool at_hand = false;
  auto expected = change_files(now, [&](Context& context) {
    at_hand = file_record(context.tx, file).local;
    if (keep != Keep::grace) pin_locally(context, file, file, hold_of(keep));
    expect_file(context, file, bytes.size());
    context.file_to_write = file;
  });
  if (!expected) return expected;
  if (keep != Keep::grace) left_held_.erase({file, hold_of(keep)});
  const std::uint64_t number = durability_->committed;
  auto answer = [state = durability_, at_hand, number, file, size = bytes.size(),
                 then = std::move(done)](const Result<Unit>& written) mutable {
    StoreImpl* const store = state->store;
    if (store == nullptr) return;
    if (!written) return then(written.error());
    const auto deletion = state->deleting.find(file);
    const bool deleted = deletion != state->deleting.end() && deletion->second > number;
    if (!deleted && !at_hand) {
      auto arrived = store->file_arrived(file, size, false, store->now_);
      if (!arrived) return then(arrived.error());
      return then(Written(std::move(*arrived)));
    }
    const auto still_here = store->file_bytes(file);  // or found to be damaged meanwhile
    if (!still_here) return then(still_here.error());
    then(*still_here ? Written(Outcome{}) : Written{});
  };
  if (at_hand) {
    disk_.commit({}, std::move(answer));  // nothing to write; answered like everything else, later
    return Unit{};
  }
  when_durable([this, name = file.text(), kept = std::move(bytes), then = std::move(answer)]() mutable {
    disk_.put_blob(std::move(name), std::move(kept), std::move(then));
  });
  return Unit{};
}

Result<Unit> StoreImpl::file_damaged(const message::ItemHash& file, Wall now) {
  return change_files(now, [&](Context& context) { file_lost(context, file); });
}

Result<Unit> StoreImpl::release_file(const message::ItemHash& file, Keep road, Wall now) {
  return change_files(now, [&](Context& context) { unpin_locally(context, file, file, hold_of(road)); });
}

Result<std::optional<std::uint64_t>> StoreImpl::file_bytes(const message::ItemHash& file) const {
  return guarded([&]() -> std::optional<std::uint64_t> {
    const FileRecord record = file_record(Source(disk_.latest()), file);
    if (!record.local || record.directory) return std::nullopt;
    return record.bytes;
  });
}

Result<Unit> StoreImpl::pin_transaction_file(const message::ItemHash& file, std::string_view chain,
                                             std::uint64_t height, std::string_view transaction, bool final, Wall now) {
  return change_files(now,
                      [&](Context& context) { pin_of_transaction(context, file, chain, height, transaction, final); });
}

Result<Unit> StoreImpl::pin_head(const message::ItemHash& head, const message::ItemHash& archive, env::Batch beside,
                                 Wall now) {
  return change_files(now, [&](Context& context) {
    pin_locally(context, head, head, kHeadPin);
    pin_locally(context, archive, head, kHeadPin);
    context.tx.put_beside(std::move(beside));
  });
}

Result<Unit> StoreImpl::unpin_head_archive(const message::ItemHash& archive, Wall now) {
  return change_files(now, [&](Context& context) {
    for (const message::ItemHash& head : heads_naming(context.tx, archive)) {
      unpin_locally(context, archive, head, kHeadPin);
    }
  });
}

Result<std::vector<message::ItemHash>> StoreImpl::missing_heads() const {
  return guarded([&] {
    const Source source(disk_.latest());
    std::vector<message::ItemHash> missing;
    for (const LocalPin& pin : local_pins(source)) {
      if (pin.kind == kHeadPin && pin.by == pin.file && !file_record(source, pin.file).local) {
        missing.push_back(pin.file);
      }
    }
    return missing;
  });
}

Result<std::optional<std::uint64_t>> StoreImpl::content_bytes(const message::ItemHash& message) const {
  return guarded([&] { return fetched_bytes(Source(disk_.latest()), message); });
}

Result<std::optional<std::string>> StoreImpl::content(const message::ItemHash& message, std::uint64_t offset,
                                                      std::uint64_t length) const {
  return guarded([&] { return read_fetched(Source(disk_.latest()), message, offset, length); });
}

Result<WaitingPage> StoreImpl::waiting_for_content(const std::optional<WaitingSince>& after,
                                                   std::size_t look_at) const {
  return guarded([&] {
    const Source source(disk_.latest());
    const std::string prefix = Key(Table::waiting).text();
    const std::string last = after ? keys::of_time(Table::waiting, after->reception, after->hash) : prefix;
    WaitingPage page;
    Scan scan = source.scan(prefix, last);
    if (scan.valid() && scan.key() == last) scan.next();
    for (std::size_t looked = 0; scan.valid(); scan.next()) {
      const TimedHash waiting = timed_hash_at(scan.key(), prefix.size());
      const auto entry = load_entry(source, waiting.hash);
      if (!entry) Source::damaged(scan.key());
      if (!entry->has_content) page.found.push_back({waiting.time, waiting.hash});
      if (++looked < look_at) continue;
      page.next = WaitingSince{waiting.time, waiting.hash};
      break;
    }
    return page;
  });
}

Result<std::vector<message::ItemHash>> StoreImpl::wanted_files(const std::optional<message::ItemHash>& after,
                                                               std::size_t limit) const {
  return guarded([&] {
    const Source source(disk_.latest());
    // Everybody who waits for this file stands before what this gives.
    const auto behind = [](const message::ItemHash& file) {
      return prefix_end(keys::under(Table::dependant, keys::dependency(Kind::file, keys::hash_name(file))));
    };
    const std::string prefix = keys::under(Table::dependant, keys::dependency(Kind::file, {}));
    std::string from = after ? behind(*after) : prefix;
    std::vector<message::ItemHash> wanted;
    while (wanted.size() < limit) {
      const Scan scan = source.scan(prefix, from);
      if (!scan.valid()) break;
      std::string_view rest = scan.key().substr(prefix.size());
      const auto file = take_hash(rest);
      if (!file) Source::damaged(scan.key());
      from = behind(*file);
      // At hand: those who waited are still to be judged (Limits::judgements_per_call).
      if (!file_record(source, *file).local) wanted.push_back(*file);
    }
    return wanted;
  });
}

Result<Outcome> StoreImpl::add_confirmations(const std::vector<Confirmed>& seen, Wall now) {
  return change<Outcome>(now, [&](Context& context) {
    for (const Confirmed& one : seen) add_confirmation(context, one.message, one.confirmation);
    return Outcome{};
  });
}

namespace {

struct NotFinal {
  message::ItemHash hash;
  Confirmation confirmation;
};

// Confirmations of a chain that are not final, with heights in [from, until].
std::vector<NotFinal> not_final(Context& context, std::string_view chain, std::uint64_t from, std::uint64_t until) {
  Key prefix(Table::chain_height);
  prefix.raw(chain).byte('\0');
  std::string start = prefix.text();
  append_big64(start, from);
  std::vector<NotFinal> found;
  for (Scan scan = context.tx.scan(prefix.text(), start); scan.valid(); scan.next()) {
    std::string_view rest = scan.key().substr(prefix.text().size());
    const auto height = take_big64(rest);
    const auto hash = height ? take_hash(rest) : std::nullopt;
    if (!hash) Source::damaged(scan.key());
    if (*height > until) break;
    Key key(Table::confirmation);
    key.hash(*hash).raw(chain).byte('\0').raw(rest);
    const auto confirmation = load<Confirmation>(context.tx, key.text(), read_confirmation);
    if (!confirmation) Source::damaged(key.text());
    found.push_back({*hash, *confirmation});
  }
  return found;
}

}  // namespace

Result<Outcome> StoreImpl::remove_confirmations(std::string_view chain, std::uint64_t from_height, Wall now) {
  return change<Outcome>(now, [&](Context& context) {
    for (const NotFinal& gone : not_final(context, chain, from_height, ~std::uint64_t{0})) {
      remove_confirmation_rows(context, gone.hash, gone.confirmation);
      Loaded* m = context.find(gone.hash);
      if (m != nullptr && m->entry.authentic) refresh_confirmed(context, *m);
    }
    release_transaction_files(context, chain, from_height);
    return Outcome{};
  });
}

Result<Outcome> StoreImpl::finalize_confirmations(std::string_view chain, std::uint64_t height) {
  return change<Outcome>(now_, [&](Context& context) {
    for (NotFinal& settled : not_final(context, chain, 0, height)) {
      remove_confirmation_rows(context, settled.hash, settled.confirmation);
      settled.confirmation.final = true;
      put_confirmation_rows(context, settled.hash, settled.confirmation);
      const Loaded* m = context.find(settled.hash);
      if (m != nullptr && m->entry.authentic) record_confirmed(context, settled.hash, settled.confirmation);
    }
    finalize_transaction_files(context, chain, height);
    return Outcome{};
  });
}

Result<std::vector<message::ItemHash>> StoreImpl::unconfirmed(std::string_view chain, std::size_t limit) const {
  return guarded([&] {
    const Source source(disk_.latest());
    const std::string prefix = keys::under(Table::unconfirmed, name8(chain));
    std::vector<message::ItemHash> found;
    for (Scan scan = source.scan(prefix); scan.valid() && found.size() < limit; scan.next()) {
      const message::ItemHash hash = timed_hash_at(scan.key(), prefix.size()).hash;
      if (load_envelope(source, hash).has_signature()) found.push_back(hash);
    }
    return found;
  });
}

Result<TickOutcome> StoreImpl::tick(Wall now) {
  bool more_files = false;
  auto ticked = change<TickOutcome>(now, [&](Context& context) {
    context.ticking = true;
    settle_due(context);
    run(context);
    for (const auto& [file, hold] : std::exchange(left_held_, {})) unpin_locally(context, file, file, hold);
    for (const message::ItemHash& file : std::exchange(durability_->deleted, {})) file_deleted(context, file);
    more_files = collect_garbage(context);
    keep_file_limit(context);
    TickOutcome outcome;
    outcome.files_deleted = context.files_to_delete;
    outcome.next = next_due(context.tx);
    return outcome;
  });
  if (ticked) ticked->unfinished = ticked->unfinished || more_files;
  return ticked;
}

}  // namespace lastmile::store
