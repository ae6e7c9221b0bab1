// Frames of one protocol from one peer. Private to P2pNetwork::Core.
#pragma once

#include "real/p2p/p2p_core.hpp"
#include "real/p2p/wire/length_prefix.hpp"

namespace lastmile::p2p {

class P2pNetwork::Core::FramesIn final : public StreamHandler {
 public:
  FramesIn(Core& core, Connection& connection, StreamId stream, env::Protocol protocol)
      : core_(core), connection_(connection), stream_(stream), protocol_(protocol), reader_(env::kFrameBytesMax) {}
  FramesIn(const FramesIn&) = delete;
  FramesIn& operator=(const FramesIn&) = delete;
  ~FramesIn() override { core_.give_room(room_); }
  void on_bytes(ByteView bytes) override;
  void on_finished() override { connection_.finish(stream_); }

 private:
  bool account();  // for what waits for the rest of its frame; false: no room

  Core& core_;
  Connection& connection_;
  StreamId stream_;
  env::Protocol protocol_;
  PrefixedReader reader_;
  std::size_t room_ = 0;
};

}  // namespace lastmile::p2p
