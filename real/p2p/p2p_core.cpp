#include "real/p2p/p2p_core.hpp"

#include <algorithm>

#include "core/base/present.hpp"
#include "real/env/asio.hpp"
#include "real/env/os_clock.hpp"
#include "real/env/os_random.hpp"
#include "real/p2p/messages.hpp"

namespace lastmile::p2p {
namespace {

constexpr std::size_t kAddressesMax = 65536;  // remembered in by_address_

NoiseKey fresh_key() {
  NoiseKey key{};
  real::OsRandom(0).secret(key);
  return key;
}

bool has_identity(std::string_view text) { return text.find('@') != std::string_view::npos; }

// The address behind "identity@", if any; an error where it is none that we can dial, or names somebody else.
Result<Multiaddr> parse_dial(std::string_view text, std::optional<PeerId>& expected) {
  if (has_identity(text)) {
    expected = PeerId::parse(text.substr(0, text.find('@')));
    if (!expected) return Error{std::string(text) + ": expected a peer id before the @"};
    text = text.substr(text.find('@') + 1);
  }
  auto address = Multiaddr::parse(text);
  if (!address.ok()) return address;
  if (const auto named = address->peer()) {
    if (expected && *expected != *named) return Error{std::string(text) + ": names somebody else behind it"};
    expected = named;
  }
  const auto target = dial_target(*address);
  if (!target || target->port == 0) return Error{std::string(text) + ": not an address that can be dialled"};
  return address;
}

}  // namespace

bool is_dial_address(std::string_view text) {
  std::optional<PeerId> expected;
  return parse_dial(text, expected).ok();
}

std::string dial_address(const Multiaddr& address) {
  const auto peer = address.peer();
  return peer ? peer->text() + "@" + address.text() : address.text();
}

P2pNetwork::Core::Core(real::Loop& loop, P2pOptions wanted)
    : options(std::move(wanted)), loop_(loop), timers_(loop), static_key_(fresh_key()) {
  protocols_ = {std::string(kIdentifyName), std::string(kIdentifyPushName), std::string(kPingName),
                std::string(kFetchProtocol)};
  for (std::size_t i = 0; i < env::kProtocolCount; ++i) {
    const auto protocol = static_cast<env::Protocol>(i);
    for (std::string& each : frame_protocols(protocol)) protocols_.push_back(std::move(each));
    protocols_.push_back(request_protocol(protocol));
  }
}

Result<Unit> P2pNetwork::Core::start() {
  LM_CHECK(options.identity != nullptr);
  for (const Multiaddr& address : options.listen) {
    auto listener = Listener::open(loop_, address, [this](std::shared_ptr<ByteSocket> socket, const std::string& ip) {
      accept(std::move(socket), ip);
    });
    if (!listener.ok()) return std::move(listener).error();
    listeners_.push_back(*std::move(listener));
  }
  tick();
  return Unit{};
}

void P2pNetwork::Core::shut_down() {
  dead_ = true;
  listeners_.clear();
  const auto connections = std::exchange(connections_, {});
  for (const auto& [key, connection] : connections) connection->close();
  for (const auto& [connection, until] : ending_) connection->close();
  asked_.clear();
  for (Peer& peer : peers_) {
    peer.out = {};
    peer.messages_out.reset();
  }
}

void P2pNetwork::Core::stop_listening() {
  for (const auto& listener : listeners_) listener->stop();
}

std::vector<Multiaddr> P2pNetwork::Core::listen_addresses() const {
  std::vector<Multiaddr> out;
  out.reserve(listeners_.size());
  for (const auto& listener : listeners_) out.push_back(listener->address());
  return out;
}

std::shared_ptr<Connection> P2pNetwork::Core::add(std::shared_ptr<ByteSocket> socket, Connection::Options details) {
  details.channel.early_muxer = options.early_muxer;
  details.keys = {static_key_, fresh_key()};
  auto connection =
      std::make_shared<Connection>(std::move(socket), *options.identity, *this, options.limits, std::move(details));
  connections_.emplace(connection.get(), connection);
  connection->start();
  return connection;
}

void P2pNetwork::Core::accept(std::shared_ptr<ByteSocket> socket, const std::string& ip) {
  ++figures_.accepted;
  std::size_t upgrades = 0, of_ip = 0;
  for (const auto& [key, connection] : connections_) {
    if (connection->up() || !connection->inbound()) continue;
    ++upgrades;
    if (connection->ip() == ip) ++of_ip;
  }
  if (connections_.size() >= options.limits.connections_max || upgrades >= options.limits.upgrades_max ||
      of_ip >= options.limits.upgrades_per_ip_max) {
    ++figures_.refused;
    socket->close();
    return;
  }
  Connection::Options details;
  details.channel.role = SecureChannel::Role::listener;
  details.ip = ip;
  add(std::move(socket), std::move(details));
}

void P2pNetwork::Core::dial(std::string address) {
  std::optional<PeerId> expected;
  const auto place = parse_dial(address, expected);
  if (!place.ok()) return dial_failed_later(std::move(address), env::CloseReason::refused);
  if (expected) {
    if (const auto known = find(expected->text()); known && up(*known) != nullptr) return;
  } else if (const auto answered = by_address_.find(address); answered != by_address_.end()) {
    if (const auto known = find(answered->second); known && up(*known) != nullptr) return;
  }
  if (dialling_.contains(address)) return;  // the answer of that dial is the answer of this one
  if (connections_.size() >= options.limits.connections_max) {
    return dial_failed_later(std::move(address), env::CloseReason::limit);
  }
  auto socket = dialled_socket(loop_, present(dial_target(*place)), options.source_address);
  if (socket == nullptr) return dial_failed_later(std::move(address), env::CloseReason::refused);
  ++figures_.dialled;
  dialling_.insert(address);
  Connection::Options details;
  details.channel.role = SecureChannel::Role::dialer;
  details.channel.expected = expected;
  details.address = std::move(address);
  add(std::move(socket), std::move(details));
}

void P2pNetwork::Core::dial_failed(const std::string& address, env::CloseReason reason) {
  dialling_.erase(address);
  if (peer_handler != nullptr) peer_handler->on_dial_failed(address, reason);
}

void P2pNetwork::Core::dial_failed_later(std::string address, env::CloseReason reason) {
  loop_.post([weak = weak_from_this(), address = std::move(address), reason] {
    if (const auto self = weak.lock(); self != nullptr && !self->dead_) self->dial_failed(address, reason);
  });
}

void P2pNetwork::Core::on_up(Connection& connection) {
  if (!connection.inbound()) {
    dialling_.erase(connection.address());
    const std::string identity = connection.peer().text();
    if (by_address_.size() < kAddressesMax || by_address_.contains(connection.address())) {
      by_address_[connection.address()] = identity;
    }
    if (const auto place = connection.remote()) store_.reached(connection.peer(), *place, real::OsClock().now());
  }
  const auto kept = connection.shared_from_this();
  const std::string identity = connection.peer().text();
  auto known = find(identity);
  if (!known) known = number_for(connection);
  if (dead_ || !connection.open()) return;
  connect(*known, kept);
  if (!dead_ && connection.open()) identify(connection);
}

void P2pNetwork::Core::remove(const Connection& connection) {
  const auto found = connections_.find(&connection);
  if (found == connections_.end()) return;
  figures_.bytes_in += connection.bytes_in();
  figures_.bytes_out += connection.bytes_out();
  if (found->second->speaking()) ending_.emplace_back(found->second, real::OsClock().now() + kLastWords);
  connections_.erase(found);
}

void P2pNetwork::Core::on_ended(Connection& connection, env::CloseReason reason) {
  if (reason == env::CloseReason::limit) ++figures_.closed_limit;
  if (reason == env::CloseReason::protocol_error) ++figures_.closed_protocol;
  if (reason == env::CloseReason::timeout) ++figures_.closed_timeout;
  remove(connection);
  if (const auto peer = find(connection)) return disconnect(*peer, connection, reason);
  if (connection.inbound()) return;
  // Whoever hangs up before we are through does not want us.
  const bool hung_up = reason == env::CloseReason::remote || reason == env::CloseReason::reset;
  dial_failed(connection.address(), hung_up ? env::CloseReason::refused : reason);
}

// Looks after all connections at once: what took too long, what was silent too long, what nobody needs.
void P2pNetwork::Core::tick() {
  const P2pLimits& limits = options.limits;
  const Duration pause =
      std::min({seconds(1), limits.upgrade_timeout / 4, limits.stream_timeout / 4, limits.keepalive / 2});
  timers_.after(pause, [this] {
    const Instant now = real::OsClock().now();
    std::vector<std::shared_ptr<Connection>> all;
    all.reserve(connections_.size());
    for (const auto& [key, connection] : connections_) all.push_back(connection);
    for (const auto& connection : all) {
      connection->tick(now);
      if (dead_) return;
    }
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      const auto several = peers_[i].connections;
      for (std::size_t n = 1; n < several.size(); ++n) {
        if (now - several[n]->idle_since() > options.limits.surplus_idle_max) {
          several[n]->end(env::CloseReason::local);
          if (dead_) return;
        }
      }
    }
    std::erase_if(ending_, [now](const auto& entry) {
      if (entry.second > now) return false;
      entry.first->close();
      return true;
    });
    store_.forget_old(now);
    tick();
  });
}

P2pNetwork::Figures P2pNetwork::Core::figures() const {
  Figures out = figures_;
  out.connections = connections_.size();
  for (const auto& [key, connection] : connections_) {
    out.bytes_in += connection->bytes_in();
    out.bytes_out += connection->bytes_out();
  }
  return out;
}

}  // namespace lastmile::p2p
