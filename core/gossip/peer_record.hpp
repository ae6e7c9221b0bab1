// What a router keeps per peer: flat arrays by PeerId, because they are read for every delivery.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "core/base/time.hpp"
#include "core/env/network.hpp"
#include "core/gossip/topics.hpp"

namespace lastmile::gossip {

constexpr std::uint32_t topic_bit(TopicId topic) { return std::uint32_t{1} << topic.value; }  // known topics only

// GRAFT, PRUNE or a subscription that must reach a peer. A later one of the same kind and topic replaces an earlier
// one.
struct ControlItem {
  enum class Kind : std::uint8_t { subscribe, unsubscribe, graft, prune };
  Kind kind;
  TopicId topic;
  std::uint32_t backoff_s = 0;  // prune
};

// What waits for a peer whose transport took no more (12.3): control is never dropped (and bounded by the number of
// topics), gossip goes first, then forwarded messages, then our own.
struct OutboundQueue {
  struct Message {
    env::Frame frame;
    bool own = false;
  };
  std::vector<ControlItem> control;
  std::deque<Message> messages;
  std::deque<env::Frame> gossip;  // IHAVE, IWANT
  std::size_t bytes = 0;          // of messages and gossip

  bool empty() const { return control.empty() && messages.empty() && gossip.empty(); }
  std::size_t size() const { return messages.size() + gossip.size(); }
  void add_control(const ControlItem& item);
  // Both return what was dropped for it, the item itself included, 0 or more frames.
  std::size_t add_message(const env::Frame& frame, bool own);
  std::size_t add_gossip(const env::Frame& frame);

 private:
  bool fits(std::size_t more) const;
};

// Rarely used state of a peer, made when first needed.
struct PeerExtra {
  OutboundQueue queue;
  std::vector<std::uint64_t> unknown_topics;  // sorted hashes of announced names that are in no table of ours
};

struct PeerRecord {
  double score = 0;            // as of the last refresh, kept for blamed peers only
  std::uint64_t identity = 0;  // identity_key
  std::unique_ptr<PeerExtra> extra;
  double app_score = 0;              // P5, kept across connections
  std::uint32_t retain_until_s = 0;  // disconnected: scores are kept until then; 0 = forgotten
  std::uint32_t address_group = 0;   // 0 = exempt from P6
  std::uint32_t decayed_at = 0;      // tick of decay that the counters are brought up to
  float behaviour = 0;               // P7
  std::uint32_t subscribed = 0;      // bit per TopicId, as the next two
  std::uint32_t mesh = 0;            // this peer is in our mesh
  std::uint32_t counted = 0;         // some counter of TopicPeer is not zero
  std::uint16_t ids_asked = 0;       // this heartbeat
  std::uint8_t ihave_messages = 0;
  bool connected : 1 = false;
  bool outbound : 1 = false;
  bool direct : 1 = false;
  // Something may count against it. Without blame every score is at least 0, and no threshold needs to be looked at.
  bool blamed : 1 = false;
  bool score_stale : 1 = false;
  bool congested : 1 = false;
};
static_assert(sizeof(PeerRecord) == 64);  // one cache line per duplicate delivery

// Score counters of one peer in one topic, decayed up to PeerRecord::decayed_at.
struct TopicPeer {
  Instant grafted_at{};
  float first_deliveries = 0;    // P2
  float mesh_deliveries = 0;     // P3
  float mesh_failures = 0;       // P3b, already squared
  float invalid_deliveries = 0;  // P4
};

struct MeshPeer {
  env::PeerId peer;
  std::uint32_t identity = 0;  // low half of identity_key: is this the author?
};

struct TopicState {
  std::vector<MeshPeer> mesh;
  std::vector<env::PeerId> fanout;
  Instant fanout_used{};
  bool settled = false;  // the last look at the mesh found nothing to do, and nothing has changed since
};

}  // namespace lastmile::gossip
