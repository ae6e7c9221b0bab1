// SimGrid behind our words, and each of its traps once (simulation-engine.md 8). It has one engine per process: ctest
// gives every test a process of its own, and without ctest all but the first are skipped.
#include "sim/physics/physics.hpp"

#include <gtest/gtest.h>

#include <map>
#include <utility>

namespace lastmile::sim {
namespace {

constexpr std::uint64_t kMega = 1'000'000;

class PhysicsTest : public testing::Test {
 protected:
  void SetUp() override {
    static bool used = false;
    if (std::exchange(used, true)) GTEST_SKIP() << "a process has one engine: run by ctest";
    physics_ = std::move(Physics::create({.energy = true})).value();
    // A transfer of 10 MB alone takes one second: the uplink decides.
    for (int i = 0; i < 4; ++i) {
      physics_->add_machine({.uplink_bits = 80 * kMega,
                             .downlink_bits = 160 * kMega,
                             .disk_read_bytes = 100 * kMega,
                             .disk_write_bytes = 50 * kMega,
                             .cores = 2,
                             .idle_milliwatts = 100'000,
                             .busy_milliwatts = 200'000});
    }
  }

  // Runs until `end`; by token, what completed: its nanosecond, negative when it failed.
  std::map<ActivityToken, std::int64_t> run_until(Instant end) {
    std::map<ActivityToken, std::int64_t> out;
    std::vector<Completion> completions;
    do {
      completions.clear();
      physics_->advance(end, completions);
      for (const Completion& each : completions) {
        EXPECT_TRUE(out.emplace(each.token, each.ok ? each.at.ns : -each.at.ns).second) << "told twice: " << each.token;
      }
    } while (physics_->now() < end);
    return out;
  }
  static Instant at(double seconds) { return {static_cast<std::int64_t>(seconds * 1e9)}; }
  static std::int64_t ns(double seconds) { return at(seconds).ns; }

  std::unique_ptr<Physics> physics_;
};

using Told = std::map<ActivityToken, std::int64_t>;

TEST_F(PhysicsTest, TransfersShareTheLinkThatTheyHaveInCommon) {
  physics_->transfer(1, 0, 1, 10 * kMega);
  physics_->transfer(2, 0, 2, 10 * kMega);
  physics_->transfer(3, 3, 2, 10 * kMega);  // its own uplink, half of a downlink at most
  EXPECT_EQ(run_until(at(10)), (Told{{1, ns(2)}, {2, ns(2)}, {3, ns(1)}}));
}

TEST_F(PhysicsTest, BandwidthOfOneThatEndsGoesToTheOthers) {
  physics_->transfer(1, 0, 1, 5 * kMega);
  physics_->transfer(2, 0, 2, 10 * kMega);
  EXPECT_EQ(run_until(at(10)), (Told{{1, ns(1)}, {2, ns(1.5)}}));
}

TEST_F(PhysicsTest, TheClockStopsAtTheFirstCompletion) {
  physics_->transfer(1, 0, 1, 10 * kMega);
  physics_->transfer(2, 2, 3, 20 * kMega);
  std::vector<Completion> completions;
  physics_->advance(at(3600), completions);
  ASSERT_EQ(completions.size(), 1U);
  EXPECT_EQ(physics_->now(), at(1));
  EXPECT_EQ(physics_->active(), 1U);
}

// SimGrid takes dates that are closer than 10 us for equal, and stops there.
TEST_F(PhysicsTest, EndsThatAreCloseToEachOtherAndToTheEndOfAStepAreToldApartAndInTime) {
  physics_->compute(1, 0, microseconds(1000));
  physics_->compute(2, 1, microseconds(1003));
  physics_->compute(3, 2, microseconds(1005));
  physics_->compute(4, 3, nanoseconds(1'005'004));
  EXPECT_EQ(run_until(at(0.001005)), (Told{{1, 1'000'000}, {2, 1'003'000}, {3, 1'005'000}}));
  EXPECT_EQ(physics_->now(), at(0.001005));
  EXPECT_EQ(run_until(at(0.001010)), (Told{{4, 1'005'004}}));
}

TEST_F(PhysicsTest, AnIdleClockIsBroughtForward) {
  EXPECT_EQ(run_until(at(100)), Told{});
  physics_->transfer(1, 0, 1, 10 * kMega);
  EXPECT_EQ(run_until(at(200)), (Told{{1, ns(101)}}));
}

TEST_F(PhysicsTest, WhatIsCancelledIsNeverToldAndItsShareIsFree) {
  physics_->transfer(1, 0, 1, 10 * kMega);
  physics_->transfer(2, 0, 2, 10 * kMega);
  EXPECT_EQ(run_until(at(0.5)), Told{});
  physics_->cancel(1);
  physics_->cancel(1);
  EXPECT_EQ(run_until(at(10)), (Told{{2, ns(1.25)}}));
}

TEST_F(PhysicsTest, WhatIsSuspendedKeepsWhatItHas) {
  physics_->transfer(1, 0, 1, 10 * kMega);
  EXPECT_EQ(run_until(at(0.5)), Told{});
  physics_->suspend(1);
  EXPECT_EQ(run_until(at(8)), Told{});
  EXPECT_EQ(physics_->remaining(1), 5 * kMega);
  physics_->resume(1);
  EXPECT_EQ(run_until(at(10)), (Told{{1, ns(8.5)}}));
}

TEST_F(PhysicsTest, ChangedLinksAndDisksCountAtOnce) {
  physics_->transfer(1, 0, 1, 10 * kMega);
  physics_->read(2, 2, 100 * kMega);
  EXPECT_EQ(run_until(at(0.5)), Told{});
  physics_->set_links(0, 8 * kMega, 0);
  physics_->set_disk(2, 10 * kMega, 0);
  EXPECT_EQ(run_until(at(10)), (Told{{1, ns(5.5)}, {2, ns(5.5)}}));
}

TEST_F(PhysicsTest, ADiskThatBecomesSlowCountsAtOnceForWritesToo) {
  physics_->write(1, 2, 50 * kMega);
  EXPECT_EQ(run_until(at(0.5)), Told{});
  physics_->set_disk(2, 100 * kMega, 5 * kMega);
  EXPECT_EQ(run_until(at(20)), (Told{{1, ns(5.5)}}));
}

TEST_F(PhysicsTest, AMachineThatGoesOffFailsEverythingItHasAtOnce) {
  physics_->transfer(1, 0, 1, 10 * kMega);
  physics_->transfer(2, 1, 2, 10 * kMega);
  physics_->read(3, 1, 100 * kMega);
  physics_->compute(4, 1, seconds(1));
  physics_->transfer(5, 2, 3, 10 * kMega);
  EXPECT_EQ(run_until(at(0.5)), Told{});
  physics_->turn_off(1);
  EXPECT_EQ(run_until(at(10)), (Told{{1, -ns(0.5)}, {2, -ns(0.5)}, {3, -ns(0.5)}, {4, -ns(0.5)}, {5, ns(1)}}));
}

TEST_F(PhysicsTest, WhatBeginsWhileAMachineIsOffFailsAtOnce) {
  physics_->turn_off(1);
  physics_->transfer(1, 0, 1, 10 * kMega);
  physics_->read(2, 1, 1);
  physics_->write(3, 1, 1);
  physics_->compute(4, 1, seconds(1));
  EXPECT_EQ(run_until(at(1)), (Told{{1, 0}, {2, 0}, {3, 0}, {4, 0}}));
  physics_->turn_on(1);
  physics_->transfer(5, 0, 1, 10 * kMega);
  EXPECT_EQ(run_until(at(10)), (Told{{5, ns(2)}}));
}

TEST_F(PhysicsTest, DisksAndCoresAreShared) {
  physics_->read(1, 0, 100 * kMega);
  physics_->write(2, 1, 50 * kMega);
  for (ActivityToken token = 3; token < 6; ++token) physics_->compute(token, 2, seconds(2));
  // Three jobs on two cores take one and a half times as long.
  EXPECT_EQ(run_until(at(10)), (Told{{1, ns(1)}, {2, ns(1)}, {3, ns(3)}, {4, ns(3)}, {5, ns(3)}}));
}

TEST_F(PhysicsTest, NothingIsTransferredAtOnce) {
  physics_->transfer(1, 0, 1, 0);
  EXPECT_EQ(run_until(at(1)), (Told{{1, 0}}));
}

// Whatever happens on a machine: of each figure SimGrid's and ours, computed apart.
void expect_drawn(const Physics& physics, std::uint32_t machine, double on, double core_time) {
  EXPECT_NEAR(physics.use(machine).on.seconds(), on, 1e-9);
  EXPECT_NEAR(physics.use(machine).core_time.seconds(), core_time, 2e-9);
  EXPECT_NEAR(physics.energy_joules(machine), 100 * on + 50 * core_time, 1e-6) << "100 W, and 50 W for each core";
}

TEST_F(PhysicsTest, EnergyIsThatOfIdleTimesAndOfBusyCores) {
  physics_->compute(1, 0, seconds(10));
  physics_->compute(2, 0, seconds(20));
  physics_->read(3, 1, 100 * kMega);
  run_until(at(5));
  expect_drawn(*physics_, 0, 5, 10);
  run_until(at(30));
  expect_drawn(*physics_, 0, 30, 30);
  expect_drawn(*physics_, 1, 30, 0);
}

TEST_F(PhysicsTest, MoreComputationsThanCoresDrawWhatTheCoresDo) {
  for (ActivityToken token = 1; token <= 5; ++token) physics_->compute(token, 0, seconds(2));
  run_until(at(1));
  physics_->cancel(5);
  run_until(at(20));
  expect_drawn(*physics_, 0, 20, 4 * 2 + 1 * 2.0 / 5);
}

TEST_F(PhysicsTest, AComputationThatIsSuspendedTakesAndDrawsNothing) {
  physics_->compute(1, 0, seconds(2));
  EXPECT_EQ(run_until(at(1)), Told{});
  physics_->suspend(1);
  physics_->suspend(1);
  EXPECT_EQ(run_until(at(8)), Told{});
  physics_->resume(1);
  physics_->resume(1);
  EXPECT_EQ(run_until(at(20)), (Told{{1, ns(9)}}));
  expect_drawn(*physics_, 0, 20, 2);
}

TEST_F(PhysicsTest, WhatIsSuspendedFailsWithItsMachineToo) {
  physics_->compute(1, 0, seconds(2));
  physics_->transfer(2, 0, 1, 10 * kMega);
  physics_->write(3, 0, 50 * kMega);
  EXPECT_EQ(run_until(at(0.5)), Told{});
  for (ActivityToken token = 1; token <= 3; ++token) physics_->suspend(token);
  EXPECT_EQ(run_until(at(0.75)), Told{});
  physics_->turn_off(0);
  EXPECT_EQ(run_until(at(9)), (Told{{1, -ns(0.75)}, {2, -ns(0.75)}, {3, -ns(0.75)}}));
  expect_drawn(*physics_, 0, 0.75, 0.5);
}

TEST_F(PhysicsTest, AMachineThatIsOffDrawsNothing) {
  physics_->turn_off(1);  // before anything began
  physics_->compute(1, 0, seconds(10));
  EXPECT_EQ(run_until(at(5)), Told{});
  physics_->turn_off(0);
  physics_->turn_off(0);
  EXPECT_EQ(run_until(at(10)), (Told{{1, -ns(5)}}));
  physics_->turn_on(0);
  physics_->turn_on(1);
  physics_->compute(2, 0, seconds(1));
  run_until(at(20));
  expect_drawn(*physics_, 0, 15, 6);
  expect_drawn(*physics_, 1, 10, 0);
}

TEST_F(PhysicsTest, AProcessHoldsOneEngine) {
  EXPECT_FALSE(Physics::create({}).ok());
  physics_.reset();
  EXPECT_FALSE(Physics::create({}).ok());
}

}  // namespace
}  // namespace lastmile::sim
