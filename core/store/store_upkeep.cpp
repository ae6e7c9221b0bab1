// Files, confirmations and the clock.
#include "core/base/check.hpp"
#include "core/store/accounts.hpp"
#include "core/store/change.hpp"
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

Result<Outcome> StoreImpl::pin_transaction_file(const message::ItemHash& file, Wall now) {
  return change<Outcome>(now, [&](Context& context) {
    pin_silently(context, file);
    return Outcome{};
  });
}

Result<bool> StoreImpl::has_file(const message::ItemHash& file) const {
  return guarded([&] { return file_record(Source(disk_.latest()), file).local; });
}

Result<std::vector<message::ItemHash>> StoreImpl::wanted_files(std::size_t limit) const {
  return guarded([&] {
    const Source source(disk_.latest());
    std::vector<message::ItemHash> wanted;
    Key prefix(Table::dependant);
    prefix.byte(static_cast<char>(Kind::file));
    std::string from = prefix.text();
    while (wanted.size() < limit) {
      const Scan scan = source.scan(prefix.text(), from);
      if (!scan.valid()) break;
      std::string_view rest = scan.key().substr(2);
      const auto file = take_hash(rest);
      if (!file) Source::damaged(scan.key());
      from = prefix_end(keys::dependants(Kind::file, keys::hash_name(*file)));
      // Those who asked may have been forgotten since.
      bool needed = false;
      for (Scan who = source.scan(keys::dependants(Kind::file, keys::hash_name(*file))); who.valid() && !needed;
           who.next()) {
        const auto entry = load_entry(source, timed_hash_at(who.key(), 2 + keys::hash_name(*file).size()).hash);
        needed = entry && entry->waiting();
      }
      if (needed && !file_record(source, *file).local) wanted.push_back(*file);
    }
    return wanted;
  });
}

Result<Outcome> StoreImpl::add_confirmation(const message::ItemHash& hash, const Confirmation& confirmation, Wall now) {
  return change<Outcome>(now, [&](Context& context) {
    Loaded* m = context.find(hash);
    const bool known_before = m != nullptr && m->entry.status != Status::rejected;
    // The same transaction again, now final or at another height, replaces what was there.
    for (const Confirmation& old : load_confirmations(context.tx, hash)) {
      if (old.chain != confirmation.chain || old.transaction != confirmation.transaction) continue;
      if (old == confirmation) return outcome_of(context, hash, known_before, {});
      remove_confirmation_rows(context, hash, old);
    }
    put_confirmation_rows(context, hash, confirmation);
    if (m != nullptr && m->entry.authentic) {
      record_confirmed(context, hash, confirmation);
      refresh_confirmed(context, *m);
    }
    return outcome_of(context, hash, known_before, {});
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
    return Outcome{};
  });
}

Result<std::size_t> StoreImpl::finalize_confirmations(std::string_view chain, std::uint64_t height) {
  std::size_t count = 0;
  const auto result = change<Outcome>(now_, [&](Context& context) {
    for (NotFinal& settled : not_final(context, chain, 0, height)) {
      remove_confirmation_rows(context, settled.hash, settled.confirmation);
      settled.confirmation.final = true;
      put_confirmation_rows(context, settled.hash, settled.confirmation);
      const Loaded* m = context.find(settled.hash);
      if (m != nullptr && m->entry.authentic) record_confirmed(context, settled.hash, settled.confirmation);
      ++count;
    }
    return Outcome{};
  });
  if (!result) return result.error();
  return count;
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
  return change<TickOutcome>(now, [&](Context& context) {
    context.ticking = true;
    settle_due(context);
    run(context);
    TickOutcome outcome;
    outcome.files_to_delete = collect_garbage(context);
    outcome.next = next_due(context.tx);
    return outcome;
  });
}

}  // namespace lastmile::store
