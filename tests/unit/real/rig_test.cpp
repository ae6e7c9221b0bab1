// The pieces of a rig: children, folders, addresses, roads, merged traces.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "real/ops/trace_file.hpp"
#include "real/rig/addresses.hpp"
#include "real/rig/child.hpp"
#include "real/rig/rig_folder.hpp"
#include "real/rig/roads.hpp"
#include "real/rig/trace_merge.hpp"
#include "scenarios/engine/model/load.hpp"
#include "tests/unit/real/scratch.hpp"

namespace lastmile::real {
namespace {

namespace fs = std::filesystem;
constexpr Duration kPatience = seconds(20);

// --- children

TEST(Child, its_exit_status_is_known) {
  const Scratch folder;
  auto child = Child::start({"/bin/sh", "-c", "echo out; echo err >&2; exit 7"}, folder.path() / "log");
  ASSERT_TRUE(child.ok());
  EXPECT_EQ(child->wait(kPatience), 7);
  std::ifstream log(folder.path() / "log");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(log), {}), "out\nerr\n");
}

TEST(Child, a_program_that_is_not_there_is_an_error) {
  const Scratch folder;
  EXPECT_FALSE(Child::start({"/nowhere/lastmile-node"}, folder.path() / "log").ok());
}

TEST(Child, goes_with_its_object_and_takes_its_own_children_along) {
  const Scratch folder;
  const fs::path pids = folder.path() / "pid";
  pid_t grandchild = 0;
  {
    auto child = Child::start(
        {"/bin/sh", "-c",
         "sleep 600 & echo $! > " + pids.string() + ".new; mv " + pids.string() + ".new " + pids.string() + "; wait"},
        folder.path() / "log");
    ASSERT_TRUE(child.ok());
    while (child->running() && !fs::exists(pids)) ::usleep(1000);
    std::ifstream(pids) >> grandchild;
    ASSERT_GT(grandchild, 0);
  }
  // It may be a zombie for a while, of whoever inherits it; it must not be asleep any more.
  const auto asleep = [grandchild] {
    std::ifstream stat("/proc/" + std::to_string(grandchild) + "/stat");
    std::string number, name, state;
    return (stat >> number >> name >> state) && state != "Z";
  };
  for (int i = 0; i < 20000 && asleep(); ++i) ::usleep(1000);
  EXPECT_FALSE(asleep());
}

TEST(Child, stands_still_while_paused_and_goes_on) {
  const Scratch folder;
  auto child = Child::start({"/bin/sh", "-c", "exit 0"}, folder.path() / "log");
  ASSERT_TRUE(child.ok());
  child->resume();  // harmless
  auto sleeper = Child::start({"/bin/sleep", "600"}, folder.path() / "log");
  ASSERT_TRUE(sleeper.ok());
  sleeper->pause();
  sleeper->terminate();
  EXPECT_EQ(sleeper->wait(milliseconds(100)), std::nullopt);  // the signal waits too
  sleeper->resume();
  EXPECT_EQ(sleeper->wait(kPatience), 128 + SIGTERM);
}

// --- folders and addresses

