#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/strong.hpp"
#include "core/base/time.hpp"
#include "core/env/disk.hpp"
#include "core/env/done.hpp"
#include "core/env/frame.hpp"

namespace lastmile::env {

// A peer as this node's network numbers it: dense from 0, kept across reconnects. A network that has given as many
// numbers as it remembers forgets who was lost longest ago (PeerHandler::on_forgotten) and gives that number to the
// newcomer.
struct PeerTag;
using PeerId = Strong<PeerTag, std::uint32_t>;

// Every protocol we speak, in one place; protocol_name() gives the versioned name on the wire.
enum class Protocol : std::uint8_t { gossip, reconciliation, content, heads };
inline constexpr std::size_t kProtocolCount = 4;
std::string_view protocol_name(Protocol protocol);

enum class Direction : std::uint8_t { inbound, outbound };
enum class CloseReason : std::uint8_t { local, remote, reset, timeout, refused, limit, protocol_error };
std::string_view close_reason_name(CloseReason reason);

// The answer to one request; call it once, at once or later. Not calling it lets the deadline of the asker decide.
using Reply = Callback<void(Result<Frame>)>;

// One per protocol. Calls come on the node's loop.
class FrameHandler {
 public:
  virtual ~FrameHandler() = default;
  virtual void on_frame(PeerId from, const Frame& frame) = 0;
  virtual void on_request(PeerId from, const Frame& frame, Reply reply) = 0;
};

// Connections come and go for all protocols together: one connected or lost per peer and change, lost only after
// connected.
class PeerHandler {
 public:
  virtual ~PeerHandler() = default;
  virtual void on_connected(PeerId peer, Direction direction) = 0;
  virtual void on_lost(PeerId peer, CloseReason reason) = 0;
  virtual void on_dial_failed(std::string_view address, CloseReason reason) = 0;
  // From now on this number stands for nobody, and then for another peer. Never of a connected one.
  virtual void on_forgotten(PeerId /*peer*/) {}
};

// Serves bulk content to peers that fetch it.
class ContentHandler {
 public:
  virtual ~ContentHandler() = default;
  virtual void on_fetch(PeerId from, const ContentRange& range, Callback<void(Result<Bytes>)> reply) = 0;
};

// Frames between peers. No promise of delivery; order is kept per (peer, protocol). send() never fails at once: loss
// shows as silence or on_lost. A frame above kFrameBytesMax is a mistake of ours. Handlers must outlive the network.
inline constexpr std::size_t kFrameBytesMax = 1024 * 1024;

class Network {
 public:
  virtual ~Network() = default;
  virtual void listen(Protocol protocol, FrameHandler& handler) = 0;  // once per protocol, before the first event
  virtual void listen_peers(PeerHandler& handler) = 0;
  virtual void listen_content(ContentHandler& handler) = 0;
  virtual void dial(std::string address) = 0;  // answer: on_connected or on_dial_failed; no effect when connected
  virtual void close(PeerId peer, CloseReason reason) = 0;
  virtual void send(PeerId peer, Protocol protocol, Frame frame) = 0;
  // done: the answer, or an error when it was refused, the connection was lost, or the deadline has passed.
  virtual void request(PeerId peer, Protocol protocol, Frame frame, Duration deadline, Done<Frame> done) = 0;
  // Bulk transfer of a range of named content; shares bandwidth with other bulk, not with frames. Errors as for
  // request.
  virtual void fetch(PeerId peer, ContentRange range, Duration deadline, Done<Bytes> done) = 0;
  // Bytes accepted by send() and not yet on the wire: the sender holds back above its own limit.
  virtual std::size_t queued_bytes(PeerId peer) const = 0;
  // The peer's public identity (a libp2p peer id in text, a node name in the simulator).
  virtual std::string identity(PeerId peer) const = 0;
  virtual std::string own_identity() const = 0;
};

}  // namespace lastmile::env
