// A run without a world: tests say what nodes do, the Watch judges it. Five core nodes (west-0..2, east-0..1), a cut
// from 20 s to 50 s, traffic until 80 s, settle until 140 s.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include "core/crypto/hash.hpp"
#include "scenarios/engine/watch/watch.hpp"
#include "tests/unit/scenarios/sample.hpp"

namespace lastmile::scenario::test {

using message::Status;
using trace::Kind;

// What the tests make nodes say when they are asked.
struct FakeWorld final : WorldView {
  mutable std::set<Node> down;
  std::optional<Node> dies_when_asked;  // the first question finds it gone
  std::set<Node> dishonest;
  std::map<std::pair<Node, std::string>, Status> statuses;
  std::map<std::pair<Node, std::string>, int> codes;  // of statuses
  std::set<std::string> on_disks;
  std::set<std::string> archived;
  std::set<std::pair<Node, std::string>> readables;
  std::map<Node, Hash256> digests;
  std::map<Node, std::uint64_t> pendings;
  std::map<std::pair<Node, trace::Queue>, QueueState> queues;
  std::map<std::pair<Node, trace::Queue>, Duration> queue_ages;
  std::set<std::tuple<Node, std::uint32_t, std::string>> final_on;
  std::optional<WireTotals> totals;
  std::map<Node, std::uint64_t> repeats;   // by gossip; nodes that are not here cannot say
  std::map<Node, std::uint64_t> energies;  // millijoules
  std::map<std::pair<Gauge, Node>, std::uint64_t> gauges;
  std::map<Node, std::vector<Node>> meshes;
  std::map<std::pair<Node, std::string>, SignedBy> signers;  // others than the wallet
  std::map<Node, RewardView> ledgers;

