// Messages come in: accept() and its kin.
#include <algorithm>

#include "core/base/check.hpp"
#include "core/message/limits.hpp"
#include "core/store/aggregates.hpp"
#include "core/store/change.hpp"
#include "core/store/contents.hpp"
#include "core/store/copies.hpp"
#include "core/store/effects.hpp"
#include "core/store/forget.hpp"
#include "core/store/indexes.hpp"
#include "core/store/status.hpp"

namespace lastmile::store {
namespace {

using message::ErrorCode;
using message::Status;
// Of the text of an early rejection, for people. Whoever sends rubbish pays nothing for it: together with
// Limits::rejections this is all that he can make us keep, 200 MiB.
constexpr std::size_t kSubmittedBytesMax = 4096;

// Versions of one time that go by arrival are told apart by the entries on the disk, also in the call that adds one.
Loaded& told_apart(Context& context, Loaded& m) {
  if (as_reference(context.options.switches.ties)) {
    context.tx.put(keys::of_hash(Table::entry, m.hash), write_entry(m.entry));
  }
  return m;
}

// A message that is not known, or of which only a rejection is.
Loaded& insert(Context& context, const message::Envelope& envelope, Loaded* rejection) {
  Entry entry;
  entry.type = envelope.type;
  entry.content_time = envelope.time;
  entry.envelope_time = envelope.time;
  entry.reception = context.now;
  entry.sequence = ++context.meta.sequence;
  entry.authentic = true;
  if (rejection == nullptr) {
    // It may have been here before and be gone without a trace, while its amends have yet to be judged again.
    entry.amended = context.meta.unfinished != 0 && context.tx.any(keys::of_hash(Table::amend, envelope.item_hash));
    return told_apart(context, context.create(envelope.item_hash, std::move(entry)));
  }
  context.tx.remove_if_there(keys::of_hash(Table::submitted, envelope.item_hash));
  entry.reception = rejection->entry.reception;
  entry.amended = rejection->entry.amended;
  // The rejection is taken back by becoming pending; the entry of the message takes its place.
  edit(context, *rejection, [&](Entry& old) {
    entry.status = Status::rejected;
    entry.code = old.code;
    old = std::move(entry);
  });
  set_status(context, *rejection, Status::pending);
  return told_apart(context, *rejection);
}

void keep_envelope(Context& context, Loaded& m, std::shared_ptr<const message::Envelope> envelope) {
  context.tx.put(keys::of_hash(Table::envelope, m.hash), write_envelope(*envelope, true));
  m.envelope = std::move(envelope);
}

void keep_content(Context& context, Loaded& m, const ValidMessage& message) {
  const message::Envelope& envelope = *message.envelope;
  keep_envelope(context, m, message.envelope);
  if (message.fetched != nullptr && !envelope.item_content) {
    write_fetched(context.tx, m.hash, *message.fetched);
  }
  m.content = message.content;
  context.drop_dependencies(m);  // they stand at the content time, which was a guess
  edit(context, m, [&](Entry& entry) {
    entry.claims.clear();
    entry.forgotten_with.reset();
    note_facts(context, m, *message.content);
    entry.size = envelope.item_content ? message::code_points(*envelope.item_content) : message.fetched->size();
  });
  if (m.entry.type == message::Type::AGGREGATE) note_element(context, m);
}

// A copy of what is here.
void note_earlier_time(Context& context, Loaded& m, Wall time) {
  if (time >= m.entry.envelope_time) return;
  if (m.entry.live()) {
    move_message(context, m, time);
  } else {
    m.entry.envelope_time = time;
    m.changed = true;
  }
  if (!m.entry.over()) context.enqueue(m);  // dates may decide who must pay
}

// The same of what is here without its content: the envelope time stands for that of the content, too, unless who has
// the content told it.
void guess_earlier_time(Context& context, Loaded& m, Wall time) {
  if (time >= m.entry.envelope_time || !m.entry.claims.empty()) return;
  context.drop_dependencies(m);  // they stand at the content time
  edit(context, m, [&](Entry& entry) { entry.content_time = entry.envelope_time = time; });
  settle(context, m, true);
}

void keep_submitted(Context& context, const message::ItemHash& hash, std::string_view submitted) {
  if (submitted.empty()) return;
  context.tx.put(keys::of_hash(Table::submitted, hash), std::string(submitted.substr(0, kSubmittedBytesMax)));
}

// Anybody may make claims up. Where they have taken all places those of FORGETs that are here find one.
void add_claims(Context& context, Loaded& m, const std::vector<message::ItemHash>& claims) {
  const auto here = [&](const message::ItemHash& hash) {
    const Loaded* forget = context.find(hash);
    return forget != nullptr && is_forget(forget->entry);
  };
  edit(context, m, [&](Entry& entry) {
    auto replaced = entry.claims.begin();
    for (const message::ItemHash& claim : claims) {
      if (std::ranges::find(entry.claims, claim) != entry.claims.end()) continue;
      if (entry.claims.size() < message::kForgottenByMax) {
        entry.claims.push_back(claim);
        replaced = entry.claims.begin();
      } else if (here(claim)) {
        replaced = std::find_if_not(replaced, entry.claims.end(), here);
        if (replaced == entry.claims.end()) return;
        *replaced++ = claim;
      }
    }
  });
}

}  // namespace

Outcome StoreImpl::outcome_of(Context& context, const message::ItemHash& hash, bool known_before,
                              std::vector<Need> needs) {
  // What depends on the message is judged first: it may come back to it.
  run(context);
  Outcome outcome;
  outcome.known_before = known_before;
  Loaded* m = context.find(hash);
  if (m == nullptr) return outcome;
  outcome.status = m->entry.status;
  if (m->entry.status == Status::pending || m->entry.status == Status::rejected) {
    outcome.code = m->entry.code;
    outcome.details = m->entry.details;
    outcome.needs = std::move(needs);
  } else if (m->entry.status == Status::removing || m->entry.status == Status::removed) {
    outcome.code = m->entry.code;
  }
  return outcome;
}

Result<Outcome> StoreImpl::accept(const ValidMessage& message, Wall now, const Confirmation* confirmation) {
  LM_CHECK(message.envelope != nullptr && message.content != nullptr);
  LM_CHECK(message.envelope->item_content.has_value() || message.fetched != nullptr);
  LM_CHECK(message.content->type() == message.envelope->type);
  return change<Outcome>(now, [&](Context& context) { return accept_in(context, message, confirmation); });
}

Outcome StoreImpl::accept_in(Context& context, const ValidMessage& message, const Confirmation* confirmation) {
  const message::Envelope& envelope = *message.envelope;
  const message::ItemHash& hash = envelope.item_hash;
  Loaded* m = context.find(hash);
  const bool known_before = m != nullptr && m->entry.status != Status::rejected;
  bool reborn = false;
  std::vector<message::Envelope> others;  // of one reborn

  if (m != nullptr && m->entry.status == Status::forgotten) {
    const bool same_signature = context.envelope(*m).signature == envelope.signature;
    const bool learned = m->entry.has_content && !m->entry.unproven;
    if (learned || learn_facts(context, *m, *message.content)) {
      if (confirmation != nullptr) add_confirmation(context, m->hash, *confirmation);
      keep_copy(context, *m, envelope);
      if (m->entry.copied) settle(context, *m, true);  // also of copies that came before its content
      Outcome outcome = outcome_of(context, hash, true, {});
      outcome.code = same_signature ? ErrorCode::already_forgotten : ErrorCode::invalid_signature;
      return outcome;
    }
    trace::mark(context.sink, trace::RareState::tombstone_wrong);
    // Nobody who may forgot this: the tombstone was a false claim. Begin again as if it had never been here.
    for (const message::ItemHash& by : m->entry.forgotten_by) {
      if (const Loaded* forget = context.find(by); forget != nullptr && forget->entry.has_content) {
        context.enqueue(*forget);
      }
    }
    others = load_copies(context.tx, hash, m->entry);
    drop_copies(context, *m);
    context.drop_dependencies(*m);
    edit(context, *m, [](Entry& entry) {
      entry.status = Status::none;
      entry.authentic = false;
    });
    m->erased = true;
    m = nullptr;
    reborn = true;
  }
  if (m != nullptr && m->entry.has_content) {
    note_earlier_time(context, *m, envelope.time);
    if (confirmation != nullptr) add_confirmation(context, m->hash, *confirmation);
    std::vector<Need> needs;
    const bool another = !m->entry.over() && keep_copy(context, *m, envelope);
    if (another || m->entry.waiting()) {
      const bool final = as_reference(options_.switches.final_refusals);
      if (final && m->entry.status == Status::rejected) set_status(context, *m, Status::pending, m->entry.code);
      needs = settle(context, *m, true);
    }
    return outcome_of(context, hash, known_before, std::move(needs));
  }

  const bool first_time = m == nullptr || !m->entry.authentic;
  if (first_time) {
    m = &insert(context, envelope, m);
  } else if (!same_copy(context.envelope(*m), envelope)) {
    put_first(context, *m, message.envelope);
  }
  m->entry.amended |= reborn;
  m->entry.envelope_time = std::min(m->entry.envelope_time, envelope.time);
  keep_content(context, *m, message);
  for (const message::Envelope& other : others) keep_copy(context, *m, other);
  std::vector<Confirmation> confirmations = load_confirmations(context.tx, hash);
  if (first_time) {  // those that were told before the message was here
    for (const Confirmation& told : confirmations) record_confirmed(context, hash, told);
  }
  if (confirmation != nullptr && merge_confirmation(context, hash, confirmations, *confirmation)) {
    record_confirmed(context, hash, *confirmation);
  }
  refresh_confirmed(context, *m, confirmations);
  const bool was_none = m->entry.status == Status::none;
  std::vector<Need> needs = settle(context, *m, true);
  if (!was_none) context.touch_message(hash);  // its content is new
  return outcome_of(context, hash, known_before, std::move(needs));
}

Result<Outcome> StoreImpl::accept_unfetched(std::shared_ptr<const message::Envelope> envelope, Wall now,
                                            const Confirmation* confirmation) {
  LM_CHECK(envelope != nullptr && envelope->item_type != message::ItemType::inlined);
  return change<Outcome>(now, [&](Context& context) {
    Loaded* m = context.find(envelope->item_hash);
    const bool known_before = m != nullptr && m->entry.status != Status::rejected;
    if (m != nullptr && m->entry.authentic) {
      if (m->entry.has_content && !m->entry.over()) note_earlier_time(context, *m, envelope->time);
      if (m->entry.status == Status::forgotten && m->entry.has_content && keep_copy(context, *m, *envelope)) {
        settle(context, *m, true);
      }
      if (m->entry.waiting() && !m->entry.has_content) {
        keep_copy(context, *m, *envelope);
        guess_earlier_time(context, *m, envelope->time);
      }
      if (confirmation != nullptr) add_confirmation(context, m->hash, *confirmation);
      return outcome_of(context, envelope->item_hash, known_before, {});
    }
    m = &insert(context, *envelope, m);
    keep_envelope(context, *m, envelope);
    if (confirmation != nullptr) add_confirmation(context, m->hash, *confirmation);
    std::vector<Need> needs = settle(context, *m, true);
    return outcome_of(context, envelope->item_hash, known_before, std::move(needs));
  });
}

Result<Outcome> StoreImpl::accept_tombstone(std::shared_ptr<const message::Envelope> envelope, Wall now) {
  LM_CHECK(envelope != nullptr && envelope->is_tombstone());
  return change<Outcome>(now, [&](Context& context) {
    Loaded* m = context.find(envelope->item_hash);
    const bool known_before = m != nullptr && m->entry.status != Status::rejected;
    // Who has the content needs no word of others.
    if (m != nullptr && m->entry.authentic && (m->entry.has_content || m->entry.over())) {
      return outcome_of(context, envelope->item_hash, known_before, {});
    }
    if (m == nullptr || !m->entry.authentic) m = &insert(context, *envelope, m);
    if (m->envelope == nullptr && !context.tx.has(keys::of_hash(Table::envelope, m->hash))) {
      keep_envelope(context, *m, envelope);
    }
    add_claims(context, *m, envelope->forgotten_by);
    if (envelope->forgotten_with)
      edit(context, *m, [&](Entry& entry) { entry.forgotten_with = envelope->forgotten_with; });
    context.touch_message(m->hash);  // FORGETs of it may have waited for somebody to say so
    std::vector<Need> needs = settle(context, *m, true);
    return outcome_of(context, envelope->item_hash, known_before, std::move(needs));
  });
}

Result<Outcome> StoreImpl::give_up(const message::ItemHash& hash, Wall now) {
  return change<Outcome>(now, [&](Context& context) {
    Loaded* m = context.find(hash);
    if (m != nullptr && m->entry.status == Status::pending) {
      set_status(context, *m, Status::rejected, m->entry.code, m->entry.details);
      if (!context.may_be_judged(m->entry)) context.drop_dependencies(*m);
    }
    return outcome_of(context, hash, m != nullptr, {});
  });
}

Result<Outcome> StoreImpl::refuse_content(const message::ItemHash& hash, ErrorCode code, std::string_view details,
                                          std::string_view submitted, Wall now) {
  return change<Outcome>(now, [&](Context& context) {
    Loaded* m = context.find(hash);
    if (m == nullptr || !m->entry.waiting() || m->entry.has_content) {
      return outcome_of(context, hash, m != nullptr && m->entry.status != Status::rejected, {});
    }
    drop_waiting(context, *m);
    set_status(context, *m, Status::rejected, code, std::string(details));
    keep_submitted(context, hash, submitted);
    return outcome_of(context, hash, true, {});
  });
}

Result<Outcome> StoreImpl::record_rejected(const message::ItemHash& hash, ErrorCode code, std::string_view details,
                                           std::string_view submitted, Wall now) {
  return change<Outcome>(now, [&](Context& context) {
    Loaded* m = context.find(hash);
    if (m != nullptr && (m->entry.status != Status::rejected || m->entry.authentic)) {
      return outcome_of(context, hash, m->entry.status != Status::rejected, {});
    }
    if (m == nullptr) {
      Entry entry;
      entry.reception = now;
      entry.sequence = ++context.meta.sequence;
      m = &context.create(hash, std::move(entry));
    }
    set_status(context, *m, Status::rejected, code, std::string(details));
    keep_submitted(context, hash, submitted);
    return outcome_of(context, hash, false, {});
  });
}

}  // namespace lastmile::store
