// Many routers in a tiny event loop with delay and loss: what must hold for all of them together.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <queue>
#include <set>

#include "core/gossip/router.hpp"

namespace lastmile::gossip {
namespace {

// N routers on a random connected graph. Frames arrive after a random delay in the order they were sent per link, or
// not at all.
class Network {
 public:
  struct Options {
    std::uint32_t nodes = 40;
    std::uint32_t links_each = 8;
    double loss = 0;
    std::uint64_t seed = 1;
    bool bytes = false;  // carry encoded bytes instead of shared objects
    Checking checking = Checking::full;
    Duration check_time{};  // 0 = checks answer at once
  };

  explicit Network(const Options& options) : options_(options), luck_(options.seed) {
    topics_->add(kMessageTopicName);
    params_.checking = options.checking;
    for (std::uint32_t n = 0; n < options.nodes; ++n) nodes_.push_back(std::make_unique<Node>(*this, n));
    for (std::uint32_t n = 0; n < options.nodes; ++n) link(n, (n + 1) % options.nodes);
    for (std::uint32_t n = 0; n < options.nodes; ++n) {
      while (nodes_[n]->peers.size() < options.links_each) {
        link(n, static_cast<std::uint32_t>(luck_.below(options.nodes)));
      }
    }
    for (auto& node : nodes_) {
      node->router->join(TopicId{0}, now_);
      const Duration offset = luck_.uniform({}, seconds(1));
      post(offset, [this, &node] { beat(*node); });
    }
  }

  void run(Duration time) {
    const Instant end = now_ + time;
    while (!events_.empty() && events_.top().at <= end) {
      auto event = std::move(const_cast<Event&>(events_.top()));
      events_.pop();
      now_ = event.at;
      event.act();
    }
    now_ = end;
  }
  MessageRef publish(std::uint32_t node, const std::string& payload) {
    MessageFields fields;
    fields.from = Field::of("node " + std::to_string(node));
    fields.data = Field::of(std::string_view(payload));
    fields.seqno = seqno_field(++seqno_);
    fields.topic = Field::of(kMessageTopicName);
    fields.signature = Field::synthetic(64, seqno_);
    const MessageRef message =
        make_message(fields, *topics_, params_.id_scheme, options_.bytes ? nullptr : numbers_.get());
    EXPECT_EQ(nodes_[node]->router->publish(message, now_), Published::ok);
    return message;
  }
  Router& router(std::uint32_t n) { return *nodes_[n]->router; }
  std::size_t delivered(std::uint32_t n, MessageKey key) { return nodes_[n]->delivered[key]; }
  std::uint64_t trace() const { return trace_; }
  std::uint32_t size() const { return options_.nodes; }
  void cut(std::uint32_t a, std::uint32_t b) {  // both ends notice
    for (auto [x, y] : {std::pair{a, b}, std::pair{b, a}}) {
      const auto at = nodes_[x]->peers.find(y);
      if (at == nodes_[x]->peers.end()) continue;
      nodes_[x]->router->on_lost(at->second, now_);
      nodes_[x]->down.insert(at->second);
    }
  }
  void mend(std::uint32_t a, std::uint32_t b) {
    for (auto [x, y] : {std::pair{a, b}, std::pair{b, a}}) {
      const env::PeerId id = nodes_[x]->peers.at(y);
      nodes_[x]->down.erase(id);
      nodes_[x]->router->on_connected(
          id, {x == a ? env::Direction::outbound : env::Direction::inbound, false, identity(y), 0}, now_);
    }
  }
  bool linked(std::uint32_t a, std::uint32_t b) const { return nodes_[a]->peers.contains(b); }

