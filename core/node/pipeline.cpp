#include "core/node/pipeline.hpp"

#include <algorithm>

#include "core/message/content.hpp"
#include "core/message/verification.hpp"
#include "core/store/view.hpp"

namespace lastmile::node {
namespace {

using message::ErrorCode;
using message::Status;

// Clients, archives and chains have a turn of their own beside every peer.
std::uint64_t turn_of(Origin origin, env::PeerId peer) {
  const bool by_peer = origin == Origin::gossip || origin == Origin::peer;
  return static_cast<std::uint64_t>(origin) << 32 | (by_peer ? peer.value : 0);
}

bool is_settled(Status status) {
  return status == Status::processed || status == Status::removing || status == Status::forgotten ||
         status == Status::removed;
}

}  // namespace

Pipeline::Pipeline(env::Clock& clock, env::Timers& timers, env::Executor& executor, env::Disk& disk, Generator& random,
                   store::Store& store, BlobReader& blobs, trace::Sink& sink, QueueGauges& gauges,
                   const NodeConfig& config, Surroundings& surroundings)
    : clock_(clock),
      timers_(timers),
      executor_(executor),
      disk_(disk),
      store_(store),
      blobs_(blobs),
      sink_(sink),
      gauges_(gauges),
      config_(config),
      surroundings_(surroundings),
      retries_(clock, timers, random, config.limits),
      inbox_({config.limits.inbox_messages, config.limits.inbox_messages_per_source}),
      refused_(config.limits.recent_messages) {
  const Limits& limits = config.limits;
  gauges_.set_limit(trace::Queue::inbox, limits.inbox_messages);
  gauges_.set_limit(trace::Queue::verify, limits.verify_in_flight);
  gauges_.set_limit(trace::Queue::fetch, limits.fetch_wanted);
  gauges_.set_limit(trace::Queue::waiting, limits.waiting_messages);
  retries_.on_attempt([this](const message::ItemHash& hash) { attempt(hash); },
                      [this](const message::ItemHash& hash) { give_up(hash); });
  store_.on_durable([this] {
    if (store_.disk_error()) return surroundings_.fatal(*store_.disk_error());
    pay_receipts();
    pump_later();
  });
}

template <class T>
bool Pipeline::usable(const Result<T>& result) {
  if (result.ok()) return true;
  surroundings_.fatal(result.error());
  return false;
}

void Pipeline::gauge_fetch() { gauges_.set_depth(trace::Queue::fetch, awaiting_count_ + files_wanted_.size()); }

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
    case trace::Queue::fetch:
      for (const auto& [content, flights] : awaiting_content_) {
        for (const Flight& flight : flights) look(flight.since);
      }
      for (const auto& [file, since] : files_wanted_) look(since);
      break;
    case trace::Queue::waiting:
      return retries_.oldest();
    default:
      break;
  }
  return first;
}

std::uint64_t Pipeline::pending() const {
  return flights_.size() + uploading_ + awaiting_count_ + files_wanted_.size() + store_.counts().pending;
}

// --- arrival

std::size_t Pipeline::room(Origin origin, env::PeerId peer) const { return inbox_.room(turn_of(origin, peer)); }

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
  auto status = store::View(disk_.latest(), config_.store).status(envelope->item_hash);
  if (!usable(status)) return Admission::full;
  if (is_settled(*status) || (*status == Status::pending && envelope->is_tombstone())) {
    if (answer_known(*envelope, *status, arrival)) return Admission::known;
  }

  const FlightKey key{envelope->item_hash, envelope->signature.value_or("")};
  auto flight = flights_.find(key);
  const bool is_new = flight == flights_.end();
  if (is_new && arrival.origin == Origin::gossip) {
    if (const auto why = refused_.find(*envelope)) {
      sink_.record({trace::Kind::message_received, key.first.view(), 0, 0, 0});
      return *why == RefusedMessages::Why::forged ? Admission::forged_before : Admission::refused_before;
    }
  }
  std::uint64_t upload_bytes = 0;
  for (const auto& [file, bytes] : arrival.uploads) upload_bytes += bytes->size();
  if (upload_bytes > 0 && *upload_bytes_ + upload_bytes > config_.limits.upload_bytes) {
    if (arrival.receipt) arrival.receipt({key.first, Status::none, std::nullopt, "too many uploads are under way"});
    return Admission::full;
  }
  if (is_new) {
    const auto push = inbox_.push(turn_of(arrival.origin, arrival.peer), envelope->sender, key);
    if (push != FairQueue<FlightKey>::Push::accepted) {
      gauges_.refuse(trace::Queue::inbox, envelope->item_hash.view(), static_cast<std::uint64_t>(push));
      if (arrival.receipt) arrival.receipt({key.first, Status::none, std::nullopt, "the inbox is full"});
      return Admission::full;
    }
    gauges_.set_depth(trace::Queue::inbox, inbox_.size());
    flight = flights_.emplace(key, Flight{}).first;
    flight->second.envelope = std::move(envelope);
    flight->second.origin = arrival.origin;
    flight->second.peer = arrival.peer;
    flight->second.since = clock_.now();
  }
  sink_.record({trace::Kind::message_received, key.first.view(), is_new ? 1U : 0U, 0, 0});
  Flight& f = flight->second;
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

