// A Yamux session (libp2p.md 7.2 to 7.4) as a state machine: bytes in, bytes out; no clock, no socket.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "real/p2p/wire/limits.hpp"
#include "real/p2p/wire/yamux_frame.hpp"

namespace lastmile::p2p {

using StreamId = std::uint32_t;

// Told what happens inside YamuxSession::on_bytes. May call anything of the session but on_bytes and take_output; must
// not destroy it.
class YamuxOwner {
 public:
  virtual ~YamuxOwner() = default;
  virtual void on_stream(StreamId stream) = 0;                // the peer opened it
  virtual void on_data(StreamId stream, ByteView bytes) = 0;  // to be answered by consumed(), now or later
  virtual void on_finished(StreamId stream) = 0;              // the peer will send no more on it
  virtual void on_reset(StreamId stream) = 0;                 // it is gone, in both directions
  virtual void on_pong(std::uint32_t value) = 0;
  virtual void on_go_away(std::uint32_t reason) = 0;
};

class YamuxSession {
 public:
  enum class Role : std::uint8_t { client, server };
  YamuxSession(Role role, YamuxOwner& owner) : owner_(owner), next_id_(role == Role::client ? 1 : 2) {}

  // An error says what the peer did wrong: a go-away is queued, nothing more is read, the connection is to be closed
  // once that is written.
  Result<Unit> on_bytes(ByteView bytes);

  // A stream of ours; empty when there are kYamuxStreamsMax, too many that the peer has not acknowledged, or either
  // side is going away. window: what the peer may send before we grant more, kYamuxWindow to kYamuxWindowMax.
  std::optional<StreamId> open(std::uint32_t window = kYamuxWindow);
  // The following have no effect on a stream that is gone.
  void write(StreamId stream, std::shared_ptr<const Bytes> bytes);
  void write(StreamId stream, Bytes bytes) { write(stream, std::make_shared<const Bytes>(std::move(bytes))); }
  void finish(StreamId stream);                       // no more is written, once what is queued has gone
  void reset(StreamId stream);                        // drops what is queued; the owner hears no more of it
  void consumed(StreamId stream, std::size_t bytes);  // of what on_data brought
  void ping(std::uint32_t value);
  void go_away(std::uint32_t reason);  // no stream is opened any more

  bool has(StreamId stream) const { return streams_.contains(stream); }
  std::size_t streams() const { return streams_.size(); }
  std::size_t queued(StreamId stream) const;            // given to write() and not taken as output yet
  std::size_t queued() const { return queued_bytes_; }  // of all streams

  // Appends frames, those of the session first, then data, streams taking turns, until out has `limit` bytes or more or
  // nothing can be sent. False: nothing was appended.
  bool take_output(Bytes& out, std::size_t limit);

 private:
  struct Stream {
    std::uint64_t send_window = kYamuxWindow;
    std::uint64_t receive_window = kYamuxWindow;  // what the peer may still send
    std::uint64_t whole_window = kYamuxWindow;
    std::uint64_t consumed = 0;  // and not granted again
    std::deque<std::shared_ptr<const Bytes>> queue;
    std::size_t offset = 0;  // into the first of them
    std::size_t queued = 0;
    bool ours = false;
    bool acknowledged = false;
    bool finish_wanted = false;
    bool finish_sent = false;
    bool finish_received = false;
    bool waiting = false;  // in ready_
  };

  Result<Unit> on_header(const YamuxHeader& header);
  Result<Unit> on_stream_frame(const YamuxHeader& header);
  Result<Unit> on_syn(const YamuxHeader& header);
  void after_frame(StreamId id, const YamuxHeader& header);
  Error fail(std::string what);
  void control(const YamuxHeader& header) { append_yamux_header(control_, header); }
  void make_ready(StreamId id, Stream& stream);
  void send_some(StreamId id, Stream& stream, Bytes& out);
  void drop(StreamId id);
  bool is_ours(StreamId id) const { return id % 2 == next_id_ % 2; }

  YamuxOwner& owner_;
  StreamId next_id_;
  std::map<StreamId, Stream> streams_;
  std::size_t opened_by_us_ = 0, opened_by_peer_ = 0, unacknowledged_ = 0;
  std::deque<StreamId> ready_;  // have something to send and may
  std::size_t queued_bytes_ = 0;
  Bytes control_;  // frames without body that wait
  std::array<std::uint8_t, kYamuxHeaderBytes> header_{};
  std::size_t header_size_ = 0;
  YamuxHeader current_;  // of the body that is being read
  std::size_t body_left_ = 0;
  bool going_away_ = false;
  bool peer_going_away_ = false;
  bool failed_ = false;
};

}  // namespace lastmile::p2p
