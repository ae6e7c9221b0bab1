// The gossipsub v1.1 router (libp2p.md 11 to 13) as a pure state machine: it is told what happened and when, and
// answers by calling Actions. No clock, no sockets, no environment; the same object code runs in the simulator and in
// the node.
//
//   Router router(params, topics, numbers, own_identity, env.random().stream("gossip"), actions);
//   router.join(topic, now);
//   router.on_connected(peer, {...}, now);  router.on_frame(peer, frame, now);  router.on_lost(peer, now);
//   every params->heartbeat (first after params->heartbeat_first): router.heartbeat(now);
//
// `now` never goes back. Calls about peers that are not connected are ignored. Not thread-safe; Actions must not call
// back.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/base/random.hpp"
#include "core/env/network.hpp"
#include "core/gossip/actions.hpp"
#include "core/gossip/backoff_table.hpp"
#include "core/gossip/delivery_records.hpp"
#include "core/gossip/message_cache.hpp"
#include "core/gossip/params.hpp"
#include "core/gossip/peer_record.hpp"
#include "core/gossip/rpc.hpp"
#include "core/gossip/seen.hpp"
#include "core/gossip/statistics.hpp"

namespace lastmile::gossip {

struct PeerOptions {
  env::Direction direction = env::Direction::inbound;
  bool direct = false;              // agreed explicitly: always gets messages, never in a mesh
  std::uint64_t identity = 0;       // identity_key() of the peer id as it stands in Message.from; 0 = unknown
  std::uint64_t address_group = 0;  // hash of its IP address for P6; 0 = exempt (loopback, private test networks)
};

enum class Published : std::uint8_t { ok, duplicate, too_large };

class Router {
 public:
  // topics, params: shared by all routers of a run. numbers: shared likewise, then every MessageRef they meet must be
  // numbered by it or not at all; null = a table of its own. The generator and the actions must outlive the router.
  Router(SharedParams params, std::shared_ptr<const Topics> topics, std::shared_ptr<MessageNumbers> numbers,
         std::uint64_t own_identity, Generator& random, Actions& actions);

  void join(TopicId topic, Instant now);   // no effect when joined
  void leave(TopicId topic, Instant now);  // no effect when not joined

  void on_connected(env::PeerId peer, const PeerOptions& options, Instant now);
  void on_lost(env::PeerId peer, Instant now);
  void on_forgotten(env::PeerId peer);  // lost before: nothing that was counted belongs to who has the number next
  // An RPC: a RpcBody, or bytes that are decoded here.
  void on_frame(env::PeerId from, const env::Frame& frame, Instant now);
  // Hints for an engine that knows its next events: large runs are bound by cache misses. First the router itself, some
  // events later what a delivery from this peer reads. No effect on anything but time. Inlined by force: g++ takes a
  // function that only prefetches for one without effect, and drops calls to it.
  [[gnu::always_inline]] inline void prefetch() const {
    __builtin_prefetch(&peers_);
    __builtin_prefetch(&joined_);
    __builtin_prefetch(&statistics_, 1);
  }
  [[gnu::always_inline]] inline void prefetch(env::PeerId from) const {
    __builtin_prefetch(peers_.data() + from.value);
    seen_.prefetch();
  }
  void on_writable(env::PeerId peer, Instant now);  // the transport takes frames again after Actions::send said false

  // Sends a message of our own, already signed (or from anybody in a trusted harness). The topic must be in the table;
  // it need not be joined. too_large: its RPC would exceed params.rpc_bytes_max.
  Published publish(const MessageRef& message, Instant now);

  // Answers to Check::later and Verdict::later; ignored when nobody waits for this message object any more.
  void verified(const MessageRef& message, bool good, Instant now);
  void validated(const MessageRef& message, Verdict verdict, Instant now);

  void heartbeat(Instant now);  // 12.5

  void set_app_score(env::PeerId peer, double value);  // P5
  void penalise(env::PeerId peer, double points);      // P7, for misbehaviour seen elsewhere

