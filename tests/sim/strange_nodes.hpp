// Core nodes that misbehave because a part of their environment does: of directed tests that plant what a check must
// see. The core knows nothing of it.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/small_world.hpp"

namespace lastmile::sim::test {

// What stands in for a part of the environment; empty: the true one. May keep references into the true one.
struct FalseParts {
  std::unique_ptr<env::Network> network;
  std::unique_ptr<env::Disk> disk;
  std::unique_ptr<env::Executor> executor;
  std::unique_ptr<env::ChainGateway> chains;
  std::unique_ptr<trace::Sink> sink;
};

class StrangeNodes final : public OtherNodes {
 public:
  // Called at each start of a full node; changes what it likes.
  using Change = std::function<void(const NodeEnv&, trace::Sink&, FalseParts&, node::NodeConfig&)>;
  explicit StrangeNodes(Change change) : change_(std::move(change)) {}

  bool honest(scenario::Node) const override { return true; }
  std::unique_ptr<SimNode> make(scenario::Node, const NodeEnv& env, const node::NodeConfig& config,
                                trace::Sink& sink) override {
    FalseParts& parts = *parts_.emplace_back(std::make_unique<FalseParts>());
    node::NodeConfig own = config;
    change_(env, sink, parts, own);
    const NodeEnv strange{env.index,
                          env.incarnation,
                          env.name,
                          env.clock,
                          env.timers,
                          parts.network ? *parts.network : env.network,
                          parts.disk ? *parts.disk : env.disk,
                          env.random,
                          parts.executor ? *parts.executor : env.executor,
                          parts.chains ? *parts.chains : env.chains};
    return std::make_unique<CoreSimNode>(strange, own, parts.sink ? *parts.sink : sink);
  }

 private:
  Change change_;
  std::vector<std::unique_ptr<FalseParts>> parts_;  // outlive their nodes
};

inline scenario::Summary run_strange(const scenario::Scenario& scenario, StrangeNodes::Change change) {
  StrangeNodes nodes(std::move(change));
  RunOptions options;
  options.other_nodes = &nodes;
  auto summary = run_scenario(scenario, std::move(options));
  if (!summary.ok()) ADD_FAILURE() << summary.error().text;
  return std::move(*summary);
}

using Names = std::set<std::string>;

// The names of the checks that ended so.
inline Names checks_that(const scenario::Summary& summary, scenario::Verdict verdict) {
  Names names;
  for (const scenario::CheckResult& check : summary.checks) {
    if (check.verdict == verdict) names.emplace(scenario::check_text(check.name));
  }
  return names;
}
inline Names failed(const scenario::Summary& summary) { return checks_that(summary, scenario::Verdict::fail); }

// A small world whose run is asked for everything that can be asked without a chain, or with one.
inline SmallWorld watched_world() {
  SmallWorld w;
  w.checks = R"(, {"name": "backlog_drained"}, {"name": "overlay_connected"}, {"name": "loss_reported"})";
  w.phases = R"({"warm_up": "5s", "trouble": "20s", "heal": "10s", "settle": "60s"})";
  return w;
}
inline SmallWorld watched_chain() {
  SmallWorld w = watched_world();
  w.checks += R"(, {"name": "confirmed"}, {"name": "finality_respected"})";
  w.roads = R"({"gossip": true, "reconciliation": true, "chain": true, "content_store": false})";
  w.chains = R"({"name": "ethereum", "kind": "evm", "block_time": "2s", "finality_blocks": 3, "archive_every": "5s",
                 "synchronizers": ["node:west-0", "node:east-0"]})";
  return w;
}

// Passes everything on: a test overrides what its node is to get wrong.
class ThroughNetwork : public env::Network {
 public:
  explicit ThroughNetwork(env::Network& network) : network_(network) {}
  void listen(env::Protocol protocol, env::FrameHandler& handler) override { network_.listen(protocol, handler); }
  void listen_peers(env::PeerHandler& handler) override { network_.listen_peers(handler); }
  void listen_content(env::ContentHandler& handler) override { network_.listen_content(handler); }
  void dial(std::string address) override { network_.dial(std::move(address)); }
  void close(env::PeerId peer, env::CloseReason reason) override { network_.close(peer, reason); }
  void send(env::PeerId peer, env::Protocol protocol, env::Frame frame) override {
    network_.send(peer, protocol, std::move(frame));
  }
  void request(env::PeerId peer, env::Protocol protocol, env::Frame frame, Duration deadline,
               env::Done<env::Frame> done) override {
    network_.request(peer, protocol, std::move(frame), deadline, std::move(done));
  }
  void fetch(env::PeerId peer, env::ContentRange range, Duration deadline, env::Done<Bytes> done) override {
    network_.fetch(peer, std::move(range), deadline, std::move(done));
  }
  std::size_t queued_bytes(env::PeerId peer) const override { return network_.queued_bytes(peer); }
  std::string identity(env::PeerId peer) const override { return network_.identity(peer); }
  std::string own_identity() const override { return network_.own_identity(); }

 protected:
  env::Network& network_;
};

class ThroughGateway : public env::ChainGateway {
 public:
  explicit ThroughGateway(env::ChainGateway& chains) : chains_(chains) {}
  void follow(std::string_view chain, env::Height from, std::string_view known_hash,
              env::ChainHandler& handler) override {
    chains_.follow(chain, from, known_hash, handler);
  }
  void submit(std::string_view chain, std::string payload, env::Done<std::string> done) override {
    chains_.submit(chain, std::move(payload), std::move(done));
  }
  std::string publisher(std::string_view chain) const override { return chains_.publisher(chain); }
  void balance(std::string_view chain, std::string address, env::Done<std::string> done) override {
    chains_.balance(chain, std::move(address), std::move(done));
  }

 protected:
  env::ChainGateway& chains_;
};

}  // namespace lastmile::sim::test