 private:
  struct Node final : Actions {
    Node(Network& net, std::uint32_t n) : network(net), number(n), random(substream(net.options_.seed, n, "gossip")) {
      router = std::make_unique<Router>(std::make_shared<const Params>(net.params_), net.topics_,
                                        net.options_.bytes ? nullptr : net.numbers_, identity(n), random, *this);
    }
    bool send(env::PeerId to, const env::Frame& frame) override {
      network.carry(*this, to, frame);
      return true;
    }
    Check verify(const MessageRef& message, env::PeerId) override {
      if (network.options_.check_time.ns == 0) return Check::good;
      network.post(network.options_.check_time, [this, message] { router->verified(message, true, network.now_); });
      return Check::later;
    }
    Verdict validate(const MessageRef&, env::PeerId) override { return Verdict::accept; }
    void deliver(const MessageRef& message, env::PeerId) override {
      ++delivered[message->key()];
      network.note(number, message->key().value);
    }
    Network& network;
    std::uint32_t number;
    Generator random;
    std::unique_ptr<Router> router;
    std::map<std::uint32_t, env::PeerId> peers;
    std::vector<std::uint32_t> neighbours;     // by PeerId
    std::map<std::uint32_t, Instant> arrives;  // by PeerId: last frame under way
    std::set<env::PeerId> down;
    std::map<MessageKey, std::size_t> delivered;
  };
  struct Event {
    Instant at;
    std::uint64_t order;
    std::function<void()> act;
    bool operator<(const Event& other) const { return std::tie(other.at, other.order) < std::tie(at, order); }
  };

  static std::uint64_t identity(std::uint32_t n) { return identity_key(as_bytes("node " + std::to_string(n))); }
  void post(Duration delay, std::function<void()> act) { events_.push({now_ + delay, order_++, std::move(act)}); }
  void beat(Node& node) {
    node.router->heartbeat(now_);
    post(seconds(1), [this, &node] { beat(node); });
  }
  void link(std::uint32_t a, std::uint32_t b) {
    if (a == b || nodes_[a]->peers.contains(b)) return;
    for (auto [x, y] : {std::pair{a, b}, std::pair{b, a}}) {
      const env::PeerId id{static_cast<std::uint32_t>(nodes_[x]->neighbours.size())};
      nodes_[x]->neighbours.push_back(y);
      nodes_[x]->peers[y] = id;
      nodes_[x]->router->on_connected(
          id, {x == a ? env::Direction::outbound : env::Direction::inbound, false, identity(y), 0}, now_);
    }
  }
  void carry(Node& from, env::PeerId to, const env::Frame& frame) {
    note(from.number, frame->digest());
    const bool only_messages = !rpc_body(frame)->rpc().publish.empty();
    if (only_messages && luck_.chance(options_.loss)) return;
    Node& receiver = *nodes_[from.neighbours[to.value]];
    const env::PeerId back = receiver.peers[from.number];
    Instant at = now_ + luck_.uniform(milliseconds(10), milliseconds(150));
    at = std::max(at, from.arrives[to.value]);
    from.arrives[to.value] = at;
    const env::Frame carried = options_.bytes ? env::Frame::of_bytes(frame->encode()) : frame;
    EXPECT_EQ(carried->wire_size(), frame->wire_size());
    post(at - now_, [this, &receiver, back, carried] {
      if (!receiver.down.contains(back)) receiver.router->on_frame(back, carried, now_);
    });
  }
  void note(std::uint64_t a, std::uint64_t b) {
    trace_ = (trace_ ^ (a * 0x9e3779b97f4a7c15U + b + static_cast<std::uint64_t>(now_.ns))) * 0xd6e8feb86659fd93U;
    trace_ ^= trace_ >> 32;
  }

