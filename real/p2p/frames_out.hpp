// Frames of one protocol on their way to one peer. Private to P2pNetwork::Core.
#pragma once

#include <deque>

#include "real/p2p/p2p_core.hpp"

namespace lastmile::p2p {

class P2pNetwork::Core::FramesOut final : public StreamHandler {
 public:
  FramesOut(Core& core, env::PeerId peer, env::Protocol protocol) : core_(core), peer_(peer), protocol_(protocol) {}

  // Behind open_stream. at_once: bytes may follow the proposal.
  void opened(Connection& connection, StreamId stream, bool at_once);
  void push(std::shared_ptr<const Bytes> frame);
  std::size_t waiting_bytes() const { return waiting_bytes_; }  // for the stream to be agreed
  bool refused() const { return state_ == State::refused; }

  void on_open(std::string_view protocol) override;
  void on_bytes(ByteView) override {}  // nothing is said on it
  void on_closed(env::CloseReason reason) override;

 private:
  enum class State : std::uint8_t { waiting, open, refused };
  void put(const std::shared_ptr<const Bytes>& frame);

  Core& core_;
  env::PeerId peer_;
  env::Protocol protocol_;
  Connection* connection_ = nullptr;  // outlives this
  StreamId stream_ = 0;
  State state_ = State::waiting;
  std::deque<std::shared_ptr<const Bytes>> waiting_;
  std::size_t waiting_bytes_ = 0;
};

}  // namespace lastmile::p2p
