#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/env/network.hpp"
#include "sim/env/access_link.hpp"
#include "sim/env/config.hpp"
#include "sim/env/event.hpp"
#include "sim/env/link_plane.hpp"
#include "sim/env/parcel.hpp"
#include "sim/env/slot_table.hpp"

namespace lastmile::sim {

class Kernel;

// Steps of a connection that travel between nodes (Event::aux of EventKind::connection).
enum class ConnectionStep : std::uint8_t { dial, accept, refuse, close };

// What a node's network tells itself later (Event::aux of EventKind::network_timer).
enum class NetworkTimer : std::uint8_t {
  dial_timeout,      // extra peer, argument connection
  dial_failed,       // extra peer, argument connection << 8 | reason
  unknown_address,   // argument std::string
  lost,              // extra peer, argument reason
  keep_alive,        // extra peer, argument moment since which a path is silent
  peer_paused,       // extra peer, stamp connection, argument moment since which the peer is paused
  request_deadline,  // extra slot, argument generation
  request_failed,
  fetch_deadline,
  fetch_failed,
};

// Connections and frames of one node (one incarnation).
//
// Model. A path has a latency (regions and both access latencies) and uniform jitter on top; frames of one protocol
// never overtake each other, of different protocols they may. At level `access` frames pass the sender's uplink and the
// receiver's downlink one after another; steps of connections are small and pass at once. Bulk (fetch) has an uplink
// and a downlink of its own with the same bandwidth, first come first served: it does not slow frames, nor they it. At
// level `flow` greater parts of it share those links instead (FlowPlane), and what a cut finds on its way stands still.
// Dialling takes one round trip plus those of the handshake. What is on its way when a cut begins still arrives (except
// after a reset).
class SimNetwork final : public env::Network {
 public:
  SimNetwork(Kernel& kernel, NodeIndex self);
  ~SimNetwork() override;

  void listen(env::Protocol protocol, env::FrameHandler& handler) override;
  void listen_peers(env::PeerHandler& handler) override { peer_handler_ = &handler; }
  void listen_content(env::ContentHandler& handler) override { content_handler_ = &handler; }
  void dial(std::string address) override;
  void close(env::PeerId peer, env::CloseReason reason) override;
  void send(env::PeerId peer, env::Protocol protocol, env::Frame frame) override;
  void request(env::PeerId peer, env::Protocol protocol, env::Frame frame, Duration deadline,
               env::Done<env::Frame> done) override;
  void fetch(env::PeerId peer, env::ContentRange range, Duration deadline, env::Done<Bytes> done) override;
  std::size_t queued_bytes(env::PeerId peer) const override;
  std::string identity(env::PeerId peer) const override;
  std::string own_identity() const override;

  // --- for the kernel ----------------------------------------------------------------------------------------------
  void on_frame(const Event& event);
  void on_parcel(const Event& event);
  void on_downlink(const Event& event);  // queues it behind what stands at the receiver's link
  void on_transfer(const Event& event);
  void on_connection(const Event& event);
  void on_timer(const Event& event);
  void rules_changed();                               // link rules were added or removed
  void farewell();                                    // the process ends: its machine closes every connection
  void paused();                                      // this node stopped answering: its peers will notice
  void resend(NodeIndex to, const HeldFrame& frame);  // a cut has ended
  TrafficCounts counts() const;

 private:
  static constexpr std::uint8_t kGossipLane = static_cast<std::uint8_t>(env::Protocol::gossip);
  static constexpr std::uint8_t kControlLane = env::kProtocolCount;
  static constexpr std::uint8_t kBulkLane = kControlLane + 1;
  static constexpr std::uint8_t kCorrupt = 0x80;  // in aux of frames and parcels

  enum class State : std::uint8_t { idle, dialing, connected };
  struct PathFault {
    LinkEffect effect;
    AccessLink limit;
    AccessLink bulk_limit;  // of bulk that passes one after another
  };
  // What a frame touches when it is sent: one cache line per peer.
  struct alignas(64) Peer {
    std::uint32_t remote = 0;       // NodeIndex
    std::uint32_t remote_peer = 0;  // our number there; valid while connected
    std::uint32_t connection = 0;   // of the newest dial or connection; unique in the run
    State state = State::idle;
    bool lost_pending = false;  // closed by us, on_lost is still to come
    bool downlink_limited = false;
    bool reset = false;  // a rule closes connections on this path, either way
    std::int64_t latency = 0;
    std::uint64_t luck = 0;            // state of this path's own generator
    std::unique_ptr<PathFault> fault;  // of what we send; null: none
    std::int64_t jitter = 0;
    std::uint64_t queued = 0;      // bytes accepted and not on the wire
    std::int64_t last_gossip = 0;  // arrival of the newest gossip frame: none may overtake it
  };
  static_assert(sizeof(Peer) == 64);
  struct PeerMore {
    using Lanes = std::array<std::int64_t, env::kProtocolCount>;
    std::unique_ptr<Lanes> last_arrival;  // of the other protocols; null until one of them is spoken
    std::int64_t last_control = 0;        // arrival of the newest step of a connection
    std::int64_t silent_since = -1;       // a stall holds the path, either way; -1: none
    std::uint32_t remote_incarnation = 0;
    env::CloseReason lost_reason = env::CloseReason::local;
  };
  struct PendingRequest {
    std::uint32_t peer = 0;
    std::uint64_t sequence = 0;
    env::Done<env::Frame> done;
  };
  struct PendingFetch {
    std::uint32_t peer = 0;
    std::uint64_t sequence = 0;
    std::uint64_t what = 0;  // digest of name and range
    env::Done<Bytes> done;
  };
  struct Asked {
    SlotRef fetch;
    std::int64_t deadline;
  };

