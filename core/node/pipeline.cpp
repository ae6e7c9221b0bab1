// Inbox and signature.
#include "core/node/pipeline.hpp"

#include <algorithm>

#include "core/message/content.hpp"
#include "core/message/verification.hpp"

namespace lastmile::node {
namespace {

using env::RarePath;
using message::ErrorCode;
using message::Status;

bool by_peer(Origin origin) { return origin == Origin::gossip || origin == Origin::peer; }

// Clients, archives and chains have a turn of their own beside every peer.
std::uint64_t turn_of(Origin origin, env::PeerId peer) {
  return static_cast<std::uint64_t>(origin) << 32 | (by_peer(origin) ? peer.value : 0);
}

bool is_settled(Status status) {
  return status == Status::processed || status == Status::removing || status == Status::forgotten ||
         status == Status::removed;
}

}  // namespace

Pipeline::Pipeline(env::Clock& clock, env::Timers& timers, env::Executor& executor, env::Disk& disk,
                   env::Random& random, store::Store& store, BlobReader& blobs, trace::Sink& sink, QueueGauges& gauges,
                   const NodeConfig& config, Surroundings& surroundings)
    : clock_(clock),
      timers_(timers),
      executor_(executor),
      disk_(disk),
      random_(random),
      store_(store),
      sink_(sink),
      gauges_(gauges),
      config_(config),
      surroundings_(surroundings),
      retries_(clock, timers, random.stream("retry"), config.limits),
      missing_(clock, timers, disk, store, blobs, config, static_cast<ContentWaiter&>(*this)),
      inbox_({config.limits.inbox_messages, config.limits.inbox_messages_per_source}),
      refused_(config.limits.recent_messages),
      earlier_(config.limits.earlier_copies, config.limits.recent_messages) {
  const Limits& limits = config.limits;
  gauges_.set_limit(trace::Queue::inbox, limits.inbox_messages);
  gauges_.set_limit(trace::Queue::verify, limits.verify_in_flight);
  gauges_.set_limit(trace::Queue::waiting, limits.waiting_messages);
  retries_.on_attempt([this](const message::ItemHash& hash) { attempt(hash); },
                      [this](const message::ItemHash& hash) {
                        trace::mark(sink_, trace::RareState::retries_exhausted);
                        give_up(hash);
                      });
  store_.on_durable([this] {
    if (store_.disk_error()) return surroundings_.fatal(*store_.disk_error());
    pay_receipts();
    pump_later();
  });
}

std::optional<Instant> Pipeline::oldest(trace::Queue queue) const {
  std::optional<Instant> first;
  const auto look = [&first](Instant since) { first = first ? std::min(*first, since) : since; };
  switch (queue) {
    case trace::Queue::inbox:
    case trace::Queue::verify:
      for (const auto& [key, flight] : flights_) {
        if (flight.verifying == (queue == trace::Queue::verify)) look(flight.since);
      }
      break;
    case trace::Queue::waiting:
      return retries_.oldest();
    default:
      break;
  }
  return first;
}

std::uint64_t Pipeline::pending() const {
  return flights_.size() + uploading_ + missing_.size() + store_.counts().pending;
}

// --- arrival

std::size_t Pipeline::room(Origin origin, env::PeerId peer) const {
  if (random_.happens(RarePath::inbox_full)) return 0;
  return inbox_.room(turn_of(origin, peer));
}

Admission Pipeline::arrive(std::string_view payload, Arrival arrival) {
  if (inbox_.size() >= config_.limits.inbox_messages) {
    gauges_.refuse(trace::Queue::inbox, {});
    if (arrival.receipt) arrival.receipt({std::nullopt, Status::none, std::nullopt, "the inbox is full"});
    return Admission::full;
  }
  ParseCache* const parses = arrival.gossip_message ? config_.parses.get() : nullptr;
  if (const auto* read = parses != nullptr ? parses->find(arrival.gossip_message) : nullptr) {
    return arrive(read->envelope, std::move(arrival));
  }
  auto parsed = arrival.origin == Origin::gossip
                    ? message::parse_gossip_payload(payload, config_.switches.percent_decoding)
                    : message::parse_envelope(payload, {.tombstones = arrival.origin != Origin::client});
  if (!parsed.ok()) {
    const message::Refusal& refusal = parsed.error();
    if (refusal.item_hash) {
      auto outcome = store_.record_rejected(*refusal.item_hash, refusal.code, refusal.detail, payload, clock_.wall());
      if (usable(outcome)) follow(*outcome, std::nullopt);
    }
    if (arrival.receipt) arrival.receipt({refusal.item_hash, Status::rejected, refusal.code, refusal.detail});
    return Admission::invalid;
  }
  auto envelope = std::make_shared<const message::Envelope>(std::move(*parsed));
  if (parses != nullptr) parses->add(arrival.gossip_message, envelope);
  return arrive(std::move(envelope), std::move(arrival));
}

Admission Pipeline::arrive(std::shared_ptr<const message::Envelope> envelope, Arrival arrival) {
  const bool gossiped = arrival.origin == Origin::gossip;
  const auto looked = store_.look_at_copy(*envelope);
  if (!usable(looked)) return Admission::full;
  const store::CopyLook& look = *looked;
  const auto nothing_new = [&] {
    answer_known(*envelope, look.status, arrival);
    return Admission::known;
  };
  const bool over = is_settled(look.status) || (look.status == Status::pending && envelope->is_tombstone());
  if (over && !look.news) return nothing_new();  // of an archive nearly every message
  const FlightKey key{envelope->item_hash, message::statement_of(*envelope)};
  auto flight = flights_.find(key);
  const bool is_new = flight == flights_.end();
  if (gossiped && look.known && is_new && !look.news && !(look.earlier && earlier_.take(envelope->item_hash)))
    return nothing_new();
  if (is_new && gossiped) {
    const auto why = refused_.find(*envelope);
    if (why && !random_.happens(RarePath::refusal_forgotten)) {
      sink_.record({trace::Kind::message_received, key.first.view(), 0, 0, 0});
      trace::mark(sink_, trace::RareState::forged_repeat);
      return *why == RefusedMessages::Why::forged ? Admission::forged_before : Admission::refused_before;
    }
  }
  std::uint64_t upload_bytes = 0;
  for (const auto& [file, bytes] : arrival.uploads) upload_bytes += bytes->size();
  if (upload_bytes > 0 && *upload_bytes_ + upload_bytes > config_.limits.upload_bytes) {
    if (arrival.receipt) arrival.receipt({key.first, Status::none, std::nullopt, "too many uploads are under way"});
    return Admission::full;
  }
  const bool says_more = !is_new && may_say_more(flight->second, *envelope);
  if (is_new) {
    using Push = FairQueue<FlightKey>::Push;
    // Who gossips was told that there is room.
    const bool no_luck = arrival.origin != Origin::gossip && random_.happens(RarePath::inbox_full);
    const Push push = no_luck ? Push::full : inbox_.push(turn_of(arrival.origin, arrival.peer), envelope->sender, key);
    if (push != Push::accepted) {
      gauges_.refuse(trace::Queue::inbox, envelope->item_hash.view(), static_cast<std::uint64_t>(push));
      if (arrival.receipt) arrival.receipt({key.first, Status::none, std::nullopt, "the inbox is full"});
      return Admission::full;
    }
    gauges_.set_depth(trace::Queue::inbox, inbox_.size());
    flight = flights_.emplace(key, Flight{}).first;
    flight->second.envelope = std::move(envelope);
    flight->second.origin = arrival.origin;
    if (by_peer(arrival.origin)) flight->second.hint = arrival.peer;
    flight->second.since = clock_.now();
    flight->second.signed_here = look.signed_here;
    flight->second.copy = look.known;
  }
  sink_.record({trace::Kind::message_received, key.first.view(), is_new ? 1U : 0U, 0, 0});
  Flight& f = flight->second;
  if (says_more) {
    f.others.push_back({std::move(envelope), std::move(arrival)});
    return Admission::queued;
  }
  f.vouched = f.vouched || arrival.vouched;
  if (arrival.gossip_message) f.gossip_messages.push_back(std::move(arrival.gossip_message));
  if (arrival.confirmation) f.confirmations.push_back(std::move(*arrival.confirmation));
  if (arrival.receipt) f.receipts.push_back(std::move(arrival.receipt));
  for (UploadChecks::File& upload : arrival.uploads) {
    const std::uint64_t bytes = upload.second->size();
    f.uploads.emplace_back(std::move(upload), ByteTally(upload_bytes_, bytes));
  }
  pump_later();
  return Admission::queued;
}

// Of copies under way together the first may be one that a relay has dressed anew.
bool Pipeline::may_say_more(const Flight& flight, const message::Envelope& copy) const {
  const message::Envelope& first = *flight.envelope;
  const bool same = copy.channel == first.channel && copy.time == first.time && copy.item_content == first.item_content;
  return !same && flight.others.size() < config_.store.limits.copies;
}

// As if they came now, when the store knows the first.
void Pipeline::look_at(std::vector<Other> others) {
  if (others.empty()) return;
  timers_.after(Duration{}, [this, held = std::make_shared<std::vector<Other>>(std::move(others))] {
    for (Other& other : *held) {
      const gossip::MessageRef told = other.arrival.gossip_message;
      const Admission admission = arrive(std::move(other.envelope), std::move(other.arrival));
      if (told && admission != Admission::queued) surroundings_.gossip_verdict(told, verdict_of(admission));
    }
  });
}

void Pipeline::answer_known(const message::Envelope& envelope, Status status, Arrival& arrival) {
  sink_.record({trace::Kind::message_received, envelope.item_hash.view(), 0, 0, 0});
  if (arrival.confirmation) {
    return confirm_later({envelope.item_hash, status, *std::move(arrival.confirmation), std::move(arrival.receipt)});
  }
  owe({envelope.item_hash, status, std::nullopt, {}}, std::move(arrival.receipt));
}

// Is this copy the one that is given to who asks for the message?
bool Pipeline::stands(const message::Envelope& envelope) {
  const auto held = store_.envelope_for_peer(envelope.item_hash);
  if (!usable(held) || *held == nullptr) return false;
  return message::statement_of(**held) == message::statement_of(envelope) && (*held)->channel == envelope.channel;
}

// --- signature

void Pipeline::pump_later() {
  if (pump_due_ || inbox_.empty()) return;
  pump_due_ = true;
  timers_.after(Duration{}, [this] {
    pump_due_ = false;
    pump();
  });
}

// Are as many under way as allowed? Bad luck says so of any that are: the answer to one of them goes on.
bool Pipeline::as_many(std::uint64_t under_way, std::uint64_t allowed, RarePath path) {
  return under_way >= allowed || (under_way > 0 && random_.happens(path));
}

void Pipeline::pump() {
  for (std::size_t turn = 0; turn < config_.limits.inbox_turn; ++turn) {
    // Continued when an answer comes, or by on_durable.
    if (as_many(verifying_, config_.limits.verify_in_flight, RarePath::signatures_backed_up)) {
      return trace::mark(sink_, trace::RareState::signatures_backed_up);
    }
    const std::uint64_t commits = store_.committed() - store_.durable();
    if (as_many(commits, config_.limits.commits_in_flight, RarePath::commits_backed_up)) {
      return trace::mark(sink_, trace::RareState::commits_backed_up);
    }
    const auto key = inbox_.pop();
    if (!key) break;
    verify(*key);
  }
  gauges_.set_depth(trace::Queue::inbox, inbox_.size());
  pump_later();
}

void Pipeline::verify(const FlightKey& key) {
  Flight& flight = flights_.at(key);
  if (!flight.envelope->has_signature()) {
    // Born in a contract: the chain vouches for it (messages.md 6.4). Otherwise a missing signature is error 1.
    const bool vouched = flight.vouched && !flight.envelope->signature;
    return on_verdict(key, vouched ? crypto::Verdict::valid : crypto::Verdict::invalid);
  }
  if (flight.signed_here) return with_content(key);
  ++verifying_;
  flight.verifying = true;
  flight.since = clock_.now();
  gauges_.set_depth(trace::Queue::verify, verifying_);
  executor_.submit(env::Lane::signatures, message::verification_job(flight.envelope, config_.switches),
                   [this, key](const env::JobResult& result) {
                     --verifying_;
                     gauges_.set_depth(trace::Queue::verify, verifying_);
                     on_verdict(key, message::verdict_of(result));
                     pump_later();
                   });
}

Pipeline::Flight Pipeline::take(const FlightKey& key) {
  auto node = flights_.extract(key);
  LM_CHECK(!node.empty());
  return std::move(node.mapped());
}

void Pipeline::on_verdict(const FlightKey& key, crypto::Verdict verdict) {
  ++verified_;
  if (const auto code = message::refusal_of(verdict)) return refuse(take(key), *code, "");
  with_content(key);
}

}  // namespace lastmile::node