  // Exact at `now`. Decisions inside the router look at scores of blamed peers only, as of the last heartbeat or the
  // last thing counted against them, whichever is later: credit earned since then is missing.
  double score(env::PeerId peer, Instant now) const;
  bool joined(TopicId topic) const { return (joined_ >> topic.value & 1) != 0; }
  std::vector<env::PeerId> mesh(TopicId topic) const;                   // ascending
  std::vector<env::PeerId> fanout(TopicId topic) const;                 // ascending
  std::vector<env::PeerId> subscribers(TopicId topic) const;            // connected peers that announced it, ascending
  bool in_backoff(env::PeerId peer, TopicId topic, Instant now) const;  // without slack
  bool has_seen(MessageKey key, Instant now) const;
  const Statistics& statistics() const { return statistics_; }
  std::size_t queued(env::PeerId peer) const;  // frames and control items waiting for on_writable
  // Frames in the longest of these queues (kOutboundMessagesMax each), now and at most so far.
  std::size_t longest_queue() const;
  std::size_t longest_queue_ever() const { return longest_queue_ever_; }
  std::size_t memory_bytes() const;  // of this object and what it alone owns

 private:
  enum class Class : std::uint8_t { own, forwarded, gossip };
  struct Promise {
    Instant deadline;
    MessageKey key;
    env::PeerId peer;
  };
  struct Outgoing {  // control collected for one peer
    env::PeerId peer;
    ControlItem item;
  };
  struct GossipTarget {
    env::PeerId peer;
    TopicId topic;
  };

  // router.cpp: peers, topics, queries
  PeerRecord* find(env::PeerId peer);  // null unless connected
  const PeerRecord* find(env::PeerId peer) const;
  TopicPeer& topic_peer(env::PeerId peer, TopicId topic) {
    return topic_peers_[peer.value * topic_count_ + topic.value];
  }
  const TopicPeer& topic_peer(env::PeerId peer, TopicId topic) const {
    return topic_peers_[peer.value * topic_count_ + topic.value];
  }
  void on_rpc(env::PeerId from, PeerRecord& peer, const Rpc& rpc, Instant now);
  void forget_scores(env::PeerId peer);
  void change_address_group(std::uint32_t group, int by);
  std::uint32_t peers_in_group(std::uint32_t group) const;

  // router_score.cpp
  double computed_score(env::PeerId peer, Instant now) const;
  // Every threshold that decides is 0 or below, so that only blamed peers need a score.
  bool reaches(env::PeerId peer, PeerRecord& record, double threshold, Instant now) {
    if (!record.blamed) [[likely]]
      return true;
    if (record.score_stale) refresh(peer, record, now);
    return record.score >= threshold;
  }
  void refresh(env::PeerId peer, PeerRecord& record, Instant now);
  void catch_up(env::PeerId peer, PeerRecord& record);
  void blame(PeerRecord& record);
  void reconsider(env::PeerId peer, PeerRecord& record);
  void decay(Instant now);
  void count_first_delivery(env::PeerId peer, TopicId topic);
  void count_mesh_delivery(env::PeerId peer, TopicId topic);
  void count_invalid(env::PeerId peer, TopicId topic);
  void add_behaviour(env::PeerId peer, double points);
  bool scored(env::PeerId peer) const;

  // router_messages.cpp
  MessageNumber number_of(const PubsubMessage& message) const;
  bool is_seen(const PubsubMessage& message, Instant now) const;
  MessageNumber mark_seen(const PubsubMessage& message, Instant now);
  void receive(env::PeerId from, PeerRecord& peer, const MessageRef& message, const env::Frame* frame, Instant now);
  void duplicate(env::PeerId from, const PubsubMessage& message, Instant now);
  void check(env::PeerId from, const MessageRef& message, const env::Frame* frame, Instant now);
  void settle(env::PeerId from, const MessageRef& message, const env::Frame* frame, Verdict verdict, Instant now);
  void add_copy(DeliveryRecord& record, env::PeerId from, const MessageRef& message, const env::Frame* frame);
  void verify_current(DeliveryRecord& record, Instant now);
  bool next_copy(DeliveryRecord& record);
  void signature_good(DeliveryRecord& record, Instant now);
  void conclude(DeliveryRecord& record, Verdict verdict, Instant now);
  void accept(env::PeerId from, const MessageRef& message, const env::Frame* frame, MessageNumber number);
  void forward(env::PeerId from, const PubsubMessage& message, const env::Frame& frame);

