#include "real/rig/relay.hpp"

#include <algorithm>
#include <chrono>

namespace lastmile::real {
namespace {

void close_socket(tcp::socket& socket, bool with_reset) {
  ErrorCode ignored;
  if (with_reset) socket.set_option(asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

}  // namespace

Relay::Relay(asio::io_context& io, tcp::socket dialler, Path& forward, Path& backward, Generator& luck,
             RelayCounters& counters, std::function<void()> on_gone)
    : dialler_(std::move(dialler)),
      target_(io),
      forward_(io, forward, dialler_, target_),
      backward_(io, backward, target_, dialler_),
      luck_(luck),
      counters_(counters),
      on_gone_(std::move(on_gone)) {}

void Relay::start(const tcp::endpoint& source, const tcp::endpoint& target) {
  source_endpoint_ = source;
  target_endpoint_ = target;
  ErrorCode ignored;
  dialler_.set_option(tcp::no_delay(true), ignored);
  connect_on();
}

// Across a cut a connection gets no answer: the other side is not even dialled before it heals.
void Relay::connect_on() {
  if (stage_ != Stage::waiting || forward_.path.state.stalled || backward_.path.state.stalled) return;
  stage_ = Stage::connecting;
  ErrorCode error;
  target_.open(target_endpoint_.protocol(), error);
  if (!error) target_.set_option(tcp::no_delay(true), error);
  if (!error) target_.bind(source_endpoint_, error);
  if (error) return reset();
  target_.async_connect(target_endpoint_, [self = shared_from_this()](const ErrorCode& failed) {
    if (self->stage_ != Stage::connecting) return;
    if (failed) return self->reset();  // nobody listens there: the dialler's connection is refused
    self->stage_ = Stage::relaying;
    self->read(self->forward_);
    self->read(self->backward_);
  });
}

void Relay::path_changed() {
  if (stage_ == Stage::waiting) connect_on();
  if (stage_ != Stage::relaying) return;
  for (Flow* flow : {&forward_, &backward_}) {
    read(*flow);
    write(*flow);
    if (stage_ == Stage::gone) return;
  }
}

void Relay::read(Flow& flow) {
  const PathState& state = flow.path.state;
  const std::size_t room = state.held ? kRelayHeldBytesMax : kRelayBytesMax;
  if (stage_ != Stage::relaying || flow.reading || flow.read_over || state.stalled || flow.queued >= room) return;
  flow.reading = true;
  flow.from.async_read_some(
      asio::buffer(flow.piece), [self = shared_from_this(), &flow](const ErrorCode& error, std::size_t count) {
        flow.reading = false;
        if (self->stage_ == Stage::gone) return;
        const Piece kind = !error ? Piece::bytes : error == asio::error::eof ? Piece::end : Piece::broken;
        self->arrived(flow, kind, count);
      });
}

// What arrived leaves when the bandwidth has let it through and the way has been travelled; never before what came
// earlier.
void Relay::arrived(Flow& flow, Piece kind, std::size_t count) {
  PathState& state = flow.path.state;
  const Instant now = clock_.now();
  Instant sent = now;
  if (state.bandwidth_bits > 0) {
    const auto bits = static_cast<std::int64_t>(count) * 8;
    const Duration length{bits * 1000000000 / static_cast<std::int64_t>(state.bandwidth_bits)};
    sent = flow.path.busy_until = std::max(now, flow.path.busy_until) + length;
  }
  const Duration jitter = state.jitter.ns > 0 ? luck_.uniform(Duration{}, state.jitter) : Duration{};
  flow.last_release = std::max(flow.last_release, sent + state.latency + jitter);
  Waiting waiting{flow.last_release, kind,
                  Bytes(flow.piece.begin(), flow.piece.begin() + static_cast<std::ptrdiff_t>(count))};
  if (count > 0 && state.corrupt_parts > 0 && luck_.below(1000000000) < state.corrupt_parts) {
    waiting.bytes[luck_.below(count)] ^= static_cast<std::uint8_t>(1U << luck_.below(8));
    ++counters_.corrupted;
  }
  flow.queued += count;
  flow.queue.push_back(std::move(waiting));
  if (kind != Piece::bytes) flow.read_over = true;
  write(flow);
  if (stage_ == Stage::relaying) read(flow);
}

void Relay::write(Flow& flow) {
  const PathState& state = flow.path.state;
  if (stage_ != Stage::relaying || flow.writing || flow.queue.empty() || state.stalled || state.held) return;
  const Duration wait = flow.queue.front().release - clock_.now();
  if (wait > Duration{}) {
    flow.timer.expires_after(std::chrono::nanoseconds(wait.ns));
    flow.timer.async_wait([self = shared_from_this(), &flow](const ErrorCode& error) {
      if (!error) self->write(flow);
    });
    return;
  }
  Waiting& first = flow.queue.front();
  if (first.kind != Piece::bytes) return hand_on_end(flow, first.kind);
  flow.writing = true;
  asio::async_write(flow.to, asio::buffer(first.bytes),
                    [self = shared_from_this(), &flow](const ErrorCode& error, std::size_t count) {
                      flow.writing = false;
                      if (self->stage_ == Stage::gone) return;
                      self->counters_.bytes += count;
                      if (error) return self->hand_on_end(flow, Piece::end);  // it will be read from that side too
                      flow.queued -= flow.queue.front().bytes.size();
                      flow.queue.pop_front();
                      self->write(flow);
                      if (self->stage_ == Stage::relaying) self->read(flow);
                    });
}

void Relay::hand_on_end(Flow& flow, Piece kind) {
  flow.queue.clear();
  flow.queued = 0;
  flow.read_over = flow.write_over = true;
  if (kind == Piece::broken) return reset();
  ErrorCode ignored;
  flow.to.shutdown(tcp::socket::shutdown_send, ignored);
  if (forward_.write_over && backward_.write_over) finish();
}

void Relay::reset() {
  if (stage_ == Stage::gone) return;
  close_socket(dialler_, true);
  close_socket(target_, true);
  finish();
}

void Relay::close() {
  on_gone_ = nullptr;
  finish();
}

void Relay::finish() {
  if (stage_ == Stage::gone) return;
  stage_ = Stage::gone;
  close_socket(dialler_, false);
  close_socket(target_, false);
  forward_.timer.cancel();
  backward_.timer.cancel();
  if (on_gone_) std::exchange(on_gone_, nullptr)();
}

}  // namespace lastmile::real
