#include "real/p2p/tcp_socket.hpp"

namespace lastmile::p2p {
namespace {

class TcpSocket final : public ByteSocket, public std::enable_shared_from_this<TcpSocket> {
 public:
  explicit TcpSocket(tcp::socket socket) : socket_(std::move(socket)) {}
  TcpSocket(asio::io_context& io, DialTarget target, std::string source)
      : socket_(io), connector_(std::make_unique<Connector>(io, std::move(target), std::move(source))) {}

  void open(Callback<void(Failure)> done) override {
    if (connector_ != nullptr) {
      return connector_->connect(
          socket_, [self = shared_from_this(), done = std::move(done)](Failure failure) mutable { done(failure); });
    }
    ErrorCode ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    asio::post(socket_.get_executor(), [done = std::move(done)]() mutable { done(std::nullopt); });
  }
  void read(std::span<std::uint8_t> space, Callback<void(Failure, std::size_t)> done) override {
    socket_.async_read_some(asio::buffer(space.data(), space.size()),
                            [self = shared_from_this(), done = std::move(done)](
                                const ErrorCode& error, std::size_t count) mutable { done(failure_of(error), count); });
  }
  void write(ByteView bytes, Callback<void(Failure)> done) override {
    asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()),
                      [self = shared_from_this(), done = std::move(done)](const ErrorCode& error, std::size_t) mutable {
                        done(failure_of(error));
                      });
  }
  void close() override {
    if (connector_ != nullptr) connector_->cancel();
    ErrorCode ignored;
    socket_.close(ignored);
  }
  std::optional<Multiaddr> remote() const override { return remote_of(socket_); }

 private:
  tcp::socket socket_;
  std::unique_ptr<Connector> connector_;  // null: accepted
};

}  // namespace

Failure failure_of(const ErrorCode& error) {
  if (!error) return std::nullopt;
  if (error == asio::error::eof) return env::CloseReason::remote;
  if (error == asio::error::timed_out || error == asio::error::host_unreachable) return env::CloseReason::timeout;
  if (error == asio::error::connection_refused || error == asio::error::host_not_found)
    return env::CloseReason::refused;
  return env::CloseReason::reset;
}

std::optional<Multiaddr> remote_of(const tcp::socket& socket) {
  ErrorCode error;
  const auto place = socket.remote_endpoint(error);
  if (error) return std::nullopt;
  auto address = place.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  if (address.is_v6() && address.to_v6().scope_id() != 0) {
    auto plain = address.to_v6();
    plain.scope_id(0);
    address = plain;
  }
  return Multiaddr::ip_tcp(address.to_string(), place.port());
}

void Connector::connect(tcp::socket& socket, Callback<void(Failure)> done) {
  done_ = std::move(done);
  last_ = env::CloseReason::refused;
  ErrorCode error;
  const auto number = asio::ip::make_address(target_.host, error);
  if (!error) {
    places_.emplace_back(number, target_.port);
    return next(socket);
  }
  resolver_.async_resolve(target_.host, std::to_string(target_.port),
                          [this, &socket](const ErrorCode& failed, const tcp::resolver::results_type& found) {
                            for (const auto& each : found) {
                              const bool v4 = each.endpoint().address().is_v4();
                              if (target_.host_kind == AddressPart::dns4 && !v4) continue;
                              if (target_.host_kind == AddressPart::dns6 && v4) continue;
                              places_.push_back(each.endpoint());
                            }
                            if (failed) last_ = failure_of(failed);
                            next(socket);
                          });
}

void Connector::next(tcp::socket& socket) {
  if (tried_ == places_.size()) {
    asio::post(socket.get_executor(), [this] {
      auto done = std::move(done_);
      done(last_);
    });
    return;
  }
  const tcp::endpoint place = places_[tried_++];
  ErrorCode error;
  socket.close(error);
  socket.open(place.protocol(), error);
  if (!error) socket.set_option(tcp::no_delay(true), error);
  if (!error && !source_.empty()) socket.bind(tcp::endpoint(asio::ip::make_address(source_, error), 0), error);
  if (error) {
    last_ = failure_of(error);
    return next(socket);
  }
  socket.async_connect(place, [this, &socket](const ErrorCode& failed) {
    if (failed && failed != asio::error::operation_aborted) {
      last_ = failure_of(failed);
      return next(socket);
    }
    auto done = std::move(done_);
    done(failure_of(failed));
  });
}

std::shared_ptr<ByteSocket> accepted_tcp(tcp::socket socket) { return std::make_shared<TcpSocket>(std::move(socket)); }
std::shared_ptr<ByteSocket> dialled_tcp(asio::io_context& io, DialTarget target, std::string source) {
  return std::make_shared<TcpSocket>(io, std::move(target), std::move(source));
}

std::shared_ptr<ByteSocket> dialled_socket(real::Loop& loop, const DialTarget& target, const std::string& source) {
  if (target.tls) return nullptr;
  return target.websocket ? dialled_websocket(loop.context(), target, source)
                          : dialled_tcp(loop.context(), target, source);
}

}  // namespace lastmile::p2p
