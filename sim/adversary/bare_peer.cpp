#include "sim/adversary/bare_peer.hpp"

#include <utility>

namespace lastmile::sim {
namespace {

constexpr std::uint32_t kAuthorSignatureBytes = 64;  // as honest nodes send it: size only

}  // namespace

BarePeer::BarePeer(const NodeEnv& env, node::NodeConfig config, Orders& orders)
    : env_(env),
      config_(std::move(config)),
      orders_(orders),
      topic_(config_.topics->find(gossip::kMessageTopicName)),
      peers_(env.network, env.timers, env.random.stream("dial"), config_.intervals),
      seqno_(static_cast<std::uint64_t>(env.clock.wall().ns)) {
  env_.network.listen(env::Protocol::gossip, *this);
  env_.network.listen_peers(*this);
}

void BarePeer::start() {
  peers_.start(config_.peers);
  orders_changed();
}

void BarePeer::orders_changed() {
  if (!orders_.active) return ended();
  began();
  if (!beating_) beat();
}

void BarePeer::beat() {
  const Duration pause = scenario::rate_of(orders_.entry).mean_interval();
  if (scenario::rate_of(orders_.entry).micro_per_day == 0) return;
  beating_ = true;
  env_.timers.after(pause, [this] {
    beating_ = false;
    if (!orders_.active) return;
    act();
    beat();
  });
}

gossip::MessageRef BarePeer::publication(gossip::Field payload) {
  gossip::MessageFields fields;
  fields.from = gossip::Field::of(env_.network.own_identity());
  fields.data = std::move(payload);
  fields.seqno = gossip::seqno_field(++seqno_);
  fields.topic = gossip::Field::of(config_.topics->name(topic_));
  fields.signature = gossip::Field::synthetic(kAuthorSignatureBytes, seqno_);
  return gossip::make_message(std::move(fields), *config_.topics, config_.gossip->id_scheme,
                              config_.message_numbers.get());
}

void BarePeer::tell(env::PeerId peer, env::Frame frame) {
  env_.network.send(peer, env::Protocol::gossip, std::move(frame));
}

void BarePeer::tell_all(const env::Frame& frame) {
  for (const env::PeerId peer : peers()) tell(peer, frame);
}

void BarePeer::on_frame(env::PeerId from, const env::Frame& frame) {
  if (const gossip::RpcBody* body = gossip::rpc_body(frame)) return heard(from, body->rpc());
  if (frame->kind() != env::FrameKind::bytes) return;
  const auto rpc = gossip::decode_rpc(static_cast<const env::BytesBody&>(*frame).bytes(), *config_.topics,
                                      config_.gossip->id_scheme);
  if (rpc.ok()) heard(from, *rpc);
}

void BarePeer::on_request(env::PeerId, const env::Frame&, env::Reply reply) { reply(Error{"gossip has no requests"}); }

void BarePeer::on_connected(env::PeerId peer, env::Direction) {
  peers_.on_connected(peer);
  gossip::Rpc hello;
  hello.subscriptions.push_back({true, topic()});
  tell(peer, gossip::RpcBody::of(std::move(hello)));
  met(peer);
}

void BarePeer::on_lost(env::PeerId peer, env::CloseReason) {
  peers_.on_lost(peer);
  missed(peer);
}

void BarePeer::on_dial_failed(std::string_view address, env::CloseReason) { peers_.on_dial_failed(address); }

}  // namespace lastmile::sim
