// A world by hand for the parts of a node: time stands still until the test moves it, jobs run when the test says so,
// and the network writes down what it is asked for.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/env/clock.hpp"
#include "core/env/executor.hpp"
#include "core/env/network.hpp"
#include "core/env/random.hpp"
#include "core/env/timers.hpp"
#include "core/trace/event.hpp"
#include "tests/unit/store/memory_disk.hpp"

namespace lastmile::node::test {

class Time final : public env::Clock, public env::Timers {
 public:
  Instant now() const override { return now_; }
  Wall wall() const override { return {1'700'000'000'000'000'000 + now_.ns}; }
  env::TimerId after(Duration delay, Callback<void()> fire) override {
    const env::TimerId id{++last_};
    due_[{now_ + std::max(delay, Duration{}), id.value}] = std::move(fire);
    return id;
  }
  void cancel(env::TimerId timer) override {
    std::erase_if(due_, [&](const auto& entry) { return entry.first.second == timer.value; });
  }
  // Fires what is due until then, in order.
  void pass(Duration length) {
    const Instant until = now_ + length;
    while (!due_.empty() && due_.begin()->first.first <= until) {
      now_ = due_.begin()->first.first;
      auto fire = std::move(due_.begin()->second);
      due_.erase(due_.begin());
      ++fired_;
      fire();
    }
    now_ = until;
  }
  std::size_t pending() const { return due_.size(); }
  void drop_all() { due_.clear(); }             // whoever set them is gone
  std::size_t fired() const { return fired_; }  // timers, ever

 private:
  std::size_t fired_ = 0;
  Instant now_{};
  std::uint64_t last_ = 0;
  std::map<std::pair<Instant, std::uint64_t>, Callback<void()>> due_;
};

// The same luck each time; what is rare happens where the test says so.
class Luck final : public env::Random {
 public:
  Generator& stream(std::string_view name) override {
    return streams_.try_emplace(std::string(name), substream(7, 0, name)).first->second;
  }
  void secret(std::span<std::uint8_t> out) override { std::fill(out.begin(), out.end(), std::uint8_t{7}); }
  bool happens(env::RarePath path) override { return rare.contains(path); }

  std::set<env::RarePath> rare;

 private:
  std::map<std::string, Generator> streams_;
};

class Jobs final : public env::Executor {
 public:
  void submit(env::Lane lane, env::Job job, Callback<void(env::JobResult)> done) override {
    lanes_[lane].push_back({std::move(job), std::move(done)});
  }
  std::size_t in_flight(env::Lane lane) const override {
    const auto found = lanes_.find(lane);
    return found == lanes_.end() ? 0 : found->second.size();
  }
  // The oldest job of the lane. False when there is none.
  bool run_one(env::Lane lane) {
    auto& queue = lanes_[lane];
    if (queue.empty()) return false;
    auto [job, done] = std::move(queue.front());
    queue.pop_front();
    done(job.run());
    return true;
  }
  void run_all() {
    bool ran = true;
    while (ran) {
      ran = false;
      for (auto lane : {env::Lane::signatures, env::Lane::hashing, env::Lane::queries}) ran = run_one(lane) || ran;
    }
  }

 private:
  std::map<env::Lane, std::deque<std::pair<env::Job, Callback<void(env::JobResult)>>>> lanes_;
};

// Peers are numbered as the test wishes; their identity is "peer" and the number.
class Wires final : public env::Network {
 public:
  void listen(env::Protocol, env::FrameHandler&) override {}
  void listen_peers(env::PeerHandler&) override {}
  void listen_content(env::ContentHandler&) override {}
  void dial(std::string address) override { dialled.push_back(std::move(address)); }
  void close(env::PeerId peer, env::CloseReason) override { closed.push_back(peer); }
  void send(env::PeerId peer, env::Protocol, env::Frame frame) override { sent.emplace_back(peer, std::move(frame)); }
  void request(env::PeerId, env::Protocol, env::Frame frame, Duration, env::Done<env::Frame> done) override {
    asked.push_back(std::move(frame));
    requests.push_back(std::move(done));
  }
  void fetch(env::PeerId, env::ContentRange, Duration, env::Done<Bytes>) override {}
  std::size_t queued_bytes(env::PeerId) const override { return 0; }
  std::string identity(env::PeerId peer) const override { return "peer" + std::to_string(peer.value); }
  std::string own_identity() const override { return "self"; }

  std::vector<std::string> dialled;
  std::vector<env::PeerId> closed;
  std::vector<std::pair<env::PeerId, env::Frame>> sent;
  std::vector<env::Frame> asked;
  std::vector<env::Done<env::Frame>> requests;  // who waits for the answer, in the order of `asked`
};

// The disk of the tests of the store, and blobs beside it.
class BlobDisk final : public env::Disk {
 public:
  const env::Reader& latest() const override { return rows.latest(); }
  std::shared_ptr<const env::Reader> snapshot() const override { return rows.snapshot(); }
  void commit(env::Batch batch, env::Done<Unit> done) override {
    for (const auto& change : batch.changes) ++changes[change.key.empty() ? '\0' : change.key.front()];
    rows.commit(std::move(batch), std::move(done));
  }
  void put_blob(std::string name, Bytes bytes, env::Done<Unit> done) override {
    writing_ = true;
    if (on_put) on_put(name);
    blobs[std::move(name)] = std::move(bytes);
    done(Unit{});
    writing_ = false;
    do_removes();
  }
  void get_blob(env::ContentRange range, env::Done<Bytes> done) override {
    const auto found = blobs.find(range.name);
    if (found == blobs.end()) return done(Error{"no blob of this name"});
    done(found->second);
  }
  void remove_blob(std::string name, env::Done<Unit> done) override {
    removes_.emplace_back([this, name = std::move(name), then = std::move(done)]() mutable {
      blobs.erase(name);
      if (then) then(Unit{});
    });
    if (!writing_) do_removes();
  }
  std::optional<std::uint64_t> blob_size(std::string_view name) const override {
    const auto found = blobs.find(name);
    if (found == blobs.end()) return std::nullopt;
    return found->second.size();
  }

  store::test::MemoryDisk rows;
  std::map<std::string, Bytes, std::less<>> blobs;
  std::function<void(const std::string& name)> on_put;  // what happens while a blob is being written
  std::map<char, std::size_t> changes;                  // of all commits, by the first byte of the key: the table

 private:
  void do_removes() {
    for (auto& remove : std::exchange(removes_, {})) remove();
  }
  bool writing_ = false;  // answers come in the order of the calls
  std::vector<Callback<void()>> removes_;
};

class Trace final : public trace::Sink {
 public:
  struct Seen {
    trace::Kind kind;
    std::string item;
    std::uint64_t a, b, c;
  };
  void record(const trace::Event& event) override {
    seen.push_back({event.kind, std::string(event.item), event.a, event.b, event.c});
  }
  std::vector<Seen> of(trace::Kind kind) const {
    std::vector<Seen> found;
    for (const Seen& one : seen) {
      if (one.kind == kind) found.push_back(one);
    }
    return found;
  }
  std::vector<Seen> seen;
};

}  // namespace lastmile::node::test
