// One connection to one peer: a socket, the channel over it, the session in that, and the streams of the session. Knows
// protocols by name only. On the loop.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "real/p2p/byte_socket.hpp"
#include "real/p2p/p2p_limits.hpp"
#include "real/p2p/wire/secure_channel.hpp"
#include "real/p2p/wire/yamux_session.hpp"

namespace lastmile::p2p {

class Connection;

// Speaks one protocol on one stream. Calls come from the loop, never inside a call of Connection by the same handler's
// room, but on_bytes may come for several pieces in a row. It may reset or finish its stream, or close the connection.
class StreamHandler {
 public:
  virtual ~StreamHandler() = default;
  virtual void on_open(std::string_view /*protocol*/) {}  // of a stream of ours: the peer speaks this
  virtual void on_bytes(ByteView bytes) = 0;
  virtual void on_finished() {}                           // the peer will send no more
  virtual void on_closed(env::CloseReason /*reason*/) {}  // gone, by the peer or with the connection; refused: `na`
};

class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual void on_up(Connection& connection) = 0;     // authenticated; streams can be opened
  virtual void on_alive(Connection& connection) = 0;  // it was probed, and something came
  // It ended by itself; the last call. Not after close().
  virtual void on_ended(Connection& connection, env::CloseReason reason) = 0;
  // Protocols of inbound streams, and who speaks one that was agreed; null: no more of these, the stream is reset.
  virtual const std::vector<std::string>& protocols() const = 0;
  virtual std::shared_ptr<StreamHandler> accept(Connection& connection, StreamId stream,
                                                const std::string& protocol) = 0;
};

class Connection final : public std::enable_shared_from_this<Connection>, YamuxOwner {
 public:
  struct Options {
    SecureChannel::Options channel;
    NoiseHandshake::Keys keys;  // fresh
    std::string address;        // as dialled; empty when accepted
    std::string ip;             // of who was accepted
  };
  // Identity, owner and limits must outlive it, or it must have been closed before.
  Connection(std::shared_ptr<ByteSocket> socket, const PrivateKey& identity, ConnectionOwner& owner,
             const P2pLimits& limits, Options options);

  void start();
  bool inbound() const { return options_.channel.role == SecureChannel::Role::listener; }
  const std::string& address() const { return options_.address; }
  const std::string& ip() const { return options_.ip; }
  bool open() const { return owner_ != nullptr; }
  bool up() const { return channel_.up(); }
  const PeerId& peer() const { return channel_.peer(); }  // once up
  bool muxer_was_early() const { return channel_.muxer_was_early(); }
  std::optional<Multiaddr> remote() const { return socket_->remote(); }

  // A stream of ours; the handler hears on_open or on_closed. Of one protocol, bytes may be written at once behind the
  // proposal; of several only once it is open. Empty when no more can be opened.
  std::optional<StreamId> open_stream(std::vector<std::string> protocols, std::shared_ptr<StreamHandler> handler,
                                      std::uint32_t window = kYamuxWindow);
  void write(StreamId stream, std::shared_ptr<const Bytes> bytes);
  void write(StreamId stream, Bytes bytes) { write(stream, std::make_shared<const Bytes>(std::move(bytes))); }
  void finish(StreamId stream);
  void reset(StreamId stream);  // the handler hears nothing more
  // An inbound stream has P2pLimits::stream_timeout for its protocol and its request; patient: it has all the time;
  // hurry: so much from now on, until it is over.
  void be_patient(StreamId stream) { hurried_.erase(stream); }
  void hurry(StreamId stream);
  // Opened by the peer and not gone, ascending.
  std::vector<StreamId> streams_of(std::string_view protocol) const;
  std::size_t streams() const { return session_.streams(); }
  std::size_t queued(StreamId stream) const { return session_.queued(stream); }
  // Streams whose bytes count as queued until the system has them.
  void count_queued(StreamId stream) { counted_.insert(stream); }
  std::size_t counted_bytes() const;

  void close();  // at once, also the last words of one that has ended; nobody but handlers of streams is told
  // As if it had ended so; on_ended is called. Where the peer may want to know why, that is still written: whoever
  // owned it closes it kLastWords later.
  void end(env::CloseReason reason);
  bool speaking() const { return last_words_; }
  // An answer is wanted within kProbePatience, or it ends.
  void probe(Instant now);
  bool probed() const { return probed_.has_value(); }
  // What comes on streams waits, up to kHeldBytesMax, until release(); pings are answered meanwhile.
  void hold() { held_ = true; }
  void release();
  void tick(Instant now);

  Instant started() const { return started_; }
  Instant idle_since() const { return idle_since_; }  // without streams; now, while there are some
  std::uint64_t bytes_in() const { return bytes_in_; }
  std::uint64_t bytes_out() const { return bytes_out_; }

 private:
  struct Held {
    enum class Kind : std::uint8_t { data, finished, reset };
    Kind kind;
    StreamId stream;
    Bytes bytes;
  };
  struct Stream {
    std::shared_ptr<StreamHandler> handler;  // null while an inbound one negotiates
    std::optional<Negotiation> negotiation;
    std::string protocol;
    bool ours = false;
    bool finished = false;  // by us
    bool finished_by_peer = false;
  };

  void on_stream(StreamId stream) override;
  void on_data(StreamId stream, ByteView bytes) override;
  void on_finished(StreamId stream) override;
  void on_reset(StreamId stream) override;
  void on_pong(std::uint32_t) override {}
  void on_go_away(std::uint32_t reason) override;

  void read();
  void on_read(std::size_t count);
  void take_in(ByteView bytes);
  void flush();
  // True: negotiated (what is left of bytes is the protocol's). False: not yet, or the stream is gone.
  bool negotiate(StreamId id, ByteView& bytes);
  void wait_for_release(Held event);
  void give_up(StreamId id, env::CloseReason reason);  // resets it and tells its handler
  void forget_if_over(StreamId id);
  void drop_streams(env::CloseReason reason);

  std::shared_ptr<ByteSocket> socket_;
  ConnectionOwner* owner_;  // null once closed
  const P2pLimits& limits_;
  Options options_;
  SecureChannel channel_;
  YamuxSession session_;
  std::map<StreamId, Stream> streams_;
  std::map<StreamId, Instant> hurried_;  // until when
  std::set<StreamId> counted_;
  std::size_t counted_in_flight_ = 0;
  Bytes in_, out_;
  bool opened_ = false;      // the socket
  bool reading_in_ = false;  // inside take_in: output waits until it is through
  bool writing_ = false;
  bool last_words_ = false;  // ended; the socket closes once what is queued was written
  std::optional<Instant> probed_;
  std::optional<Instant> leaving_;  // the peer opens no streams any more, since then
  bool held_ = false;
  std::vector<Held> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool pinged_ = false;
  Instant started_, last_read_, idle_since_;
  std::uint64_t bytes_in_ = 0, bytes_out_ = 0;
};

}  // namespace lastmile::p2p
