// What the store says of a message, and what follows from it; judging again, and giving up.
#include <algorithm>
#include <iterator>
#include <utility>

#include "core/node/pipeline.hpp"
#include "core/store/view.hpp"

namespace lastmile::node {

using message::ErrorCode;
using message::Status;

// Of several that say the same one is told on.
void Pipeline::tell_gossip(Flight& flight, gossip::Verdict verdict) {
  for (const auto& message : flight.gossip_messages) {
    surroundings_.gossip_verdict(message, verdict);
    if (verdict == gossip::Verdict::accept) verdict = gossip::Verdict::ignore;
  }
  flight.gossip_messages.clear();
}

void Pipeline::refuse(Flight flight, ErrorCode code, const std::string& details) {
  // Only a bad signature is the forwarder's fault; a format we do not know may be newer than we are.
  const bool forged = code == ErrorCode::invalid_signature;
  tell_gossip(flight, forged ? gossip::Verdict::reject : gossip::Verdict::ignore);
  remember_refused(*flight.envelope, code);
  auto outcome = store_.record_rejected(flight.envelope->item_hash, code, details,
                                        message::serialize_envelope(*flight.envelope), clock_.wall());
  if (!usable(outcome)) return;
  follow(*outcome, std::nullopt);
  owe({flight.envelope->item_hash, Status::rejected, code, details}, std::move(flight.receipts));
  look_at(std::move(flight.others));
}

// Without a signature another origin may vouch for the message.
void Pipeline::remember_refused(const message::Envelope& envelope, ErrorCode code) {
  if (!envelope.has_signature()) return;
  const bool forged = code == ErrorCode::invalid_signature;
  refused_.add(envelope, forged ? RefusedMessages::Why::forged : RefusedMessages::Why::malformed);
}

// Blocks may have been taken back while the message was on its way.
void Pipeline::drop_fallen(Flight& flight) {
  std::erase_if(flight.confirmations, [this](auto& c) { return !surroundings_.stands(c); });
}

// Stores the confirmations of a flight from this one on. False: the store failed.
bool Pipeline::confirm(const Flight& flight, std::size_t first) {
  std::vector<store::Confirmed> seen;
  for (std::size_t i = first; i < flight.confirmations.size(); ++i) {
    seen.push_back({flight.envelope->item_hash, flight.confirmations[i]});
  }
  return seen.empty() || usable(store_.add_confirmations(seen, clock_.wall()));
}

// Those of messages that were known, of an archive nearly all, go into one commit.
void Pipeline::confirm_later(KnownConfirmed known) {
  known_confirmed_.push_back(std::move(known));
  if (known_confirmed_.size() >= config_.limits.feed_at_once) return confirm_known();
  if (known_confirmed_.size() > 1) return;
  timers_.after(Duration{}, [this] { confirm_known(); });
}

void Pipeline::confirm_known() {
  std::vector<KnownConfirmed> known = std::exchange(known_confirmed_, {});
  std::vector<store::Confirmed> seen;
  for (KnownConfirmed& one : known) {
    if (surroundings_.stands(one.confirmation)) seen.push_back({one.message, std::move(one.confirmation)});
  }
  if (!seen.empty()) {
    auto outcome = store_.add_confirmations(seen, clock_.wall());
    if (!usable(outcome)) return;
    follow(*outcome, std::nullopt);
  }
  for (KnownConfirmed& one : known) owe({one.message, one.status, std::nullopt, {}}, std::move(one.receipt));
}

void Pipeline::accept(Flight flight) {
  drop_fallen(flight);
  auto outcome = store_.accept({flight.envelope, flight.content, flight.fetched}, clock_.wall(),
                               flight.confirmations.empty() ? nullptr : &flight.confirmations.front());
  if (!usable(outcome)) return;
  if (!confirm(flight, 1)) return;
  if (flight.copy && !stands(*flight.envelope)) tell_gossip(flight, gossip::Verdict::ignore);
  if (flight.origin != Origin::gossip && !flight.told && !outcome->known_before) {
    surroundings_.spread(*flight.envelope, flight.origin);
  }
  // It may have come with a copy, while the peers were asked for it.
  std::ranges::move(missing_.take(flight.envelope->item_hash), std::back_inserter(flight.receipts));
  if (flight.fetched != nullptr) surroundings_.content_at_hand(flight.envelope->item_hash);
  settle(flight, *outcome);
}

void Pipeline::settle(Flight& flight, const store::Outcome& outcome) {
  tell_gossip(flight, gossip::Verdict::accept);
  follow(outcome, flight.hint, flight.again);
  if (outcome.status == Status::pending) {
    // The store may have let it go at once for want of room: one that came back is the first received.
    const auto now = store::View(disk_.latest(), config_.store).status(flight.envelope->item_hash);
    if (!usable(now)) return;
    if (*now == Status::pending) retries_.add(flight.envelope->item_hash);
    gauges_.set_depth(trace::Queue::waiting, retries_.size());
  }
  owe({flight.envelope->item_hash, outcome.status, outcome.code, outcome.details}, std::move(flight.receipts));
  look_at(std::move(flight.others));
}

// again: what is lacked was asked for when the message came, and is asked for in turn now.
void Pipeline::follow(const store::Outcome& outcome, std::optional<env::PeerId> hint, bool again) {
  for (const store::StatusChange& change : outcome.changes) {
    if (change.to == Status::pending) {
      retries_.add(change.hash);
    } else {
      retries_.remove(change.hash);
    }
    surroundings_.status_changed(change);
  }
  gauges_.set_depth(trace::Queue::waiting, retries_.size());
  for (const store::Need& need : outcome.needs) {
    if (need.kind == store::Need::Kind::file) {
      if (!again) missing_.want_file(need.hash, hint);
    } else if (need.kind == store::Need::Kind::message) {
      surroundings_.want_message(need.hash, hint);
    }
  }
  if (outcome.unfinished && !tick_due_) {
    tick_due_ = true;
    timers_.after(Duration{}, [this] {
      tick_due_ = false;
      judge_on();
    });
  }
}

void Pipeline::give_up(const message::ItemHash& hash) {
  auto outcome = store_.give_up(hash, clock_.wall());
  if (usable(outcome)) follow(*outcome, std::nullopt);
}

// Judges a waiting message once more, with what is asked for then: an answer may have been lost on the way.
void Pipeline::attempt(const message::ItemHash& hash) {
  const auto status = store::View(disk_.latest(), config_.store).status(hash);
  if (!usable(status)) return;
  if (*status != Status::pending && *status != Status::rejected) return retries_.remove(hash);
  auto envelope = store_.envelope_for_peer(hash);
  if (!usable(envelope) || *envelope == nullptr) return;
  const FlightKey key{hash, message::statement_of(**envelope)};
  if (flights_.contains(key)) return;  // a copy of it is on its way
  const auto content = store_.content_bytes(hash);
  if (!usable(content)) return;
  const bool apart = (*envelope)->item_type != message::ItemType::inlined && !(*envelope)->is_tombstone();
  if (apart && !*content) return;  // looked for in turn
  Flight& flight = flights_[key];
  flight.envelope = std::move(*envelope);
  flight.origin = Origin::archive;
  flight.told = true;
  flight.again = true;
  flight.since = clock_.now();
  with_content(key);  // its signature was checked before the store took it
}

void Pipeline::start() {
  const store::View view(disk_.latest(), config_.store);
  const auto rows = view.received({.status = Status::pending, .start = {}, .end = {}}, {.per_page = 0, .after = {}});
  if (!usable(rows)) return;
  for (const auto& row : rows->items) retries_.add(row.hash);
  if (!rows->items.empty()) trace::mark(sink_, trace::RareState::restarted_with_waiting);
  gauges_.set_depth(trace::Queue::waiting, retries_.size());
}

void Pipeline::tick() {
  judge_on();
  missing_.tick();
}

void Pipeline::judge_on() {
  auto outcome = store_.tick(clock_.wall());
  if (!usable(outcome)) return;
  store::Outcome changes;
  changes.changes = std::move(outcome->changes);
  changes.unfinished = outcome->unfinished;
  follow(changes, std::nullopt);
}

}  // namespace lastmile::node
