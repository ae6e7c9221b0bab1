#include "core/node/gossip_link.hpp"

#include <algorithm>

namespace lastmile::node {
namespace {

// Size of an Ed25519 signature: what an author's signature takes where nobody makes one (NodeConfig::authorship).
constexpr std::uint32_t kAuthorSignatureBytes = 64;
constexpr std::size_t kAuthorChecksMax = 256;  // jobs in flight; beyond, a message is as good as never received
constexpr Duration kAuthorCheckCost = microseconds(50);

struct AuthorVerdict final : env::JobOutput {
  explicit AuthorVerdict(bool is_good) : good(is_good) {}
  bool good;
};

}  // namespace

GossipLink::GossipLink(env::Clock& clock, env::Timers& timers, env::Network& network, env::Random& random,
                       trace::Sink& sink, const NodeConfig& config, GossipReceiver& receiver)
    : clock_(clock),
      timers_(timers),
      network_(network),
      random_(random),
      sink_(sink),
      config_(config),
      receiver_(receiver),
      topic_(config.topics->find(gossip::kMessageTopicName)),
      router_(config.gossip, config.topics, config.message_numbers, author_of(network.own_identity()),
              random.stream("gossip"), *this),
      // Grows across restarts, as receivers of other networks demand (libp2p.md 11.3).
      seqno_(static_cast<std::uint64_t>(clock.wall().ns)) {
  LM_CHECK(topic_ != gossip::kNoTopic);
  network_.listen(env::Protocol::gossip, *this);
}

void GossipLink::start() {
  router_.join(topic_, clock_.now());
  heartbeat(config_.gossip->heartbeat_first);
}

void GossipLink::heartbeat(Duration after) {
  timers_.after(after, [this] {
    const Instant now = clock_.now();
    std::erase_if(blocked_, [&](env::PeerId peer) {
      if (network_.queued_bytes(peer) > config_.limits.peer_queued_bytes / 2) return false;
      router_.on_writable(peer, now);
      return true;
    });
    if (!random_.happens(env::RarePath::heartbeat_skipped)) router_.heartbeat(now);
    heartbeat(config_.gossip->heartbeat);
  });
}

void GossipLink::on_connected(env::PeerId peer, env::Direction direction) {
  router_.on_connected(peer, {.direction = direction, .identity = author_of(network_.identity(peer))}, clock_.now());
}

std::uint64_t GossipLink::author_of(std::string_view identity) const {
  return config_.authorship ? config_.authorship->author_of(identity) : gossip::identity_key(as_bytes(identity));
}

void GossipLink::on_lost(env::PeerId peer) {
  std::erase(blocked_, peer);
  router_.on_lost(peer, clock_.now());
}

void GossipLink::publish(std::string_view payload) {
  gossip::MessageFields fields;
  fields.data = gossip::Field::of(payload);
  fields.seqno = gossip::seqno_field(config_.authorship ? config_.authorship->next_seqno() : ++seqno_);
  fields.topic = gossip::Field::of(config_.topics->name(topic_));
  if (config_.authorship) {
    config_.authorship->sign(fields);
  } else {
    fields.from = gossip::Field::of(network_.own_identity());
    fields.signature = gossip::Field::synthetic(kAuthorSignatureBytes, seqno_);
  }
  const auto message = gossip::make_message(std::move(fields), *config_.topics, config_.gossip->id_scheme,
                                            config_.message_numbers.get());
  if (router_.publish(message, clock_.now()) == gossip::Published::too_large) ++too_large_;
}

void GossipLink::verdict(const gossip::MessageRef& message, gossip::Verdict verdict) {
  router_.validated(message, verdict, clock_.now());
}

void GossipLink::on_frame(env::PeerId from, const env::Frame& frame) { router_.on_frame(from, frame, clock_.now()); }

void GossipLink::on_request(env::PeerId, const env::Frame&, env::Reply reply) {
  reply(Error{"gossip has no requests"});
}

bool GossipLink::send(env::PeerId to, const env::Frame& frame) {
  if (network_.queued_bytes(to) > config_.limits.peer_queued_bytes || random_.happens(env::RarePath::peer_congested)) {
    trace::mark(sink_, trace::RareState::peer_congested);
    const auto place = std::lower_bound(blocked_.begin(), blocked_.end(), to);
    if (place == blocked_.end() || *place != to) blocked_.insert(place, to);
    return false;
  }
  network_.send(to, env::Protocol::gossip, frame);
  return true;
}

gossip::Check GossipLink::verify(const gossip::MessageRef& message, env::PeerId from) {
  // Marked as seen while the inbox is full, it would be refused from everybody for half an hour (libp2p.md 12.3).
  if (!receiver_.has_room(from)) return gossip::Check::busy;
  if (!config_.authorship) return gossip::Check::good;
  if (checker_ == nullptr) {
    return config_.authorship->verify(message->fields()) ? gossip::Check::good : gossip::Check::bad;
  }
  if (checks_ >= kAuthorChecksMax) return gossip::Check::busy;
  ++checks_;
  env::Job job;
  job.cost = kAuthorCheckCost;
  job.run = [authorship = config_.authorship, message]() -> env::JobResult {
    return std::make_shared<const AuthorVerdict>(authorship->verify(message->fields()));
  };
  checker_->submit(env::Lane::signatures, std::move(job), [this, message](const env::JobResult& result) {
    --checks_;
    router_.verified(message, static_cast<const AuthorVerdict&>(*result).good, clock_.now());
  });
  return gossip::Check::later;
}

gossip::Verdict GossipLink::validate(const gossip::MessageRef& message, env::PeerId from) {
  return receiver_.on_gossip(message, from);
}

void GossipLink::deliver(const gossip::MessageRef&, env::PeerId) {}  // it is in the pipeline already

}  // namespace lastmile::node
