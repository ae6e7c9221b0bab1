// Frames over streams that stay open (libp2p.md 11.1): one of ours for what we send, those of the peer for what it
// does.
#include <algorithm>

#include "core/base/check.hpp"
#include "real/env/asio.hpp"
#include "real/p2p/frames_in.hpp"
#include "real/p2p/frames_out.hpp"
#include "real/p2p/wire/length_prefix.hpp"

namespace lastmile::p2p {

void P2pNetwork::Core::FramesOut::opened(Connection& connection, StreamId stream, bool at_once) {
  connection_ = &connection;
  stream_ = stream;
  connection.count_queued(stream);
  if (at_once) state_ = State::open;
}

void P2pNetwork::Core::FramesOut::put(const std::shared_ptr<const Bytes>& frame) {
  connection_->write(stream_, length_prefix(frame->size()));
  connection_->write(stream_, frame);
}

void P2pNetwork::Core::FramesOut::push(std::shared_ptr<const Bytes> frame) {
  if (state_ == State::open) return put(frame);
  if (state_ == State::refused) return;
  waiting_bytes_ += frame->size();
  waiting_.push_back(std::move(frame));
}

void P2pNetwork::Core::FramesOut::on_open(std::string_view) {
  state_ = State::open;
  for (const auto& frame : std::exchange(waiting_, {})) put(frame);
  waiting_bytes_ = 0;
}

void P2pNetwork::Core::FramesOut::on_closed(env::CloseReason reason) {
  waiting_.clear();
  waiting_bytes_ = 0;
  state_ = State::refused;
  const bool of_stream = connection_ != nullptr && connection_->open();
  if (!of_stream || reason == env::CloseReason::refused) return;
  core_.on_frames_stopped(peer_, protocol_);  // the last thing done here
}

// The peer ended the stream that we send on. Of gossip a new one begins with all subscriptions (11.1): what the router
// said first, when the peer was connected.
void P2pNetwork::Core::on_frames_stopped(env::PeerId peer, env::Protocol protocol) {
  if (protocol == env::Protocol::gossip && ++at(peer).gossip_reopens > kGossipReopensMax) return;  // it stays refused
  at(peer).out[static_cast<std::size_t>(protocol)].reset();
  if (protocol != env::Protocol::gossip || at(peer).gossip_hello == nullptr) return;
  if (FramesOut* const out = frames_to(peer, protocol)) out->push(at(peer).gossip_hello);
}

// Null when no stream can be opened, or nobody is connected.
P2pNetwork::Core::FramesOut* P2pNetwork::Core::frames_to(env::PeerId peer, env::Protocol protocol) {
  Connection* const connection = up(peer);
  auto& out = at(peer).out[static_cast<std::size_t>(protocol)];
  if (out != nullptr || connection == nullptr) return out.get();
  auto handler = std::make_shared<FramesOut>(*this, peer, protocol);
  auto proposals = frame_protocols(protocol);
  const bool at_once = proposals.size() == 1;
  const auto stream = connection->open_stream(std::move(proposals), handler);
  if (!stream) return nullptr;
  handler->opened(*connection, *stream, at_once);
  out = std::move(handler);
  return out.get();
}

void P2pNetwork::Core::FramesIn::on_bytes(ByteView bytes) {
  Bytes frame;
  for (;;) {
    const auto state = reader_.next(bytes, frame);
    if (!account()) return connection_.reset(stream_);
    if (state == PrefixedReader::State::more) return;
    if (state == PrefixedReader::State::broken) return connection_.end(env::CloseReason::protocol_error);
    const auto peer = core_.find(connection_);
    env::FrameHandler* const handler = core_.frame_handlers[static_cast<std::size_t>(protocol_)];
    ++core_.figures_.frames_in;
    if (!peer || handler == nullptr) continue;
    handler->on_frame(*peer, env::Frame::of_bytes(std::move(frame)));
    if (!connection_.open()) return;
  }
}

bool P2pNetwork::Core::FramesIn::account() {
  core_.give_room(std::exchange(room_, 0));
  if (!core_.take_room(reader_.buffered())) return false;
  room_ = reader_.buffered();
  return true;
}

std::shared_ptr<const Bytes> P2pNetwork::Core::encoded(const env::Frame& frame) {
  LM_CHECK(frame && frame->wire_size() <= env::kFrameBytesMax);
  if (encoded_frame_.get() != frame.get()) {
    encoded_bytes_ = std::make_shared<const Bytes>(frame->encode());
    encoded_frame_ = frame;  // holds the body, so that its address stays its own
    LM_CHECK(encoded_bytes_->size() <= env::kFrameBytesMax);
  }
  return encoded_bytes_;
}

bool P2pNetwork::Core::take_room(std::size_t bytes) {
  if (figures_.receive_buffer + bytes > options.limits.receive_buffer_max) return false;
  figures_.receive_buffer += bytes;
  return true;
}

void P2pNetwork::Core::send(env::PeerId peer, env::Protocol protocol, const env::Frame& frame) {
  auto body = encoded(frame);
  FramesOut* const out = frames_to(peer, protocol);
  if (out == nullptr) return;  // as good as lost on the way
  if (protocol == env::Protocol::gossip && at(peer).gossip_hello == nullptr) at(peer).gossip_hello = body;
  ++figures_.frames_out;
  out->push(std::move(body));
  if (queued_bytes(peer) > options.limits.send_buffer_max) close(peer, env::CloseReason::limit);
}

std::size_t P2pNetwork::Core::queued_bytes(env::PeerId peer) const {
  const Connection* const connection = up(peer);
  if (connection == nullptr) return 0;
  std::size_t sum = connection->counted_bytes();
  for (const auto& out : at(peer).out) sum += out == nullptr ? 0 : out->waiting_bytes();
  return sum;
}

}  // namespace lastmile::p2p
