// One router among invented peers: says what happened to it and records what it does.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/gossip/router.hpp"

namespace lastmile::gossip::test {

inline env::PeerId peer(std::uint32_t n) { return env::PeerId{n}; }

inline MessageFields fields_of(std::string_view author, std::string_view payload, std::uint64_t seqno,
                               std::string_view topic, std::string_view signature = "signature") {
  MessageFields fields;
  fields.from = Field::of(author);
  fields.data = Field::of(payload);
  fields.seqno = seqno_field(seqno);
  fields.topic = Field::of(topic);
  fields.signature = Field::of(signature);
  return fields;
}

class RecordedActions final : public Actions {
 public:
  struct Sent {
    env::PeerId to;
    env::Frame frame;
    const Rpc& rpc() const { return rpc_body(frame)->rpc(); }
  };

  bool send(env::PeerId to, const env::Frame& frame) override {
    if (full.contains(to)) return false;
    sent.push_back({to, frame});
    return true;
  }
  Check verify(const MessageRef& message, env::PeerId) override {
    verified.push_back(message);
    return bad_signatures.contains(message->fields().signature.text()) ? bad_answer : check;
  }
  Verdict validate(const MessageRef& message, env::PeerId) override {
    validated.push_back(message);
    return verdict;
  }
  void deliver(const MessageRef& message, env::PeerId from) override { delivered.emplace_back(message, from); }
  void reached(trace::RareState state) override { ++rare[state]; }

  std::vector<Sent> sent;
  std::vector<MessageRef> verified;
  std::vector<MessageRef> validated;
  std::vector<std::pair<MessageRef, env::PeerId>> delivered;
  std::map<trace::RareState, int> rare;  // how often
  std::set<env::PeerId> full;            // peers whose transport takes nothing
  std::set<std::string_view> bad_signatures;
  Check check = Check::good;
  Check bad_answer = Check::bad;
  Verdict verdict = Verdict::accept;
};

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() {
    topics->add(kMessageTopicName);
    topics->add(kAliveTopicName);
  }
  // Call after changing `params` and before anything else.
  Router& start(bool join = true) {
    router_ = std::make_unique<Router>(std::make_shared<const Params>(params), topics, nullptr,
                                       identity_key(as_bytes("self")), random, actions);
    if (join) router_->join(topic, now);
    return *router_;
  }
  Router& router() { return *router_; }

  static std::uint64_t identity(std::uint32_t n) { return identity_key(as_bytes("peer " + std::to_string(n))); }
  // Connected and subscribed to `topic`.
  void connect(std::uint32_t n, env::Direction direction = env::Direction::outbound, bool direct = false) {
    router().on_connected(peer(n), {direction, direct, identity(n), 0}, now);
    subscribe(n);
  }
  void connect_many(std::uint32_t first, std::uint32_t last, env::Direction direction = env::Direction::outbound) {
    for (std::uint32_t n = first; n <= last; ++n) connect(n, direction);
  }
  void subscribe(std::uint32_t n, bool on = true) {
    Rpc rpc;
    rpc.subscriptions.push_back({on, topic_ref(*topics, topic)});
    hear(n, std::move(rpc));
  }
  void hear(std::uint32_t n, Rpc rpc) { router().on_frame(peer(n), RpcBody::of(std::move(rpc)), now); }
  void hear(std::uint32_t n, const MessageRef& message) { router().on_frame(peer(n), RpcBody::of(message), now); }
  void hear_graft(std::uint32_t n) {
    Rpc rpc;
    rpc.control.emplace().graft.push_back({topic_ref(*topics, topic)});
    hear(n, std::move(rpc));
  }
  void hear_prune(std::uint32_t n, std::optional<std::uint64_t> backoff_s) {
    Rpc rpc;
    rpc.control.emplace().prune.push_back({topic_ref(*topics, topic), {}, backoff_s});
    hear(n, std::move(rpc));
  }
  static SharedIds ids(const std::vector<std::uint64_t>& keys) {
    auto list = std::make_shared<IdList>();
    for (const std::uint64_t key : keys) list->add(MessageKey{key});
    return list;
  }
  void hear_ihave(std::uint32_t n, SharedIds list) {
    Rpc rpc;
    rpc.control.emplace().ihave.push_back({topic_ref(*topics, topic), std::move(list)});
    hear(n, std::move(rpc));
  }
  void hear_iwant(std::uint32_t n, SharedIds list) {
    Rpc rpc;
    rpc.control.emplace().iwant.push_back({std::move(list)});
    hear(n, std::move(rpc));
  }
  void beat(int times = 1) {
    for (int i = 0; i < times; ++i) {
      now = now + params.heartbeat;
      router().heartbeat(now);
    }
  }
  MessageRef message(std::string_view payload, std::string_view author = "author",
                     std::string_view signature = "signature") {
    return make_message(fields_of(author, payload, ++seqno, topics->name(topic), signature), *topics, params.id_scheme,
                        nullptr);
  }

  bool in_mesh(std::uint32_t n) {
    const auto members = router().mesh(topic);
    return std::find(members.begin(), members.end(), peer(n)) != members.end();
  }
  double score(std::uint32_t n) { return router().score(peer(n), now); }
  std::vector<Graft> grafts_to(std::uint32_t n) {
    return control_to<Graft>(n, [](const Control& c) { return c.graft; });
  }
  std::vector<Prune> prunes_to(std::uint32_t n) {
    return control_to<Prune>(n, [](const Control& c) { return c.prune; });
  }
  std::vector<IHave> ihaves_to(std::uint32_t n) {
    return control_to<IHave>(n, [](const Control& c) { return c.ihave; });
  }
  std::vector<IWant> iwants_to(std::uint32_t n) {
    return control_to<IWant>(n, [](const Control& c) { return c.iwant; });
  }
  std::vector<Subscription> subscriptions_to(std::uint32_t n) {
    std::vector<Subscription> out;
    for (const auto& sent : actions.sent) {
      if (sent.to == peer(n)) out.insert(out.end(), sent.rpc().subscriptions.begin(), sent.rpc().subscriptions.end());
    }
    return out;
  }
  std::vector<MessageRef> messages_to(std::uint32_t n) {
    std::vector<MessageRef> out;
    for (const auto& sent : actions.sent) {
      if (sent.to == peer(n)) out.insert(out.end(), sent.rpc().publish.begin(), sent.rpc().publish.end());
    }
    return out;
  }
  std::set<env::PeerId> receivers() {  // of any message
    std::set<env::PeerId> out;
    for (const auto& sent : actions.sent) {
      if (!sent.rpc().publish.empty()) out.insert(sent.to);
    }
    return out;
  }
  void forget_sent() { actions.sent.clear(); }

  Params params;
  std::shared_ptr<Topics> topics = std::make_shared<Topics>();
  TopicId topic{0};
  TopicId alive{1};
  RecordedActions actions;
  Generator random{7};
  Instant now{seconds(1000).ns};
  std::uint64_t seqno = 0;

 private:
  template <class Part, class Get>
  std::vector<Part> control_to(std::uint32_t n, Get get) {
    std::vector<Part> out;
    for (const auto& sent : actions.sent) {
      if (sent.to != peer(n) || !sent.rpc().control) continue;
      const auto parts = get(*sent.rpc().control);
      out.insert(out.end(), parts.begin(), parts.end());
    }
    return out;
  }
  std::unique_ptr<Router> router_;
};

}  // namespace lastmile::gossip::test
