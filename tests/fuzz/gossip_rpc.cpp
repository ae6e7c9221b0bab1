// Gossip RPCs as they come from anybody: refused, or written and read back equal; and a router with a mesh survives
// them, keeps its limits, and says nothing larger than it may.
#include <algorithm>
#include <memory>

#include "core/base/check.hpp"
#include "core/gossip/router.hpp"

namespace {

using namespace lastmile;
using namespace lastmile::gossip;

class Watching final : public Actions {
 public:
  bool send(env::PeerId, const env::Frame& frame) override {
    LM_CHECK(frame->wire_size() <= kRpcBytesMaxAleph);
    LM_CHECK(frame->wire_size() == frame->encode().size());
    return true;
  }
  Check verify(const MessageRef& message, env::PeerId) override {
    LM_CHECK(structure_fault(message->fields()) == StructureFault::none);
    return static_cast<Check>(message->key().value % 4);
  }
  Verdict validate(const MessageRef& message, env::PeerId) override {
    return static_cast<Verdict>((message->key().value >> 8) % 4);
  }
  void deliver(const MessageRef&, env::PeerId) override {}
};

void feed_router(const Bytes& bytes, const std::shared_ptr<const Topics>& topics) {
  Generator random(1);
  Watching actions;
  Params params;
  Router router(std::make_shared<const Params>(params), topics, nullptr, identity_key(as_bytes("self")), random,
                actions);
  Instant now{seconds(1).ns};
  router.join(TopicId{0}, now);
  for (std::uint32_t n = 0; n < 3; ++n) {
    router.on_connected(env::PeerId{n}, {env::Direction::outbound, false, n + 1, 0}, now);
    Rpc hello;
    hello.subscriptions.push_back({true, topic_ref(*topics, TopicId{0})});
    router.on_frame(env::PeerId{n}, RpcBody::of(std::move(hello)), now);
  }
  router.heartbeat(now);
  const env::Frame frame = env::Frame::of_bytes(bytes);
  for (std::uint32_t n = 0; n < 3; ++n) {
    router.on_frame(env::PeerId{n}, frame, now);
    now = now + milliseconds(700);
    router.heartbeat(now);
  }
  router.on_lost(env::PeerId{0}, now);
  router.heartbeat(now + seconds(3600));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto topics = [] {
    auto made = std::make_shared<Topics>();
    made->add(kMessageTopicName);
    made->add(kAliveTopicName);
    return std::shared_ptr<const Topics>(made);
  }();
  const ByteView bytes(data, size);
  for (const IdKind kind : {IdKind::content, IdKind::from_seqno}) {
    const IdScheme scheme{kind, {1, 2}};
    const auto rpc = decode_rpc(bytes, *topics, scheme);
    if (!rpc.ok()) continue;
    const Bytes written = encode_rpc(*rpc);
    LM_CHECK(written.size() == wire_size(*rpc));
    const auto again = decode_rpc(written, *topics, scheme);
    LM_CHECK(again.ok());
    // A message that names its topic twice is never valid and never sent on; only the last name is kept of it.
    const bool topic_twice = std::any_of(rpc->publish.begin(), rpc->publish.end(),
                                         [](const MessageRef& message) { return message->fields().topic_repeated; });
    LM_CHECK(topic_twice || *again == *rpc);
    std::size_t left_out = 0;
    for (const Rpc& part : split_rpc(*rpc, 2000, &left_out)) LM_CHECK(wire_size(part) <= 2000);
  }
  feed_router(Bytes(bytes.begin(), bytes.end()), topics);
  return 0;
}
