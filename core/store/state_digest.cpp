// Reads everything users can read, as entries (digest.hpp): the definition against which the running state sum is
// checked.
#include <algorithm>

#include "core/crypto/hash.hpp"
#include "core/store/codec.hpp"
#include "core/store/digest.hpp"
#include "core/store/files.hpp"
#include "core/store/machines.hpp"
#include "core/store/posts.hpp"
#include "core/store/store_impl.hpp"

namespace lastmile::store {
namespace {

using Entries = std::vector<std::string>;

// Visits the records of a table.
template <class T, class Visit>
void each(const Source& source, Table table, std::optional<T> (*read)(std::string_view), Visit visit) {
  for (Scan scan = source.scan(Key(table).text()); scan.valid(); scan.next()) {
    const auto record = read(scan.value());
    if (!record) Source::damaged(scan.key());
    visit(scan.key(), *record);
  }
}

void add_messages(const Source& source, const StoreOptions& options, Entries& out) {
  each<Entry>(source, Table::entry, read_entry, [&](std::string_view key, const Entry& e) {
    const message::ItemHash hash = hash_at(key, 1);
    if (e.counted()) out.push_back(digest::message_entry(hash, e.status));
    if (!e.live()) return;
    if (e.type == message::Type::POST && !e.is_amend()) {
      out.push_back(digest::post_entry(hash, current_version(source, options, hash, e.content_time)));
    }
    if (e.is_machine() && e.ref.empty()) {
      out.push_back(digest::machine_entry(hash, current_machine(source, hash, e.content_time)));
    }
  });
}

void add_aggregates(const Source& source, Entries& out) {
  each<AggregateHead>(source, Table::aggregate, read_aggregate, [&](std::string_view, const AggregateHead& head) {
    out.push_back(digest::aggregate_entry(head));
    const std::string prefix = keys::under(Table::member, aggregate20(head.owner, head.key));
    for (Scan scan = source.scan(prefix); scan.valid(); scan.next()) {
      const auto member = read_member(scan.value());
      if (!member) Source::damaged(scan.key());
      out.push_back(digest::member_entry(head.owner, head.key, *member));
    }
  });
}

void add_files(const Source& source, Entries& out) {
  for (Scan scan = source.scan(Key(Table::pin).text()); scan.valid(); scan.next()) {
    std::string_view rest = scan.key().substr(1);
    const auto file = take_hash(rest);
    const auto by = file ? take_hash(rest) : std::nullopt;
    if (!by || rest.size() != 1) Source::damaged(scan.key());
    if (rest[0] != kMessagePin) continue;  // the others are each node's own
    out.push_back(digest::pin_entry(*file, *by, rest[0], scan.value()));
  }
  each<FileTag>(source, Table::file_tag, read_tag,
                [&](std::string_view, const FileTag& tag) { out.push_back(digest::tag_entry(tag)); });
}

void add_money(const Source& source, const Memory& memory, const Wall* at, Entries& out) {
  each<economy::Cost>(source, Table::cost, read_cost, [&](std::string_view key, const economy::Cost& cost) {
    out.push_back(digest::cost_entry(hash_at(key, 1), cost));
  });
  for (const std::string& address : memory.balances.addresses()) {
    for (const economy::BalanceRow& row : memory.balances.rows(address)) out.push_back(digest::balance_entry(row));
  }
  for (const std::string& address : memory.credits.addresses()) {
    if (at != nullptr) {
      const economy::Credits balance = memory.credits.balance(address, *at);
      if (balance != 0) out.push_back(digest::credit_entry(address, balance));
      continue;
    }
    for (const economy::CreditLot& lot : memory.credits.lots(address)) {
      if (lot.remaining != 0) out.push_back(digest::lot_entry(address, lot));
    }
  }
}

// `at` null: credits as lots.
Entries all_entries(const Source& source, const StoreOptions& options, const Memory& memory, const Wall* at) {
  Entries entries;
  add_messages(source, options, entries);
  add_aggregates(source, entries);
  add_files(source, entries);
  add_money(source, memory, at, entries);
  std::sort(entries.begin(), entries.end());
  return entries;
}

}  // namespace

Result<std::vector<std::string>> StoreImpl::state_entries(Wall at) const {
  return guarded([&] { return all_entries(Source(disk_.latest()), options_, memory_, &at); });
}

Result<Hash256> StoreImpl::state_digest(Wall at) const {
  const auto entries = state_entries(at);
  if (!entries) return entries.error();
  crypto::Sha256 hash;
  for (const std::string& entry : *entries) {
    Encoder size;
    size.number(entry.size());
    hash.add(size.view()).add(entry);
  }
  return hash.finish();
}

Result<Uint256> StoreImpl::recomputed_state_sum() const {
  return guarded([&] {
    Sum256 sum;
    for (const std::string& entry : all_entries(Source(disk_.latest()), options_, memory_, nullptr)) {
      sum += digest::sum_of(entry);
    }
    return sum.number();
  });
}

}  // namespace lastmile::store