  bool running(Node node) const override { return !down.contains(node); }
  bool honest(Node node) const override { return !dishonest.contains(node); }
  Status status(Node node, const message::ItemHash& hash) const override {
    if (dies_when_asked == node) down.insert(node);
    if (down.contains(node)) return Status::none;
    const auto found = statuses.find({node, hash.text()});
    return found == statuses.end() ? Status::none : found->second;
  }
  std::optional<message::ErrorCode> code(Node node, const message::ItemHash& hash) const override {
    const auto found = codes.find({node, hash.text()});
    return found == codes.end() ? std::nullopt : message::parse_error_code(found->second);
  }
  bool bytes_on_some_disk(const message::ItemHash& hash) const override { return on_disks.contains(hash.text()); }
  bool archived_on_some_disk(const message::ItemHash& hash) const override { return archived.contains(hash.text()); }
  std::optional<SignedBy> signed_by(Node node, const message::ItemHash& hash) const override {
    const auto found = signers.find({node, hash.text()});
    return found == signers.end() ? SignedBy{"wallet", "its signature"} : found->second;
  }
  bool readable(Node node, const message::ItemHash& hash) const override {
    return readables.contains({node, hash.text()});
  }
  Hash256 state_digest(Node node) const override {
    const auto found = digests.find(node);
    return found == digests.end() ? crypto::sha256("equal") : found->second;
  }
  std::uint64_t held(Node) const override { return 0; }
  std::uint64_t pending(Node node) const override {
    const auto found = pendings.find(node);
    return found == pendings.end() ? 0 : found->second;
  }
  QueueState queue(Node node, trace::Queue queue) const override {
    const auto found = queues.find({node, queue});
    return found == queues.end() ? QueueState{} : found->second;
  }
  bool finally_confirmed(Node node, std::uint32_t chain, const message::ItemHash& hash) const override {
    return final_on.contains({node, chain, hash.text()});
  }
  std::optional<RewardView> rewards(Node node) const override {
    const auto found = ledgers.find(node);
    return found == ledgers.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<WireTotals> wire() const override { return totals; }
  std::optional<std::uint64_t> gossip_repeats(Node node) const override {
    const auto found = repeats.find(node);
    return found == repeats.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<std::uint64_t> energy(Node node) const override {
    const auto found = energies.find(node);
    return found == energies.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<std::uint64_t> gauge(Gauge gauge, Node node) const override {
    const auto found = gauges.find({gauge, node});
    return found == gauges.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<Duration> queue_age(Node node, trace::Queue queue) const override {
    const auto found = queue_ages.find({node, queue});
    return found == queue_ages.end() ? std::nullopt : std::optional(found->second);
  }
  bool mesh(Node node, std::vector<Node>& peers) const override {
    const auto found = meshes.find(node);
    if (found == meshes.end()) return false;
    peers = found->second;
    return true;
  }
};

inline Instant at(double s) { return Instant{} + Duration{static_cast<std::int64_t>(s * 1e9)}; }
inline message::ItemHash hash_of(int number) { return message::ItemHash::of(crypto::sha256(std::to_string(number))); }

class FakeRun {
 public:
  // `sets`: changes of the sample; its only check is `check` unless the sets say more.
  explicit FakeRun(const std::string& check, std::vector<std::string> sets = {}) {
    sets.insert(sets.begin(), "/checks=[" + check + "]");
    scenario = std::make_unique<Scenario>(sample(sets));
    nodes = std::make_unique<NodeTable>(*scenario, scenario->seed);
    timeline = std::make_unique<Timeline>(*scenario, scenario->seed, *nodes);
  }

  FakeWorld world;
  std::unique_ptr<Scenario> scenario;
  std::unique_ptr<NodeTable> nodes;
  std::unique_ptr<Timeline> timeline;

  Watch& watch() {
    if (!watch_) {
      watch_ = std::make_unique<Watch>(*scenario, *nodes, world, *timeline);
      pass(Instant{});
    }
    return *watch_;
  }

  // The clock goes on: actions of the timeline, a sample at every whole second.
  void until(double s) {
    watch();
    for (; next_sample_ <= at(s); next_sample_ = next_sample_ + seconds(1)) {
      pass(next_sample_);
      watch_->on_sample(next_sample_);
    }
    pass(at(s));
    now_ = at(s);
  }
  void event(Node node, const trace::Event& e) { watch().on_event(now_, node, e); }

  // A wallet publishes message `number` (0, 1, ... in order) at a node, which takes it.
  void publish(int number, Node node, message::Type type = message::Type::POST, std::vector<std::uint64_t> needs = {},
               std::vector<Upload> uploads = {}) {
    Publication p;
    p.number = static_cast<std::uint64_t>(number);
    p.time = now_;
    p.node = node;
    p.type = type;
    p.item_hash = hash_of(number);
    p.sender = "wallet";
    p.signature = "its signature";
    p.needs = std::move(needs);
    p.uploads = std::move(uploads);
    watch().on_publication(p);
    event(node, {Kind::message_published, hash_of(number).view(), 100, 0, 0});
  }
  void acknowledge(int number, Node node) {
    event(node, {Kind::message_acknowledged, hash_of(number).view(), 0, 0, 0});
  }
  void move(int number, Node node, Status from, Status to, int code = 0) {
    const auto hash = hash_of(number);
    world.statuses[{node, hash.text()}] = to;
    world.codes[{node, hash.text()}] = code;
    event(node, {Kind::status_changed, hash.view(), static_cast<std::uint64_t>(from), static_cast<std::uint64_t>(to),
                 static_cast<std::uint64_t>(code)});
  }
  void process(int number, Node node) {
    move(number, node, Status::none, Status::pending);
    move(number, node, Status::pending, Status::processed);
    event(node, {Kind::message_processed, hash_of(number).view(), 0, 0, 0});
  }
  void process_everywhere(int number) {
    for (Node node = 0; node < 5; ++node) process(number, node);
  }
  // The node dies, and comes back when told.
  void crash(Node node, DiskFate disk) {
    world.down.insert(node);
    Action action;
    action.kind = Action::Kind::node_down;
    action.time = now_;
    action.node = node;
    action.disk = disk;
    watch().on_action(action);
  }
  void restart(Node node) {
    world.down.erase(node);
    Action action;
    action.kind = Action::Kind::node_up;
    action.time = now_;
    action.node = node;
    watch().on_action(action);
  }

  CheckResult result(std::size_t position = 0) { return watch().results(now_).at(position); }
  CheckResult result_at_end() {
    until(140);
    return result();
  }
  std::optional<MeasureResult> measure(const std::string& name) {
    for (const MeasureResult& m : watch().measures(now_)) {
      if (m.name == name) return m;
    }
    return std::nullopt;
  }

 private:
  void pass(Instant time) {
    for (const Action& action : timeline->advance(time)) {
      if (action.kind != Action::Kind::node_down && action.kind != Action::Kind::node_up) watch_->on_action(action);
    }
  }
  std::unique_ptr<Watch> watch_;
  Instant now_{};
  Instant next_sample_{};
};

// A failed check names when, where, which message and what.
inline void expect_violation(const CheckResult& r, double time, const std::string& node, const std::string& message,
                             const std::string& event) {
  EXPECT_EQ(r.verdict, Verdict::fail) << r.detail;
  ASSERT_TRUE(r.first_violation.has_value());
  EXPECT_EQ(r.first_violation->time, at(time));
  EXPECT_EQ(r.first_violation->node, node);
  EXPECT_EQ(r.first_violation->message, message);
  EXPECT_THAT(r.first_violation->event, ::testing::HasSubstr(event));
}

}  // namespace lastmile::scenario::test
