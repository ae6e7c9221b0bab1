// Messages of one protocol from and to one peer. Private to P2pNetwork::Core.
#pragma once

#include "real/p2p/p2p_core.hpp"
#include "real/p2p/wire/length_prefix.hpp"

namespace lastmile::p2p {

class P2pNetwork::Core::MessagesOut final : public StreamHandler {
 public:
  MessagesOut(Core& core, Connection& connection, env::PeerId peer)
      : core_(core), connection_(connection), peer_(peer) {}
  void opened(StreamId stream) { stream_ = stream; }
  StreamId stream() const { return stream_; }
  void on_bytes(ByteView) override {}  // nothing is said on it
  void on_closed(env::CloseReason reason) override;

 private:
  Core& core_;
  Connection& connection_;  // outlives this
  env::PeerId peer_;
  StreamId stream_ = 0;
};

class P2pNetwork::Core::MessagesIn final : public StreamHandler {
 public:
  MessagesIn(Core& core, Connection& connection, StreamId stream)
      : core_(core), connection_(connection), stream_(stream), reader_(core.message_protocol.message_max) {}
  MessagesIn(const MessagesIn&) = delete;
  MessagesIn& operator=(const MessagesIn&) = delete;
  ~MessagesIn() override { core_.give_room(room_); }
  void on_bytes(ByteView bytes) override;
  void on_finished() override { connection_.finish(stream_); }

 private:
  Core& core_;
  Connection& connection_;
  StreamId stream_;
  PrefixedReader reader_;
  std::size_t room_ = 0;
  bool in_message_ = false;
};

}  // namespace lastmile::p2p
