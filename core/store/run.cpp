#include "core/store/run.hpp"

#include "core/store/accounts.hpp"
#include "core/store/contents.hpp"
#include "core/store/copies.hpp"
#include "core/store/effects.hpp"
#include "core/store/files.hpp"
#include "core/store/forget.hpp"
#include "core/store/judge.hpp"
#include "core/store/machines.hpp"
#include "core/store/status.hpp"

namespace lastmile::store {
namespace {

using economy::Standing;
using message::ErrorCode;
using message::Status;
using message::Type;

void stop(Context& context, Loaded& m, Status to, ErrorCode code, std::string details, Wall keep_until) {
  const bool was_live = m.entry.live();
  if (was_live) unapply_effects(context, m, keep_until);
  const bool was_none = m.entry.status == Status::none;
  set_status(context, m, to, code, std::move(details));
  if (!context.may_be_judged(m.entry)) context.drop_dependencies(m);
  if (was_live || was_none) context.touch_message(m.hash);
}

void refuse(Context& context, Loaded& m, ErrorCode code, std::string details) {
  // What waits stays pending until its retries are over; what was rejected stays so until it can be applied.
  const bool waits = message::retryable(code) && (m.entry.status == Status::none || m.entry.status == Status::pending);
  stop(context, m, waits ? Status::pending : Status::rejected, code, std::move(details),
       context.now + context.options.file_grace);
}

void make_live(Context& context, Loaded& m, Status to, ErrorCode reason, const std::optional<economy::Cost>& cost) {
  const bool was_live = m.entry.live();
  const bool was_none = m.entry.status == Status::none;
  set_status(context, m, to, reason);
  if (!was_live) apply_effects(context, m);
  if (cost) record_cost(context, m, cost);
  if (!was_live || was_none) context.touch_message(m.hash);
}

ErrorCode reason_of(const CommitmentRow& row) {
  return row.payment == economy::Payment::credit ? ErrorCode::credit_insufficient : ErrorCode::balance_insufficient;
}

void follow_standing(Context& context, Loaded& m, const CommitmentRow& row, const std::optional<economy::Cost>& cost) {
  switch (row.standing) {
    case Standing::accepted:
      return make_live(context, m, Status::processed, ErrorCode::internal, cost);
    case Standing::refused: {
      economy::Verdict verdict;
      verdict.hash = m.hash;
      verdict.standing = row.standing;
      verdict.error = row.error;
      verdict.required = row.required;
      verdict.available = row.available;
      return refuse(context, m, reason_of(row),
                    errors_text(economy::refusal_details(verdict, context.options.account_rules)));
    }
    case Standing::removing:
    case Standing::removed:
      make_live(context, m, Status::removing, reason_of(row), cost);
      if (row.standing == Standing::removed && context.ticking) {
        // The grace of its files was the time it was `removing`.
        stop(context, m, Status::removed, reason_of(row), {}, context.now);
        drop_copies(context, m);
        edit(context, m, [&](Entry& entry) { entry.ended_at = context.now; });
      }
      return;
    case Standing::ended:
      return;
  }
}

void carry_out(Context& context, Loaded& m, Verdict& verdict) {
  switch (verdict.kind) {
    case Verdict::Kind::forget:
      forget_message(context, m, verdict.by, verdict.with, verdict.unproven);
      return;
    case Verdict::Kind::refuse:
      withdraw(context, m);
      refuse(context, m, verdict.code, std::move(verdict.details));
      return;
    case Verdict::Kind::apply:
      break;
  }
  if (verdict.commitment) {
    const CommitmentRow row = commit(context, m, verdict.effective, *verdict.commitment);
    context.work.erase({m.entry.content_time, m.hash});  // it follows now
    follow_standing(context, m, row, verdict.cost);
  } else {
    withdraw(context, m);
    make_live(context, m, Status::processed, ErrorCode::internal, verdict.cost);
  }
}

// The reference decides once. Only money is looked at again, for what runs.
bool decided(Context& context, Loaded& m, bool fresh) {
  if (!as_reference(context.options.switches.final_refusals) || fresh) return false;
  if (m.entry.status == Status::rejected) return true;
  if (!m.entry.live()) return false;
  if (const auto row = commitment_of(context, m)) {
    if (row->standing != Standing::refused) follow_standing(context, m, *row, std::nullopt);
  }
  return true;
}

// The reference knows one copy; another one is tried when that was refused.
bool may_choose(const Context& context, const Entry& entry, bool fresh) {
  if (!as_reference(context.options.switches.final_refusals)) return true;
  return fresh && !entry.live();
}

}  // namespace

std::vector<Need> settle(Context& context, Loaded& m, bool fresh) {
  ++context.judgements;
  m.looked_at.clear();  // also who judges others looks at things in its name
  Entry& e = m.entry;
  if (e.status == Status::forgotten) {
    if (e.copied && e.has_content) {
      choose_copy(context, m);
      follow_forgets(context, m);
    }
    follow_original(context, m);
    if (!e.has_content && !e.claims.empty()) {
      // More FORGETs may have named it than the one that was proven first.
      const Verdict more = judge_without_content(context, m);
      context.keep_dependencies(m);
      if (more.kind == Verdict::Kind::forget) forget_message(context, m, more.by, more.with, true);
    }
    return {};
  }
  if (e.status == Status::removed || !e.authentic) return {};
  if (e.copied && e.has_content && may_choose(context, e, fresh)) choose_copy(context, m);
  if (e.type == Type::FORGET && e.status == Status::processed && came_to_nothing(context, m)) {
    stop(context, m, Status::rejected, ErrorCode::permission_denied, {}, context.now);
  }
  if (e.type == Type::FORGET && e.status == Status::processed) {
    if (e.copied) {
      // It is not judged again, but another signer may come to stand for it.
      m.looked_at.insert(m.looked_at.end(), e.dependencies.begin(), e.dependencies.end());
      context.keep_dependencies(m);
    }
    note_provable(context, m);
    if (!e.details.empty() || !revoked(context, m)) return {};
    // Noted in the entry, so that each is counted once.
    e.details = "{\"revoked\":true}";
    m.changed = true;
    ++context.meta.late_revocations;
    return {};
  }
  if (decided(context, m, fresh)) return {};
  Verdict verdict = e.has_content ? judge(context, m) : judge_without_content(context, m);
  context.keep_dependencies(m);
  std::vector<Need> needs = std::move(verdict.needs);
  carry_out(context, m, verdict);
  return needs;
}

namespace {

// What an earlier call left for this one. The count spares nearly every call a walk over the disk.
void take_unfinished(Context& context) {
  if (context.meta.unfinished == 0) return;
  std::vector<std::string> taken;
  for (Scan scan = context.tx.scan(Key(Table::unfinished).text()); scan.valid(); scan.next()) {
    const TimedHash work = timed_hash_at(scan.key(), 1);
    context.enqueue(work.time, work.hash);
    taken.emplace_back(scan.key());
    if (taken.size() >= context.options.limits.judgements_per_call) break;
  }
  if (taken.empty() || taken.size() > context.meta.unfinished) Source::damaged(Key(Table::meta).text());
  context.meta.unfinished -= taken.size();
  for (std::string& key : taken) context.tx.remove(std::move(key));
}

}  // namespace

void run(Context& context) {
  take_unfinished(context);
  for (;;) {
    if (settle_touched(context)) continue;
    if (context.work.empty() || context.judgements >= context.options.limits.judgements_per_call) return;
    const TimedHash next = *context.work.begin();
    context.work.erase(context.work.begin());
    Loaded* m = context.find(next.hash);
    if (m != nullptr) settle(context, *m, false);
  }
}

namespace {

// What stands in tables for it although it waits.
void drop_claims(Context& context, Loaded& m) {
  withdraw(context, m);
  if (m.entry.is_machine()) drop_upgrade(context, m);
  if (m.entry.type == Type::POST) remove_from_credits(context, {m.entry.content_time, m.hash});
  if (m.entry.type == Type::AGGREGATE && m.entry.has_content) {
    context.tx.remove_if_there(
        keys::of_name(Table::element, aggregate20(context.owner(m), m.entry.subject), m.entry.content_time, m.hash));
  }
  context.drop_dependencies(m);
}

}  // namespace

void take_back(Context& context, Loaded& m) {
  if (m.entry.live()) {
    stop(context, m, Status::rejected, ErrorCode::permission_denied, {}, context.now + context.options.file_grace);
  }
  drop_claims(context, m);
}

void drop_waiting(Context& context, Loaded& m) {
  drop_claims(context, m);
  drop_copies(context, m);
  for (const Confirmation& confirmation : load_confirmations(context.tx, m.hash)) {
    remove_confirmation_rows(context, m.hash, confirmation);
  }
  context.tx.remove(keys::of_hash(Table::envelope, m.hash));
  remove_fetched(context.tx, m.hash);
  if (m.entry.status == Status::pending) set_status(context, m, Status::rejected, m.entry.code, m.entry.details);
  edit(context, m, [](Entry& entry) {
    entry.authentic = false;
    entry.has_content = false;
    entry.confirmed_time.reset();
    entry.confirmed_on.clear();
  });
  m.envelope.reset();
  m.content.reset();
}

namespace {

void let_go(Context& context, Loaded& m) {
  drop_waiting(context, m);
  ++context.meta.let_go;
  context.sink.record(
      {trace::Kind::queue_refused, m.hash.view(), static_cast<std::uint64_t>(trace::Queue::waiting), 0});
}

Loaded* oldest(Context& context, Table table) {
  const Scan scan = context.tx.scan(Key(table).text());
  if (!scan.valid()) return nullptr;
  Loaded* m = context.find(timed_hash_at(scan.key(), 1).hash);
  if (m == nullptr) Source::damaged(scan.key());
  return m;
}

}  // namespace

void keep_limits(Context& context) {
  const Limits& limits = context.options.limits;
  while (context.meta.waiting > limits.waiting_messages || context.meta.waiting_bytes > limits.waiting_bytes) {
    Loaded* m = oldest(context, Table::waiting);
    if (m == nullptr) return;
    let_go(context, *m);
  }
  while (context.meta.rejections > limits.rejections) {
    Loaded* m = oldest(context, Table::rejection);
    if (m == nullptr) return;
    edit(context, *m, [](Entry& entry) { entry.status = Status::none; });
    context.tx.remove_if_there(keys::of_hash(Table::submitted, m->hash));
    m->erased = true;
  }
  keep_file_limit(context);
}

}  // namespace lastmile::store