  // router_control.cpp
  void on_subscriptions(env::PeerId from, PeerRecord& peer, const std::vector<Subscription>& list, Instant now);
  std::size_t topics_of(const PeerRecord& peer) const;
  void set_subscribed(env::PeerId from, PeerRecord& peer, TopicId topic, bool subscribe, Instant now);
  void on_control(env::PeerId from, PeerRecord& peer, const Control& control, Instant now);
  void on_graft(env::PeerId from, PeerRecord& peer, const Graft& graft, Instant now);
  void on_prune(env::PeerId from, PeerRecord& peer, const Prune& prune, Instant now);
  bool knows(const IdList& ids, std::size_t i, Instant now);
  void on_ihave(env::PeerId from, PeerRecord& peer, const std::vector<IHave>& list, Instant now);
  void on_iwant(env::PeerId from, PeerRecord& peer, const std::vector<IWant>& list, Instant now);

  // router_mesh.cpp
  void add_to_mesh(env::PeerId peer, TopicId topic, Instant now);
  void remove_from_mesh(env::PeerId peer, TopicId topic, Instant now);         // closes P3b
  void graft(env::PeerId peer, TopicId topic, Instant now);                    // add and tell
  void prune(env::PeerId peer, TopicId topic, Duration backoff, Instant now);  // remove and tell
  bool eligible(env::PeerId peer, TopicId topic, Instant now);                 // for grafting by us
  bool has_others(TopicId topic) const;
  bool graft_some(TopicId topic, std::size_t count, Instant now, bool outbound_only, const double* above_score);
  void maintain_mesh(TopicId topic, Instant now);
  void graft_better(TopicId topic, Instant now);
  void trim_mesh(TopicId topic, Instant now);
  void maintain_fanout(TopicId topic, Instant now);
  void fill_fanout(TopicId topic, Instant now);
  void choose_gossip(std::vector<GossipTarget>& targets, std::vector<SharedIds>& ids, Instant now);
  SharedIds newest_ids(TopicId topic);
  void apply_promises(Instant now);

  // router_outbound.cpp
  void collect(env::PeerId peer, const ControlItem& item) { outgoing_.push_back({peer, item}); }
  void flush();  // sends what was collected, one RPC per peer
  void flush(std::vector<GossipTarget> gossip, const std::vector<SharedIds>& ids);
  void count_sent(const env::Frame& frame);
  void congest(PeerRecord& record);
  void send_frame(env::PeerId peer, const env::Frame& frame, Class kind);
  void send_rpc(env::PeerId peer, Rpc rpc, Class kind);
  std::size_t merged(const std::vector<env::Frame>& frames, std::size_t first, env::Frame& out) const;
  std::size_t send_merged(env::PeerId peer, const std::vector<env::Frame>& frames, std::size_t first);
  Rpc control_rpc(std::span<const ControlItem> items) const;
  void send_control(env::PeerId peer, std::span<const ControlItem> items, std::vector<IHave> gossip);
  PeerExtra& extra_of(PeerRecord& record);

  // Read for every delivery: kept together, so that a duplicate touches two lines here.
  std::vector<PeerRecord> peers_;  // by PeerId
  SeenCache seen_;
  std::uint32_t joined_ = 0;  // bit per TopicId, as the next but one
  std::uint16_t topic_count_;
  std::uint32_t counts_mesh_ = 0;  // P3 or P3b have a weight
  std::uint32_t congested_ = 0;    // peers whose transport is full
  bool own_numbers_;
  const Params* hot_params_;  // *params_
  DeliveryRecords records_;
  Statistics statistics_;

  // For first deliveries and heartbeats.
  Actions& actions_;
  std::vector<TopicState> topic_states_;  // by TopicId
  std::vector<TopicPeer> topic_peers_;    // by PeerId * topic_count_ + TopicId
  MessageCache cache_;
  std::size_t longest_queue_ever_ = 0;
  std::uint64_t own_identity_;
  std::uint32_t ticks_ = 0;    // of decay
  std::uint32_t blamed_ = 0;   // connected peers with PeerRecord::blamed
  bool plain_weights_ = true;  // P1, P2, P5 can only help
  bool heard_ihave_ = false;   // since the last heartbeat
  std::uint64_t heartbeats_ = 0;
  Instant next_decay_{};
  std::vector<env::PeerId> connected_;  // ascending
  std::vector<env::PeerId> direct_;     // connected direct peers, ascending
  std::vector<Promise> promises_;       // by deadline
  std::vector<Outgoing> outgoing_;
  BackoffTable backoffs_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> address_groups_;  // sorted: group, connected peers

  SharedParams params_;
  std::shared_ptr<const Topics> topics_;
  std::shared_ptr<MessageNumbers> numbers_;
  Generator& random_;
};

}  // namespace lastmile::gossip
