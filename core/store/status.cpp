#include "core/store/status.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/crypto/hash.hpp"
#include "core/store/digest.hpp"
#include "core/store/files.hpp"

namespace lastmile::store {
namespace {

using message::Status;

void put_or_remove(Context& context, std::string key, bool there) {
  if (there) {
    context.tx.put(std::move(key), {});
  } else {
    context.tx.remove(std::move(key));
  }
}

void hold(Context& context, const message::ItemHash& hash, Wall time, bool there) {
  const std::uint64_t second = held_second(time);
  put_or_remove(context, keys::held(second, hash), there);
  Key hour_key(Table::held_hour);
  hour_key.big40(second / 3600);
  HourSum hour = load<HourSum>(context.tx, hour_key.text(), read_hour).value_or(HourSum{});
  const Sum256 value = held_value(hash);
  for (HourSum* sum : {&hour, &context.meta.held}) {
    if (there) {
      ++sum->count;
      sum->sum += value;
    } else {
      if (sum->count == 0) Source::damaged(hour_key.text());
      --sum->count;
      sum->sum -= value;
    }
  }
  if (hour.count == 0) {
    context.tx.remove(hour_key.take());
  } else {
    context.tx.put(hour_key.take(), write_hour(hour));
  }
}

void report(Context& context, Loaded& m, Status from, Status to, message::ErrorCode code) {
  StatusChange change{m.hash, from, to, std::nullopt};
  if (to == Status::pending || to == Status::rejected) change.code = code;
  const auto number = static_cast<std::uint64_t>(static_cast<std::int64_t>(message::number(code)));
  context.sink.record({trace::Kind::status_changed, m.hash.view(), static_cast<std::uint64_t>(from),
                       static_cast<std::uint64_t>(to), change.code ? number : 0});
  if (to == Status::processed && !m.entry.applied_once) {
    m.entry.applied_once = true;
    context.sink.record({trace::Kind::message_processed, m.hash.view()});
  }
  context.changes.push_back(change);
}

}  // namespace

Sum256 held_value(const message::ItemHash& hash) {
  const auto digest = hash.digest();
  return Sum256::of(digest ? *digest : crypto::sha256(hash.view()));
}

namespace {

// Also what ended before this chain knew it: a FORGET means nothing to who never heard of its target.
std::uint32_t unconfirmed_on(const StoreOptions& options, const Entry& entry) {
  const bool told = entry.live() || (entry.over() && entry.held());
  std::uint32_t chains = 0;
  for (std::size_t i = 0; told && i < options.anchor_chains.size(); ++i) {
    const auto& on = entry.confirmed_on;
    if (!std::binary_search(on.begin(), on.end(), options.anchor_chains[i])) chains |= std::uint32_t{1} << i;
  }
  return chains;
}

}  // namespace

Marks marks_of(const Context& context, const Entry& entry) {
  Marks marks;
  marks.status = entry.status;
  marks.held = entry.held();
  marks.counted = entry.counted();
  marks.waiting = entry.waiting();
  if (marks.waiting && entry.has_content) marks.waiting_bytes = entry.size;
  if (marks.waiting && entry.status == Status::pending) marks.claimed_file = entry.file;
  marks.rejection = !entry.authentic && entry.status == Status::rejected;
  marks.unconfirmed = unconfirmed_on(context.options, entry);
  marks.content_time = entry.content_time;
  if (entry.over() && entry.ended_at) marks.ended = entry.ended_at;
  return marks;
}

void replace_marks(Context& context, const Loaded& m, const Marks& before) {
  const Marks after = marks_of(context, m.entry);
  if (before.held != after.held || (after.held && before.content_time != after.content_time)) {
    if (before.held) hold(context, m.hash, before.content_time, false);
    if (after.held) hold(context, m.hash, after.content_time, true);
  }
  const auto queue = [&](bool had, bool has, Table table, std::uint64_t* count) {
    if (had == has) return;
    put_or_remove(context, keys::of_time(table, m.entry.reception, m.hash), has);
    if (count != nullptr) *count = has ? *count + 1 : *count - 1;
  };
  queue(before.waiting, after.waiting, Table::waiting, &context.meta.waiting);
  context.meta.waiting_bytes += after.waiting_bytes - before.waiting_bytes;  // mod 2^64, so in either direction
  if (before.claimed_file != after.claimed_file) {
    if (before.claimed_file) claim_file(context, *before.claimed_file, m.hash, false);
    if (after.claimed_file) claim_file(context, *after.claimed_file, m.hash, true);
  }
  queue(before.rejection, after.rejection, Table::rejection, &context.meta.rejections);
  for (std::size_t i = 0; before.unconfirmed != after.unconfirmed && i < context.options.anchor_chains.size(); ++i) {
    const bool had = (before.unconfirmed >> i & 1) != 0;
    const bool has = (after.unconfirmed >> i & 1) != 0;
    if (had == has) continue;
    const std::string& chain = context.options.anchor_chains[i];
    put_or_remove(context, keys::of_name(Table::unconfirmed, name8(chain), m.entry.reception, m.hash), has);
  }
  if (context.options.query_indexes) {
    queue(before.status != Status::none, after.status != Status::none, Table::received, nullptr);
    if (before.ended != after.ended) {
      const auto list = [&](Status status, Wall time) {
        return keys::index(Table::index, status == Status::forgotten ? Facet::forgotten : Facet::removed, {}, time,
                           m.hash);
      };
      if (before.ended) context.tx.remove(list(before.status, *before.ended));
      if (after.ended) context.tx.put(list(after.status, *after.ended), {});
    }
  }
  if (before.status != after.status) {
    if (before.status != Status::none) --context.meta.by_status[static_cast<std::size_t>(before.status)];
    if (after.status != Status::none) ++context.meta.by_status[static_cast<std::size_t>(after.status)];
  }
  if (before.status != after.status || before.counted != after.counted) {
    if (before.counted) context.remove_entry(digest::message_entry(m.hash, before.status));
    if (after.counted) context.add_entry(digest::message_entry(m.hash, after.status));
  }
}

void set_status(Context& context, Loaded& m, Status to, message::ErrorCode code, std::string details) {
  Status from = m.entry.status;
  if (from == to) {
    if (m.entry.code != code || m.entry.details != details) {
      edit(context, m, [&](Entry& entry) {
        entry.code = code;
        entry.details = std::move(details);
      });
    }
    return;
  }
  // Stations on the way: what is new is pending first, what becomes unpaid was applied first.
  const auto pass = [&](Status station) {
    if (from == station || message::legal_move(from, to)) return;
    if (!message::legal_move(from, station)) return;
    report(context, m, from, station, code);
    from = station;
  };
  if (from == Status::none) pass(Status::pending);
  pass(Status::processed);
  if (to == Status::removed) pass(Status::removing);
  LM_CHECK(message::legal_move(from, to));
  edit(context, m, [&](Entry& entry) {
    entry.status = to;
    entry.code = code;
    entry.details = std::move(details);
  });
  report(context, m, from, to, code);
}

}  // namespace lastmile::store
