// The RPC of gossipsub (libp2p.md 11.2): subscriptions, messages, control. proto2: what was present stays present.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/env/frame.hpp"
#include "core/gossip/limits.hpp"
#include "core/gossip/message.hpp"

namespace lastmile::gossip {

// A topic field: its number in the table of the program, and its name where it is absent there.
struct TopicRef {
  TopicId id = kNoTopic;
  std::optional<std::string> name;  // empty = the field was absent; always set when present, also for known topics
  friend bool operator==(const TopicRef&, const TopicRef&) = default;
};
TopicRef topic_ref(const Topics& topics, TopicId id);

struct Subscription {
  std::optional<bool> subscribe;
  TopicRef topic;
  friend bool operator==(const Subscription&, const Subscription&) = default;
};

using SharedIds = std::shared_ptr<const IdList>;  // never null in an RPC; shared by all receivers of one gossip round

struct IHave {
  TopicRef topic;
  SharedIds ids;
  friend bool operator==(const IHave& a, const IHave& b) { return a.topic == b.topic && *a.ids == *b.ids; }
};
struct IWant {
  SharedIds ids;
  friend bool operator==(const IWant& a, const IWant& b) { return *a.ids == *b.ids; }
};
struct IDontWant {  // only of meshsub 1.2: parsed, not acted upon
  SharedIds ids;
  friend bool operator==(const IDontWant& a, const IDontWant& b) { return *a.ids == *b.ids; }
};
struct Graft {
  TopicRef topic;
  friend bool operator==(const Graft&, const Graft&) = default;
};
struct ExchangedPeer {
  std::optional<Bytes> peer_id;
  std::optional<Bytes> signed_record;
  friend bool operator==(const ExchangedPeer&, const ExchangedPeer&) = default;
};
struct Prune {
  TopicRef topic;
  std::vector<ExchangedPeer> peers;        // parsed, not used (12.6: we do no peer exchange)
  std::optional<std::uint64_t> backoff_s;  // seconds
  friend bool operator==(const Prune&, const Prune&) = default;
};

struct Control {
  std::vector<IHave> ihave;
  std::vector<IWant> iwant;
  std::vector<Graft> graft;
  std::vector<Prune> prune;
  std::vector<IDontWant> idontwant;
  bool empty() const { return ihave.empty() && iwant.empty() && graft.empty() && prune.empty() && idontwant.empty(); }
  friend bool operator==(const Control&, const Control&) = default;
};

struct Rpc {
  std::vector<Subscription> subscriptions;
  std::vector<MessageRef> publish;
  std::optional<Control> control;  // present and empty differs from absent
  bool empty() const { return subscriptions.empty() && publish.empty() && !control; }
};
bool operator==(const Rpc& a, const Rpc& b);  // messages by their fields

std::size_t wire_size(const Rpc& rpc);  // equals encode_rpc(rpc).size()
Bytes encode_rpc(const Rpc& rpc);

// Refuses: malformed protobuf, anything above limits.hpp (checked before memory is taken). Messages beyond
// kRpcMessagesMax are skipped unread, as Aleph nodes do; unknown fields too. numbers: see make_message.
Result<Rpc> decode_rpc(ByteView bytes, const Topics& topics, const IdScheme& scheme, MessageNumbers* numbers = nullptr);

// An RPC on its way between peers. The digest mixes message digests and control contents without encoding them.
class RpcBody final : public env::FrameBody {
 public:
  explicit RpcBody(Rpc rpc);
  static env::Frame of(Rpc rpc) { return env::Frame::make<RpcBody>(std::move(rpc)); }
  static env::Frame of(MessageRef message);  // the one-message RPC that a forwarder shares with all receivers

  const Rpc& rpc() const { return rpc_; }
  // The message if this RPC is one message and nothing else, else null. Then the frame itself can be forwarded.
  const MessageRef* single() const { return single_ ? &rpc_.publish.front() : nullptr; }
  Bytes encode() const override { return encode_rpc(rpc_); }

 private:
  Rpc rpc_;
  bool single_;
};

// The body when the frame is one of ours (decoded, or passed by reference inside a simulation), else null.
const RpcBody* rpc_body(const env::Frame& frame);

// Cuts an RPC into ones of at most `bytes_max` and kRpcMessagesMax messages, in the same order. A part that cannot be
// cut (one message, one id) and is above the limit alone is left out and counted in `left_out`.
std::vector<Rpc> split_rpc(Rpc rpc, std::size_t bytes_max, std::size_t* left_out = nullptr);

}  // namespace lastmile::gossip
