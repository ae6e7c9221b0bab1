#include "real/env/tcp_network.hpp"

#include "real/env/tcp_core.hpp"

namespace lastmile::real {

Result<std::unique_ptr<TcpNetwork>> TcpNetwork::open(Loop& loop, TcpOptions options) {
  std::unique_ptr<TcpNetwork> network(new TcpNetwork);
  network->core_ = std::make_shared<Core>(loop, std::move(options));
  if (auto started = network->core_->start(); !started.ok()) return std::move(started).error();
  return network;
}

TcpNetwork::~TcpNetwork() { core_->shut_down(); }

void TcpNetwork::listen(env::Protocol protocol, env::FrameHandler& handler) {
  auto& place = core_->frame_handlers[static_cast<std::size_t>(protocol)];
  LM_CHECK(place == nullptr);
  place = &handler;
}
void TcpNetwork::listen_peers(env::PeerHandler& handler) { core_->peer_handler = &handler; }
void TcpNetwork::listen_content(env::ContentHandler& handler) { core_->content_handler = &handler; }
void TcpNetwork::dial(std::string address) { core_->dial(std::move(address)); }
void TcpNetwork::close(env::PeerId peer, env::CloseReason reason) { core_->close(peer, reason); }
void TcpNetwork::send(env::PeerId peer, env::Protocol protocol, env::Frame frame) {
  core_->send(peer, protocol, frame);
}
void TcpNetwork::request(env::PeerId peer, env::Protocol protocol, env::Frame frame, Duration deadline,
                         env::Done<env::Frame> done) {
  core_->request(peer, protocol, frame, deadline, std::move(done));
}
void TcpNetwork::fetch(env::PeerId peer, env::ContentRange range, Duration deadline, env::Done<Bytes> done) {
  core_->fetch(peer, range, deadline, std::move(done));
}
std::size_t TcpNetwork::queued_bytes(env::PeerId peer) const { return core_->queued_bytes(peer); }
std::string TcpNetwork::identity(env::PeerId peer) const { return core_->identity(peer); }
std::string TcpNetwork::own_identity() const { return core_->options.identity; }
std::string TcpNetwork::listen_address() const { return core_->listen_address(); }
void TcpNetwork::stop_listening() { core_->stop_listening(); }
TcpNetwork::Figures TcpNetwork::figures() const { return core_->figures(); }

}  // namespace lastmile::real