TEST(RigFolder, goes_with_its_object) {
  const Scratch base;
  fs::path path;
  {
    const auto folder = RigFolder::make(base.path());
    ASSERT_TRUE(folder.ok());
    path = folder->path();
    std::ofstream(path / "something") << "x";
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(RigFolder, what_a_killed_rig_left_is_removed_and_nothing_else) {
  const Scratch base;
  fs::create_directory(base.path() / "lastmile-rig-killed");
  std::ofstream(base.path() / "lastmile-rig-killed" / "LOCK").close();
  fs::create_directory(base.path() / "lastmile-rig-new");  // no lock yet: somebody is making it
  fs::create_directory(base.path() / "other");
  const auto living = RigFolder::make(base.path());
  const auto second = RigFolder::make(base.path());
  ASSERT_TRUE(living.ok() && second.ok());
  EXPECT_TRUE(fs::exists(living->path()));
  EXPECT_NE(living->path(), second->path());
  EXPECT_FALSE(fs::exists(base.path() / "lastmile-rig-killed"));
  EXPECT_TRUE(fs::exists(base.path() / "lastmile-rig-new"));
  EXPECT_TRUE(fs::exists(base.path() / "other"));
}

TEST(RigFolder, a_base_without_room_for_socket_names_is_refused) {
  const auto made = RigFolder::make("/tmp/" + std::string(RigFolder::kBaseBytesMax, 'x'));
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.error().text, testing::HasSubstr("TMPDIR"));
}

TEST(Addresses, every_node_has_two_of_its_own) {
  std::set<std::string> all;
  for (std::uint32_t node = 0; node < 600; ++node) {
    all.insert(node_host(node));
    all.insert(proxy_host(node));
  }
  EXPECT_EQ(all.size(), 1200U);
  EXPECT_EQ(node_host(0), "127.0.1.1");
  EXPECT_EQ(proxy_host(0), "127.1.1.1");
  EXPECT_EQ(proxy_host(250), "127.3.1.1");
}

// --- overlay and roads

scenario::Scenario scenario_of(const std::string& extra) {
  scenario::Findings findings;
  const std::string text = R"({ "format": 1, "name": "rig", "seed": 3, "worlds": ["real"],
    "question": "?", "expectation": "yes",
    "phases": { "warm_up": "1s", "trouble": "5s", "heal": "1s", "settle": "5s" },
    "world": { "regions": "internet-2019",
      "hardware": { "server": { "uplink": "100Mbit/s", "downlink": "50Mbit/s", "access_latency": "2ms" } },
      "groups": [ { "name": "west", "role": "core", "count": 10, "region": "north_america", "hardware": "server" },
                  { "name": "east", "role": "core", "count": 10, "region": "europe", "hardware": "server" } ],
      "topology": { "kind": "random_regular", "degree": 4 } })" +
                           extra + "}";
  const auto loaded = scenario::load_scenario(text, {}, findings);
  EXPECT_TRUE(loaded.has_value()) << findings.lines("test");
  return *loaded;
}

class RoadsTest : public testing::Test {
 protected:
  void make(const std::string& faults) {
    scenario_ = scenario_of(", \"faults\": [" + faults + "]");
    table_.emplace(scenario_, scenario_.seed);
    auto proxy = Proxy::start(table_->size(), 0, 1);
    ASSERT_TRUE(proxy.ok());
    proxy_ = *std::move(proxy);
    roads_ = std::make_unique<RigRoads>(scenario_, *table_, *proxy_);
  }
  static constexpr scenario::Node kWest = 0, kEast = 10;
  const std::vector<scenario::Node> west_{0, 1}, east_{10, 11};
  scenario::Scenario scenario_;
  std::optional<scenario::NodeTable> table_;
  std::unique_ptr<Proxy> proxy_;
  std::unique_ptr<RigRoads> roads_;
};

TEST_F(RoadsTest, without_faults_a_path_has_the_latency_of_regions_and_access_and_the_narrower_bandwidth) {
  make("");
  const PathState state = roads_->state(kWest, kEast);
  EXPECT_EQ(state.latency, milliseconds(62 + 2 + 2));  // half of 124 ms, both access latencies
  EXPECT_EQ(state.bandwidth_bits, 50'000'000U);
  EXPECT_FALSE(state.stalled);
}

TEST_F(RoadsTest, a_one_way_cut_stalls_one_direction_between_its_sides_until_it_ends) {
  make(
      R"({ "name": "cut", "kind": "partition", "between": ["group:west", "group:east"], "direction": "first_to_second" })");
  roads_->begin({0, 0}, scenario_.faults[0], west_, east_);
  EXPECT_TRUE(roads_->state(kWest, kEast).stalled);
  EXPECT_FALSE(roads_->state(kEast, kWest).stalled);
  EXPECT_FALSE(roads_->state(2, kEast).stalled);  // in neither side
  roads_->end({0, 0});
  EXPECT_FALSE(roads_->state(kWest, kEast).stalled);
}

