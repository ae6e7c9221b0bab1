// Distributions, and every measure moved by a planted fact.
#include <algorithm>
#include <numeric>

#include "scenarios/engine/watch/distribution.hpp"
#include "tests/unit/scenarios/fake_run.hpp"

namespace lastmile::scenario::test {
namespace {

// --- distributions

TEST(Distribution, IsExactUpToAHundredThousandSamples) {
  Distribution d;
  std::vector<std::int64_t> values;
  Generator draws(substream(1, 0, "samples"));
  for (std::size_t i = 0; i < Distribution::kExactSamples; ++i) {
    values.push_back(static_cast<std::int64_t>(draws.below(1'000'000'000)));
    d.add(values.back());
  }
  std::sort(values.begin(), values.end());
  EXPECT_TRUE(d.exact());
  EXPECT_EQ(d.quantile(500), values[49'999]);
  EXPECT_EQ(d.quantile(900), values[89'999]);
  EXPECT_EQ(d.quantile(990), values[98'999]);
  EXPECT_EQ(d.quantile(1000), values.back());
  EXPECT_EQ(d.min(), values.front());
  EXPECT_EQ(d.max(), values.back());
}

TEST(Distribution, StaysWithinItsStatedErrorBeyond) {
  Distribution d;
  std::vector<std::int64_t> values;
  Generator draws(substream(1, 0, "samples"));
  for (std::size_t i = 0; i < 3 * Distribution::kExactSamples; ++i) {
    // Over nine orders of magnitude.
    const std::int64_t value = static_cast<std::int64_t>(draws.below(1ULL << (1 + draws.below(30))));
    values.push_back(value);
    d.add(value);
  }
  std::sort(values.begin(), values.end());
  EXPECT_FALSE(d.exact());
  for (const std::uint32_t q : {10U, 100U, 500U, 900U, 990U, 999U}) {
    const auto truth = static_cast<double>(values[values.size() * q / 1000 - 1]);
    EXPECT_NEAR(static_cast<double>(d.quantile(q)), truth, truth * Distribution::kSketchError) << q;
  }
  EXPECT_EQ(d.count(), values.size());
  EXPECT_EQ(d.min(), values.front());
  EXPECT_EQ(d.max(), values.back());
  EXPECT_DOUBLE_EQ(d.mean(), static_cast<double>(std::accumulate(values.begin(), values.end(), std::int64_t{0})) /
                                 static_cast<double>(values.size()));
}

TEST(Distribution, OfOneAndOfNone) {
  Distribution d;
  EXPECT_EQ(d.quantile(500), 0);
  EXPECT_EQ(d.mean(), 0);
  d.add(7);
  EXPECT_EQ(d.quantile(1), 7);
  EXPECT_EQ(d.quantile(1000), 7);
}

// --- measures

class Measures : public ::testing::Test {
 protected:
  FakeRun run{""};

  double value(const std::string& name) {
    const auto m = run.measure(name);
    EXPECT_TRUE(m.has_value() && !m->distribution && m->count > 0) << name;
    return m ? m->value : -1;
  }
  MeasureResult of(const std::string& name) {
    const auto m = run.measure(name);
    EXPECT_TRUE(m.has_value() && m->distribution) << name;
    return m ? *m : MeasureResult{};
  }
};

TEST_F(Measures, StartWithNothingSeen) {
  run.until(3);
  for (const auto& m : run.watch().measures(at(3))) {
    if (m.distribution && m.name != "pending_messages") {
      EXPECT_EQ(m.count, 0U) << m.name;
    }
  }
  EXPECT_EQ(run.measure("time_to_heal_s")->count, 0U);
  EXPECT_EQ(run.measure("bytes_per_message")->count, 0U);
}

TEST_F(Measures, PropagationAndCoverage) {
  run.until(5);
  run.publish(0, 0);
  run.until(6);
  run.process(0, 0);
  run.until(8);
  run.process(0, 1);
  run.process(0, 2);
  run.until(9);
  run.process(0, 3);
  run.process(0, 3);  // only the first counts
  run.until(15);
  run.process(0, 4);
  EXPECT_EQ(of("propagation_s").count, 5U);
  EXPECT_DOUBLE_EQ(of("propagation_s").min, 1);
  EXPECT_DOUBLE_EQ(of("propagation_s").p50, 3);
  EXPECT_DOUBLE_EQ(of("propagation_s").max, 10);
  EXPECT_EQ(of("propagation_s.before").count, 5U) << "published before trouble";
  EXPECT_DOUBLE_EQ(of("coverage_s.50").max, 3);
  EXPECT_DOUBLE_EQ(of("coverage_s.90").max, 10);
  EXPECT_DOUBLE_EQ(of("coverage_s.100").max, 10);
}

TEST_F(Measures, PropagationByStage) {
  run.until(30);
  run.publish(0, 0);
  run.process(0, 0);
  run.until(75);
  run.publish(1, 0);
  run.process(1, 0);
  EXPECT_EQ(of("propagation_s.before").count, 0U);
  EXPECT_EQ(of("propagation_s.during").count, 1U);
  EXPECT_EQ(of("propagation_s.after").count, 1U);
}

TEST_F(Measures, TimeToHealAndDivergence) {
  run.until(25);
  run.publish(0, 0);
  run.process(0, 0);
  run.until(53);
  run.process_everywhere(0);
  run.until(60);
  EXPECT_DOUBLE_EQ(value("time_to_heal_s"), 3);
  EXPECT_DOUBLE_EQ(of("divergence_messages").max, 1);
  EXPECT_DOUBLE_EQ(of("divergence_messages").min, 0);
}

TEST_F(Measures, DuplicatesPerNewMessage) {
  run.until(5);
  run.publish(0, 0);
  run.event(1, {Kind::message_received, hash_of(0).view(), 1, 0, 0});
  run.event(1, {Kind::message_received, hash_of(0).view(), 0, 0, 0});
  run.event(1, {Kind::message_received, hash_of(0).view(), 0, 0, 0});
  run.process(0, 1);
  run.process(0, 2);
  run.publish(1, 0);
  run.process(1, 1);
  run.process(1, 2);
  // Two more by other roads than gossip, of two messages; three by gossip; the third node got nothing.
  run.world.repeats = {{1, 0}, {2, 3}, {3, 7}};
  EXPECT_EQ(of("duplicates").count, 2U);
  EXPECT_DOUBLE_EQ(of("duplicates").min, 1);
  EXPECT_DOUBLE_EQ(of("duplicates").max, 1.5);
  EXPECT_DOUBLE_EQ(of("duplicates").mean, 1.25);
}

TEST_F(Measures, BytesOfTheWire) {
  run.world.totals = WireTotals{1000, 750};
  run.until(5);
  run.publish(0, 0);
  run.process(0, 0);
  run.process(0, 1);
  EXPECT_DOUBLE_EQ(value("bytes_per_message"), 500);
  EXPECT_DOUBLE_EQ(value("control_share"), 0.25);
}

TEST_F(Measures, Reconciliation) {
  run.until(5);
  run.event(0, {Kind::reconciled, {}, 1, 4, 900});
  EXPECT_DOUBLE_EQ(of("reconciliation_rounds").max, 4);
  EXPECT_DOUBLE_EQ(of("reconciliation_bytes").max, 900);
}

TEST_F(Measures, QueuesAndBacklog) {
  run.world.queues[{2, trace::Queue::verify}] = {30, 100};
  run.world.queue_ages[{2, trace::Queue::verify}] = seconds(2);
  run.world.pendings[1] = 12;
  run.until(5);
  run.event(2, {Kind::queue_refused, {}, static_cast<std::uint64_t>(trace::Queue::inbox), 0, 0});
  EXPECT_DOUBLE_EQ(of("queue_depth").max, 30);
  EXPECT_DOUBLE_EQ(of("queue_depth.verify").max, 30);
  EXPECT_DOUBLE_EQ(of("queue_age_s").max, 2);
  EXPECT_DOUBLE_EQ(of("queue_age_s.verify").max, 2);
  EXPECT_DOUBLE_EQ(of("pending_messages").max, 12);
  EXPECT_DOUBLE_EQ(value("queue_refused"), 1);
}

TEST_F(Measures, RefusalsByCode) {
  run.until(5);
  run.publish(0, 0);
  run.move(0, 0, Status::none, Status::rejected, 4);
  run.move(0, 1, Status::none, Status::rejected, 503);
  run.move(0, 2, Status::none, Status::rejected, 503);
  run.move(0, 3, Status::none, Status::rejected, -1);
  EXPECT_DOUBLE_EQ(value("rejected"), 4);
  EXPECT_DOUBLE_EQ(value("rejected.503"), 2);
  EXPECT_DOUBLE_EQ(value("rejected.4"), 1);
  EXPECT_DOUBLE_EQ(value("rejected.-1"), 1);
  EXPECT_NE(find_measure("rejected.-1"), nullptr);
  EXPECT_EQ(find_measure("rejected.7"), nullptr) << "no such code";
  EXPECT_EQ(find_measure("rejected.05"), nullptr);
}

TEST_F(Measures, WhatLosesItsResources) {
  run.until(5);
  run.publish(0, 0);
  run.process_everywhere(0);
  run.move(0, 3, Status::processed, Status::removing);
  EXPECT_DOUBLE_EQ(value("removing"), 1);
}

TEST_F(Measures, PermissionDisagreements) {
  run.until(5);
  run.event(0, {Kind::permission_disagreed, hash_of(0).view(), 0, 0, 0});
  EXPECT_DOUBLE_EQ(value("permission_disagreements"), 1);
}

TEST_F(Measures, AcknowledgementFromHandingInToTheReceipt) {
  run.until(5);
  run.publish(0, 0);
  run.until(7);
  run.acknowledge(0, 0);
  run.until(25);  // trouble
  run.publish(1, 1);
  run.publish(2, 1);  // its node never answers
  run.until(30);
  run.acknowledge(1, 1);
  run.until(31);
  run.acknowledge(1, 0);  // to an archive that brought it
  run.acknowledge(1, 1);
  EXPECT_EQ(of("acknowledgement_s").count, 2U);
  EXPECT_DOUBLE_EQ(of("acknowledgement_s.before").max, 2);
  EXPECT_DOUBLE_EQ(of("acknowledgement_s.during").max, 5);
  EXPECT_EQ(of("acknowledgement_s.after").count, 0U);
}

TEST_F(Measures, NodesWhoseDisksFailed) {
  run.until(5);
  EXPECT_DOUBLE_EQ(value("nodes_failed"), 0);
  run.event(2, {Kind::node_failed, {}, 0, 0, 0});
  EXPECT_DOUBLE_EQ(value("nodes_failed"), 1);
}

TEST_F(Measures, Chains) {
  run.until(5);
  run.publish(0, 0);
  run.event(0, {Kind::block_applied, {}, 0, 10, 0});
  for (Node node = 1; node < 5; ++node) run.event(node, {Kind::block_applied, {}, 0, 7, 0});
  run.until(9);
  run.event(0, {Kind::message_confirmed, hash_of(0).view(), 0, 10, 0});
  run.event(1, {Kind::message_confirmed, hash_of(0).view(), 0, 10, 1});
  run.event(2, {Kind::message_confirmed, hash_of(0).view(), 0, 10, 1});
  EXPECT_EQ(of("confirmation_lag_s").count, 1U) << "the first final confirmation of a message";
  EXPECT_DOUBLE_EQ(of("confirmation_lag_s").max, 4);
  EXPECT_DOUBLE_EQ(of("chain_lag_blocks").max, 3);
}

TEST_F(Measures, EnergyOfTheMachinesThatSayWhatTheyDraw) {
  run.world.energies = {{0, 3'600'000}, {2, 7'200'000}};
  run.until(2);
  EXPECT_EQ(of("energy_wh").count, 2U);
  EXPECT_DOUBLE_EQ(of("energy_wh").mean, 1.5);
}

TEST_F(Measures, GaugesOfNodes) {
  run.world.gauges = {{{Gauge::disk_bytes, 0}, 4096},
                      {{Gauge::node_memory_bytes, 0}, 1024},
                      {{Gauge::cpu_busy_parts, 0}, 250'000'000},
                      {{Gauge::peers, 0}, 4},
                      {{Gauge::mesh_degree, 0}, 3}};
  run.until(2);
  EXPECT_DOUBLE_EQ(of("disk_bytes").max, 4096);
  EXPECT_DOUBLE_EQ(of("node_memory_bytes").max, 1024);
  EXPECT_DOUBLE_EQ(of("cpu_busy").max, 0.25);
  EXPECT_DOUBLE_EQ(of("peers").max, 4);
  EXPECT_DOUBLE_EQ(of("mesh_degree").max, 3);
}

// Of honest meshes alone: what an adversary has around it is its own affair.
TEST_F(Measures, HowMuchOfAMeshIsHostile) {
  run.world.dishonest = {3, 4};
  run.world.meshes = {{0, {1, 2, 3, 4}}, {1, {0, 2}}, {3, {4}}};
  run.until(2);
  EXPECT_DOUBLE_EQ(of("mesh_captured").min, 0);
  EXPECT_DOUBLE_EQ(of("mesh_captured").max, 0.5);
}

TEST_F(Measures, CountsOfTheRun) {
  run.until(5);
  run.publish(0, 0);
  run.acknowledge(0, 0);
  run.process(0, 0);
  run.process(0, 1);
  run.watch().set_measure("topology.diameter", 3);
  EXPECT_DOUBLE_EQ(value("published"), 1);
  EXPECT_DOUBLE_EQ(value("acknowledged"), 1);
  EXPECT_DOUBLE_EQ(value("deliveries"), 2);
  EXPECT_DOUBLE_EQ(value("topology.diameter"), 3);
}

TEST(MeasuresAsked, AreTheOnlyOnesShown) {
  FakeRun run("", {R"(/measures=["published","coverage_s.90"])"});
  run.until(2);
  std::vector<std::string> names;
  for (const auto& m : run.watch().measures(at(2))) names.push_back(m.name);
  EXPECT_THAT(names, ::testing::ElementsAre("coverage_s.90", "published"));
}

TEST(MeasuresAsked, ComeWithTheFiguresOfTheOverlay) {
  for (const std::string asked : {R"(["published"])", R"(["published","topology.cut"])"}) {
    FakeRun run("", {"/measures=" + asked});
    run.until(2);
    run.watch().set_measure("topology.diameter", 3);
    run.watch().set_measure("topology.cut", 16);
    std::vector<std::string> names;
    for (const auto& m : run.watch().measures(at(2))) names.push_back(m.name);
    EXPECT_THAT(names, ::testing::ElementsAre("published", "topology.diameter", "topology.cut"));
  }
}

}  // namespace
}  // namespace lastmile::scenario::test
