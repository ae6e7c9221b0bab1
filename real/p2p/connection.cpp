#include "real/p2p/connection.hpp"

#include <algorithm>

#include "core/base/present.hpp"
#include "real/env/os_clock.hpp"

namespace lastmile::p2p {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::size_t kWriteBytes = 128 * 1024;  // of plaintext, handed to the system at once

Instant loop_time() { return real::OsClock().now(); }

}  // namespace

Connection::Connection(std::shared_ptr<ByteSocket> socket, const PrivateKey& identity, ConnectionOwner& owner,
                       const P2pLimits& limits, Options options)
    : socket_(std::move(socket)),
      owner_(&owner),
      limits_(limits),
      options_(std::move(options)),
      channel_(identity, options_.keys, options_.channel),
      session_(inbound() ? YamuxSession::Role::server : YamuxSession::Role::client, *this),
      started_(loop_time()),
      last_read_(started_),
      idle_since_(started_) {
  options_.keys = {};
}

void Connection::start() {
  socket_->open([self = shared_from_this()](Failure failure) {
    if (!self->open()) return;
    if (failure) return self->end(*failure);
    self->opened_ = true;
    self->in_.resize(kReadBytes);
    if (!self->inbound()) self->flush();  // who was dialled listens first (decision 0202)
    self->read();
  });
}

void Connection::read() {
  socket_->read(in_, [self = shared_from_this()](Failure failure, std::size_t count) {
    if (!self->open()) return;
    if (failure) return self->end(*failure);
    self->on_read(count);
  });
}

void Connection::on_read(std::size_t count) {
  bytes_in_ += count;
  last_read_ = loop_time();
  pinged_ = false;
  const bool was_probed = std::exchange(probed_, std::nullopt).has_value();
  take_in(ByteView(in_).first(count));
  if (open() && was_probed) owner_->on_alive(*this);
  flush();
  if (open()) read();
}

void Connection::take_in(ByteView bytes) {
  const bool was_up = up();
  Bytes plain;
  const auto taken = channel_.on_bytes(bytes, plain);
  reading_in_ = true;
  if (!was_up && up()) owner_->on_up(*this);
  if (open() && !plain.empty()) {
    const auto understood = session_.on_bytes(plain);
    reading_in_ = false;
    if (open() && !understood.ok()) return end(env::CloseReason::protocol_error);
  }
  reading_in_ = false;
  if (open() && !taken.ok()) end(was_up ? env::CloseReason::protocol_error : env::CloseReason::refused);
}

void Connection::flush() {
  if (!opened_ || writing_ || reading_in_ || (!open() && !last_words_)) return;
  out_ = channel_.take_output();
  if (up()) {
    const std::size_t before = counted_bytes();
    Bytes plain;
    session_.take_output(plain, kWriteBytes);
    counted_in_flight_ = before - counted_bytes();
    channel_.seal(plain, out_);
  }
  if (out_.empty()) {
    if (last_words_) socket_->close();
    return;
  }
  writing_ = true;
  socket_->write(out_, [self = shared_from_this()](Failure failure) {
    self->writing_ = false;
    self->counted_in_flight_ = 0;
    if (self->last_words_) return failure ? self->socket_->close() : self->flush();
    if (!self->open()) return;
    self->bytes_out_ += self->out_.size();
    if (failure) return self->end(*failure);
    self->flush();
  });
}

std::size_t Connection::counted_bytes() const {
  std::size_t sum = counted_in_flight_;
  for (const StreamId stream : counted_) sum += session_.queued(stream);
  return sum;
}

std::optional<StreamId> Connection::open_stream(std::vector<std::string> protocols,
                                                std::shared_ptr<StreamHandler> handler, std::uint32_t window) {
  if (!open() || !up()) return std::nullopt;
  const auto id = session_.open(window);
  if (!id) return std::nullopt;
  Stream& stream = streams_[*id];
  stream.handler = std::move(handler);
  stream.ours = true;
  stream.negotiation = Negotiation::dialer(std::move(protocols));
  session_.write(*id, stream.negotiation->take_output());
  hurried_[*id] = loop_time() + limits_.stream_timeout;
  flush();
  return id;
}

