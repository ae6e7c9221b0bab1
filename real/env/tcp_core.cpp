#include "real/env/tcp_core.hpp"

#include <algorithm>
#include <charconv>

#include "real/env/os_clock.hpp"

namespace lastmile::real {
namespace {

constexpr Duration kAcceptRetry = milliseconds(100);  // after accept failed for want of descriptors
constexpr std::size_t kAddressesMax = 65536;          // remembered in by_address_

// "127.0.0.1:4001" or "[::1]:4001"; no names: looking them up is not the business of this transport.
std::optional<tcp::endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const std::string_view port_text = text.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const auto [stop, failed] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (port_text.empty() || failed != std::errc{} || stop != port_text.data() + port_text.size()) return std::nullopt;
  ErrorCode error;
  const auto address = asio::ip::make_address(std::string(host), error);
  if (error) return std::nullopt;
  return tcp::endpoint(address, port);
}

std::string endpoint_text(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  const std::string port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + host + "]:" + port : host + ":" + port;
}

Packet hello_of(const TcpOptions& options) {
  Packet hello;
  hello.kind = PacketKind::hello;
  hello.incarnation = options.incarnation;
  hello.body = as_bytes(options.identity);
  return hello;
}

}  // namespace

bool is_tcp_address(std::string_view text) { return parse_endpoint(text).has_value(); }

bool is_peer_address(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos) return is_tcp_address(text);
  return at > 0 && at <= kIdentityBytesMax && is_tcp_address(text.substr(at + 1));
}

TcpNetwork::Core::Core(Loop& loop, TcpOptions wanted)
    : options(std::move(wanted)), loop_(loop), timers_(loop), acceptor_(loop.context()) {}

