#include "sim/adversary/network_filter.hpp"

#include <algorithm>
#include <utility>

namespace lastmile::sim {

void NetworkFilter::listen(env::Protocol protocol, env::FrameHandler& handler) {
  auto& door = doors_[static_cast<std::size_t>(protocol)];
  network_.listen(protocol, door.emplace(*this, protocol, handler));
}

void NetworkFilter::listen_content(env::ContentHandler& handler) {
  network_.listen_content(content_door_.emplace(*this, handler));
}

void NetworkFilter::send(env::PeerId peer, env::Protocol protocol, env::Frame frame) {
  if (auto passed = said(protocol, std::move(frame))) network_.send(peer, protocol, *std::move(passed));
}

void NetworkFilter::request(env::PeerId peer, env::Protocol protocol, env::Frame frame, Duration deadline,
                            env::Done<env::Frame> done) {
  network_.request(peer, protocol, std::move(frame), deadline, std::move(done));
}

void NetworkFilter::fetch(env::PeerId peer, env::ContentRange range, Duration deadline, env::Done<Bytes> done) {
  network_.fetch(peer, std::move(range), deadline, std::move(done));
}

void NetworkFilter::Door::on_request(env::PeerId from, const env::Frame& frame, env::Reply reply) {
  if (!filter_.asked(from, protocol_, frame, reply)) handler_.on_request(from, frame, std::move(reply));
}

void NetworkFilter::PeerDoor::on_connected(env::PeerId peer, env::Direction direction) {
  auto& connected = filter_.connected_;
  const auto place = std::lower_bound(connected.begin(), connected.end(), peer);
  if (place == connected.end() || *place != peer) connected.insert(place, peer);
  handler_.on_connected(peer, direction);
}

void NetworkFilter::PeerDoor::on_lost(env::PeerId peer, env::CloseReason reason) {
  std::erase(filter_.connected_, peer);
  handler_.on_lost(peer, reason);
}

void NetworkFilter::ContentDoor::on_fetch(env::PeerId from, const env::ContentRange& range,
                                          Callback<void(Result<Bytes>)> reply) {
  if (!filter_.asked_for_part(range, reply)) handler_.on_fetch(from, range, std::move(reply));
}

}  // namespace lastmile::sim