void Connection::write(StreamId stream, std::shared_ptr<const Bytes> bytes) {
  if (!open() || !session_.has(stream)) return;
  session_.write(stream, std::move(bytes));
  flush();
}

void Connection::finish(StreamId id) {
  const auto found = streams_.find(id);
  if (!open() || found == streams_.end()) return;
  found->second.finished = true;
  session_.finish(id);
  forget_if_over(id);
  flush();
}

void Connection::reset(StreamId id) {
  const auto found = streams_.find(id);
  if (!open() || found == streams_.end()) return;
  const auto kept = std::move(found->second.handler);  // may be who calls
  streams_.erase(found);
  hurried_.erase(id);
  counted_.erase(id);
  session_.reset(id);
  flush();
}

std::vector<StreamId> Connection::streams_of(std::string_view protocol) const {
  std::vector<StreamId> out;
  for (const auto& [id, stream] : streams_) {
    if (!stream.ours && stream.protocol == protocol) out.push_back(id);
  }
  return out;
}

// Both sides have said all: what is queued still goes, but nobody has anything to hear.
void Connection::forget_if_over(StreamId id) {
  const auto found = streams_.find(id);
  if (found == streams_.end() || !found->second.finished || !found->second.finished_by_peer) return;
  streams_.erase(found);
  hurried_.erase(id);
  counted_.erase(id);
}

void Connection::give_up(StreamId id, env::CloseReason reason) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  const auto handler = found->second.handler;
  reset(id);
  if (handler != nullptr) handler->on_closed(reason);
}

void Connection::on_stream(StreamId id) {
  if (!open()) return;
  Stream& stream = streams_[id];
  stream.negotiation = Negotiation::listener(owner_->protocols());
  session_.write(id, stream.negotiation->take_output());
  hurried_[id] = loop_time() + limits_.stream_timeout;
}

bool Connection::negotiate(StreamId id, ByteView& bytes) {
  Stream& stream = streams_.at(id);
  Negotiation& negotiation = present(stream.negotiation);
  const auto state = negotiation.feed(bytes);
  if (!stream.finished) session_.write(id, negotiation.take_output());
  if (state == Negotiation::State::more) return false;
  if (state != Negotiation::State::agreed) {
    const bool refused = state == Negotiation::State::refused;
    give_up(id, refused ? env::CloseReason::refused : env::CloseReason::protocol_error);
    return false;
  }
  stream.protocol = negotiation.protocol();
  stream.negotiation.reset();
  if (stream.ours) {
    hurried_.erase(id);
    const auto handler = stream.handler;
    handler->on_open(stream.protocol);
  } else {
    stream.handler = owner_->accept(*this, id, stream.protocol);
    if (stream.handler == nullptr) {
      reset(id);
      return false;
    }
  }
  return open() && streams_.contains(id);
}

void Connection::on_data(StreamId id, ByteView bytes) {
  const auto found = streams_.find(id);
  if (!open() || found == streams_.end()) return;
  if (held_) return wait_for_release({Held::Kind::data, id, Bytes(bytes.begin(), bytes.end())});
  session_.consumed(id, bytes.size());
  if (found->second.negotiation && !negotiate(id, bytes)) return;
  if (bytes.empty()) return;
  const auto handler = streams_.at(id).handler;
  handler->on_bytes(bytes);
}

void Connection::on_finished(StreamId id) {
  const auto found = streams_.find(id);
  if (!open() || found == streams_.end()) return;
  if (held_) return wait_for_release({Held::Kind::finished, id, {}});
  if (found->second.negotiation) return give_up(id, env::CloseReason::protocol_error);
  found->second.finished_by_peer = true;
  const auto handler = found->second.handler;
  forget_if_over(id);
  handler->on_finished();
}

