// Messages of a protocol that is not the node's own, one way on streams that stay open (ipfs.md 12): one of ours for
// what we say, those of the peer for what it does.
#include <algorithm>

#include "core/base/check.hpp"
#include "real/env/asio.hpp"
#include "real/p2p/messages.hpp"

namespace lastmile::p2p {

void P2pNetwork::Core::MessagesOut::on_closed(env::CloseReason reason) {
  const bool of_stream = connection_.open();
  core_.on_messages_stopped(peer_, stream_, of_stream && reason == env::CloseReason::refused);  // the last thing here
}

// The peer ended the stream, or does not speak the protocol after all.
void P2pNetwork::Core::on_messages_stopped(env::PeerId peer, StreamId stream, bool refused) {
  auto& out = at(peer).messages_out;
  if (out == nullptr || out->stream() != stream) return;
  const auto kept = std::move(out);  // who calls
  out.reset();
  if (!refused || !std::exchange(at(peer).speaks, false) || message_service == nullptr) return;
  message_service->on_gone(peer);
}

void P2pNetwork::Core::MessagesIn::on_bytes(ByteView bytes) {
  Bytes message;
  for (;;) {
    const auto state = reader_.next(bytes, message);
    core_.give_room(std::exchange(room_, 0));
    if (!core_.take_room(reader_.buffered())) return connection_.reset(stream_);
    room_ = reader_.buffered();
    if (state == PrefixedReader::State::broken) return connection_.end(env::CloseReason::protocol_error);
    if (state == PrefixedReader::State::more) break;
    connection_.be_patient(stream_);
    in_message_ = false;
    const auto peer = core_.find(connection_);
    if (!peer || core_.message_service == nullptr) continue;
    core_.note_speaks(*peer);
    ++core_.figures_.frames_in;
    core_.message_service->on_message(*peer, std::move(message));
    message = {};
    if (!connection_.open()) return;
  }
  // A message that has begun has so long to end.
  if (!reader_.between_messages() && !std::exchange(in_message_, true)) connection_.hurry(stream_);
}

std::shared_ptr<StreamHandler> P2pNetwork::Core::accept_messages(Connection& connection, StreamId stream,
                                                                 const std::string& protocol) {
  if (connection.streams_of(protocol).size() > kMessageStreamsMax) {
    ++figures_.streams_refused;
    return nullptr;
  }
  connection.be_patient(stream);
  return std::make_shared<MessagesIn>(*this, connection, stream);
}

bool P2pNetwork::Core::is_message_protocol(const std::string& protocol) const {
  return message_service != nullptr && protocol == message_protocol.name;
}

void P2pNetwork::Core::serve_messages(MessageProtocol protocol, MessageService& service) {
  LM_CHECK(message_service == nullptr);
  message_service = &service;
  protocols_.push_back(protocol.name);
  message_protocol = std::move(protocol);
}

// It has told us, just now or on an earlier connection, or has said something.
void P2pNetwork::Core::note_speaks(env::PeerId peer) {
  if (message_service == nullptr || !at(peer).told || std::exchange(at(peer).speaks, true)) return;
  message_service->on_speaks(peer);
}

void P2pNetwork::Core::look_whether_it_speaks(env::PeerId peer) {
  const auto* const known = store_.find(at(peer).id);
  if (known == nullptr || message_service == nullptr) return;
  if (std::ranges::find(known->protocols, message_protocol.name) != known->protocols.end()) note_speaks(peer);
}

void P2pNetwork::Core::send_message(env::PeerId peer, const Bytes& message) {
  Connection* const connection = up(peer);
  if (connection == nullptr || message_service == nullptr) return;
  LM_CHECK(message.size() <= message_protocol.message_max);
  auto& out = at(peer).messages_out;
  if (out == nullptr) {
    auto handler = std::make_shared<MessagesOut>(*this, *connection, peer);
    const auto stream = connection->open_stream({message_protocol.name}, handler);
    if (!stream) return;  // as good as lost on the way
    handler->opened(*stream);
    out = std::move(handler);
  }
  ++figures_.frames_out;
  connection->write(out->stream(), prefixed(message));
}

std::size_t P2pNetwork::Core::queued_message_bytes(env::PeerId peer) const {
  const Connection* const connection = up(peer);
  const auto& out = at(peer).messages_out;
  return connection == nullptr || out == nullptr ? 0 : connection->queued(out->stream());
}

}  // namespace lastmile::p2p
