// Level `flow`: bulk shares links and disks, beside an event ring that knows nothing of it. SimGrid has one engine per
// process: ctest gives every test a process of its own, and without ctest all but the first are skipped.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/sim/toy.hpp"

namespace lastmile::sim::test {
namespace {

using Stories = std::vector<std::string>;

constexpr std::uint64_t kMega = 1'000'000;

// Four nodes, 10 ms apart; an uplink of 10 bytes per microsecond (a megabyte alone takes 100 ms), a downlink twice as
// wide, a disk that reads 20 and writes 10.
class Flow : public testing::Test {
 protected:
  explicit Flow(EngineConfig config = Toys::quiet()) : config_(std::move(config)) {
    config_.level = NetworkLevel::flow;
  }

  void SetUp() override {
    static bool used = false;
    if (std::exchange(used, true)) GTEST_SKIP() << "a process has one engine at level flow: run by ctest";
    begin(std::move(Engine::create(config_)).value());
  }
  void begin(std::unique_ptr<Engine> engine) {
    toys_ = std::make_unique<Toys>(4, std::move(engine),
                                   Hardware{.uplink_bits = 80 * kMega,
                                            .downlink_bits = 160 * kMega,
                                            .disk_read_bytes = 20 * kMega,
                                            .disk_write_bytes = 10 * kMega});
    for (std::uint32_t i = 0; i < 4; ++i) {
      toys_->on(i, [&] { (*toys_)[i].env.network.listen_content(shelf_); });
      for (std::uint32_t j = i + 1; j < 4; ++j) toys_->dial(i, j);
    }
    toys_->run(milliseconds(200));
    begin_ = toys_->engine->now();
  }

  // The end of it stands in ended_ under `name`.
  void fetch(const std::string& name, std::uint32_t asker, std::uint32_t server, std::uint64_t bytes,
             Duration deadline = seconds(1000)) {
    toys_->on(asker, [&] {
      (*toys_)[asker].env.network.fetch(
          toys_->peer(asker, server), {std::to_string(bytes)}, deadline, [this, name, bytes](Result<Bytes> result) {
            EXPECT_TRUE(!result.ok() || result->size() == bytes);
            ended_[name] = {(toys_->engine->now() - begin_).seconds(), result.ok() ? "" : result.error().text};
          });
    });
  }
  // Since begin(); an error, or no end, is a failure. 20 ms of it are the way of question and answer.
  double took(const std::string& name) {
    const auto found = ended_.find(name);
    if (found == ended_.end()) {
      ADD_FAILURE() << name << " has not ended";
      return -1;
    }
    EXPECT_EQ(found->second.second, "") << name;
    return found->second.first;
  }

  // One ends after the other, 100 ms apart, the first then.
  void expect_in_turn(const std::vector<std::string>& names, double first, int buckets = 2) {
    for (std::size_t i = 0; i < names.size(); ++i)
      EXPECT_NEAR(took(names[i]), first + 0.1 * static_cast<double>(i), buckets * kBucket) << names[i];
  }

