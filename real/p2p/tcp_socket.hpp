// The TCP side of byte sockets, shared by both kinds. Private to this room.
#pragma once

#include <string>

#include "real/env/asio.hpp"
#include "real/p2p/byte_socket.hpp"

namespace lastmile::p2p {

namespace asio = boost::asio;
using tcp = boost::asio::ip::tcp;
using ErrorCode = boost::system::error_code;

Failure failure_of(const ErrorCode& error);
std::optional<Multiaddr> remote_of(const tcp::socket& socket);

// Looks the host up where it is a name, and connects to its addresses in turn until one answers. The owner keeps itself
// and the connector alive in `done`.
class Connector {
 public:
  Connector(asio::io_context& io, DialTarget target, std::string source)
      : target_(std::move(target)), source_(std::move(source)), resolver_(io) {}
  void connect(tcp::socket& socket, Callback<void(Failure)> done);
  void cancel() { resolver_.cancel(); }
  const DialTarget& target() const { return target_; }

 private:
  void next(tcp::socket& socket);

  DialTarget target_;
  std::string source_;
  tcp::resolver resolver_;
  std::vector<tcp::endpoint> places_;
  std::size_t tried_ = 0;
  Failure last_;
  Callback<void(Failure)> done_;
};

std::shared_ptr<ByteSocket> accepted_tcp(tcp::socket socket);
std::shared_ptr<ByteSocket> dialled_tcp(asio::io_context& io, DialTarget target, std::string source);
std::shared_ptr<ByteSocket> accepted_websocket(tcp::socket socket);
std::shared_ptr<ByteSocket> dialled_websocket(asio::io_context& io, DialTarget target, std::string source);

}  // namespace lastmile::p2p