TEST_F(RoadsTest, link_faults_add_up) {
  make(
      R"({ "name": "a", "kind": "link", "between": ["group:west", "group:east"], "latency_add": "10ms", "bandwidth": "1Mbit/s" },
          { "name": "b", "kind": "link", "between": ["group:west", "group:east"], "latency_add": "5ms", "jitter": "3ms", "corrupt": "10%" })");
  roads_->begin({0, 0}, scenario_.faults[0], west_, east_);
  roads_->begin({1, 0}, scenario_.faults[1], west_, east_);
  const PathState both = roads_->state(kEast, kWest);
  EXPECT_EQ(both.latency, milliseconds(66 + 10 + 5));
  EXPECT_EQ(both.bandwidth_bits, 1'000'000U);
  EXPECT_EQ(both.jitter, milliseconds(3));
  EXPECT_EQ(both.corrupt_parts, 100'000'000U);
  roads_->end({0, 0});
  EXPECT_EQ(roads_->state(kEast, kWest).bandwidth_bits, 50'000'000U);
}

// --- traces

class TraceMergeTest : public testing::Test {
 protected:
  void append(std::size_t node, const std::string& item) {
    auto file = TraceFile::open(path(node), "id");
    ASSERT_TRUE(file.ok());
    (*file)->record({trace::Kind::message_processed, item, 0, 0, 0});
  }
  fs::path path(std::size_t node) const { return folder_.path() / std::to_string(node); }
  TraceMerge::Take take() {
    return [this](Instant, scenario::Node node, const trace::Event& event) {
      seen_.push_back(std::to_string(node) + std::string(event.item));
    };
  }
  Instant now() const { return Instant{} + (OsClock().now() - zero_); }
  Scratch folder_;
  Instant zero_ = OsClock().now();
  std::vector<std::string> seen_;
};

TEST_F(TraceMergeTest, events_of_all_nodes_come_in_the_order_of_their_time) {
  TraceMerge merge({path(0), path(1)});
  merge.begin(zero_);
  append(1, "a");
  append(0, "b");
  append(1, "c");
  ASSERT_TRUE(merge.read(now(), take()).ok());
  EXPECT_THAT(seen_, testing::ElementsAre("1a", "0b", "1c"));
}

TEST_F(TraceMergeTest, what_happened_after_the_asked_time_waits) {
  TraceMerge merge({path(0)});
  merge.begin(zero_);
  const Instant before = now();
  append(0, "later");
  ASSERT_TRUE(merge.read(before, take()).ok());
  EXPECT_TRUE(seen_.empty());
  ASSERT_TRUE(merge.read(now(), take()).ok());
  EXPECT_THAT(seen_, testing::ElementsAre("0later"));
}

TEST_F(TraceMergeTest, a_life_that_ends_in_the_middle_of_a_record_does_not_spoil_the_next) {
  TraceMerge merge({path(0)});
  merge.begin(zero_);
  const Instant killed_at = now();
  append(0, "whole");
  fs::resize_file(path(0), fs::file_size(path(0)) + 11);  // the beginning of a record, zeros
  ASSERT_TRUE(merge.end_of_life(0, killed_at, take()).ok());
  EXPECT_THAT(seen_, testing::ElementsAre("0whole"));
  append(0, "second life");
  ASSERT_TRUE(merge.read(now(), take()).ok());
  EXPECT_THAT(seen_, testing::ElementsAre("0whole", "0second life"));
}

TEST_F(TraceMergeTest, a_file_of_another_kind_is_an_error) {
  folder_.write("0", "{\"format\": \"something else\"}\n");
  TraceMerge merge({path(0)});
  EXPECT_FALSE(merge.read(now(), take()).ok());
}

}  // namespace
}  // namespace lastmile::real
