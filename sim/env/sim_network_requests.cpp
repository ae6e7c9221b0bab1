// Questions with a deadline, and bulk content.
#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/present.hpp"
#include "core/base/siphash.hpp"
#include "sim/env/kernel.hpp"
#include "sim/env/sim_network.hpp"

namespace lastmile::sim {
namespace {

std::uint64_t pack(SlotRef ref) { return std::uint64_t{ref.slot} << 32 | ref.generation; }

}  // namespace

void SimNetwork::send_parcel(std::uint32_t index, std::unique_ptr<Parcel> parcel) {
  const std::uint64_t bytes = parcel->wire_bytes;
  if (!parcel->bulk) {
    if (!accept_bytes(index, bytes)) return;  // silence: the deadline of the asker decides
    ++counts_.frames_sent;
    const bool of_content = parcel->kind == Parcel::Kind::fetch || parcel->kind == Parcel::Kind::part;
    counts_.bytes_sent[static_cast<std::size_t>(of_content ? env::Protocol::content : parcel->protocol)] += bytes;
  } else {
    counts_.bulk_bytes_sent += bytes;
  }
  const auto protocol = static_cast<std::uint8_t>(parcel->protocol);
  const std::uint8_t lane = parcel->bulk ? kBulkLane : protocol;
  const Peer& peer = peers_[index];
  transmit(index, {EventKind::parcel, protocol, lane, peer.connection, peer.remote_peer,
                   reinterpret_cast<std::uint64_t>(parcel.release()), bytes});
}

void SimNetwork::request(env::PeerId to, env::Protocol protocol, env::Frame frame, Duration deadline,
                         env::Done<env::Frame> done) {
  LM_CHECK(to.value < peers_.size() && frame && frame->wire_size() <= env::kFrameBytesMax);
  const SlotRef ref = requests_.add({to.value, ++sequence_, std::move(done)});
  const bool can = peers_[to.value].state == State::connected;
  const auto timer = can ? NetworkTimer::request_deadline : NetworkTimer::request_failed;
  kernel_.post_own(self_, kernel_.now_ns() + (can ? std::max<std::int64_t>(deadline.ns, 0) : 0),
                   EventKind::network_timer, static_cast<std::uint8_t>(timer), ref.slot, ref.generation);
  if (!can || kernel_.happens(self_, env::RarePath::request_unanswered)) return;
  auto parcel = std::make_unique<Parcel>();
  parcel->kind = Parcel::Kind::request;
  parcel->protocol = protocol;
  parcel->asker = ref;
  parcel->wire_bytes = frame->wire_size() + kParcelOverheadBytes;
  parcel->frame = std::move(frame);
  send_parcel(to.value, std::move(parcel));
}

void SimNetwork::fetch(env::PeerId to, env::ContentRange range, Duration deadline, env::Done<Bytes> done) {
  LM_CHECK(to.value < peers_.size());
  const std::uint64_t what = mix_payload(digest_of(range.name), mix_payload(range.offset, range.length));
  const SlotRef ref = fetches_.add({to.value, ++sequence_, what, std::move(done)});
  const bool can = peers_[to.value].state == State::connected;
  const auto timer = can ? NetworkTimer::fetch_deadline : NetworkTimer::fetch_failed;
  const std::int64_t ends = kernel_.now_ns() + (can ? std::max<std::int64_t>(deadline.ns, 0) : 0);
  kernel_.post_own(self_, ends, EventKind::network_timer, static_cast<std::uint8_t>(timer), ref.slot, ref.generation);
  if (!can || kernel_.happens(self_, env::RarePath::request_unanswered)) return;
  auto parcel = std::make_unique<Parcel>();
  parcel->kind = Parcel::Kind::fetch;
  parcel->protocol = env::Protocol::content;
  parcel->asker = ref;
  parcel->deadline = ends;
  parcel->wire_bytes = range.name.size() + 2 * sizeof(std::uint64_t) + kParcelOverheadBytes;
  parcel->range = std::move(range);
  send_parcel(to.value, std::move(parcel));
}

void SimNetwork::on_parcel(const Event& event) {
  const std::unique_ptr<Parcel> parcel(reinterpret_cast<Parcel*>(event.argument));
  if (live(event) == nullptr) {
    ++counts_.frames_dropped;
    return;
  }
  if ((event.aux() & kCorrupt) != 0) {
    ++counts_.frames_dropped;
    return break_off(event.extra, env::CloseReason::protocol_error);
  }
  ++counts_.frames_received;
  counts_.bytes_received += parcel->wire_bytes;
  switch (parcel->kind) {
    case Parcel::Kind::request:
      return on_request(event.extra, *parcel, event.source());
    case Parcel::Kind::response:
      return on_response(*parcel, event.source());
    case Parcel::Kind::fetch:
      return on_fetch(event.extra, *parcel, event.source());
    case Parcel::Kind::part:
      return on_part(*parcel, event.source());
  }
}

void SimNetwork::on_transfer(const Event& event) {
  const std::unique_ptr<Parcel> parcel(reinterpret_cast<Parcel*>(event.argument));
  if (live(event) == nullptr) {
    ++counts_.frames_dropped;
    return;
  }
  counts_.bulk_bytes_received += parcel->wire_bytes;
  on_part(*parcel, event.source());
}

void SimNetwork::on_request(std::uint32_t index, Parcel& parcel, NodeIndex source) {
  const std::uint32_t connection = peers_[index].connection;
  env::FrameHandler* handler = handlers_[static_cast<std::size_t>(parcel.protocol)];
  if (handler == nullptr) return answer(index, connection, parcel.asker, parcel.protocol, Error{"protocol not spoken"});
  kernel_.hand(self_, LoopKind::request, source, parcel.frame->digest());
  handler->on_request(
      {index}, parcel.frame,
      [this, index, connection, asker = parcel.asker, protocol = parcel.protocol](Result<env::Frame> result) {
        answer(index, connection, asker, protocol, std::move(result));
      });
}

void SimNetwork::answer(std::uint32_t index, std::uint32_t connection, SlotRef asker, env::Protocol protocol,
                        Result<env::Frame> result) {
  const Peer& peer = peers_[index];
  if (peer.state != State::connected || peer.connection != connection) return;
  auto parcel = std::make_unique<Parcel>();
  parcel->kind = Parcel::Kind::response;
  parcel->protocol = protocol;
  parcel->asker = asker;
  if (result.ok()) {
    LM_CHECK(*result && (*result)->wire_size() <= env::kFrameBytesMax);
    parcel->wire_bytes = (*result)->wire_size() + kParcelOverheadBytes;
    parcel->frame = std::move(result).value();
  } else {
    parcel->refusal = std::move(result).error().text;
    parcel->wire_bytes = present(parcel->refusal).size() + kParcelOverheadBytes;
  }
  send_parcel(index, std::move(parcel));
}

void SimNetwork::on_response(Parcel& parcel, NodeIndex source) {
  PendingRequest pending;
  if (!requests_.take(parcel.asker, pending)) return;  // its deadline has passed
  kernel_.hand(self_, LoopKind::response, source, parcel.refusal ? digest_of(*parcel.refusal) : parcel.frame->digest());
  if (parcel.refusal) {
    pending.done(Error{std::move(*parcel.refusal)});
  } else {
    pending.done(std::move(parcel.frame));
  }
}

void SimNetwork::on_fetch(std::uint32_t index, Parcel& parcel, NodeIndex source) {
  const std::uint32_t connection = peers_[index].connection;
  const Asked asked{parcel.asker, parcel.deadline};
  if (content_handler_ == nullptr) return answer_part(index, connection, asked, Error{"no content here"});
  kernel_.hand(self_, LoopKind::request, source, mix_payload(digest_of(parcel.range.name), parcel.range.offset));
  content_handler_->on_fetch({index}, parcel.range, [this, index, connection, asked](Result<Bytes> result) {
    answer_part(index, connection, asked, std::move(result));
  });
}

void SimNetwork::answer_part(std::uint32_t index, std::uint32_t connection, Asked asked, Result<Bytes> result) {
  const Peer& peer = peers_[index];
  if (peer.state != State::connected || peer.connection != connection) return;
  auto parcel = std::make_unique<Parcel>();
  parcel->kind = Parcel::Kind::part;
  parcel->protocol = env::Protocol::content;
  parcel->asker = asked.fetch;
  parcel->deadline = asked.deadline;
  if (result.ok()) {
    parcel->bulk = true;
    parcel->bytes = std::move(result).value();
    parcel->wire_bytes = parcel->bytes.size() + kParcelOverheadBytes;
    parcel->sending = bulk_uplink_.length(parcel->wire_bytes);
  } else {
    parcel->refusal = std::move(result).error().text;
    parcel->wire_bytes = present(parcel->refusal).size() + kParcelOverheadBytes;
  }
  send_parcel(index, std::move(parcel));
}

void SimNetwork::on_part(Parcel& parcel, NodeIndex source) {
  PendingFetch pending;
  if (!fetches_.take(parcel.asker, pending)) return;
  const std::uint64_t detail = parcel.refusal ? digest_of(*parcel.refusal) : parcel.bytes.size();
  kernel_.hand(self_, LoopKind::transfer, source, mix_payload(pending.what, detail));
  if (parcel.refusal) {
    pending.done(Error{std::move(*parcel.refusal)});
  } else {
    pending.done(std::move(parcel.bytes));
  }
}

void SimNetwork::fail_request(SlotRef request, NodeIndex source, const char* why) {
  PendingRequest pending;
  if (!requests_.take(request, pending)) return;
  kernel_.hand(self_, LoopKind::response, source, mix_payload(pack(request), digest_of(why)));
  pending.done(Error{why});
}

// What is under way for it would arrive for nothing: the asker resets its stream.
void SimNetwork::fail_fetch(SlotRef fetch, NodeIndex source, const char* why) {
  PendingFetch pending;
  if (!fetches_.take(fetch, pending)) return;
  if (kernel_.flows() != nullptr) counts_.frames_dropped += kernel_.flows()->end_answer(self_, fetch);
  kernel_.hand(self_, LoopKind::transfer, source, mix_payload(pending.what, digest_of(why)));
  pending.done(Error{why});
}

// Everything asked of a peer that is lost, oldest first.
void SimNetwork::fail_all(std::uint32_t index) {
  if (requests_.live() == 0 && fetches_.live() == 0) return;
  struct Failing {
    std::uint64_t sequence;
    SlotRef ref;
    bool is_fetch;
  };
  std::vector<Failing> failing;
  requests_.each([&](SlotRef ref, const PendingRequest& pending) {
    if (pending.peer == index) failing.push_back({pending.sequence, ref, false});
  });
  fetches_.each([&](SlotRef ref, const PendingFetch& pending) {
    if (pending.peer == index) failing.push_back({pending.sequence, ref, true});
  });
  std::sort(failing.begin(), failing.end(), [](const Failing& a, const Failing& b) { return a.sequence < b.sequence; });
  const NodeIndex source = remote(peers_[index]);
  for (const Failing& each : failing) {
    if (each.is_fetch)
      fail_fetch(each.ref, source, "connection lost");
    else
      fail_request(each.ref, source, "connection lost");
  }
}

}  // namespace lastmile::sim