bool Pipeline::answer_known(const message::Envelope& envelope, Status status, Arrival& arrival) {
  sink_.record({trace::Kind::message_received, envelope.item_hash.view(), 0, 0, 0});
  if (arrival.confirmation && surroundings_.stands(*arrival.confirmation)) {
    auto outcome = store_.add_confirmation(envelope.item_hash, *arrival.confirmation, clock_.wall());
    if (usable(outcome)) follow(*outcome, std::nullopt);
  }
  if (arrival.receipt) {
    std::vector<ReceiptDone> to;
    to.push_back(std::move(arrival.receipt));
    owe({envelope.item_hash, status, std::nullopt, {}}, std::move(to));
  }
  return true;
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

void Pipeline::pump() {
  for (std::size_t turn = 0; turn < config_.limits.inbox_turn; ++turn) {
    if (verifying_ >= config_.limits.verify_in_flight) return;  // continued when an answer comes
    if (store_.committed() - store_.durable() >= config_.limits.commits_in_flight) return;  // by on_durable
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
  ++verifying_;
  flight.verifying = true;
  flight.since = clock_.now();
  gauges_.set_depth(trace::Queue::verify, verifying_);
  executor_.submit(env::Lane::signatures, message::verification_job(flight.envelope, config_.switches),
                   [this, key](env::JobResult result) {
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

void Pipeline::tell_gossip(Flight& flight, gossip::Verdict verdict) {
  for (const auto& message : flight.gossip_messages) surroundings_.gossip_verdict(message, verdict);
  flight.gossip_messages.clear();
}

void Pipeline::refuse(Flight flight, ErrorCode code, const std::string& details) {
  // Only a bad signature is the forwarder's fault; a format we do not know may be newer than we are.
  const bool forged = code == ErrorCode::invalid_signature;
  tell_gossip(flight, forged ? gossip::Verdict::reject : gossip::Verdict::ignore);
  // Without a signature another origin may vouch for the message.
  if (flight.envelope->has_signature()) {
    refused_.add(*flight.envelope, forged ? RefusedMessages::Why::forged : RefusedMessages::Why::malformed);
  }
  auto outcome = store_.record_rejected(flight.envelope->item_hash, code, details,
                                        message::serialize_envelope(*flight.envelope), clock_.wall());
  if (!usable(outcome)) return;
  follow(*outcome, std::nullopt);
  owe({flight.envelope->item_hash, Status::rejected, code, details}, std::move(flight.receipts));
}

void Pipeline::on_verdict(const FlightKey& key, crypto::Verdict verdict) {
  ++verified_;
  if (const auto code = message::refusal_of(verdict)) return refuse(take(key), *code, "");
  with_content(key);
}

// --- content

Result<std::shared_ptr<const message::Content>, message::Refusal> Pipeline::inline_content(const Flight& flight) {
  ParseCache::Parsed* read = nullptr;
  if (config_.parses != nullptr && !flight.gossip_messages.empty()) {
    read = config_.parses->find(flight.gossip_messages.front());
    if (read != nullptr && read->envelope != flight.envelope) read = nullptr;  // another copy began the flight
  }
  if (read != nullptr && read->content != nullptr) return read->content;
  auto parsed = message::parse_inline_content(*flight.envelope, config_.switches);
  if (!parsed.ok()) return std::move(parsed).error();
  auto content = std::make_shared<const message::Content>(std::move(*parsed));
  if (read != nullptr) read->content = content;
  return content;
}

void Pipeline::with_content(const FlightKey& key) {
  Flight flight = take(key);
  const message::Envelope& envelope = *flight.envelope;
  if (envelope.is_tombstone()) {
    drop_fallen(flight);
    auto outcome = store_.accept_tombstone(flight.envelope, clock_.wall());
    if (!usable(outcome) || !confirm(flight, 0)) return;
    return settle(flight, *outcome);
  }
  if (const auto found = find_content(flight); !found.ok()) {
    const message::Refusal refusal = found.error();
    return refuse(std::move(flight), refusal.code, refusal.detail);
  }
  // Also without its content: the envelope is authentic, so it may travel on.
  tell_gossip(flight, gossip::Verdict::accept);
  if (flight.uploads.empty()) return go_on(std::move(flight));
  write_uploads(std::make_shared<Flight>(std::move(flight)));
}

// In the envelope, among what was uploaded with it, or kept by the store from an earlier attempt; otherwise it has to
// be fetched. An error: it is here and cannot be the content of this message.
Result<Unit, message::Refusal> Pipeline::find_content(Flight& flight) {
  const message::Envelope& envelope = *flight.envelope;
  if (envelope.item_type == message::ItemType::inlined) {
    auto content = inline_content(flight);
    if (!content.ok()) return content.error();
    flight.content = *std::move(content);
    return Unit{};
  }
  for (auto upload = flight.uploads.begin(); upload != flight.uploads.end(); ++upload) {
    if (upload->first.first != envelope.item_hash) continue;
    const env::Value bytes = upload->first.second;
    flight.uploads.erase(upload);
    return read_content(flight, bytes);
  }
  auto kept = store_.content(envelope.item_hash);
  if (usable(kept) && *kept) return read_content(flight, std::make_shared<const std::string>(*std::move(*kept)));
  return Unit{};
}

Result<Unit, message::Refusal> Pipeline::read_content(Flight& flight, env::Value bytes) {
  auto content = message::parse_fetched_content(*flight.envelope, *bytes, config_.switches);
  if (!content.ok()) return content.error();
  flight.content = std::make_shared<const message::Content>(std::move(*content));
  flight.fetched = std::move(bytes);
  return Unit{};
}

// The flight goes on when all of them are at hand.
void Pipeline::write_uploads(const std::shared_ptr<Flight>& flight) {
  ++uploading_;
  const auto left = std::make_shared<std::size_t>(flight->uploads.size());
  for (const auto& [upload, tally] : flight->uploads) {
    auto put = store_.put_file(upload.first, to_bytes(*upload.second), store::Store::Keep::grace, clock_.wall(),
                               [this, flight, left, file = upload.first](const Result<store::Store::Written>& written) {
                                 if (!file_written(file, written) || --*left > 0) return;
                                 --uploading_;
                                 flight->uploads.clear();
                                 go_on(std::move(*flight));
                               });
    if (!usable(put)) return;
  }
}

void Pipeline::go_on(Flight flight) {
  if (flight.content != nullptr) return accept(std::move(flight));
  await_content(std::move(flight));
}

void Pipeline::await_content(Flight flight) {
  const message::Envelope& envelope = *flight.envelope;
  if (awaiting_count_ + files_wanted_.size() >= config_.limits.fetch_wanted) {
    gauges_.refuse(trace::Queue::fetch, envelope.item_hash.view());
    owe({envelope.item_hash, Status::none, ErrorCode::content_unavailable, "too many contents are being fetched"},
        std::move(flight.receipts));
    return;
  }
  drop_fallen(flight);
  auto outcome = store_.accept_unfetched(flight.envelope, clock_.wall(),
                                         flight.confirmations.empty() ? nullptr : &flight.confirmations.front());
  if (!usable(outcome) || !confirm(flight, 1)) return;
  const std::optional<env::PeerId> hint =
      flight.origin == Origin::gossip || flight.origin == Origin::peer ? std::optional(flight.peer) : std::nullopt;
  follow(*outcome, hint);
  if (flight.origin != Origin::gossip && !flight.told) surroundings_.spread(envelope, flight.origin);
  flight.told = true;
  if (flight.origin == Origin::chain || flight.origin == Origin::archive) {
    // Their senders wait for us to know the message, not for its content.
    owe({envelope.item_hash, outcome->status, outcome->code, outcome->details}, std::move(flight.receipts));
    flight.receipts.clear();
  }
  const message::ItemHash content = envelope.item_hash;
  flight.since = clock_.now();
  awaiting_content_[content].push_back(std::move(flight));
  ++awaiting_count_;
  gauge_fetch();
  known_content(content, hint);
}

// On our disk already, as a file, or to be asked for.
void Pipeline::known_content(const message::ItemHash& content, std::optional<env::PeerId> hint) {
  const auto at_hand = store_.file_bytes(content);
  if (!usable(at_hand)) return;
  if (!*at_hand) return surroundings_.want_content(content, hint);
  blobs_.read(content, [this, content, hint](env::Value bytes) {
    if (bytes == nullptr) return surroundings_.want_content(content, hint);
    use_content(content, std::move(bytes));
  });
}

void Pipeline::content_arrived(const message::ItemHash& content, env::Value bytes) {
  sink_.record({trace::Kind::content_fetched, content.view(), bytes->size(), 1, 0});
  if (files_wanted_.contains(content)) write_file(content, *bytes);
  use_content(content, bytes);
}

void Pipeline::use_content(const message::ItemHash& content, const env::Value& bytes) {
  auto waiting = awaiting_content_.extract(content);
  if (waiting.empty()) return;
  awaiting_count_ -= waiting.mapped().size();
  gauge_fetch();
  for (Flight& flight : waiting.mapped()) {
    if (const auto read = read_content(flight, bytes); !read.ok()) {
      const message::Refusal refusal = read.error();
      refuse(std::move(flight), refusal.code, refusal.detail);
      continue;
    }
    accept(std::move(flight));
  }
}

void Pipeline::write_file(const message::ItemHash& file, std::string_view bytes) {
  auto put =
      store_.put_file(file, to_bytes(bytes), store::Store::Keep::grace, clock_.wall(),
                      [this, file](const Result<store::Store::Written>& written) { file_written(file, written); });
  usable(put);
}

void Pipeline::content_unavailable(const message::ItemHash& content) {
  // A file that messages still wait for is asked for again by the next tick.
  if (files_wanted_.erase(content) != 0) gauge_fetch();
  auto waiting = awaiting_content_.extract(content);
  if (waiting.empty()) return;
  awaiting_count_ -= waiting.mapped().size();
  gauge_fetch();
  for (Flight& flight : waiting.mapped()) {
    give_up(flight.envelope->item_hash);
    if (lost_contents_.size() < config_.limits.fetch_wanted) lost_contents_.insert(flight.envelope->item_hash);
    owe({flight.envelope->item_hash, Status::rejected, ErrorCode::content_unavailable, ""}, std::move(flight.receipts));
  }
}

// False: the store failed.
bool Pipeline::file_written(const message::ItemHash& file, const Result<store::Store::Written>& written) {
  if (!usable(written)) return false;
  if (files_wanted_.erase(file) != 0) gauge_fetch();
  if (*written) follow(**written, std::nullopt);
  return true;
}

// --- store

// Blocks may have been taken back while the message was on its way.
void Pipeline::drop_fallen(Flight& flight) {
  std::erase_if(flight.confirmations, [this](const auto& c) { return !surroundings_.stands(c); });
}

// Stores the confirmations of a flight from this one on. False: the store failed.
bool Pipeline::confirm(const Flight& flight, std::size_t first) {
  for (std::size_t i = first; i < flight.confirmations.size(); ++i) {
    auto outcome = store_.add_confirmation(flight.envelope->item_hash, flight.confirmations[i], clock_.wall());
    if (!usable(outcome)) return false;
  }
  return true;
}

void Pipeline::accept(Flight flight) {
  drop_fallen(flight);
  auto outcome = store_.accept({flight.envelope, flight.content, flight.fetched}, clock_.wall(),
                               flight.confirmations.empty() ? nullptr : &flight.confirmations.front());
  if (!usable(outcome)) return;
  if (!confirm(flight, 1)) return;
  if (flight.origin != Origin::gossip && !flight.told && !outcome->known_before) {
    surroundings_.spread(*flight.envelope, flight.origin);
  }
  settle(flight, *outcome);
}

void Pipeline::settle(Flight& flight, const store::Outcome& outcome) {
  tell_gossip(flight, gossip::Verdict::accept);
  const bool by_peer = flight.origin == Origin::gossip || flight.origin == Origin::peer;
  follow(outcome, by_peer ? std::optional(flight.peer) : std::nullopt);
  if (outcome.status == Status::pending) {
    retries_.add(flight.envelope->item_hash);
    gauges_.set_depth(trace::Queue::waiting, retries_.size());
  }
  owe({flight.envelope->item_hash, outcome.status, outcome.code, outcome.details}, std::move(flight.receipts));
}

void Pipeline::follow(const store::Outcome& outcome, std::optional<env::PeerId> hint) {
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
      if (files_wanted_.contains(need.hash) || awaiting_count_ + files_wanted_.size() >= config_.limits.fetch_wanted) {
        continue;  // a later tick asks again
      }
      files_wanted_[need.hash] = clock_.now();
      gauge_fetch();
      // The content of a message may be somebody's file too.
      const auto kept = store_.content(need.hash);
      if (!usable(kept)) return;
      if (*kept) {
        write_file(need.hash, **kept);
      } else {
        surroundings_.want_content(need.hash, hint);
      }
    } else if (need.kind == store::Need::Kind::message) {
      surroundings_.want_message(need.hash, hint);
    }
  }
  if (outcome.unfinished && !tick_due_) {
    tick_due_ = true;
    timers_.after(Duration{}, [this] {
      tick_due_ = false;
      tick();
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
  if (awaiting_content_.contains(hash)) return;  // being asked for
  auto envelope = store_.envelope_for_peer(hash);
  if (!usable(envelope) || *envelope == nullptr) return;
  const FlightKey key{hash, (*envelope)->signature.value_or("")};
  if (flights_.contains(key)) return;  // a copy of it is on its way
  Flight& flight = flights_[key];
  flight.envelope = std::move(*envelope);
  flight.origin = Origin::archive;
  flight.told = true;
  flight.since = clock_.now();
  with_content(key);  // its signature was checked before the store took it
}

void Pipeline::start() {
  const store::View view(disk_.latest(), config_.store);
  for (const Status waiting : {Status::pending, Status::rejected}) {
    const auto rows = view.received({.status = waiting, .start = {}, .end = {}}, {.per_page = 0, .after = {}});
    if (!usable(rows)) return;
    for (const auto& row : rows->items) {
      if (waiting == Status::pending) {
        retries_.add(row.hash);
        continue;
      }
      const auto message = view.message(row.hash);
      if (!usable(message)) return;
      const bool lost = *message && (*message)->code == ErrorCode::content_unavailable && (*message)->submitted.empty();
      if (lost && lost_contents_.size() < config_.limits.fetch_wanted) lost_contents_.insert(row.hash);
    }
  }
  gauges_.set_depth(trace::Queue::waiting, retries_.size());
}

void Pipeline::ask_for_lost_contents() {
  const store::View view(disk_.latest(), config_.store);
  for (auto next = lost_contents_.begin(); next != lost_contents_.end();) {
    if (awaiting_count_ + files_wanted_.size() >= config_.limits.fetch_wanted) return;  // a later tick
    const message::ItemHash hash = *next;
    next = lost_contents_.erase(next);  // back when it is given up again
    const auto status = view.status(hash);
    if (!usable(status)) return;
    if (*status == Status::rejected) attempt(hash);
  }
}

void Pipeline::tick() {
  auto outcome = store_.tick(clock_.wall());
  if (!usable(outcome)) return;
  store::Outcome changes;
  changes.changes = std::move(outcome->changes);
  changes.unfinished = outcome->unfinished;
  if (auto wanted = store_.wanted_files(last_wanted_, config_.limits.fetch_wanted); usable(wanted)) {
    for (const message::ItemHash& file : *wanted) changes.needs.push_back({store::Need::Kind::file, file, {}});
    last_wanted_ = wanted->size() == config_.limits.fetch_wanted ? std::optional(wanted->back()) : std::nullopt;
  }
  follow(changes, std::nullopt);
  ask_for_lost_contents();
}

}  // namespace lastmile::node
