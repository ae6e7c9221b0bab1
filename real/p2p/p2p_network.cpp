#include "real/p2p/p2p_network.hpp"

#include "core/base/check.hpp"
#include "real/env/asio.hpp"
#include "real/p2p/frames_out.hpp"
#include "real/p2p/p2p_core.hpp"

namespace lastmile::p2p {

Result<std::unique_ptr<P2pNetwork>> P2pNetwork::open(real::Loop& loop, P2pOptions options) {
  std::unique_ptr<P2pNetwork> network(new P2pNetwork);
  network->core_ = std::make_shared<Core>(loop, std::move(options));
  if (auto started = network->core_->start(); !started.ok()) return std::move(started).error();
  return network;
}

P2pNetwork::~P2pNetwork() { core_->shut_down(); }

void P2pNetwork::listen(env::Protocol protocol, env::FrameHandler& handler) {
  auto& place = core_->frame_handlers[static_cast<std::size_t>(protocol)];
  LM_CHECK(place == nullptr);
  place = &handler;
}
void P2pNetwork::listen_peers(env::PeerHandler& handler) { core_->peer_handler = &handler; }
void P2pNetwork::listen_content(env::ContentHandler& handler) { core_->content_handler = &handler; }
void P2pNetwork::dial(std::string address) { core_->dial(std::move(address)); }
void P2pNetwork::close(env::PeerId peer, env::CloseReason reason) { core_->close(peer, reason); }
void P2pNetwork::send(env::PeerId peer, env::Protocol protocol, env::Frame frame) {
  core_->send(peer, protocol, frame);
}
void P2pNetwork::request(env::PeerId peer, env::Protocol protocol, env::Frame frame, Duration deadline,
                         env::Done<env::Frame> done) {
  core_->request(peer, protocol, frame, deadline, std::move(done));
}
void P2pNetwork::fetch(env::PeerId peer, env::ContentRange range, Duration deadline, env::Done<Bytes> done) {
  core_->fetch(peer, range, deadline, std::move(done));
}
void P2pNetwork::serve_messages(MessageProtocol protocol, MessageService& service) {
  core_->serve_messages(std::move(protocol), service);
}
void P2pNetwork::stop_messages() { core_->message_service = nullptr; }
void P2pNetwork::send_message(env::PeerId peer, const Bytes& message) { core_->send_message(peer, message); }
std::size_t P2pNetwork::queued_message_bytes(env::PeerId peer) const { return core_->queued_message_bytes(peer); }
std::size_t P2pNetwork::queued_bytes(env::PeerId peer) const { return core_->queued_bytes(peer); }
std::string P2pNetwork::identity(env::PeerId peer) const { return core_->identity(peer); }
std::string P2pNetwork::own_identity() const { return core_->options.identity->peer_id().text(); }
std::vector<Multiaddr> P2pNetwork::listen_addresses() const { return core_->listen_addresses(); }
void P2pNetwork::stop_listening() { core_->stop_listening(); }
void P2pNetwork::ping(env::PeerId peer, env::Done<Duration> done) { core_->ping(peer, std::move(done)); }
P2pNetwork::PeerInfo P2pNetwork::info(env::PeerId peer) const { return core_->info(peer); }
P2pNetwork::Figures P2pNetwork::figures() const { return core_->figures(); }

}  // namespace lastmile::p2p
