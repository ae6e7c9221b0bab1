#include "core/node/reconcile_link.hpp"

#include <algorithm>

namespace lastmile::node {

struct ReconcileLink::Session {
  Session(env::PeerId p, std::uint64_t salt, const sync::HeldItem& from)
      : peer(p), initiator(salt, {}, from, sync::range_end()) {}
  env::PeerId peer;
  sync::Initiator initiator;
  std::uint64_t bytes = 0;
  bool lost = false;
};

ReconcileLink::ReconcileLink(env::Clock& clock, env::Timers& timers, env::Network& network, Generator& random,
                             store::Store& store, const sync::HeldSet& held, const PeerBook& peers, trace::Sink& sink,
                             QueueGauges& gauges, const NodeConfig& config, ReconcileSurroundings& surroundings)
    : clock_(clock),
      timers_(timers),
      network_(network),
      random_(random),
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
  timers_.after(random_.uniform(Duration{}, config_.intervals.reconcile_every), [this] { every_minute(); });
}

void ReconcileLink::every_minute() {
  const auto& connected = peers_.connected();
  if (!connected.empty()) begin(connected[random_.below(connected.size())]);
  const Instant now = clock_.now();
  while (!asked_order_.empty() && now - asked_order_.front().first > config_.intervals.reconcile_ask_again) {
    asked_.erase(asked_order_.front().second);
    asked_order_.pop_front();
  }
  std::erase_if(told_, [](const auto& entry) { return entry.second.backlog.empty() && entry.second.wanted == 0; });
  std::erase_if(answered_, [&](const auto& entry) { return now - entry.second.since > minutes(1); });
  resume();
  timers_.after(config_.intervals.reconcile_every, [this] { every_minute(); });
}

void ReconcileLink::on_connected(env::PeerId peer, env::Direction direction) {
  // One session finds both differences, so one side is enough.
  if (direction == env::Direction::outbound) begin(peer);
}

void ReconcileLink::on_lost(env::PeerId peer) {
  std::erase(waiting_, peer);
  if (const auto session = sessions_.find(peer); session != sessions_.end()) session->second->lost = true;
}

// --- asking

// `from`: what lies below was settled by the session before.
void ReconcileLink::begin(env::PeerId peer, const sync::HeldItem& from) {
  if (sessions_.contains(peer)) return;
  if (sessions_.size() >= config_.limits.reconcile_sessions) {
    if (std::find(waiting_.begin(), waiting_.end(), peer) == waiting_.end()) waiting_.push_back(peer);
    return;
  }
  auto session = std::make_shared<Session>(peer, random_.next(), from);
  sessions_[peer] = session;
  ++figures_.sessions;
  timers_.after(Duration{}, [this, session] { step(session); });
}

bool ReconcileLink::usable(const Error& error) {
  surroundings_.damaged_by_reconciliation(error);
  return false;
}

void ReconcileLink::step(const std::shared_ptr<Session>& session) {
  if (session->lost) return finish(session);
  auto request = session->initiator.next(held_);
  if (!request.ok()) {
    usable(request.error());
    return;
  }
  if (!*request) return finish(session);
  env::Frame frame = sync::ReconcileBody::of(std::move(**request));
  session->bytes += frame->wire_size();
  network_.request(session->peer, env::Protocol::reconciliation, std::move(frame), config_.intervals.request_deadline,
                   [this, session](Result<env::Frame> answer) {
                     if (!answer.ok()) {
                       session->lost = true;  // busy or gone; what was found so far is still good
                       return finish(session);
                     }
                     session->bytes += (*answer)->wire_size();
                     auto decoded = sync::reconcile_message(*answer);
                     if (!decoded.ok() || !std::holds_alternative<sync::Answer>(*decoded)) {
                       session->lost = true;
                       network_.close(session->peer, env::CloseReason::protocol_error);
                       return finish(session);
                     }
                     auto taken = session->initiator.on_answer(held_, std::get<sync::Answer>(*decoded));
                     if (!taken.ok()) {
                       usable(taken.error());
                       return;
                     }
                     if (*taken == sync::Initiator::Taken::protocol_error) {
                       session->lost = true;
                       network_.close(session->peer, env::CloseReason::protocol_error);
                       return finish(session);
                     }
                     step(session);
                   });
}

