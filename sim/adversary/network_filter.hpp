// The network as a node behind a filter sees it: everything passes, unless who derives from this keeps or changes it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/env/network.hpp"

namespace lastmile::sim {

class NetworkFilter : public env::Network {
 public:
  explicit NetworkFilter(env::Network& network) : network_(network) {}

  virtual void orders_changed() {}  // most look at them whenever something passes

  void listen(env::Protocol protocol, env::FrameHandler& handler) final;
  void listen_peers(env::PeerHandler& handler) final { network_.listen_peers(peer_door_.emplace(*this, handler)); }
  void listen_content(env::ContentHandler& handler) final;
  void dial(std::string address) final { network_.dial(std::move(address)); }
  void close(env::PeerId peer, env::CloseReason reason) final { network_.close(peer, reason); }
  void send(env::PeerId peer, env::Protocol protocol, env::Frame frame) final;
  void request(env::PeerId peer, env::Protocol protocol, env::Frame frame, Duration deadline,
               env::Done<env::Frame> done) final;
  void fetch(env::PeerId peer, env::ContentRange range, Duration deadline, env::Done<Bytes> done) final;
  std::size_t queued_bytes(env::PeerId peer) const final { return network_.queued_bytes(peer); }
  std::string identity(env::PeerId peer) const final { return network_.identity(peer); }
  std::string own_identity() const final { return network_.own_identity(); }

 protected:
  // What the node says to a peer: passed on, in place of it something else, or nothing.
  virtual std::optional<env::Frame> said(env::Protocol, env::Frame frame) { return frame; }
  // A peer said something; its node hears it next.
  virtual void heard(env::PeerId, env::Protocol, const env::Frame&) {}
  // A peer asks: true when the answer was taken over, which then is never the node's.
  virtual bool asked(env::PeerId, env::Protocol, const env::Frame&, env::Reply&) { return false; }
  virtual bool asked_for_part(const env::ContentRange&, Callback<void(Result<Bytes>)>&) { return false; }

  env::Network& network_;
  std::vector<env::PeerId> connected_;  // ascending

 private:
  class Door final : public env::FrameHandler {
   public:
    Door(NetworkFilter& filter, env::Protocol protocol, env::FrameHandler& handler)
        : filter_(filter), protocol_(protocol), handler_(handler) {}
    void on_frame(env::PeerId from, const env::Frame& frame) override {
      filter_.heard(from, protocol_, frame);
      handler_.on_frame(from, frame);
    }
    void on_request(env::PeerId from, const env::Frame& frame, env::Reply reply) override;

   private:
    NetworkFilter& filter_;
    env::Protocol protocol_;
    env::FrameHandler& handler_;
  };
  class ContentDoor final : public env::ContentHandler {
   public:
    ContentDoor(NetworkFilter& filter, env::ContentHandler& handler) : filter_(filter), handler_(handler) {}
    void on_fetch(env::PeerId from, const env::ContentRange& range, Callback<void(Result<Bytes>)> reply) override;

   private:
    NetworkFilter& filter_;
    env::ContentHandler& handler_;
  };

  class PeerDoor final : public env::PeerHandler {
   public:
    PeerDoor(NetworkFilter& filter, env::PeerHandler& handler) : filter_(filter), handler_(handler) {}
    void on_connected(env::PeerId peer, env::Direction direction) override;
    void on_lost(env::PeerId peer, env::CloseReason reason) override;
    void on_dial_failed(std::string_view address, env::CloseReason reason) override {
      handler_.on_dial_failed(address, reason);
    }
    void on_forgotten(env::PeerId peer) override { handler_.on_forgotten(peer); }

   private:
    NetworkFilter& filter_;
    env::PeerHandler& handler_;
  };

  std::array<std::optional<Door>, env::kProtocolCount> doors_;
  std::optional<ContentDoor> content_door_;
  std::optional<PeerDoor> peer_door_;
};

}  // namespace lastmile::sim
