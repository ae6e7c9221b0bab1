// One socket and its two pumps: bytes in become packets, packets out become bytes. Knows no peers.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/time.hpp"
#include "core/env/network.hpp"
#include "real/env/asio.hpp"
#include "real/env/framing.hpp"

namespace lastmile::real {

class Connection;

// Told on the loop, never inside a call of Connection.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  // The packet's views are valid during the call. The connection may be closed by it.
  virtual void on_packet(Connection& connection, const Packet& packet) = 0;
  // It ended by itself; nothing more comes. Not called after close().
  virtual void on_ended(Connection& connection, env::CloseReason reason) = 0;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::io_context& io, ConnectionOwner& owner, std::uint64_t number)
      : number_(number), owner_(&owner), socket_(io) {}

  tcp::socket& socket() { return socket_; }
  std::uint64_t number() const { return number_; }
  bool open() const { return owner_ != nullptr; }

  // The socket is connected: begins to read; before any write. Packets longer than the limit end it as protocol_error.
  void start();
  void set_packet_limit(std::size_t limit) { packet_limit_ = limit; }

  // A packet with a body that others share.
  void write(Bytes head, std::shared_ptr<const Bytes> body = nullptr);
  // Content that answers a fetch, in chunks that wait for everything that write() was given, taking turns with each
  // other.
  void write_bulk(std::uint64_t fetch, std::shared_ptr<const Bytes> content);
  void cancel_bulk(std::uint64_t fetch);

  std::size_t queued_bytes() const { return queued_; }     // given to write() and not yet to the system
  std::size_t bulk_bytes() const { return bulk_queued_; }  // the same for bulk
  std::size_t bulk_count() const { return bulk_.size(); }

  // Drops what is queued and closes the socket; nobody is told.
  void close();
  // Writes what is queued, then closes; the owner hears nothing more from now on.
  void close_after_writing();
  // As if the socket had ended with this reason; on_ended is called, so not from inside a call of the node.
  void end(env::CloseReason reason);

  Instant last_read() const { return last_read_; }
  Instant last_written() const { return last_written_; }
  std::uint64_t bytes_in() const { return bytes_in_; }
  std::uint64_t bytes_out() const { return bytes_out_; }

 private:
  struct Out {
    Bytes head;
    std::shared_ptr<const Bytes> body;  // may be null
    std::size_t offset = 0;             // the part of body that goes
    std::size_t length = 0;
    std::size_t size() const { return head.size() + length; }
  };
  struct Bulk {
    std::uint64_t fetch;
    std::shared_ptr<const Bytes> content;
    std::size_t offset = 0;
  };

  void read();
  void on_read(std::size_t count);
  void write_more();
  void take_bulk_chunk();

  const std::uint64_t number_;
  ConnectionOwner* owner_;  // null once closed
  tcp::socket socket_;
  PacketReader reader_;
  std::size_t packet_limit_ = kHelloBytesMax;
  std::deque<Out> out_;
  std::deque<Bulk> bulk_;
  std::vector<Out> writing_;        // given to the system, not confirmed
  std::size_t writing_frames_ = 0;  // bytes of writing_ that came by write()
  std::size_t queued_ = 0;
  std::size_t bulk_queued_ = 0;
  bool closing_ = false;
  Instant last_read_, last_written_;
  std::uint64_t bytes_in_ = 0, bytes_out_ = 0;
};

}  // namespace lastmile::real
