// Disks that go wrong under load: a node whose disk is full or damaged says so, stops acknowledging and ends; what it
// had acknowledged is there when it comes back; and nobody's state is silently another. Each run publishes about 280
// messages through eight nodes.
#include <algorithm>
#include <map>
#include <vector>

#include "tests/sim/strange_nodes.hpp"

namespace lastmile::sim::test {
namespace {

using scenario::CheckName;
using scenario::Verdict;

std::string trouble(const std::string& mode, const std::string& amount, const std::string& more = "") {
  return R"({"name": "disk", "kind": "disk", "who": "random:3", "mode": ")" + mode + R"(", "amount": ")" + amount +
         R"(", "from": "trouble+3s", "until": "trouble+15s")" + more + "}";
}

scenario::Scenario troubled(std::string faults, std::vector<std::string> sets = {}) {
  SmallWorld w;
  w.faults = std::move(faults);
  return small_scenario(w, std::move(sets));
}

double largest(const scenario::Summary& summary, const std::string& name) {
  for (const auto& m : summary.measures) {
    if (m.name == name) return m.distribution ? m.max : m.value;
  }
  ADD_FAILURE() << "no measure " << name;
  return -1;
}

TEST(Disks, that_are_slow_delay_receipts_and_lose_nothing) {
  const auto slow = run(troubled(trouble("slow", "0.2%")));
  expect_pass(slow);
  EXPECT_EQ(largest(slow, "nodes_failed"), 0);
  const auto sound = run(troubled(""));
  // A sync takes half a second instead of a millisecond.
  EXPECT_LT(largest(sound, "acknowledgement_s.during"), 0.1);
  EXPECT_GT(largest(slow, "acknowledgement_s.during"), 0.5);
  EXPECT_LT(largest(slow, "acknowledgement_s.before"), 0.1);
  EXPECT_LT(largest(slow, "acknowledgement_s.after"), 0.1);
}

TEST(Disks, that_are_full_end_their_nodes_which_keep_what_they_acknowledged) {
  const auto summary = run(troubled(trouble("full", "100%")));
  expect_pass(summary);
  EXPECT_EQ(largest(summary, "nodes_failed"), 3);
  EXPECT_NE(check(summary, CheckName::acknowledged_kept).detail.find("also after 3 restarts"), std::string::npos)
      << check(summary, CheckName::acknowledged_kept).detail;
}

TEST(Disks, with_room_for_the_rest_are_not_full) {
  const auto summary = run(troubled(trouble("full", "50%")));
  expect_pass(summary);
  EXPECT_EQ(largest(summary, "nodes_failed"), 0);
}

TEST(Disks, that_are_smaller_than_what_comes_end_their_nodes_for_good) {
  auto s = troubled("");
  s.world.hardware[0].disk_size.bytes = 400'000;
  const auto summary = run(s);
  EXPECT_EQ(largest(summary, "nodes_failed"), 8);
  EXPECT_EQ(check(summary, CheckName::no_forged_message).verdict, Verdict::pass);
  EXPECT_EQ(check(summary, CheckName::all_processed).verdict, Verdict::unknown);
  EXPECT_EQ(check(summary, CheckName::acknowledged_kept).verdict, Verdict::unknown);
  EXPECT_LE(largest(summary, "disk_bytes"), 400'000);
}

// acknowledged_kept looks only at nodes that come back with a disk.
scenario::Scenario without_kept(scenario::Scenario s) {
  std::erase_if(s.checks, [](const auto& check) { return check.name == CheckName::acknowledged_kept; });
  return s;
}

TEST(Disks, that_are_damaged_are_noticed_and_replaced) {
  const auto summary = run(without_kept(troubled(trouble("corrupt", "100%"))));
  expect_pass(summary);
  EXPECT_EQ(largest(summary, "nodes_failed"), 3);
}

TEST(Disks, of_which_a_little_is_damaged_never_make_another_state) {
  for (const char* seed : {"/seed=1", "/seed=2", "/seed=3"}) {
    const auto summary = run(without_kept(troubled(trouble("corrupt", "2%"), {seed})));
    expect_pass(summary);
    EXPECT_EQ(check(summary, CheckName::no_forged_message).verdict, Verdict::pass);
  }
}

TEST(Disks, that_are_damaged_on_every_road_never_make_another_state) {
  SmallWorld w;
  w.roads = R"({"gossip": true, "reconciliation": true, "chain": true, "content_store": true})";
  w.chains = R"({"name": "ethereum", "kind": "evm", "block_time": "2s", "finality_blocks": 3, "archive_every": "3s",
                 "synchronizers": ["node:west-0", "node:east-0"]})";
  w.parameters = R"("intervals.archive_every": "3s")";
  w.faults = trouble("corrupt", "30%");
  // One that writes archives and one that only reads them.
  expect_pass(run(without_kept(small_scenario(w, {R"(/faults/0/who=["node:west-0", "node:east-1"])"}))));
}

// --- a disk that lies

// Says of everything that it is durable.
class LyingDisk final : public env::Disk {
 public:
  explicit LyingDisk(env::Disk& disk) : disk_(disk) {}
  const env::Reader& latest() const override { return disk_.latest(); }
  std::shared_ptr<const env::Reader> snapshot() const override { return disk_.snapshot(); }
  void commit(env::Batch batch, env::Done<Unit> done) override { disk_.commit(std::move(batch), yes(std::move(done))); }
  void put_blob(std::string name, Bytes bytes, env::Done<Unit> done) override {
    disk_.put_blob(std::move(name), std::move(bytes), yes(std::move(done)));
  }
  void get_blob(env::ContentRange range, env::Done<Bytes> done) override {
    disk_.get_blob(std::move(range), std::move(done));
  }
  void remove_blob(std::string name, env::Done<Unit> done) override {
    disk_.remove_blob(std::move(name), yes(std::move(done)));
  }
  std::optional<std::uint64_t> blob_size(std::string_view name) const override { return disk_.blob_size(name); }

 private:
  static env::Done<Unit> yes(env::Done<Unit> done) {
    return [done = std::move(done)](const Result<Unit>&) mutable {
      if (done) done(Unit{});
    };
  }
  env::Disk& disk_;
};

class NodesWithLyingDisks final : public OtherNodes {
 public:
  bool honest(scenario::Node) const override { return true; }
  std::unique_ptr<SimNode> make(scenario::Node node, const NodeEnv& env, const node::NodeConfig& config,
                                trace::Sink& sink) override {
    auto& disk = disks_[node];
    disk = std::make_unique<LyingDisk>(env.disk);
    const NodeEnv behind{env.index,   env.incarnation, env.name,   env.clock,    env.timers,
                         env.network, *disk,           env.random, env.executor, env.chains};
    return std::make_unique<CoreSimNode>(behind, config, sink);
  }

 private:
  std::map<scenario::Node, std::unique_ptr<LyingDisk>> disks_;
};

TEST(Disks, that_hide_that_they_are_full_are_found_out_by_the_check) {
  NodesWithLyingDisks liars;
  const auto s =
      troubled(trouble("full", "100%") + R"(, {"name": "power", "kind": "crash", "who": "all", "disk": "kept",
                        "from": "trouble+16s", "for": "1s"})");
  RunOptions options;
  options.other_nodes = &liars;
  auto summary = run_scenario(s, std::move(options));
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(largest(*summary, "nodes_failed"), 0);
  // Forgotten messages among what comes back: the FORGETs were not written either.
  EXPECT_EQ(failed(*summary), (Names{"acknowledged_kept", "forgotten_stays_forgotten"}));
}

}  // namespace
}  // namespace lastmile::sim::test
