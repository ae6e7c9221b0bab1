#include "core/node/reconcile_link.hpp"

#include <algorithm>

namespace lastmile::node {

struct ReconcileLink::Session {
  Session(env::PeerId p, std::uint64_t salt, sync::InitiatorOptions options, const sync::HeldItem& from)
      : peer(p), initiator(salt, options, from, sync::range_end()) {}
  env::PeerId peer;
  sync::Initiator initiator;
  std::uint64_t bytes = 0;
  bool over = false;
};

ReconcileLink::ReconcileLink(env::Clock& clock, env::Timers& timers, env::Network& network, env::Random& random,
                             store::Store& store, const sync::HeldSet& held, const PeerBook& peers, trace::Sink& sink,
                             QueueGauges& gauges, const NodeConfig& config, ReconcileSurroundings& surroundings)
    : clock_(clock),
      timers_(timers),
      network_(network),
      random_(random),
      draws_(random.stream("reconcile")),
      store_(store),
      held_(held),
      peers_(peers),
      sink_(sink),
      gauges_(gauges),
      config_(config),
      surroundings_(surroundings) {
  gauges_.set_limit(trace::Queue::reconcile, config.limits.reconcile_backlog);
  network_.listen(env::Protocol::reconciliation, *this);
}

ReconcileLink::~ReconcileLink() = default;

void ReconcileLink::start() {
  // The first turn at a random point of the interval, so that a network started together does not reconcile in step.
  timers_.after(draws_.uniform(Duration{}, config_.intervals.reconcile_every), [this] { every_minute(); });
}

void ReconcileLink::every_minute() {
  const Instant now = clock_.now();
  std::erase_if(told_, [](const auto& entry) {
    const Told& told = entry.second;
    return told.backlog.empty() && told.wanted == 0 && !told.settled_until;
  });
  std::erase_if(asked_, [&](const auto& entry) { return now - entry.second >= config_.intervals.reconcile_ask_again; });
  std::erase_if(minutes_, [&](const auto& entry) { return now - entry.second.since > minutes(1); });
  const auto& connected = peers_.connected();
  if (!connected.empty()) {
    // Whose words wait to be looked at has nothing to say that is worth hearing now: mostly the same again.
    const env::PeerId peer = connected[draws_.below(connected.size())];
    const auto told = told_.find(peer);
    if (told == told_.end() || told->second.backlog.empty()) begin(peer);
  }
  resume();
  timers_.after(config_.intervals.reconcile_every, [this] { every_minute(); });
}

void ReconcileLink::on_connected(env::PeerId peer, env::Direction direction) {
  // One session finds both differences, so one side is enough.
  if (direction == env::Direction::outbound) begin(peer);
}

void ReconcileLink::on_lost(env::PeerId peer) {
  std::erase(waiting_, peer);
  if (const auto session = sessions_.find(peer); session != sessions_.end()) {
    finish(std::shared_ptr(session->second), End::lost);
  }
  drop_backlog(peer);
}

void ReconcileLink::on_forgotten(env::PeerId peer) {
  drop_backlog(peer);  // what found no room since it was lost
  std::erase_if(wanted_, [peer](const auto& wanted) { return wanted.second == peer; });
  told_.erase(peer);
  minutes_.erase(peer);
}

void ReconcileLink::tell(const message::ItemHash& hash) {
  if (to_tell_.size() >= sync::kOfferMax) return;
  to_tell_.insert(hash);
  if (to_tell_.size() > 1) return;
  timers_.after(config_.intervals.reconcile_tell, [this] {
    for (sync::Offer& offer : sync::make_offers(std::exchange(to_tell_, {}))) {
      const env::Frame frame = sync::ReconcileBody::of(std::move(offer));
      for (const env::PeerId peer : peers_.connected()) network_.send(peer, env::Protocol::reconciliation, frame);
    }
  });
}

// What is being fetched at its word goes on.
void ReconcileLink::drop_backlog(env::PeerId peer) {
  const auto told = told_.find(peer);
  if (told == told_.end()) return;
  backlog_ -= told->second.backlog.size();
  gauge_backlog();
  told->second = {.wanted = told->second.wanted};
}

// --- asking

void ReconcileLink::begin(env::PeerId peer) {
  if (sessions_.contains(peer)) return;
  if (sessions_.size() >= config_.limits.reconcile_sessions) {
    if (std::find(waiting_.begin(), waiting_.end(), peer) == waiting_.end()) waiting_.push_back(peer);
    return;
  }
  // What lies below the beginning was settled by the session before.
  const auto settled = std::exchange(told_[peer].settled_until, std::nullopt);
  sync::InitiatorOptions options;
  if (random_.happens(env::RarePath::reconcile_cut_short)) options.differences_max = 1;
  auto session = std::make_shared<Session>(peer, draws_.next(), options, settled.value_or(sync::range_begin()));
  sessions_[peer] = session;
  ++figures_.sessions;
  timers_.after(Duration{}, [this, session] { step(session); });
}

bool ReconcileLink::usable(const Error& error) {
  surroundings_.damaged_by_reconciliation(error);
  return false;
}

void ReconcileLink::step(const std::shared_ptr<Session>& session) {
  if (session->over) return;
  auto next = session->initiator.next(held_);
  if (!next.ok()) {
    usable(next.error());
    return;
  }
  auto& request = *next;
  if (!request) return finish(session, End::complete);
  env::Frame frame = sync::ReconcileBody::of(*std::move(request));
  session->bytes += frame->wire_size();
  network_.request(session->peer, env::Protocol::reconciliation, std::move(frame), config_.intervals.request_deadline,
                   [this, session](const Result<env::Frame>& answer) { on_answer(session, answer); });
}

void ReconcileLink::on_answer(const std::shared_ptr<Session>& session, const Result<env::Frame>& frame) {
  if (session->over) return;
  if (!frame.ok()) return finish(session, End::failed);
  session->bytes += (*frame)->wire_size();
  const auto answer = sync::reconcile_message(*frame);
  if (answer.ok() && std::holds_alternative<sync::Answer>(*answer)) {
    const auto taken = session->initiator.on_answer(held_, std::get<sync::Answer>(*answer));
    if (!taken.ok()) {
      usable(taken.error());
      return;
    }
    if (*taken == sync::Initiator::Taken::good) return step(session);
  }
  network_.close(session->peer, env::CloseReason::protocol_error);
  finish(session, End::failed);
}

void ReconcileLink::finish(const std::shared_ptr<Session>& session, End end) {
  const sync::Initiator& initiator = session->initiator;
  session->over = true;
  if (end == End::failed) trace::mark(sink_, trace::RareState::reconcile_failed);
  if (end != End::lost) {
    for (const message::ItemHash& hash : initiator.lacking()) want(hash, session->peer);
    figures_.lacking += initiator.lacking().size();
  }
  if (end == End::complete) {
    for (sync::Offer& offer : sync::make_offers(initiator.other_lacks())) {
      env::Frame frame = sync::ReconcileBody::of(std::move(offer));
      session->bytes += frame->wire_size();
      network_.send(session->peer, env::Protocol::reconciliation, std::move(frame));
    }
  }
  figures_.rounds += initiator.round_trips();
  figures_.bytes += session->bytes;
  sink_.record({trace::Kind::reconciled, {}, session->peer.value, initiator.round_trips(), session->bytes});
  sessions_.erase(session->peer);
  while (!waiting_.empty() && sessions_.size() < config_.limits.reconcile_sessions) {
    const env::PeerId next = waiting_.front();
    waiting_.pop_front();
    begin(next);
  }
  if (end == End::complete && !initiator.complete()) {
    trace::mark(sink_, trace::RareState::reconcile_at_limit);
    // Ended at a limit: another session finds the rest, once what this one found is being fetched.
    Told& told = told_[session->peer];
    told.settled_until = initiator.settled_until();
    if (told.backlog.empty()) begin(session->peer);
  }
  resume_later();
}

// What finds no room is found again by a later session.
void ReconcileLink::want(const message::ItemHash& hash, env::PeerId from) {
  Told& told = told_[from];
  const bool full = told.backlog.size() >= config_.limits.reconcile_backlog_per_peer;
  if (full || (backlog_ >= config_.limits.reconcile_backlog && !make_room(told))) {
    return trace::mark(sink_, trace::RareState::reconcile_backlog_full);
  }
  told.backlog.emplace_back(hash, clock_.now());
  ++backlog_;
  gauge_backlog();
}

// The peer that takes most of the common backlog gives up its newest, unless the newcomer would then have most.
bool ReconcileLink::make_room(const Told& newcomer) {
  const auto most = std::max_element(told_.begin(), told_.end(), [](const auto& a, const auto& b) {
    return a.second.backlog.size() < b.second.backlog.size();
  });
  if (most->second.backlog.size() <= newcomer.backlog.size() + 1) return false;
  most->second.backlog.pop_back();
  --backlog_;
  return true;
}

std::optional<Instant> ReconcileLink::oldest() const {
  std::optional<Instant> first;
  for (const auto& [peer, told] : told_) {
    if (told.backlog.empty()) continue;
    const Instant since = told.backlog.front().second;  // a peer's are in order
    first = first ? std::min(*first, since) : since;
  }
  return first;
}

env::PeerId ReconcileLink::free_place(std::map<message::ItemHash, env::PeerId>::iterator wanted) {
  const env::PeerId told_by = wanted->second;
  --told_.at(told_by).wanted;
  wanted_.erase(wanted);
  return told_by;
}

void ReconcileLink::no_longer_wanted(const message::ItemHash& hash) {
  if (const auto wanted = wanted_.find(hash); wanted != wanted_.end()) free_place(wanted);
  resume_later();
}

void ReconcileLink::found_no_room(const message::ItemHash& hash) {
  if (const auto wanted = wanted_.find(hash); wanted != wanted_.end()) {
    const env::PeerId told_by = free_place(wanted);
    asked_.erase(hash);
    want(hash, told_by);
    told_.at(told_by).not_before = clock_.now() + config_.intervals.reconcile_pause;
  }
  resume_later();
}

// Not inside the call that brought the news.
void ReconcileLink::resume_later() {
  if (resume_due_ || backlog_ == 0) return;
  resume_due_ = true;
  timers_.after(Duration{}, [this] {
    resume_due_ = false;
    resume();
  });
}

void ReconcileLink::resume_after_pause() {
  if (pause_due_) return;
  pause_due_ = true;
  timers_.after(config_.intervals.reconcile_pause, [this] {
    pause_due_ = false;
    resume();
  });
}

// Peers take turns, so that one that tells of very much delays itself only.
void ReconcileLink::resume() {
  bool inbox_full = false;  // for one of them
  std::size_t idle = 0;     // peers in a row that had nothing, or have their share
  for (std::size_t turn = 0; backlog_ > 0 && idle < told_.size(); ++turn) {
    if (turn == config_.limits.reconcile_turn) return resume_later();
    auto next = told_.upper_bound(last_served_);
    if (next == told_.end()) next = told_.begin();
    last_served_ = next->first;
    Told& told = next->second;
    ++idle;
    if (told.backlog.empty() || told.wanted >= config_.limits.reconcile_wanted_per_peer) continue;
    if (clock_.now() < told.not_before || told.wanted >= surroundings_.inbox_room(next->first)) {
      inbox_full = true;
      continue;
    }
    idle = 0;
    if (!ask_next(next->first, told)) return;
  }
  if (inbox_full) resume_after_pause();
}

// False: no room among the fetches, or the store failed.
bool ReconcileLink::ask_next(env::PeerId from, Told& told) {
  const Instant now = clock_.now();
  const message::ItemHash hash = told.backlog.front().first;
  const auto held = store_.holds(hash);
  if (!held.ok()) return usable(held.error());
  const auto asked = asked_.find(hash);
  const bool lately = asked != asked_.end() && now - asked->second < config_.intervals.reconcile_ask_again;
  if (!*held && !lately) {
    if (!surroundings_.want_envelope(hash, from)) return false;  // continued when something arrived
    if (wanted_.try_emplace(hash, from).second) ++told.wanted;
    if (asked_.size() < config_.limits.reconcile_remembered) asked_[hash] = now;
  }
  told.backlog.pop_front();
  --backlog_;
  gauge_backlog();
  if (told.backlog.empty() && told.settled_until) begin(from);
  return true;
}

// --- answering

ReconcileLink::Minute& ReconcileLink::minute_of(env::PeerId peer) {
  const Instant now = clock_.now();
  Minute& minute = minutes_.try_emplace(peer, Minute{now}).first->second;
  if (now - minute.since > minutes(1)) minute = {now};
  return minute;
}

void ReconcileLink::on_frame(env::PeerId from, const env::Frame& frame) {
  auto decoded = sync::reconcile_message(frame);
  if (!decoded.ok() || !std::holds_alternative<sync::Offer>(*decoded)) {
    return network_.close(from, env::CloseReason::protocol_error);
  }
  Minute& minute = minute_of(from);
  for (const message::ItemHash& hash : std::get<sync::Offer>(*decoded).hashes) {
    if (minute.offered >= config_.limits.reconcile_offered_per_minute) {
      ++figures_.offers_refused;
      continue;
    }
    ++minute.offered;
    want(hash, from);
  }
  resume_later();
}

void ReconcileLink::on_request(env::PeerId from, const env::Frame& frame, env::Reply reply) {
  if (++minute_of(from).requests > config_.limits.reconcile_answers_per_minute ||
      random_.happens(env::RarePath::reconcile_refused)) {
    ++figures_.refused;
    trace::mark(sink_, trace::RareState::reconcile_refused);
    return reply(Error{"too many requests in this minute"});
  }
  auto decoded = sync::reconcile_message(frame);
  if (!decoded.ok() || !std::holds_alternative<sync::Request>(*decoded)) {
    reply(Error{"not a reconciliation request"});
    return network_.close(from, env::CloseReason::protocol_error);
  }
  auto answer = sync::answer(held_, std::get<sync::Request>(*decoded));
  if (!answer.ok()) {
    reply(Error{"cannot read"});
    usable(answer.error());
    return;
  }
  reply(sync::ReconcileBody::of(std::move(*answer)));
}

}  // namespace lastmile::node
