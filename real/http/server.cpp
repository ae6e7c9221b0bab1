#include "real/http/server.hpp"

#include <charconv>
#include <chrono>

#include "real/env/os_clock.hpp"
#include "real/env/os_random.hpp"
#include "real/http/server_core.hpp"
#include "real/http/session.hpp"

namespace lastmile::http {
namespace {

// "127.0.0.1:4024", "[::1]:4024".
std::optional<real::tcp::endpoint> endpoint_of(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const std::string_view digits = text.substr(colon + 1);
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (failed != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  real::ErrorCode error;
  const auto address = real::asio::ip::make_address(std::string(host), error);
  if (error) return std::nullopt;
  return real::tcp::endpoint(address, port);
}

std::string text_of(const real::tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

}  // namespace

Server::Core::Core(real::Loop& its_loop, real::Loop& of_node, const Router& routes, const ServerOptions& wanted)
    : server_loop(its_loop),
      node_loop(of_node),
      router(routes),
      options(wanted),
      clients(wanted.limits.requests_per_second, wanted.limits.request_burst),
      acceptor_(its_loop.context()),
      pause_(its_loop.context()) {
  real::OsRandom(0).secret({reinterpret_cast<std::uint8_t*>(&id_prefix_), sizeof id_prefix_});
}

Result<Unit> Server::Core::listen() {
  const auto endpoint = endpoint_of(options.listen);
  if (!endpoint)
    return Error{"http.listen: expected an address such as \"127.0.0.1:4024\", found \"" + options.listen + "\""};
  real::ErrorCode error;
  acceptor_.open(endpoint->protocol(), error);
  if (!error) acceptor_.set_option(real::tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(*endpoint, error);
  if (!error) acceptor_.listen(real::asio::socket_base::max_listen_connections, error);
  if (error) return Error{"cannot listen for HTTP on " + options.listen + ": " + error.message()};
  address = text_of(acceptor_.local_endpoint(error));
  return Unit{};
}

void Server::Core::accept() {
  acceptor_.async_accept([weak = weak_from_this()](const real::ErrorCode& error, real::tcp::socket socket) {
    const auto self = weak.lock();
    if (self == nullptr || self->stopping || error == real::asio::error::operation_aborted) return;
    if (error) {
      // No descriptors, most likely: the next one may be answered when others have ended.
      self->pause_.expires_after(std::chrono::milliseconds(50));
      self->pause_.async_wait([weak](const real::ErrorCode& stopped) {
        const auto again = weak.lock();
        if (again != nullptr && !stopped && !again->stopping) again->accept();
      });
      return;
    }
    real::ErrorCode ignored;
    const std::string peer = socket.remote_endpoint(ignored).address().to_string();
    const bool is_proxy = client_of(peer, "-", self->options.proxies) != peer;
    const bool full = self->sessions.size() >= self->options.limits.connections ||
                      (!is_proxy && self->connections_of[peer] >= self->options.limits.connections_per_client);
    if (full) {
      const std::scoped_lock lock(self->figures_mutex);
      ++self->figures.connections_refused;
    } else {
      socket.set_option(real::tcp::no_delay(true), ignored);
      ++self->connections_of[peer];
      const auto session = make_session(self, std::move(socket), peer);
      self->sessions.insert(session);
      self->count_connections();
      session->start();
    }
    self->accept();
  });
}

void Server::Core::stop_accepting() {
  stopping = true;
  real::ErrorCode ignored;
  acceptor_.close(ignored);
  const auto all = sessions;
  for (const auto& session : all) session->finish();
}

void Server::Core::close_all() {
  stopping = true;
  real::ErrorCode ignored;
  acceptor_.close(ignored);
  const auto all = std::move(sessions);
  sessions.clear();
  for (const auto& session : all) session->close();
}

void Server::Core::count_connections() {
  const std::scoped_lock lock(figures_mutex);
  figures.connections = sessions.size();
}

void Server::Core::count(const std::string& route, int status) {
  const std::scoped_lock lock(figures_mutex);
  ++figures.answers[{route, status}];
}

std::string Server::Core::next_request_id() {
  std::array<std::uint8_t, 16> bytes{};
  const std::uint64_t number = ++id_count_;
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(id_prefix_ >> (8 * i));
    bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  return to_hex(bytes);
}

Instant Server::Core::now() const { return real::OsClock().now(); }

Result<std::unique_ptr<Server>> Server::open(real::Loop& server_loop, real::Loop& node_loop, const Router& router,
                                             const ServerOptions& options) {
  std::unique_ptr<Server> server(new Server);
  server->core_ = std::make_shared<Core>(server_loop, node_loop, router, options);
  if (auto listening = server->core_->listen(); !listening.ok()) return std::move(listening).error();
  server_loop.post([core = server->core_] { core->accept(); });
  return server;
}

Server::~Server() {
  if (core_ == nullptr) return;
  core_->alive.reset();
  core_->close_all();
}

void Server::stop_accepting() {
  core_->server_loop.post([core = core_] { core->stop_accepting(); });
}

std::size_t Server::in_flight() const { return core_->in_flight.load(); }

ServerFigures Server::figures() const {
  const std::scoped_lock lock(core_->figures_mutex);
  return core_->figures;
}

std::string Server::address() const { return core_->address; }

}  // namespace lastmile::http
