#include "core/store/accounts.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/present.hpp"
#include "core/store/digest.hpp"

namespace lastmile::store {
namespace {

using economy::Standing;

std::string account_key(const std::string& owner) { return keys::under(Table::account, name20(owner)); }
std::string row_prefix(const std::string& owner) { return keys::under(Table::commitment, name20(owner)); }

std::string row_key(const std::string& owner, Wall effective, const message::ItemHash& hash) {
  return keys::of_name(Table::commitment, name20(owner), effective, hash);
}

std::string due_key(Wall time, const std::string& owner) {
  Key key(Table::account_due);
  key.time(time).raw(name20(owner));
  return key.text();
}

economy::Commitment commitment(const message::ItemHash& hash, Wall effective, const CommitmentRow& row) {
  economy::Commitment c;
  c.hash = hash;
  c.time = effective;
  c.payment = row.payment;
  c.cost = row.cost;
  c.admission_free = row.admission_free;
  c.removable = row.removable;
  return c;
}

void take_verdict(CommitmentRow& row, const economy::Verdict& verdict) {
  row.standing = verdict.standing;
  row.error = verdict.error;
  row.since = verdict.since;
  row.required = verdict.required;
  row.available = verdict.available;
}

void write_summary(Context& context, const std::optional<AccountSummary>& before, const AccountSummary& after) {
  if (!before || before->next_change != after.next_change) {
    if (before && before->next_change) context.tx.remove(due_key(*before->next_change, after.owner));
    if (after.next_change) context.tx.put(due_key(*after.next_change, after.owner), after.owner);
  }
  context.tx.put(account_key(after.owner), write_account(after));
}

// Does the status of the message still have to follow this standing?
bool outdated(const Loaded& m, const CommitmentRow& row, bool ticking) {
  switch (row.standing) {
    case Standing::accepted:
      return m.entry.status != message::Status::processed;
    case Standing::refused:
      return m.entry.live();
    case Standing::removing:
      return m.entry.status != message::Status::removing;
    case Standing::removed:
      return ticking || m.entry.status != message::Status::removing;
    case Standing::ended:
      return false;
  }
  return false;
}

}  // namespace

std::optional<CommitmentRow> commitment_of(Context& context, Loaded& m) {
  if (!m.entry.committed) return std::nullopt;
  const std::string key = row_key(context.owner(m), m.entry.effective, m.hash);
  auto row = load<CommitmentRow>(context.tx, key, read_commitment);
  if (!row) Source::damaged(key);
  return row;
}

CommitmentRow commit(Context& context, Loaded& m, Wall effective, CommitmentRow row) {
  const std::string& owner = context.owner(m);
  if (const auto old = commitment_of(context, m)) {
    if (m.entry.effective == effective && old->payment == row.payment && old->cost == row.cost &&
        old->admission_free == row.admission_free && old->removable == row.removable) {
      return *old;
    }
    context.tx.remove(row_key(owner, m.entry.effective, m.hash));
  }
  const bool fresh = !m.entry.committed;
  m.entry.committed = true;
  m.entry.effective = effective;
  m.changed = true;
  row.content_time = m.entry.content_time;

  const auto summary = load<AccountSummary>(context.tx, account_key(owner), read_account);
  const TimedHash place{effective, m.hash};
  if (fresh && summary && !context.accounts_touched.contains(owner) &&
      place > TimedHash{summary->last_time, summary->last_hash} &&
      (!summary->next_change || *summary->next_change > context.now)) {
    AccountSummary after = *summary;
    economy::AccountSide& side = row.payment == economy::Payment::credit ? after.credits : after.tokens;
    const auto verdict = economy::judge_newest(side, commitment(m.hash, effective, row), context.options.account_rules);
    take_verdict(row, verdict);
    if (verdict.standing == Standing::accepted) {
      const auto sum = side.committed.plus(row.cost);
      if (sum) side.committed = *sum;
    }
    after.last_time = place.time;
    after.last_hash = place.hash;
    write_summary(context, summary, after);
    context.tx.put(row_key(owner, effective, m.hash), write_commitment(row));
    return row;
  }
  context.tx.put(row_key(owner, effective, m.hash), write_commitment(row));
  settle_account(context, owner);
  return present(commitment_of(context, m));
}

void withdraw(Context& context, Loaded& m) {
  if (!m.entry.committed || m.entry.status == message::Status::removed) return;
  const std::string owner = context.owner(m);
  context.tx.remove(row_key(owner, m.entry.effective, m.hash));
  m.entry.committed = false;
  m.changed = true;
  settle_account(context, owner);
}

void settle_account(Context& context, const std::string& owner) {
  const std::string prefix = row_prefix(owner);
  struct Row {
    TimedHash at;
    CommitmentRow row;
  };
  std::map<message::ItemHash, Row> rows;
  economy::AccountEvents events;
  AccountSummary summary;
  summary.owner = owner;
  const auto extend = [&summary](Wall time, const message::ItemHash& hash) {
    const TimedHash event{time, hash};
    if (event > TimedHash{summary.last_time, summary.last_hash}) {
      summary.last_time = time;
      summary.last_hash = hash;
    }
  };
  for (Scan scan = context.tx.scan(prefix); scan.valid(); scan.next()) {
    const TimedHash at = timed_hash_at(scan.key(), prefix.size());
    auto row = read_commitment(scan.value());
    if (!row) Source::damaged(scan.key());
    events.commitments.push_back(commitment(at.hash, at.time, *row));
    extend(at.time, at.hash);
    rows.emplace(at.hash, Row{at, *std::move(row)});
  }
  events.tokens = context.memory.balances.history(owner);
  events.credits = context.memory.credits.history(owner);
  for (const auto* steps : {&events.tokens, &events.credits}) {
    for (const economy::BalanceStep& step : *steps) {
      if (step.cause) extend(step.time, *step.cause);
    }
  }
  // What the clock alone did stands behind every message so far, and what it will do is next_change.
  const auto before = load<AccountSummary>(context.tx, account_key(owner), read_account);
  if (rows.empty() && !before) return;

  const economy::AccountVerdicts judged =
      economy::judge_account(std::move(events), context.options.account_rules, context.now);
  bool removal_due = false;
  for (const economy::Verdict& verdict : judged.verdicts) {
    const auto found = rows.find(verdict.hash);
    if (found == rows.end()) continue;
    CommitmentRow row = found->second.row;
    take_verdict(row, verdict);
    std::string bytes = write_commitment(row);
    if (bytes != write_commitment(found->second.row)) {
      context.tx.put(row_key(owner, found->second.at.time, verdict.hash), std::move(bytes));
    }
    const Loaded* m = context.find(verdict.hash);
    if (m == nullptr) Source::damaged(keys::of_hash(Table::entry, verdict.hash));
    if (m->entry.over()) continue;
    if (outdated(*m, row, context.ticking)) context.enqueue(*m);
    if (row.standing == Standing::refused && !m->entry.live() && found->second.row.required != row.required) {
      context.enqueue(*m);
    }
    removal_due = removal_due || row.standing == Standing::removed;
  }
  summary.tokens = judged.tokens;
  summary.credits = judged.credits;
  // The reference does not notice that credits expire (messages.md 9, point 13): its clock only ends graces.
  const bool clocked = !as_reference(context.options.switches.expired_credit_lots) ||
                       std::any_of(judged.verdicts.begin(), judged.verdicts.end(), [](const economy::Verdict& verdict) {
                         return verdict.standing == Standing::removing;
                       });
  if (clocked) summary.next_change = judged.next_change;
  if (removal_due && !context.ticking) summary.next_change = context.now;
  write_summary(context, before, summary);
}

void settle_due(Context& context) {
  std::vector<std::string> due;
  for (Scan scan = context.tx.scan(Key(Table::account_due).text()); scan.valid(); scan.next()) {
    std::string_view rest = scan.key().substr(1);
    const auto time = take_time(rest);
    if (!time) Source::damaged(scan.key());
    if (*time > context.now) break;
    due.emplace_back(scan.value());
  }
  for (const std::string& owner : due) settle_account(context, owner);
}

std::optional<Wall> next_due(const Source& source) {
  std::optional<Wall> next;
  for (const Table table : {Table::account_due, Table::file_grace}) {
    const Scan scan = source.scan(Key(table).text());
    if (!scan.valid()) continue;
    std::string_view rest = scan.key().substr(1);
    const auto time = take_time(rest);
    if (!time) Source::damaged(scan.key());
    if (!next || *time < *next) next = *time;
  }
  return next;
}

namespace {

void note_changed(Context& context, const std::vector<std::string>& addresses) {
  for (const std::string& address : addresses) {
    context.accounts_touched.insert(address);
    const Sum256 after = digest::account_sum(address, context.memory.balances, context.memory.credits);
    Sum256& kept = context.memory.account_sums[address];
    context.meta.state -= kept;
    context.meta.state += after;
    kept = after;
  }
}

// A transfer is refused when its sender has too little at its place; older messages change that.
void judge_later_transfers(Context& context, const TimedHash& from) {
  for (Scan scan =
           context.tx.scan(Key(Table::credit_post).text(), keys::of_time(Table::credit_post, from.time, from.hash));
       scan.valid(); scan.next()) {
    const TimedHash later = timed_hash_at(scan.key(), 1);
    const Loaded* m = context.find(later.hash);
    if (m == nullptr) Source::damaged(scan.key());
    if (!m->entry.over() && m->entry.live() != context.memory.credits.covered(later.hash)) context.enqueue(*m);
  }
}

}  // namespace

void add_to_credits(Context& context, const economy::CreditMessage& message) {
  std::string key = keys::of_time(Table::credit_post, message.time, message.hash);
  if (context.tx.has(key)) return;
  context.tx.put(std::move(key), {});
  note_changed(context, context.memory.credits.add(message));
  judge_later_transfers(context, {message.time, message.hash});
}

void remove_from_credits(Context& context, const TimedHash& message) {
  std::string key = keys::of_time(Table::credit_post, message.time, message.hash);
  if (!context.tx.has(key)) return;
  context.tx.remove(std::move(key));
  note_changed(context, context.memory.credits.erase(message.hash));
  judge_later_transfers(context, message);
}

void add_to_balances(Context& context, const economy::BalanceUpdate& update) {
  context.tx.put(keys::of_time(Table::balance_post, update.time, update.hash), {});
  note_changed(context, context.memory.balances.add(update));
}

void remove_from_balances(Context& context, const economy::BalanceUpdate& update) {
  context.tx.remove(keys::of_time(Table::balance_post, update.time, update.hash));
  note_changed(context, context.memory.balances.erase(update));
}

bool settle_touched(Context& context) {
  if (context.accounts_touched.empty()) return false;
  const auto touched = std::exchange(context.accounts_touched, {});
  for (const std::string& owner : touched) {
    if (context.tx.has(account_key(owner))) settle_account(context, owner);
  }
  return true;
}

void rebuild_books(const Source& source, const StoreOptions& options, Memory& memory) {
  memory.balances = {};
  memory.credits = economy::CreditBook(options.credit_rules);
  memory.account_sums.clear();
  const auto post = [&](const TimedHash& at, message::Envelope& envelope) {
    envelope = load_envelope(source, at.hash);
    auto content = load_content(source, envelope, options.switches);
    if (content.as<message::Post>() == nullptr) Source::damaged(keys::of_hash(Table::envelope, at.hash));
    return content;
  };
  for (Scan scan = source.scan(Key(Table::balance_post).text()); scan.valid(); scan.next()) {
    const TimedHash at = timed_hash_at(scan.key(), 1);
    message::Envelope envelope;
    const auto content = post(at, envelope);
    const auto update =
        economy::parse_balance_update(at.hash, content.time, content.as<message::Post>()->content.value_or("null"));
    if (!update) Source::damaged(scan.key());
    memory.balances.add(*update);
  }
  for (Scan scan = source.scan(Key(Table::credit_post).text()); scan.valid(); scan.next()) {
    const TimedHash at = timed_hash_at(scan.key(), 1);
    message::Envelope envelope;
    const auto content = post(at, envelope);
    const auto* body = content.as<message::Post>();
    const auto kind = economy::credit_kind(body->type);
    if (!kind) Source::damaged(scan.key());
    const auto credit =
        economy::parse_credit_message(*kind, at.hash, content.time, envelope.sender, body->content.value_or("null"));
    if (!credit) Source::damaged(scan.key());
    memory.credits.add(*credit);
  }
  for (const auto& addresses : {memory.balances.addresses(), memory.credits.addresses()}) {
    for (const std::string& address : addresses) {
      memory.account_sums[address] = digest::account_sum(address, memory.balances, memory.credits);
    }
  }
}

}  // namespace lastmile::store
