// A busy node that uses everything it is given, for tests of repeatability.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "sim/env/engine.hpp"
#include "tests/unit/sim/toy.hpp"

namespace lastmile::sim::test {

struct ChatterPlan {
  std::vector<std::uint32_t> friends;  // dialled at the start
  Instant lie_at{INT64_MAX};           // the first frame sent after this moment is another one
};

class Chatter final : public SimNode,
                      public env::FrameHandler,
                      public env::PeerHandler,
                      public env::ContentHandler,
                      public env::ChainHandler {
 public:
  Chatter(const NodeEnv& node_env, ChatterPlan plan)
      : env_(node_env), plan_(std::move(plan)), luck_(env_.random.stream("chatter")) {
    env_.network.listen(env::Protocol::gossip, *this);
    env_.network.listen(env::Protocol::heads, *this);
    env_.network.listen_peers(*this);
    env_.network.listen_content(*this);
  }
  void start() override {
    for (const std::uint32_t each : plan_.friends) env_.network.dial("n" + std::to_string(each));
    env_.chains.follow("chain", {0}, {}, *this);
    tick();
  }

  void on_frame(env::PeerId, const env::Frame& frame) override {
    heard_ += frame->digest();
    if (luck_.below(4) == 0) say(luck_.below(8) == 0 ? env::Protocol::heads : env::Protocol::gossip);
  }
  void on_request(env::PeerId, const env::Frame& frame, env::Reply reply) override {
    if (luck_.below(5) == 0) return reply(Error{"busy"});
    env_.timers.after(milliseconds(luck_.between(0, 30)),
                      [reply = std::move(reply), frame]() mutable { reply(frame); });
  }
  void on_fetch(env::PeerId, const env::ContentRange& range, Callback<void(Result<Bytes>)> reply) override {
    env_.disk.get_blob(range, std::move(reply));
  }
  void on_connected(env::PeerId peer, env::Direction) override { peers_.push_back(peer); }
  void on_lost(env::PeerId peer, env::CloseReason) override {
    std::erase(peers_, peer);
    const std::string name = env_.network.identity(peer);
    env_.timers.after(milliseconds(luck_.between(100, 3000)), [this, name] { env_.network.dial(name); });
  }
  void on_dial_failed(std::string_view address, env::CloseReason) override {
    env_.timers.after(seconds(2), [this, name = std::string(address)] { env_.network.dial(name); });
  }
  void on_block(std::string_view, const env::ChainBlock& block) override { heard_ += block.events.size(); }
  void on_reorg(std::string_view, env::Height kept) override { heard_ += kept.value; }
  void on_final(std::string_view, env::Height) override {}

 private:
  class Sum final : public env::JobOutput {
   public:
    explicit Sum(std::uint64_t v) : value(v) {}
    std::uint64_t value;
  };

  void say(env::Protocol protocol) {
    if (peers_.empty()) return;
    std::string text = "frame " + std::to_string(luck_.below(1000));
    if (env_.clock.now() >= plan_.lie_at) {
      text.back() = '!';  // of the same length
      plan_.lie_at = {INT64_MAX};
    }
    env_.network.send(peers_[luck_.below(peers_.size())], protocol, frame_of(text));
  }
  void tick() {
    say(env::Protocol::gossip);
    const std::uint64_t what = luck_.below(6);
    const std::string key = "k" + std::to_string(luck_.below(50));
    if (what == 0) {
      env::Batch batch;
      batch.put(key, std::string(luck_.below(200), 'v'));
      env_.disk.commit(std::move(batch), [this](Result<Unit>) { ++heard_; });
    } else if (what == 1) {
      const std::uint64_t input = luck_.below(20);
      env::Job job{{1, input}, microseconds(300), [input] { return std::make_shared<const Sum>(input * input); }};
      env_.executor.submit(input % 2 == 0 ? env::Lane::signatures : env::Lane::hashing, std::move(job),
                           [this](env::JobResult result) { heard_ += static_cast<const Sum&>(*result).value; });
    } else if (what == 2 && !peers_.empty()) {
      env_.network.request(peers_[luck_.below(peers_.size())], env::Protocol::heads, frame_of("ask " + key),
                           milliseconds(150), [this](Result<env::Frame> result) { heard_ += result.ok() ? 1 : 2; });
    } else if (what == 3) {
      env_.disk.put_blob(key, Bytes(luck_.below(3000), 5), [](Result<Unit>) {});
    } else if (what == 4 && !peers_.empty()) {
      env_.network.fetch(peers_[luck_.below(peers_.size())], {key}, seconds(2),
                         [this](Result<Bytes> result) { heard_ += result.ok() ? 3 : 4; });
    } else if (what == 5 && luck_.below(10) == 0) {
      env_.chains.submit("chain", key, [this](Result<std::string> result) { heard_ += result.ok() ? 5 : 6; });
    }
    env_.timers.after(milliseconds(luck_.between(5, 60)), [this] { tick(); });
  }

  NodeEnv env_;
  ChatterPlan plan_;
  Generator& luck_;
  std::vector<env::PeerId> peers_;
  std::uint64_t heard_ = 0;
};

}  // namespace lastmile::sim::test
