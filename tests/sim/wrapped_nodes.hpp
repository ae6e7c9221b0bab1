// Honest nodes in an environment that is not what they were written for: for directed tests that take away a defence
// which has no switch, or want a slow machine.
#pragma once

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "core/gossip/rpc.hpp"
#include "sim/adversary/network_filter.hpp"
#include "tests/sim/tuned_nodes.hpp"

namespace lastmile::sim::test {

// Before its node looks at what this author published, it is passed on to everybody, as the reference does
// (messages.md 5P.6).
class RelayingNetwork final : public NetworkFilter {
 public:
  RelayingNetwork(env::Network& network, std::string author) : NetworkFilter(network), author_(std::move(author)) {}

 protected:
  void heard(env::PeerId from, env::Protocol protocol, const env::Frame& frame) override {
    const gossip::RpcBody* body = protocol == env::Protocol::gossip ? gossip::rpc_body(frame) : nullptr;
    if (body == nullptr) return;
    for (const gossip::MessageRef& message : body->rpc().publish) {
      const auto& author = message->fields().from;
      if (author.text() != author_ || !seen_.insert(message->key().value).second) continue;
      for (const env::PeerId peer : connected_) {
        if (peer != from) network_.send(peer, env::Protocol::gossip, gossip::RpcBody::of(message));
      }
    }
  }

 private:
  std::string author_;
  std::set<std::uint64_t> seen_;
};

// Every job takes so many times as long as on the reference machine.
class SlowExecutor final : public env::Executor {
 public:
  SlowExecutor(env::Executor& inner, int factor) : inner_(inner), factor_(factor) {}
  void submit(env::Lane lane, env::Job job, Callback<void(env::JobResult)> done) override {
    job.cost = job.cost * factor_;
    inner_.submit(lane, std::move(job), std::move(done));
  }
  std::size_t in_flight(env::Lane lane) const override { return inner_.in_flight(lane); }

 private:
  env::Executor& inner_;
  int factor_;
};

// Each node with what Around makes of its environment.
template <class Around>
class WrappedNodes final : public OtherNodes {
 public:
  explicit WrappedNodes(Around around) : around_(std::move(around)) {}
  bool honest(scenario::Node) const override { return true; }
  std::unique_ptr<SimNode> make(scenario::Node, const NodeEnv& env, const node::NodeConfig& config,
                                trace::Sink& sink) override {
    return around_(env, config, sink);
  }

 private:
  Around around_;
};

template <class Around>
scenario::Summary run_around(const scenario::Scenario& scenario, Around around) {
  WrappedNodes<Around> nodes(std::move(around));
  RunOptions options;
  options.other_nodes = &nodes;
  auto summary = run_scenario(scenario, std::move(options));
  if (!summary.ok()) ADD_FAILURE() << summary.error().text;
  return std::move(*summary);
}

inline scenario::Summary run_relaying(const scenario::Scenario& scenario, std::string author) {
  std::deque<std::unique_ptr<RelayingNetwork>> networks;  // outlive their nodes
  return run_around(scenario, [&](const NodeEnv& env, const node::NodeConfig& config, trace::Sink& sink) {
    networks.push_back(std::make_unique<RelayingNetwork>(env.network, author));
    const NodeEnv relaying{env.index,        env.incarnation, env.name,   env.clock,    env.timers,
                           *networks.back(), env.disk,        env.random, env.executor, env.chains};
    return std::make_unique<CoreSimNode>(relaying, config, sink);
  });
}

inline scenario::Summary run_slow(const scenario::Scenario& scenario, int factor) {
  std::deque<std::unique_ptr<SlowExecutor>> executors;  // outlive their nodes
  return run_around(scenario, [&](const NodeEnv& env, const node::NodeConfig& config, trace::Sink& sink) {
    executors.push_back(std::make_unique<SlowExecutor>(env.executor, factor));
    const NodeEnv slow{env.index,   env.incarnation, env.name,   env.clock,         env.timers,
                       env.network, env.disk,        env.random, *executors.back(), env.chains};
    return std::make_unique<CoreSimNode>(slow, config, sink);
  });
}

}  // namespace lastmile::sim::test