void Connection::on_reset(StreamId id) {
  const auto found = streams_.find(id);
  if (!open() || found == streams_.end()) return;
  if (held_) return wait_for_release({Held::Kind::reset, id, {}});
  // Some peers answer what they do not speak with a reset instead of `na`.
  const auto reason = found->second.negotiation ? env::CloseReason::refused : env::CloseReason::reset;
  const auto handler = std::move(found->second.handler);
  streams_.erase(found);
  hurried_.erase(id);
  counted_.erase(id);
  if (handler != nullptr) handler->on_closed(reason);
}

void Connection::wait_for_release(Held event) {
  waiting_bytes_ += event.bytes.size();
  waiting_.push_back(std::move(event));
  if (waiting_bytes_ > kHeldBytesMax || waiting_.size() > kHeldEventsMax) end(env::CloseReason::limit);
}

void Connection::release() {
  if (!held_) return;
  held_ = false;
  waiting_bytes_ = 0;
  const auto self = shared_from_this();
  for (const Held& event : std::exchange(waiting_, {})) {
    if (!open()) return;
    if (event.kind == Held::Kind::data) on_data(event.stream, event.bytes);
    if (event.kind == Held::Kind::finished) on_finished(event.stream);
    if (event.kind == Held::Kind::reset) on_reset(event.stream);
  }
  flush();
}

void Connection::on_go_away(std::uint32_t reason) {
  if (!open()) return;
  if (reason != kYamuxNormal) return end(env::CloseReason::remote);
  leaving_ = loop_time();  // it is about to close the socket
}

void Connection::hurry(StreamId stream) {
  if (open() && streams_.contains(stream)) hurried_[stream] = loop_time() + limits_.stream_timeout;
}

void Connection::drop_streams(env::CloseReason reason) {
  const auto streams = std::exchange(streams_, {});
  hurried_.clear();
  counted_.clear();
  for (const auto& [id, stream] : streams) {
    if (stream.handler != nullptr) stream.handler->on_closed(reason);
  }
}

void Connection::close() {
  last_words_ = false;
  socket_->close();
  if (!open()) return;
  owner_ = nullptr;
  drop_streams(env::CloseReason::local);
}

void Connection::end(env::CloseReason reason) {
  if (!open()) return;
  ConnectionOwner* const owner = std::exchange(owner_, nullptr);
  const auto self = shared_from_this();
  const bool speaks = up() && (reason == env::CloseReason::protocol_error || reason == env::CloseReason::limit);
  if (speaks) {
    session_.go_away(reason == env::CloseReason::protocol_error ? kYamuxProtocolError : kYamuxInternalError);
    last_words_ = true;
  } else {
    socket_->close();
  }
  drop_streams(reason);
  owner->on_ended(*this, reason);
  flush();
}

void Connection::probe(Instant now) {
  if (!open() || !up() || probed_) return;
  probed_ = now;
  session_.ping(1);
  flush();
}

void Connection::tick(Instant now) {
  if (!open()) return;
  const auto self = shared_from_this();
  if (!up()) {
    if (now - started_ > limits_.upgrade_timeout) end(env::CloseReason::timeout);
    return;
  }
  if (now - last_read_ > limits_.silence_max || (probed_ && now - *probed_ > kProbePatience)) {
    return end(env::CloseReason::timeout);
  }
  if (leaving_ && now - *leaving_ > kLeavePatience) return end(env::CloseReason::remote);
  if (now - last_read_ >= limits_.keepalive && !pinged_) {
    pinged_ = true;
    session_.ping(0);
    flush();
  }
  if (session_.streams() > 0) idle_since_ = now;
  std::vector<StreamId> late;
  for (const auto& [id, until] : hurried_) {
    if (until <= now) late.push_back(id);
  }
  for (const StreamId id : late) {
    if (open()) give_up(id, env::CloseReason::timeout);
  }
}

}  // namespace lastmile::p2p