void ReconcileLink::finish(const std::shared_ptr<Session>& session) {
  const sync::Initiator& initiator = session->initiator;
  for (const message::ItemHash& hash : initiator.lacking()) want(hash, session->peer);
  figures_.lacking += initiator.lacking().size();
  if (!session->lost) {
    for (sync::Offer& offer : sync::make_offers(initiator.other_lacks())) {
      env::Frame frame = sync::ReconcileBody::of(std::move(offer));
      session->bytes += frame->wire_size();
      network_.send(session->peer, env::Protocol::reconciliation, std::move(frame));
    }
  }
  figures_.rounds += initiator.round_trips();
  figures_.bytes += session->bytes;
  sink_.record({trace::Kind::reconciled, {}, session->peer.value, initiator.round_trips(), session->bytes});
  const bool again = !session->lost && initiator.over() && !initiator.complete();
  sessions_.erase(session->peer);
  // Ended at a limit: another session finds the rest. It must not begin anew, or it would find again what is being
  // fetched.
  if (again) begin(session->peer, initiator.settled_until());
  while (!waiting_.empty() && sessions_.size() < config_.limits.reconcile_sessions) {
    const env::PeerId next = waiting_.front();
    waiting_.pop_front();
    begin(next);
  }
  resume();
}

void ReconcileLink::want(const message::ItemHash& hash, env::PeerId from) {
  Told& told = told_[from];
  // What finds no room is found again by a later session.
  if (backlog_ >= config_.limits.reconcile_backlog) return;
  if (told.backlog.size() >= config_.limits.reconcile_backlog_per_peer) return;
  told.backlog.emplace_back(hash, clock_.now());
  ++backlog_;
  gauge_backlog();
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

void ReconcileLink::no_longer_wanted(const message::ItemHash& hash) {
  if (const auto wanted = wanted_.find(hash); wanted != wanted_.end()) {
    --told_.at(wanted->second).wanted;
    wanted_.erase(wanted);
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

// Peers take turns, so that one that tells of very much delays itself only.
void ReconcileLink::resume() {
  std::size_t idle = 0;  // peers in a row that had nothing, or have their share
  while (backlog_ > 0 && idle < told_.size()) {
    auto next = told_.upper_bound(last_served_);
    if (next == told_.end()) next = told_.begin();
    last_served_ = next->first;
    Told& told = next->second;
    if (told.backlog.empty() || told.wanted >= config_.limits.reconcile_wanted_per_peer) {
      ++idle;
      continue;
    }
    idle = 0;
    if (!ask_next(next->first, told)) return;
  }
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
    if (asked_.size() < config_.limits.reconcile_remembered) {
      asked_[hash] = now;
      asked_order_.emplace_back(now, hash);
    }
  }
  told.backlog.pop_front();
  --backlog_;
  gauge_backlog();
  return true;
}

// --- answering

void ReconcileLink::on_frame(env::PeerId from, const env::Frame& frame) {
  auto decoded = sync::reconcile_message(frame);
  if (!decoded.ok() || !std::holds_alternative<sync::Offer>(*decoded)) {
    return network_.close(from, env::CloseReason::protocol_error);
  }
  for (const message::ItemHash& hash : std::get<sync::Offer>(*decoded).hashes) want(hash, from);
  resume();
}

void ReconcileLink::on_request(env::PeerId from, const env::Frame& frame, env::Reply reply) {
  Answered& answered = answered_[from];
  const Instant now = clock_.now();
  if (answered.requests == 0 || now - answered.since > minutes(1)) answered = {now, 0};
  if (++answered.requests > config_.limits.reconcile_answers_per_minute) {
    ++figures_.refused;
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