  static constexpr double kBucket = 0.0000656;  // a transfer begins at the end of one
  EngineConfig config_;
  Shelf shelf_;
  std::unique_ptr<Toys> toys_;
  Instant begin_;
  std::map<std::string, std::pair<double, std::string>> ended_;
};

TEST_F(Flow, TransfersShareTheLinksThatTheyHaveInCommon) {
  fetch("b", 1, 0, kMega);
  fetch("c", 2, 0, kMega);
  fetch("own", 2, 3, kMega);  // half of a downlink is enough for its uplink
  toys_->run(seconds(1));
  EXPECT_NEAR(took("b"), 0.220, 2 * kBucket);
  EXPECT_NEAR(took("c"), 0.220, 2 * kBucket);
  EXPECT_NEAR(took("own"), 0.120, 2 * kBucket);
}

TEST_F(Flow, SmallPartsAndFramesPassBesideThem) {
  fetch("big", 1, 0, 10 * kMega);
  toys_->run(milliseconds(100));
  fetch("small", 1, 0, 10'000);
  toys_->send(0, 1, "frame");
  toys_->run(seconds(2));
  EXPECT_NEAR(took("big"), 1.020, 2 * kBucket);
  EXPECT_NEAR(took("small"), 0.120 + 0.001, kBucket);
  ASSERT_EQ((*toys_)[1].received.size(), 1U);
  EXPECT_NEAR((*toys_)[1].received[0].time.ns - begin_.ns, 110e6, 1e4);
}

TEST_F(Flow, ACutLetsThemStandAndGivesTheirShareToOthers) {
  fetch("cut", 1, 0, kMega);
  fetch("other", 2, 0, kMega);
  toys_->run(milliseconds(110));  // half a megabyte each has left, in 100 ms
  LinkRule rule = Toys::between({0}, {1});
  rule.cut = CutMode::stall;
  const LinkRuleId id = toys_->engine->add_rule(rule);
  toys_->run(seconds(10));
  EXPECT_NEAR(took("other"), 0.110 + 0.050 + 0.010, 2 * kBucket);
  EXPECT_EQ(ended_.count("cut"), 0U);
  toys_->engine->remove_rule(id);
  toys_->run(seconds(1));
  EXPECT_NEAR(took("cut"), 10.110 + 0.050 + 0.010, 4 * kBucket);
}

// A tenth of the uplink between a and b: what b leaves, c gets.
TEST_F(Flow, APathWithALimitKeepsToItAndLeavesTheRestToOthers) {
  fetch("limited", 1, 0, kMega);
  fetch("twin", 1, 0, kMega);
  toys_->run(milliseconds(20));  // 10 ms of sending: 50 KB each
  LinkRule rule = Toys::between({0}, {1});
  rule.quality.bandwidth_bits = 8 * kMega;
  const LinkRuleId id = toys_->engine->add_rule(rule);
  fetch("other", 2, 0, 8 * kMega);
  toys_->run(milliseconds(1000));
  EXPECT_NEAR(took("other"), 0.040 + 8.0 / 9, 0.010);
  EXPECT_EQ(ended_.count("limited") + ended_.count("twin"), 0U) << "a megabyte in a second, of the two that were asked";
  toys_->engine->remove_rule(id);  // about 0.9 MB left
  toys_->run(seconds(1));
  EXPECT_NEAR(std::max(took("limited"), took("twin")), 1.020 + 0.090 + 0.010, 0.010);
}

TEST_F(Flow, ALimitedTransferTakesItsBytesByTheLimit) {
  LinkRule rule = Toys::between({0}, {1});
  rule.quality.bandwidth_bits = 8 * kMega;
  toys_->engine->add_rule(rule);
  fetch("limited", 1, 0, kMega);
  fetch("back", 0, 1, 100'000);
  toys_->run(seconds(3));
  EXPECT_NEAR(took("limited"), 1.020, 2 * kBucket);
  EXPECT_NEAR(took("back"), 0.120, 2 * kBucket);
}

// Limits so little below the speed of the links that a slice (20 ms) ends 13 to 19 us before its limit has passed it,
// and often both in the last 10 us of a bucket, before which SimGrid's clock would stop.
TEST_F(Flow, PathsWithALimitNearTheSpeedOfTheLinksComeToTheirEnd) {
  for (std::uint32_t i = 0; i < 4; ++i) {
    const std::uint32_t asker = (i + 1) % 4;
    LinkRule rule = Toys::between({i}, {asker});
    rule.quality.bandwidth_bits = 80 * kMega - 4000 * (13 + 2 * i);
    toys_->engine->add_rule(rule);
    fetch(std::to_string(i), asker, i, 20 * kMega);
  }
  const auto events = toys_->engine->events();
  toys_->engine->run_until(toys_->engine->now() + seconds(3), 1'000'000);
  EXPECT_LT(toys_->engine->events() - events, 100'000U) << "a wait for the same instant again and again";
  for (std::uint32_t i = 0; i < 4; ++i) EXPECT_NEAR(took(std::to_string(i)), 2.020, 0.010);
}

TEST_F(Flow, AConnectionThatIsGivenUpEndsThem) {
  fetch("cut", 1, 0, 100 * kMega);
  toys_->run(seconds(1));
  LinkRule rule = Toys::between({0}, {1});
  rule.cut = CutMode::stall;
  toys_->engine->add_rule(rule);
  toys_->run(seconds(61));  // longer than keep-alive
  EXPECT_EQ(ended_.at("cut").second, "connection lost");
  fetch("after", 2, 0, kMega);
  const double asked = (toys_->engine->now() - begin_).seconds();
  toys_->run(seconds(1));
  EXPECT_NEAR(took("after"), asked + 0.120, 2 * kBucket) << "the uplink is not free";
}

TEST_F(Flow, WhatIsGivenUpByItsAskerLeavesTheLinkToOthers) {
  fetch("given up", 1, 0, 100 * kMega, seconds(1));
  toys_->run(milliseconds(1001));
  EXPECT_EQ(ended_.at("given up").second, "deadline has passed");
  fetch("after", 2, 0, kMega);
  const double asked = (toys_->engine->now() - begin_).seconds();
  toys_->run(seconds(1));
  EXPECT_NEAR(took("after"), asked + 0.120, 2 * kBucket) << "it still flows";
}

TEST_F(Flow, AnAnswerThatWasGivenUpDuringACutIsNotSentAfterIt) {
  LinkRule rule = Toys::between({0}, {1});
  rule.cut = CutMode::stall;
  rule.direction = LinkDirection::first_to_second;  // the question passes
  const LinkRuleId id = toys_->engine->add_rule(rule);
  fetch("given up", 1, 0, 100 * kMega, seconds(1));
  toys_->run(seconds(2));
  toys_->engine->remove_rule(id);
  fetch("after", 2, 0, kMega);
  toys_->run(seconds(1));
  EXPECT_EQ(ended_.at("given up").second, "deadline has passed");
  EXPECT_NEAR(took("after"), 2.120, 2 * kBucket);
}

TEST_F(Flow, ACrashOfEitherEndFreesTheOtherEndsLink) {
  fetch("from crashed", 1, 0, 10 * kMega);
  fetch("to crashed", 0, 3, 10 * kMega);
  toys_->run(milliseconds(500));
  toys_->engine->crash({0}, DiskFate::kept);
  toys_->run(milliseconds(100));
  EXPECT_EQ(ended_.at("from crashed").second, "connection lost");
  EXPECT_EQ(ended_.count("to crashed"), 0U) << "who asked is gone";
  const double asked = (toys_->engine->now() - begin_).seconds();
  fetch("after", 2, 3, kMega);
  toys_->run(seconds(1));
  EXPECT_NEAR(took("after"), asked + 0.120, 2 * kBucket);
}

TEST_F(Flow, APausedNodeNeitherSendsNorReceives) {
  fetch("part", 1, 0, kMega);
  toys_->run(milliseconds(60));  // half of it
  toys_->engine->pause({1});
  toys_->run(seconds(5));
  toys_->engine->resume({1});
  toys_->run(seconds(1));
  EXPECT_NEAR(took("part"), 5.060 + 0.050 + 0.010, 4 * kBucket);
}

EngineConfig limited(std::uint32_t per_node, std::uint32_t whole_run) {
  EngineConfig config = Toys::quiet();
  config.network.transfers_per_node_max = per_node;
  config.network.transfers_max = whole_run;
  return config;
}

class FlowOfOnePerNode : public Flow {
 protected:
  FlowOfOnePerNode() : Flow(limited(1, 1000)) {}
};

// What waited for the end of a pause has no place, and more of it than there are places waits for its turn.
TEST_F(FlowOfOnePerNode, PlacesAreKeptAfterAPause) {
  for (const std::string name : {"1", "2", "3"}) fetch(name, 1, 0, kMega);
  toys_->run(milliseconds(60));  // half of the first
  toys_->engine->pause({0});
  toys_->run(seconds(5));
  toys_->engine->resume({0});
  toys_->run(seconds(1));
  expect_in_turn({"1", "2", "3"}, 5.060 + 0.050 + 0.010, 4);
}

TEST_F(FlowOfOnePerNode, NextBeginsWhenOneEnds) {
  for (const std::string name : {"1", "2", "3"}) fetch(name, 1, 0, kMega);
  fetch("of another", 0, 2, kMega);
  toys_->run(seconds(1));
  expect_in_turn({"1", "2", "3"}, 0.120);
  EXPECT_NEAR(took("of another"), 0.120, 2 * kBucket);
}

class FlowOfFewThatWait : public Flow {
 protected:
  static EngineConfig few() {
    EngineConfig config = limited(1, 1000);
    config.network.transfers_waiting_max = 2;
    return config;
  }
  FlowOfFewThatWait() : Flow(few()) {}
};

// As a frame beyond the buffer: silence, and the deadline of the asker decides.
TEST_F(FlowOfFewThatWait, WhatIsBeyondTheLimitIsDroppedAndCounted) {
  for (const std::string name : {"1", "2", "3", "4", "5"}) fetch(name, 1, 0, kMega, seconds(2));
  toys_->run(seconds(3));
  expect_in_turn({"1", "2", "3"}, 0.120);
  EXPECT_EQ(ended_.at("4").second, "deadline has passed");
  EXPECT_EQ(ended_.at("5").second, "deadline has passed");
  EXPECT_EQ(toys_->engine->traffic({0}).frames_dropped, 2U);
}

class FlowOfOne : public Flow {
 protected:
  FlowOfOne() : Flow(limited(16, 1)) {}
};

TEST_F(FlowOfOne, FreePlacesOfTheRunGoRoundTheSenders) {
  fetch("a1", 2, 0, kMega);
  fetch("a2", 2, 0, kMega);
  fetch("a3", 2, 0, kMega);
  fetch("b1", 2, 1, kMega);
  toys_->run(seconds(1));
  expect_in_turn({"a1", "b1", "a2", "a3"}, 0.120);
}

TEST_F(Flow, ReadsOfBlobsShareTheDisk) {
  std::vector<double> done;
  toys_->on(0, [&] { (*toys_)[0].env.disk.put_blob("b", Bytes(2 * kMega, 1), [](Result<Unit>) {}); });
  toys_->run(seconds(1));
  begin_ = toys_->engine->now();
  toys_->on(0, [&] {
    for (const std::uint64_t bytes : {kMega, 2 * kMega}) {
      (*toys_)[0].env.disk.get_blob({"b", 0, bytes}, [&, bytes](Result<Bytes> got) {
        EXPECT_EQ(got.value().size(), bytes);
        done.push_back((toys_->engine->now() - begin_).seconds());
      });
    }
  });
  toys_->run(seconds(1));
  ASSERT_EQ(done.size(), 2U);
  EXPECT_NEAR(done[0], 0.100, 2 * kBucket);  // each had a half
  EXPECT_NEAR(done[1], 0.150, 2 * kBucket);
}

TEST_F(Flow, ASlowDiskReadsSlowlyAndNotForEver) {
  toys_->on(0, [&] { (*toys_)[0].env.disk.put_blob("b", Bytes(10 * kMega, 1), [](Result<Unit>) {}); });
  toys_->run(seconds(2));
  const auto time_to_read = [&] {
    const Instant begin = toys_->engine->now();
    double took = 0;
    toys_->on(0, [&] {
      (*toys_)[0].env.disk.get_blob({"b"}, [&](Result<Bytes>) { took = (toys_->engine->now() - begin).seconds(); });
    });
    toys_->run(seconds(20));
    return took;
  };
  EXPECT_NEAR(time_to_read(), 0.5, 2 * kBucket);
  toys_->engine->set_disk_speed({0}, kBillion / 4);
  EXPECT_NEAR(time_to_read(), 2.0, 2 * kBucket);
  toys_->engine->set_disk_speed({0}, kBillion);
  EXPECT_NEAR(time_to_read(), 0.5, 2 * kBucket);
}

TEST_F(Flow, ALargeWriteTakesItsTimeAndAnswersComeInOrder) {
  std::vector<std::pair<std::string, double>> done;
  const auto note = [&](const char* what) {
    return [&done, this, what](Result<Unit> result) {
      EXPECT_TRUE(result.ok());
      done.emplace_back(what, (toys_->engine->now() - begin_).seconds());
    };
  };
  toys_->on(0, [&] {
    (*toys_)[0].env.disk.put_blob("b", Bytes(kMega, 1), note("blob"));
    env::Batch batch;
    batch.put("k", "v");
    (*toys_)[0].env.disk.commit(std::move(batch), note("batch"));
  });
  toys_->run(milliseconds(50));
  toys_->engine->set_disk_speed({0}, kBillion / 2);  // with one half written
  toys_->run(seconds(1));
  ASSERT_EQ(done.size(), 2U);
  EXPECT_EQ(done[0].first, "blob");
  EXPECT_NEAR(done[0].second, 0.150, 3 * kBucket);
  EXPECT_EQ(done[1].first, "batch");
  EXPECT_NEAR(done[1].second, 0.150, 4 * kBucket);
}

TEST_F(Flow, ACrashEndsALargeWriteWithoutAnAnswer) {
  bool answered = false;
  toys_->on(0,
            [&] { (*toys_)[0].env.disk.put_blob("b", Bytes(10 * kMega, 1), [&](Result<Unit>) { answered = true; }); });
  toys_->run(milliseconds(500));
  toys_->engine->crash({0}, DiskFate::torn);
  toys_->run(seconds(1));
  toys_->engine->start({0});
  toys_->run(seconds(1));
  EXPECT_FALSE(answered);
  const Instant again = toys_->engine->now();
  double took = 0;
  toys_->on(0, [&] {
    (*toys_)[0].env.disk.put_blob("c", Bytes(kMega, 1),
                                  [&](Result<Unit>) { took = (toys_->engine->now() - again).seconds(); });
  });
  toys_->run(seconds(1));
  EXPECT_NEAR(took, 0.100, 2 * kBucket);  // nothing of the first shares the disk
}

// Nothing else happens meanwhile: no bucket and no slot of the ring is in use for minutes.
TEST_F(Flow, TheEndOfALongTransferIsExactAcrossAnEmptyRing) {
  toys_->on(1, [&] { (*toys_)[1].env.timers.after(minutes(30), [] {}); });
  fetch("first", 1, 0, 200 * kMega);
  toys_->run(seconds(19));
  EXPECT_TRUE(ended_.empty());
  toys_->run(minutes(40));
  EXPECT_NEAR(took("first"), 20.020, 2 * kBucket);
  const double asked = (toys_->engine->now() - begin_).seconds();
  fetch("second", 1, 0, kMega);
  toys_->run(seconds(1));
  EXPECT_NEAR(took("second"), asked + 0.120, 2 * kBucket);
}

// The order and times of frames are the same whether bulk shares links or passes one after another.
TEST_F(Flow, FramesDoNotNoticeHowBulkPasses) {
  const auto talk = [this] {
    fetch("one", 0, 1, 3 * kMega);
    fetch("two", 2, 3, 3 * kMega);
    for (int i = 0; i < 200; ++i) {
      toys_->send(2, 3, "ping " + std::to_string(i));
      toys_->send(3, 2, "pong " + std::to_string(i));
      toys_->run(milliseconds(7));
    }
    toys_->run(seconds(1));
    EXPECT_NEAR(took("two"), 0.320, 2 * kBucket);
    std::vector<std::pair<Instant, std::string>> heard;
    for (const std::uint32_t node : {2U, 3U})
      for (const ToyNode::Received& each : (*toys_)[node].received) heard.emplace_back(each.time, each.text);
    return heard;
  };
  const auto shared = talk();
  begin(std::move(Engine::create(Toys::quiet())).value());  // level access
  EXPECT_EQ(shared, talk());
  EXPECT_EQ(shared.size(), 400U);
}

}  // namespace
}  // namespace lastmile::sim::test
