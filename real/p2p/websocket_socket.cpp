// Byte sockets over WebSocket (libp2p.md 14): binary messages, whose bounds mean nothing. The only user of Beast here.
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>

#include "real/p2p/p2p_limits.hpp"
#include "real/p2p/tcp_socket.hpp"

namespace lastmile::p2p {
namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

class WebSocket final : public ByteSocket, public std::enable_shared_from_this<WebSocket> {
 public:
  explicit WebSocket(tcp::socket socket) : stream_(std::move(socket)) { set_up(); }
  WebSocket(asio::io_context& io, DialTarget target, std::string source)
      : stream_(io), connector_(std::make_unique<Connector>(io, std::move(target), std::move(source))) {
    set_up();
  }

  void open(Callback<void(Failure)> done) override {
    if (connector_ == nullptr) {
      ErrorCode ignored;
      stream_.next_layer().set_option(tcp::no_delay(true), ignored);
      stream_.async_accept([self = shared_from_this(), done = std::move(done)](const ErrorCode& error) mutable {
        done(upgrade_failure(error));
      });
      return;
    }
    connector_->connect(stream_.next_layer(),
                        [self = shared_from_this(), done = std::move(done)](Failure failure) mutable {
                          if (failure) return done(failure);
                          self->greet(std::move(done));
                        });
  }
  void read(std::span<std::uint8_t> space, Callback<void(Failure, std::size_t)> done) override {
    stream_.async_read_some(
        asio::buffer(space.data(), space.size()),
        [self = shared_from_this(), done = std::move(done)](const ErrorCode& error, std::size_t count) mutable {
          if (error == websocket::error::closed) return done(env::CloseReason::remote, 0);
          if (error) return done(failure_of(error), 0);
          if (!self->stream_.got_binary()) return done(env::CloseReason::protocol_error, 0);
          done(std::nullopt, count);
        });
  }
  void write(ByteView bytes, Callback<void(Failure)> done) override {
    stream_.async_write(asio::buffer(bytes.data(), bytes.size()),
                        [self = shared_from_this(), done = std::move(done)](
                            const ErrorCode& error, std::size_t) mutable { done(failure_of(error)); });
  }
  void close() override {
    if (connector_ != nullptr) connector_->cancel();
    ErrorCode ignored;
    stream_.next_layer().close(ignored);
  }
  std::optional<Multiaddr> remote() const override { return remote_of(stream_.next_layer()); }

 private:
  static Failure upgrade_failure(const ErrorCode& error) {
    if (!error) return std::nullopt;
    const bool socket = error.category() == boost::system::system_category();
    return socket ? failure_of(error) : env::CloseReason::protocol_error;
  }
  void set_up() {
    stream_.binary(true);
    stream_.auto_fragment(false);
    stream_.read_message_max(kWebSocketMessageMax);
  }
  void greet(Callback<void(Failure)> done) {
    const DialTarget& target = connector_->target();
    const bool v6 = target.host.find(':') != std::string::npos;
    host_ = (v6 ? "[" + target.host + "]" : target.host) + ":" + std::to_string(target.port);
    stream_.async_handshake(host_, "/",
                            [self = shared_from_this(), done = std::move(done)](const ErrorCode& error) mutable {
                              done(upgrade_failure(error));
                            });
  }

  websocket::stream<tcp::socket> stream_;
  std::unique_ptr<Connector> connector_;  // null: accepted
  std::string host_;
};

}  // namespace

std::shared_ptr<ByteSocket> accepted_websocket(tcp::socket socket) {
  return std::make_shared<WebSocket>(std::move(socket));
}
std::shared_ptr<ByteSocket> dialled_websocket(asio::io_context& io, DialTarget target, std::string source) {
  return std::make_shared<WebSocket>(io, std::move(target), std::move(source));
}

}  // namespace lastmile::p2p
