// Questions and answers on streams of their own, ours and those of peers. Private to P2pNetwork::Core.
#pragma once

#include "real/p2p/p2p_core.hpp"
#include "real/p2p/wire/length_prefix.hpp"

namespace lastmile::p2p {

// One of ours: waits for the answer.
class P2pNetwork::Core::Question final : public StreamHandler {
 public:
  // answer_max: bytes of an answer, beside what says that it is one.
  Question(Core& core, std::uint64_t id, std::size_t answer_max)
      : core_(core), id_(id), reader_(std::max(answer_max, kRefusalTextMax) + 1) {}
  void on_bytes(ByteView bytes) override;
  void on_finished() override;
  void on_closed(env::CloseReason reason) override;

 private:
  Core& core_;
  std::uint64_t id_;
  PrefixedReader reader_;
};

// One of a peer: reads it, and hands it to who answers.
class P2pNetwork::Core::Answering final : public StreamHandler {
 public:
  // protocol: empty = it is a fetch.
  Answering(Core& core, Connection& connection, StreamId stream, std::optional<env::Protocol> protocol)
      : core_(core), connection_(connection), stream_(stream), protocol_(protocol), reader_(env::kFrameBytesMax) {}
  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;
  ~Answering() override { core_.give_room(room_); }
  void on_bytes(ByteView bytes) override;
  void on_finished() override;

 private:
  void on_request(env::PeerId peer, env::Protocol protocol, Bytes question);
  void on_fetch(env::PeerId peer, ByteView question);
  void refuse(std::string_view why);

  Core& core_;
  Connection& connection_;
  StreamId stream_;
  std::optional<env::Protocol> protocol_;
  PrefixedReader reader_;
  std::size_t room_ = 0;
  bool asked_ = false;
};

}  // namespace lastmile::p2p