Result<Unit> TcpNetwork::Core::start() {
  if (options.identity.empty() || options.identity.size() > kIdentityBytesMax) {
    return Error{"network: an identity of 1 to " + std::to_string(kIdentityBytesMax) + " bytes is needed"};
  }
  if (!options.source_address.empty() && !parse_endpoint(options.source_address + ":0").has_value()) {
    return Error{"network: " + options.source_address + " is no address to send from"};
  }
  keep_alive();
  if (options.listen_address.empty()) return Unit{};
  const auto endpoint = parse_endpoint(options.listen_address);
  if (!endpoint.has_value())
    return Error{"network: " + options.listen_address + " is no address such as 127.0.0.1:4001"};
  ErrorCode error;
  acceptor_.open(endpoint->protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(*endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) return Error{"network: cannot listen on " + options.listen_address + ": " + error.message()};
  accept();
  return Unit{};
}

void TcpNetwork::Core::shut_down() {
  dead_ = true;
  stop_listening();
  for (auto& [number, link] : links_) {
    timers_.cancel(link.deadline);
    link.connection->close();
  }
  links_.clear();
  asked_.clear();
  fetching_.clear();
}

void TcpNetwork::Core::stop_listening() {
  ErrorCode ignored;
  acceptor_.close(ignored);
}

std::string TcpNetwork::Core::listen_address() const {
  ErrorCode error;
  const auto endpoint = acceptor_.local_endpoint(error);
  return error ? std::string() : endpoint_text(endpoint);
}

void TcpNetwork::Core::accept() {
  auto connection = std::make_shared<Connection>(loop_.context(), *this, ++last_link_);
  tcp::socket& socket = connection->socket();
  acceptor_.async_accept(socket, [weak = weak_from_this(), connection = std::move(connection)](const ErrorCode& error) {
    if (const auto self = weak.lock()) self->on_accepted(connection, error);
  });
}

void TcpNetwork::Core::on_accepted(std::shared_ptr<Connection> connection, const ErrorCode& error) {
  if (dead_ || error == asio::error::operation_aborted || !acceptor_.is_open()) return;
  if (error) {
    timers_.after(kAcceptRetry, [this] {
      if (acceptor_.is_open()) accept();
    });
    return;
  }
  accept();
  ++figures_.accepted;
  const auto handshakes = std::count_if(links_.begin(), links_.end(), [](const auto& entry) {
    return entry.second.direction == env::Direction::inbound && entry.second.stage != Stage::up;
  });
  if (links_.size() >= options.limits.connections_max ||
      static_cast<std::size_t>(handshakes) >= options.limits.handshakes_max) {
    ++figures_.refused;
    connection->close();
    return;
  }
  ErrorCode ignored;
  connection->socket().set_option(tcp::no_delay(true), ignored);
  Link& link = add_link(std::move(connection), env::Direction::inbound);
  link.stage = Stage::hello;
  link.deadline = timers_.after(options.limits.handshake_timeout, [this, number = link.connection->number()] {
    if (const auto found = links_.find(number); found != links_.end()) fail(found->second, env::CloseReason::timeout);
  });
  link.connection->start();
}

TcpNetwork::Core::Link& TcpNetwork::Core::add_link(std::shared_ptr<Connection> connection, env::Direction direction) {
  Link& link = links_[connection->number()];
  link.connection = std::move(connection);
  link.direction = direction;
  return link;
}

void TcpNetwork::Core::remove(Link& link) {
  timers_.cancel(link.deadline);
  figures_.bytes_in += link.connection->bytes_in();
  figures_.bytes_out += link.connection->bytes_out();
  if (link.direction == env::Direction::outbound) dialling_.erase(link.address);
  const auto connection = std::move(link.connection);
  links_.erase(connection->number());
  connection->close();
}

void TcpNetwork::Core::dial(std::string address) {
  // "identity@place": whom we expect there.
  const auto at_sign = address.rfind('@');
  const std::string expected = at_sign == std::string::npos ? std::string() : address.substr(0, at_sign);
  const std::string place = at_sign == std::string::npos ? address : address.substr(at_sign + 1);
  if (const auto known = find(expected); known.has_value() && up(*known) != nullptr) return;
  if (const auto answered = by_address_.find(address); answered != by_address_.end()) {
    if (const auto known = find(answered->second); known.has_value() && up(*known) != nullptr) return;
  }
  if (dialling_.contains(address)) return;  // the answer of that dial is the answer of this one
  const auto endpoint = parse_endpoint(place);
  if (!endpoint.has_value() || endpoint->port() == 0)
    return dial_failed_later(std::move(address), env::CloseReason::refused);
  if (links_.size() >= options.limits.connections_max) {
    return dial_failed_later(std::move(address), env::CloseReason::limit);
  }
  ++figures_.dialled;
  Link& link = add_link(std::make_shared<Connection>(loop_.context(), *this, ++last_link_), env::Direction::outbound);
  const std::uint64_t number = link.connection->number();
  link.address = address;
  link.expected = expected;
  dialling_.insert(std::move(address));
  link.deadline = timers_.after(options.limits.dial_timeout, [this, number] {
    if (const auto found = links_.find(number); found != links_.end()) fail(found->second, env::CloseReason::timeout);
  });
  tcp::socket& socket = link.connection->socket();
  ErrorCode error;
  socket.open(endpoint->protocol(), error);
  if (!error) socket.set_option(tcp::no_delay(true), error);
  if (!error && !options.source_address.empty()) {
    socket.bind(tcp::endpoint(asio::ip::make_address(options.source_address), 0), error);
  }
  if (error) {
    std::string failed = link.address;
    remove(link);
    dialling_.insert(failed);  // until the failure has been told
    return dial_failed_later(std::move(failed), env::CloseReason::refused);
  }
  socket.async_connect(*endpoint, [weak = weak_from_this(), number](const ErrorCode& failed) {
    const auto self = weak.lock();
    if (self == nullptr || self->dead_) return;
    const auto found = self->links_.find(number);
    if (found == self->links_.end()) return;  // given up
    Link& connected = found->second;
    if (failed) {
      const bool late = failed == asio::error::timed_out || failed == asio::error::host_unreachable;
      return self->fail(connected, late ? env::CloseReason::timeout : env::CloseReason::refused);
    }
    connected.stage = Stage::hello;
    connected.connection->start();
    connected.connection->write(packet_bytes(hello_of(self->options)));
  });
}

void TcpNetwork::Core::dial_failed(const std::string& address, env::CloseReason reason) {
  dialling_.erase(address);
  if (peer_handler != nullptr) peer_handler->on_dial_failed(address, reason);
}

void TcpNetwork::Core::dial_failed_later(std::string address, env::CloseReason reason) {
  loop_.post([weak = weak_from_this(), address = std::move(address), reason] {
    if (const auto self = weak.lock(); self != nullptr && !self->dead_) self->dial_failed(address, reason);
  });
}

void TcpNetwork::Core::fail(Link& link, env::CloseReason reason) {
  if (reason == env::CloseReason::protocol_error) ++figures_.closed_protocol;
  if (reason == env::CloseReason::timeout) ++figures_.closed_timeout;
  const bool outbound = link.direction == env::Direction::outbound;
  const std::string address = link.address;
  remove(link);
  if (outbound) dial_failed(address, reason);
}

void TcpNetwork::Core::on_packet(Connection& connection, const Packet& packet) {
  const auto found = links_.find(connection.number());
  if (found == links_.end()) return;
  Link& link = found->second;
  switch (packet.kind) {
    case PacketKind::hello:
      return on_hello(link, packet);
    case PacketKind::want:
      return on_want(link, packet);
    case PacketKind::go:
      return on_go(link, packet);
    case PacketKind::redundant:
      return on_redundant(link);
    default:
      break;
  }
  if (link.stage != Stage::up) return connection.end(env::CloseReason::protocol_error);
  on_traffic(link, packet);
}

void TcpNetwork::Core::on_ended(Connection& connection, env::CloseReason reason) {
  const auto found = links_.find(connection.number());
  if (found == links_.end()) return;
  Link& link = found->second;
  if (link.stage == Stage::up) return lose(link.peer, reason);
  // Whoever hangs up before we are through does not want us.
  const bool hung_up = reason == env::CloseReason::remote || reason == env::CloseReason::reset;
  fail(link, hung_up ? env::CloseReason::refused : reason);
}

void TcpNetwork::Core::on_hello(Link& link, const Packet& packet) {
  if (link.stage != Stage::hello) return link.connection->end(env::CloseReason::protocol_error);
  link.identity = std::string(as_text(packet.body));
  link.incarnation = packet.incarnation;
  const bool stranger = !link.expected.empty() && link.expected != link.identity;
  if (stranger || link.identity == options.identity) return fail(link, env::CloseReason::refused);  // or ourselves
  const auto known = find(link.identity);
  link.stage = Stage::waiting;
  const std::uint64_t number = link.connection->number();
  if (known.has_value() && at(*known).incarnation != link.incarnation) {
    // The peer lives anew: what we had with its earlier life is over.
    Peer& peer = at(*known);
    peer.incarnation = link.incarnation;
    peer.goes = peer.seen = 0;
    if (peer.up != nullptr) lose(*known, env::CloseReason::reset);
    if (dead_ || !links_.contains(number)) return;
  }
  if (link.direction == env::Direction::inbound) link.connection->write(packet_bytes(hello_of(options)));
  if (deciding(link)) return;  // it will say what it wants
  const bool live = known.has_value() && at(*known).up != nullptr;
  if (live && link.direction == env::Direction::outbound) return refuse_as_redundant(link);
  Packet want;
  want.kind = PacketKind::want;
  want.id = known.has_value() ? at(*known).seen : 0;
  want.flag = live;
  link.connection->write(packet_bytes(want));
}

void TcpNetwork::Core::on_want(Link& link, const Packet& packet) {
  if (link.stage != Stage::waiting || !deciding(link)) return link.connection->end(env::CloseReason::protocol_error);
  const auto known = find(link.identity);
  if (known.has_value() && at(*known).up != nullptr) {
    // Unless it has seen our newest connection end, that one lives or is just coming up over there.
    if (packet.flag || packet.id < at(*known).goes) return refuse_as_redundant(link);
    const std::uint64_t number = link.connection->number();
    lose(*known, env::CloseReason::remote);
    if (dead_ || !links_.contains(number)) return;
  }
  Packet go;
  go.kind = PacketKind::go;
  go.id = (known.has_value() ? at(*known).goes : 0) + 1;
  link.connection->write(packet_bytes(go));
  come_up(link, go.id);
}

void TcpNetwork::Core::on_go(Link& link, const Packet& packet) {
  if (link.stage != Stage::waiting || deciding(link)) return link.connection->end(env::CloseReason::protocol_error);
  const auto known = find(link.identity);
  if (known.has_value() && at(*known).up != nullptr) {
    const std::uint64_t number = link.connection->number();
    lose(*known, env::CloseReason::remote);  // it has given that one up
    if (dead_ || !links_.contains(number)) return;
  }
  come_up(link, packet.id);
}

// We are, or are about to be, connected by another socket.
void TcpNetwork::Core::on_redundant(Link& link) {
  if (link.stage != Stage::waiting) return link.connection->end(env::CloseReason::protocol_error);
  const std::string identity = link.identity;
  const std::string address = link.address;
  const bool outbound = link.direction == env::Direction::outbound;
  remove(link);
  if (!outbound) return;
  // The other socket may break before it comes up; then this dial has failed after all.
  dialling_.insert(address);
  timers_.after(options.limits.handshake_timeout, [this, identity, address] {
    const auto known = find(identity);
    if (known.has_value() && at(*known).up != nullptr) {
      dialling_.erase(address);
    } else {
      dial_failed(address, env::CloseReason::timeout);
    }
  });
}

void TcpNetwork::Core::refuse_as_redundant(Link& link) {
  Packet redundant;
  redundant.kind = PacketKind::redundant;
  link.connection->write(packet_bytes(redundant));
  const auto connection = link.connection;
  connection->close_after_writing();
  timers_.cancel(link.deadline);
  if (link.direction == env::Direction::outbound) dialling_.erase(link.address);
  links_.erase(connection->number());
}

void TcpNetwork::Core::come_up(Link& link, std::uint64_t go) {
  auto known = find(link.identity);
  const std::uint64_t number = link.connection->number();
  if (!known.has_value()) {
    known = number_for(link);
    if (dead_ || !links_.contains(number)) return;
  }
  tell_pending_loss(*known);
  if (dead_ || !links_.contains(number)) return;
  Peer& peer = at(*known);
  (deciding(link) ? peer.goes : peer.seen) = go;
  peer.up = &link;
  lost_.erase(std::exchange(peer.lost_turn, 0));
  link.peer = *known;
  link.stage = Stage::up;
  timers_.cancel(std::exchange(link.deadline, {}));
  link.connection->set_packet_limit(kPacketBytesMax);
  if (link.direction == env::Direction::outbound) {
    dialling_.erase(link.address);
    if (by_address_.size() < kAddressesMax || by_address_.contains(link.address)) {
      by_address_[link.address] = link.identity;
    }
  }
  if (peer_handler != nullptr) peer_handler->on_connected(*known, link.direction);
}

// A number for somebody new: the next one, or the one of who was lost longest ago.
env::PeerId TcpNetwork::Core::number_for(const Link& link) {
  env::PeerId number{static_cast<std::uint32_t>(peers_.size())};
  const bool reuse = peers_.size() >= options.limits.known_peers_max && !lost_.empty();
  if (reuse) {
    number = lost_.begin()->second;
    lost_.erase(lost_.begin());
    by_identity_.erase(at(number).identity);
    at(number) = {};
  } else {
    peers_.emplace_back();
  }
  at(number).identity = link.identity;
  at(number).incarnation = link.incarnation;
  at(number).lost_turn = ++last_lost_turn_;  // until it is up
  lost_.emplace(at(number).lost_turn, number);
  by_identity_.emplace(link.identity, number);
  if (reuse && peer_handler != nullptr) peer_handler->on_forgotten(number);
  return number;
}

void TcpNetwork::Core::lose(env::PeerId peer, env::CloseReason reason) {
  if (reason == env::CloseReason::protocol_error) ++figures_.closed_protocol;
  if (reason == env::CloseReason::timeout) ++figures_.closed_timeout;
  Link* const link = std::exchange(at(peer).up, nullptr);
  remove(*link);
  tell_lost(peer, reason);
}

void TcpNetwork::Core::tell_lost(env::PeerId peer, env::CloseReason reason) {
  fail_pending(peer);
  at(peer).lost_turn = ++last_lost_turn_;
  lost_.emplace(at(peer).lost_turn, peer);
  if (!dead_ && peer_handler != nullptr) peer_handler->on_lost(peer, reason);
}

void TcpNetwork::Core::close(env::PeerId peer, env::CloseReason reason) {
  if (up(peer) == nullptr) return;
  if (reason == env::CloseReason::limit) ++figures_.closed_limit;
  remove(*std::exchange(at(peer).up, nullptr));
  at(peer).lost_pending = reason;
  loop_.post([weak = weak_from_this(), peer] {
    if (const auto self = weak.lock(); self != nullptr && !self->dead_) self->tell_pending_loss(peer);
  });
}

void TcpNetwork::Core::tell_pending_loss(env::PeerId peer) {
  if (const auto reason = std::exchange(at(peer).lost_pending, std::nullopt)) tell_lost(peer, *reason);
}

// Looks after all connections at once: says something where we were silent, ends what was silent too long.
void TcpNetwork::Core::keep_alive() {
  timers_.after(options.limits.keepalive / 2, [this] {
    const Instant now = OsClock().now();
    std::vector<env::PeerId> silent;
    for (auto& [number, link] : links_) {
      if (link.stage != Stage::up) continue;
      if (now - link.connection->last_read() > options.limits.silence_max) silent.push_back(link.peer);
      if (now - link.connection->last_written() >= options.limits.keepalive && link.connection->queued_bytes() == 0) {
        Packet ping;
        ping.kind = PacketKind::ping;
        link.connection->write(packet_bytes(ping));
      }
    }
    for (env::PeerId peer : silent) {
      if (up(peer) != nullptr) lose(peer, env::CloseReason::timeout);
      if (dead_) return;
    }
    keep_alive();
  });
}

std::optional<env::PeerId> TcpNetwork::Core::find(const std::string& identity) const {
  const auto found = by_identity_.find(identity);
  if (found == by_identity_.end()) return std::nullopt;
  return found->second;
}

TcpNetwork::Core::Link* TcpNetwork::Core::up(env::PeerId peer) const {
  LM_CHECK(peer.value < peers_.size());
  return peers_[peer.value].up;
}

std::size_t TcpNetwork::Core::queued_bytes(env::PeerId peer) const {
  const Link* link = up(peer);
  return link == nullptr ? 0 : link->connection->queued_bytes();
}

const std::string& TcpNetwork::Core::identity(env::PeerId peer) const {
  LM_CHECK(peer.value < peers_.size());
  return peers_[peer.value].identity;
}

TcpNetwork::Figures TcpNetwork::Core::figures() const {
  Figures out = figures_;
  out.connections = links_.size();
  for (const auto& [number, link] : links_) {
    out.bytes_in += link.connection->bytes_in();
    out.bytes_out += link.connection->bytes_out();
  }
  return out;
}

}  // namespace lastmile::real
