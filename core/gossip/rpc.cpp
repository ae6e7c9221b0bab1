#include "core/gossip/rpc.hpp"

#include "core/base/check.hpp"
#include "core/gossip/mix.hpp"
#include "core/gossip/protobuf.hpp"

namespace lastmile::gossip {
namespace {

std::uint64_t digest_of(const TopicRef& topic) {
  if (!topic.name) return 1;
  return siphash_2_4({}, as_bytes(*topic.name));
}
std::uint64_t digest_of(const IdList& ids) {
  std::uint64_t h = mix(4, ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) h = mix(h, ids.key(i).value);
  return h;
}
std::uint64_t digest_of(const Prune& prune) {
  std::uint64_t h = mix(digest_of(prune.topic), prune.backoff_s ? *prune.backoff_s + 1 : 0);
  for (const ExchangedPeer& peer : prune.peers) {
    h = mix(h, peer.peer_id ? siphash_2_4({}, *peer.peer_id) : 1);
    h = mix(h, peer.signed_record ? siphash_2_4({}, *peer.signed_record) : 2);
  }
  return h;
}

// Mixes what identifies the RPC, in wire order; lists of ids by their keys.
std::uint64_t digest_of(const Rpc& rpc) {
  std::uint64_t h = 0;
  for (const Subscription& s : rpc.subscriptions) {
    h = mix(mix(mix(h, 11), s.subscribe ? (*s.subscribe ? 2 : 1) : 0), digest_of(s.topic));
  }
  for (const MessageRef& message : rpc.publish) h = mix(mix(h, 12), message->digest());
  if (!rpc.control) return h;
  h = mix(h, 13);
  for (const IHave& ihave : rpc.control->ihave) h = mix(mix(mix(h, 14), digest_of(ihave.topic)), digest_of(*ihave.ids));
  for (const IWant& iwant : rpc.control->iwant) h = mix(mix(h, 15), digest_of(*iwant.ids));
  for (const Graft& graft : rpc.control->graft) h = mix(mix(h, 16), digest_of(graft.topic));
  for (const Prune& prune : rpc.control->prune) h = mix(mix(h, 17), digest_of(prune));
  for (const IDontWant& idontwant : rpc.control->idontwant) h = mix(mix(h, 18), digest_of(*idontwant.ids));
  return h;
}

}  // namespace

TopicRef topic_ref(const Topics& topics, TopicId id) {
  LM_CHECK(id != kNoTopic);
  return {id, topics.name(id)};
}

bool operator==(const Rpc& a, const Rpc& b) {
  if (a.subscriptions != b.subscriptions || a.control != b.control || a.publish.size() != b.publish.size())
    return false;
  for (std::size_t i = 0; i < a.publish.size(); ++i) {
    if (!(a.publish[i]->fields() == b.publish[i]->fields())) return false;
  }
  return true;
}

RpcBody::RpcBody(Rpc rpc)
    : FrameBody(env::FrameKind::gossip_rpc, gossip::wire_size(rpc), digest_of(rpc)),
      rpc_(std::move(rpc)),
      single_(rpc_.publish.size() == 1 && rpc_.subscriptions.empty() && !rpc_.control) {}

env::Frame RpcBody::of(MessageRef message) {
  Rpc rpc;
  rpc.publish.push_back(std::move(message));
  return of(std::move(rpc));
}

const RpcBody* rpc_body(const env::Frame& frame) {
  return frame->kind() == env::FrameKind::gossip_rpc ? static_cast<const RpcBody*>(frame.get()) : nullptr;
}

}  // namespace lastmile::gossip
