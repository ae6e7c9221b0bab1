#include "core/base/present.hpp"
#include "real/env/os_timers.hpp"
#include "real/p2p/tcp_socket.hpp"

namespace lastmile::p2p {
namespace {

constexpr Duration kAcceptPause = milliseconds(100);  // after accept failed for want of descriptors

class AsioListener final : public Listener, public std::enable_shared_from_this<AsioListener> {
 public:
  AsioListener(real::Loop& loop, bool is_websocket, OnAccept on_accept)
      : loop_(loop),
        timers_(loop),
        acceptor_(loop.context()),
        websocket_(is_websocket),
        on_accept_(std::move(on_accept)) {}

  Result<Unit> start(const Multiaddr& wanted, const DialTarget& target) {
    ErrorCode error;
    const tcp::endpoint place(asio::ip::make_address(target.host, error), target.port);
    if (!error) acceptor_.open(place.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(place, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return Error{"network: cannot listen on " + wanted.text() + ": " + error.message()};
    address_ = Multiaddr::ip_tcp(target.host, acceptor_.local_endpoint().port());
    if (websocket_) address_ = address_->with(AddressPart::ws);
    accept();
    return Unit{};
  }
  const Multiaddr& address() const override { return present(address_); }
  void stop() override {
    ErrorCode ignored;
    acceptor_.close(ignored);
    on_accept_ = {};
  }

 private:
  void accept() {
    acceptor_.async_accept([weak = weak_from_this()](const ErrorCode& error, tcp::socket socket) {
      if (const auto self = weak.lock()) self->on_accepted(error, std::move(socket));
    });
  }
  void on_accepted(const ErrorCode& error, tcp::socket socket) {
    if (error == asio::error::operation_aborted || !acceptor_.is_open()) return;
    if (error) {
      timers_.after(kAcceptPause, [this] {
        if (acceptor_.is_open()) accept();
      });
      return;
    }
    accept();
    ErrorCode gone;
    const auto place = socket.remote_endpoint(gone);
    if (gone) return;
    const std::string ip = place.address().to_string();
    on_accept_(websocket_ ? accepted_websocket(std::move(socket)) : accepted_tcp(std::move(socket)), ip);
  }

  real::Loop& loop_;
  real::OsTimers timers_;
  tcp::acceptor acceptor_;
  bool websocket_;
  OnAccept on_accept_;
  std::optional<Multiaddr> address_;
};

// What users hold: stops with it, while Asio may still know the inner one.
class ListenerHandle final : public Listener {
 public:
  explicit ListenerHandle(std::shared_ptr<AsioListener> inner) : inner_(std::move(inner)) {}
  ~ListenerHandle() override { inner_->stop(); }
  const Multiaddr& address() const override { return inner_->address(); }
  void stop() override { inner_->stop(); }

 private:
  std::shared_ptr<AsioListener> inner_;
};

}  // namespace

Result<std::unique_ptr<Listener>> Listener::open(real::Loop& loop, const Multiaddr& address, OnAccept on_accept) {
  const auto target = dial_target(address);
  const bool number = target && (target->host_kind == AddressPart::ip4 || target->host_kind == AddressPart::ip6);
  if (!number || target->tls || target->peer) {
    return Error{"network: cannot listen on " + address.text() + ": expected /ip4 or /ip6, /tcp, and perhaps /ws"};
  }
  auto inner = std::make_shared<AsioListener>(loop, target->websocket, std::move(on_accept));
  if (auto started = inner->start(address, *target); !started.ok()) return std::move(started).error();
  return std::unique_ptr<Listener>(std::make_unique<ListenerHandle>(std::move(inner)));
}

}  // namespace lastmile::p2p