  Options options_;
  Generator luck_;
  Params params_;
  std::shared_ptr<Topics> topics_ = std::make_shared<Topics>();
  std::shared_ptr<MessageNumbers> numbers_ = std::make_shared<MessageNumbers>();
  std::vector<std::unique_ptr<Node>> nodes_;
  std::priority_queue<Event> events_;
  std::uint64_t order_ = 0;
  std::uint64_t seqno_ = 0;
  std::uint64_t trace_ = 0;
  Instant now_{seconds(1).ns};
};

// Publishes `count` messages from everywhere, a few per second, and lets them settle.
std::vector<std::pair<std::uint32_t, MessageKey>> traffic(Network& network, int count) {
  std::vector<std::pair<std::uint32_t, MessageKey>> published;
  for (int i = 0; i < count; ++i) {
    const auto node = static_cast<std::uint32_t>(i) * 7 % network.size();
    published.emplace_back(node, network.publish(node, "message " + std::to_string(i))->key());
    network.run(milliseconds(210));
  }
  network.run(seconds(10));
  return published;
}

void expect_all_delivered_once(Network& network, const std::vector<std::pair<std::uint32_t, MessageKey>>& published) {
  for (const auto& [author, key] : published) {
    for (std::uint32_t n = 0; n < network.size(); ++n) {
      ASSERT_EQ(network.delivered(n, key), n == author ? 0u : 1u) << "node " << n << ", author " << author;
    }
  }
}

TEST(GossipNetwork, EveryMessageReachesEverybodyOnce) {
  Network network({});
  network.run(seconds(5));
  expect_all_delivered_once(network, traffic(network, 50));
}

TEST(GossipNetwork, GossipRepairsLostMessages) {
  Network network({.loss = 0.3});
  network.run(seconds(5));
  expect_all_delivered_once(network, traffic(network, 50));
  std::uint64_t asked = 0;
  for (std::uint32_t n = 0; n < network.size(); ++n) asked += network.router(n).statistics().ids_asked;
  EXPECT_GT(asked, 0u);
}

TEST(GossipNetwork, SlowSignatureChecksLoseNothing) {
  Network network({.nodes = 30, .check_time = milliseconds(300)});
  network.run(seconds(5));
  expect_all_delivered_once(network, traffic(network, 30));
}

TEST(GossipNetwork, BytesOnTheWireGiveTheSameRunAsSharedObjects) {
  const auto run = [](bool bytes) {
    Network network({.nodes = 30, .loss = 0.1, .seed = 5, .bytes = bytes});
    network.run(seconds(5));
    expect_all_delivered_once(network, traffic(network, 20));
    return network.trace();
  };
  EXPECT_EQ(run(false), run(true));
}

TEST(GossipNetwork, MeshesStayInBoundsAndAgree) {
  Network network({.nodes = 50, .links_each = 16});
  network.run(seconds(30));
  std::size_t degrees = 0;
  for (std::uint32_t n = 0; n < network.size(); ++n) {
    const std::size_t degree = network.router(n).mesh(TopicId{0}).size();
    EXPECT_GE(degree, 4u);
    EXPECT_LE(degree, 12u);
    degrees += degree;
  }
  EXPECT_EQ(degrees % 2, 0u) << "who is in my mesh has me in his";
  // Those present since the beginning stay: a settled mesh does not churn.
  std::vector<std::vector<env::PeerId>> before;
  for (std::uint32_t n = 0; n < network.size(); ++n) before.push_back(network.router(n).mesh(TopicId{0}));
  network.run(seconds(20));
  for (std::uint32_t n = 0; n < network.size(); ++n) EXPECT_EQ(network.router(n).mesh(TopicId{0}), before[n]);
}

TEST(GossipNetwork, TheSameSeedGivesTheSameTraceAndAnotherSeedAnother) {
  const auto run = [](std::uint64_t seed) {
    Network network({.loss = 0.05, .seed = seed});
    network.run(seconds(5));
    traffic(network, 20);
    return network.trace();
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

TEST(GossipNetwork, AHealedCutCarriesMessagesAgain) {
  Network network({.nodes = 30});
  network.run(seconds(5));
  std::vector<std::pair<std::uint32_t, std::uint32_t>> crossing;
  for (std::uint32_t a = 0; a < 15; ++a) {
    for (std::uint32_t b = 15; b < 30; ++b) {
      if (network.linked(a, b)) crossing.emplace_back(a, b);
    }
  }
  for (const auto& [a, b] : crossing) network.cut(a, b);
  const MessageKey lost = network.publish(0, "said during the cut")->key();
  network.run(seconds(30));
  for (std::uint32_t n = 0; n < 30; ++n) EXPECT_EQ(network.delivered(n, lost), n > 0 && n < 15 ? 1u : 0u);
  for (const auto& [a, b] : crossing) network.mend(a, b);
  network.run(seconds(5));
  expect_all_delivered_once(network, traffic(network, 10));
  EXPECT_EQ(network.delivered(20, lost), 0u) << "gossip does not bring back what is older than its windows";
}

}  // namespace
}  // namespace lastmile::gossip