  NodeIndex remote(const Peer& peer) const { return {peer.remote}; }
  std::uint32_t peer_for(NodeIndex node);  // makes the entry when there is none
  Peer* find_peer(NodeIndex node);
  Peer* live(const Event& event);  // the connection that a frame came by; null when it is gone

  // sending
  std::uint64_t draw(Peer& peer);
  std::int64_t draw_within(Peer& peer, std::int64_t most);  // uniform in [0, most]
  bool hit(Peer& peer, std::uint64_t share);
  bool accept_bytes(std::uint32_t index, std::uint64_t bytes);
  bool is_transfer(const HeldFrame& frame) const;
  void transfer(std::uint32_t index, HeldFrame frame, std::int64_t latency);
  std::int64_t departure(std::uint32_t index, const HeldFrame& frame);
  void transmit(std::uint32_t index, const HeldFrame& frame);
  void transmit_faulty(std::uint32_t index, HeldFrame frame);
  void launch(std::uint32_t index, const HeldFrame& frame, std::int64_t arrival, bool in_order = true);
  void control(std::uint32_t index, ConnectionStep step, std::uint32_t connection, std::uint32_t extra,
               std::uint64_t argument);
  void send_parcel(std::uint32_t index, std::unique_ptr<Parcel> parcel);
  void drop(const HeldFrame& frame);
  void settle_departures() const;

  // connections
  void refresh(std::uint32_t index);
  void set_state(std::uint32_t index, State state);
  void on_dial(const Event& event);
  void on_accept(const Event& event);
  void connected(std::uint32_t index, std::uint32_t connection, std::uint64_t hello, env::Direction direction);
  void lose(std::uint32_t index, env::CloseReason reason);  // on the loop
  void lose_later(std::uint32_t index, env::CloseReason reason);
  void tell_lost(std::uint32_t index, env::CloseReason reason);
  void break_off(std::uint32_t index, env::CloseReason reason);  // close and lose at once: we found it broken
  void tell_dial_failed(std::string_view address, NodeIndex node, env::CloseReason reason);
  void watch_silence(std::uint32_t index);
  void forget_held(std::uint32_t index);
  std::int64_t handshake(std::int64_t latency) const;  // what dialling takes beyond one round trip
  std::uint64_t hello(std::uint32_t index) const;

  // questions
  void answer(std::uint32_t index, std::uint32_t connection, SlotRef asker, env::Protocol protocol,
              Result<env::Frame> result);
  void answer_part(std::uint32_t index, std::uint32_t connection, Asked asked, Result<Bytes> result);
  void on_request(std::uint32_t index, Parcel& parcel, NodeIndex source);
  void on_response(Parcel& parcel, NodeIndex source);
  void on_fetch(std::uint32_t index, Parcel& parcel, NodeIndex source);
  void on_part(Parcel& parcel, NodeIndex source);
  void fail_request(SlotRef request, NodeIndex source, const char* why);
  void fail_fetch(SlotRef fetch, NodeIndex source, const char* why);
  void fail_all(std::uint32_t index);

  Kernel& kernel_;
  NodeIndex self_;
  std::uint32_t connected_ = 0;
  mutable std::vector<Peer> peers_;  // queued_bytes() brings `queued` up to date
  std::vector<PeerMore> more_;
  std::array<env::FrameHandler*, env::kProtocolCount> handlers_{};
  AccessLink uplink_;
  AccessLink downlink_;
  TrafficCounts counts_;
  AccessLink bulk_uplink_;
  AccessLink bulk_downlink_;
  mutable DepartureQueue departures_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> by_node_;  // node, peer; ascending
  env::PeerHandler* peer_handler_ = nullptr;
  env::ContentHandler* content_handler_ = nullptr;
  SlotTable<PendingRequest> requests_;
  SlotTable<PendingFetch> fetches_;
  std::uint64_t sequence_ = 0;
};

}  // namespace lastmile::sim
