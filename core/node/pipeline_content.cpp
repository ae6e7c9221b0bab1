// The content of a message: in it, with it, kept from an earlier attempt, or fetched.
#include <utility>

#include "core/base/present.hpp"
#include "core/message/content.hpp"
#include "core/node/pipeline.hpp"

namespace lastmile::node {

using message::ErrorCode;
using message::Status;

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
    // Proven: what a peer merely claims goes no further.
    if (!outcome->known_before && outcome->status == message::Status::forgotten) {
      surroundings_.spread(envelope, flight.origin);
    }
    return settle(flight, *outcome);
  }
  if (const auto found = find_content(flight); !found.ok()) {
    const message::Refusal& refusal = found.error();
    return refuse(std::move(flight), refusal.code, refusal.detail);
  }
  // Also without its content: the envelope is authentic, so it may travel on.
  if (!flight.copy) tell_gossip(flight, gossip::Verdict::accept);
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
                                 if (!usable(written)) return;
                                 missing_.file_at_hand(file);
                                 surroundings_.content_at_hand(file);
                                 if (*written) follow(**written, std::nullopt);
                                 if (--*left > 0) return;
                                 --uploading_;
                                 flight->uploads.clear();
                                 go_on(std::move(*flight));
                               });
    if (!usable(put)) return;
  }
}

void Pipeline::keep_file(const message::ItemHash& file, Bytes bytes, Callback<void(bool)> done) {
  if (*upload_bytes_ + bytes.size() > config_.limits.upload_bytes) {
    gauges_.refuse(trace::Queue::hashing, file.view());
    return done(false);
  }
  const auto tally = std::make_shared<ByteTally>(upload_bytes_, bytes.size());
  const auto told = std::make_shared<Callback<void(bool)>>(std::move(done));
  auto put =
      store_.put_file(file, std::move(bytes), store::Store::Keep::grace, clock_.wall(),
                      [this, file, tally, told](const Result<store::Store::Written>& written) {
                        if (!usable(written)) return;
                        missing_.file_at_hand(file);
                        surroundings_.content_at_hand(file);
                        if (*written) follow(**written, std::nullopt);
                        if (!*written) return (*told)(false);
                        // That it is at hand is a row of its own, which has to be durable too.
                        owe({file, Status::processed, std::nullopt, {}}, [told](const Receipt&) { (*told)(true); });
                      });
  if (!usable(put)) return;
}

void Pipeline::go_on(Flight flight) {
  if (flight.content != nullptr) return accept(std::move(flight));
  await_content(std::move(flight));
}

void Pipeline::await_content(Flight flight) {
  const message::Envelope& envelope = *flight.envelope;
  tell_gossip(flight, gossip::Verdict::accept);
  drop_fallen(flight);
  auto outcome = store_.accept_unfetched(flight.envelope, clock_.wall(),
                                         flight.confirmations.empty() ? nullptr : &flight.confirmations.front());
  if (!usable(outcome) || !confirm(flight, 1)) return;
  if (outcome->status != Status::pending && outcome->status != Status::rejected) return settle(flight, *outcome);
  follow(*outcome, flight.hint);
  if (flight.origin != Origin::gossip && !flight.told) surroundings_.spread(envelope, flight.origin);
  // Who hands in a copy is told what is known; so is who waits for us to know the message, not for its content.
  const bool known = missing_.awaits(envelope.item_hash);
  if (known || flight.origin == Origin::chain || flight.origin == Origin::archive) {
    owe({envelope.item_hash, outcome->status, outcome->code, outcome->details}, std::exchange(flight.receipts, {}));
  }
  missing_.await(envelope.item_hash, flight.hint, std::move(flight.receipts));
  look_at(std::move(flight.others));
}

void Pipeline::content_arrived(const message::ItemHash& content, const env::Value& bytes, env::PeerId from) {
  sink_.record({trace::Kind::content_fetched, content.view(), bytes->size(), 1, 0});
  missing_.arrived(content, bytes, from);
}

// Whoever of those who signed for it has a type that it fits hands it to the store, which knows the others.
void Pipeline::content_found(const message::ItemHash& content, std::vector<ReceiptDone> receipts,
                             const env::Value& bytes, std::optional<env::PeerId> from) {
  auto copies = store_.copies(content);
  if (!usable(copies)) return;
  std::optional<Flight> flight;
  std::optional<message::Refusal> refusal;
  for (message::Envelope& copy : *copies) {
    Flight candidate;
    candidate.envelope = std::make_shared<const message::Envelope>(std::move(copy));
    candidate.origin = Origin::archive;
    candidate.hint = from;
    candidate.told = true;
    if (const auto read = read_content(candidate, bytes); !read.ok()) {
      remember_refused(*candidate.envelope, read.error().code);
      if (!refusal) refusal = read.error();
      if (!flight) flight = std::move(candidate);
    } else if (!flight || flight->content == nullptr) {
      flight = std::move(candidate);
    }
  }
  if (!flight) return owe({content, Status::none, std::nullopt, "it is not kept any more"}, std::move(receipts));
  flight->receipts = std::move(receipts);
  if (flight->content == nullptr) return refuse_content(std::move(*flight), present(refusal));
  accept(std::move(*flight));
}

// It has the hash and is no content: no other bytes will ever be (messages.md 5.2).
void Pipeline::refuse_content(Flight flight, const message::Refusal& refusal) {
  const message::ItemHash& hash = flight.envelope->item_hash;
  trace::mark(sink_, trace::RareState::content_malformed);
  auto outcome = store_.refuse_content(hash, refusal.code, refusal.detail,
                                       message::serialize_envelope(*flight.envelope), clock_.wall());
  if (!usable(outcome)) return;
  follow(*outcome, std::nullopt);
  owe({hash, Status::rejected, refusal.code, refusal.detail}, std::move(flight.receipts));
}

void Pipeline::content_not_found(const message::ItemHash& content, std::vector<ReceiptDone> receipts, bool for_room) {
  trace::mark(sink_, for_room ? trace::RareState::content_gave_way : trace::RareState::content_nowhere);
  if (!for_room) give_up(content);
  owe({content, for_room ? Status::pending : Status::rejected, ErrorCode::content_unavailable, ""},
      std::move(receipts));
}

}  // namespace lastmile::node
