// Handlers that write down what a node was told, and complain when they are called inside a call of ours.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/random.hpp"
#include "tests/env_conformance/world.hpp"

namespace lastmile::env_conformance {

// So many bytes that compress to nothing.
inline Bytes content(std::size_t size, std::uint64_t seed) {
  Generator luck(seed);
  Bytes out(size);
  for (auto& byte : out) byte = static_cast<std::uint8_t>(luck.next());
  return out;
}

inline env::Frame frame_of(std::string_view text) { return env::Frame::of_bytes(to_bytes(text)); }
inline std::string text_of(const env::Frame& frame) {
  const Bytes bytes = frame->encode();
  return std::string(as_text(bytes));
}

// Everything one node was told about connections, in order.
struct PeerEvent {
  enum class Kind { connected, lost, dial_failed };
  Kind kind;
  env::PeerId peer{};
  env::Direction direction{};
  env::CloseReason reason{};
  std::string address;
};

// Everything that happens to one node's network. in_call is above zero while the test itself is inside a call of env:
// a handler that runs then breaks run to completion.
class NodeLog final : public env::PeerHandler, public env::ContentHandler {
 public:
  struct Received {
    env::PeerId from;
    env::Protocol protocol;
    std::string text;
  };
  struct Asked {
    env::PeerId from;
    env::Protocol protocol;
    std::string text;
    env::Reply reply;
  };
  struct Fetched {
    env::PeerId from;
    env::ContentRange range;
    Callback<void(Result<Bytes>)> reply;
  };

  NodeLog() {
    for (std::size_t i = 0; i < handlers_.size(); ++i) handlers_[i] = {this, static_cast<env::Protocol>(i)};
  }
  NodeLog(const NodeLog&) = delete;
  NodeLog& operator=(const NodeLog&) = delete;

  // Registers everything; call it before the first event and again after a reopen.
  void listen(env::Network& network) {
    for (auto& handler : handlers_) network.listen(handler.protocol, handler);
    network.listen_peers(*this);
    network.listen_content(*this);
  }

  void on_connected(env::PeerId peer, env::Direction direction) override {
    outside();
    peers.push_back({PeerEvent::Kind::connected, peer, direction, {}, {}});
    if (when_connected) when_connected(peer);
  }
  void on_lost(env::PeerId peer, env::CloseReason reason) override {
    outside();
    peers.push_back({PeerEvent::Kind::lost, peer, {}, reason, {}});
  }
  void on_dial_failed(std::string_view address, env::CloseReason reason) override {
    outside();
    peers.push_back({PeerEvent::Kind::dial_failed, {}, {}, reason, std::string(address)});
  }
  void on_fetch(env::PeerId from, const env::ContentRange& range, Callback<void(Result<Bytes>)> reply) override {
    outside();
    fetches.push_back({from, range, std::move(reply)});
    if (when_fetched) when_fetched(fetches.back());
  }

  std::size_t count(PeerEvent::Kind kind) const {
    return static_cast<std::size_t>(
        std::count_if(peers.begin(), peers.end(), [&](const PeerEvent& event) { return event.kind == kind; }));
  }
  std::vector<std::string> texts(env::Protocol protocol) const {
    std::vector<std::string> out;
    for (const Received& one : received) {
      if (one.protocol == protocol) out.push_back(one.text);
    }
    return out;
  }
  env::PeerId last_peer() const { return peers.back().peer; }

  void outside() const { EXPECT_EQ(in_call, 0) << "a callback ran inside a call of env"; }

  int in_call = 0;
  std::vector<PeerEvent> peers;
  std::vector<Received> received;
  std::vector<Asked> asked;
  std::vector<Fetched> fetches;
  Callback<void(env::PeerId)> when_connected;
  Callback<void(Asked&)> when_asked;
  Callback<void(Fetched&)> when_fetched;

 private:
  struct Handler final : env::FrameHandler {
    Handler() = default;
    Handler(NodeLog* owner, env::Protocol which) : log(owner), protocol(which) {}
    void on_frame(env::PeerId from, const env::Frame& frame) override {
      log->outside();
      log->received.push_back({from, protocol, text_of(frame)});
    }
    void on_request(env::PeerId from, const env::Frame& frame, env::Reply reply) override {
      log->outside();
      log->asked.push_back({from, protocol, text_of(frame), std::move(reply)});
      if (log->when_asked) log->when_asked(log->asked.back());
    }
    NodeLog* log = nullptr;
    env::Protocol protocol{};
  };
  std::array<Handler, env::kProtocolCount> handlers_;
};

// Runs work on the node's loop and marks it as ours while it runs.
template <class Work>
void call(World& world, std::size_t node, NodeLog& log, Work work) {
  world.on_loop(node, [&log, &work] {
    ++log.in_call;
    work();
    --log.in_call;
  });
}

// Keeps the one answer of an asynchronous call; a second answer or one inside the call is a failure.
template <class T>
struct Answer {
  int calls = 0;
  bool ok = false;
  T value{};
  std::string error;

  auto done(const NodeLog& log) {
    return [this, &log](Result<T> result) {
      log.outside();
      ++calls;
      EXPECT_EQ(calls, 1) << "answered more than once";
      ok = result.ok();
      if (ok) {
        value = std::move(result).value();
      } else {
        error = result.error().text;
      }
    };
  }
};

// Two nodes of which the first has dialled the second.
inline bool connect(World& world, std::size_t from, NodeLog& from_log, std::size_t to, NodeLog& to_log) {
  const std::size_t before_from = from_log.count(PeerEvent::Kind::connected);
  const std::size_t before_to = to_log.count(PeerEvent::Kind::connected);
  call(world, from, from_log, [&] { world.network(from).dial(world.address(to)); });
  return world.run_until(
      [&] {
        return from_log.count(PeerEvent::Kind::connected) > before_from &&
               to_log.count(PeerEvent::Kind::connected) > before_to;
      },
      seconds(10));
}

}  // namespace lastmile::env_conformance
