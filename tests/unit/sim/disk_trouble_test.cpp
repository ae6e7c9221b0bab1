// Disks that are slow, full or damaged: what nodes see of them, and what is left afterwards.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/unit/sim/toy.hpp"

namespace lastmile::sim::test {
namespace {

Hardware small_disk() {
  Hardware hardware;
  hardware.disk_sync = milliseconds(10);
  hardware.disk_write_bytes = 1'000'000;  // a byte per microsecond
  hardware.disk_read_bytes = 2'000'000;
  hardware.disk_seek = milliseconds(4);
  hardware.disk_size = 10'000;
  return hardware;
}

env::Batch batch_of(std::string key, std::size_t bytes) {
  env::Batch batch;
  batch.put(std::move(key), std::string(bytes, 'x'));
  return batch;
}

// One node, and what its disk answers: "ok" or the error, in order.
class Disk {
 public:
  explicit Disk(Hardware hardware = small_disk(), EngineConfig config = Toys::quiet())
      : toys(1, std::move(config), hardware) {}

  env::Disk& disk() { return toys[0].env.disk; }
  env::Done<Unit> note() {
    return [this](Result<Unit> result) {
      answers.push_back(result.ok() ? "ok" : result.error().text);
      last = toys.engine->now();
    };
  }
  void commit(env::Batch batch) {
    toys.on(0, [&] { disk().commit(std::move(batch), note()); });
  }
  // How long it takes until the answer comes.
  Duration time_to_commit(std::size_t bytes) {
    const Instant begin = toys.engine->now();
    commit(batch_of("k", bytes - 1));
    toys.run(seconds(100));
    return last - begin;
  }
  Duration time_to_read(std::uint64_t bytes) {
    const Instant begin = toys.engine->now();
    Duration took;
    toys.on(0, [&] { disk().get_blob({"b", 0, bytes}, [&](Result<Bytes>) { took = toys.engine->now() - begin; }); });
    toys.run(seconds(100));
    return took;
  }
  void restart(DiskFate fate) {
    toys.engine->crash({0}, fate);
    toys.engine->start({0});
  }
  std::string keys() {
    std::string all;
    for (auto cursor = disk().latest().seek(""); cursor->valid(); cursor->next()) all += std::string(cursor->key());
    return all;
  }

  Toys toys;
  std::vector<std::string> answers;
  Instant last;
};

using Answers = std::vector<std::string>;
constexpr const char* kFull = "the disk is full";
constexpr std::uint64_t kTenth = 100'000'000;

TEST(SlowDisk, writes_syncs_and_reads_take_longer_until_it_is_fast_again) {
  Disk d;
  d.toys.on(0, [&] { d.disk().put_blob("b", Bytes(4000, 1), [](Result<Unit>) {}); });
  d.toys.run(seconds(1));
  EXPECT_EQ(d.time_to_commit(2000), milliseconds(2 + 10));
  EXPECT_EQ(d.time_to_read(4000), milliseconds(4 + 2));
  d.toys.engine->set_disk_speed({0}, kTenth);
  EXPECT_EQ(d.time_to_commit(2000), milliseconds(10 * (2 + 10)));
  EXPECT_EQ(d.time_to_read(4000), milliseconds(10 * (4 + 2)));
  d.toys.engine->set_disk_speed({0}, kBillion);
  EXPECT_EQ(d.time_to_commit(2000), milliseconds(2 + 10));
  EXPECT_EQ(d.time_to_read(4000), milliseconds(4 + 2));
}

TEST(SlowDisk, a_group_under_way_is_finished_as_it_was_begun) {
  Disk d;
  const Instant begin = d.toys.engine->now();
  d.commit(batch_of("a", 999));
  d.toys.engine->set_disk_speed({0}, kTenth);
  d.toys.run(seconds(1));
  EXPECT_EQ(d.last - begin, milliseconds(11));
}

TEST(SlowDisk, reads_of_keys_keep_the_loop_busy_for_longer) {
  EngineConfig config = Toys::quiet();
  config.loop_cost.disk_read = milliseconds(3);
  Disk d({}, config);
  const auto busy = [&] {
    const Instant begin = d.toys.engine->now();
    Duration took;
    d.toys.on(0, [&] {
      d.disk().latest().get("k");
      d.toys[0].env.timers.after({}, [&] { took = d.toys.engine->now() - begin; });
    });
    d.toys.run(seconds(10));
    return took;
  };
  EXPECT_EQ(busy(), milliseconds(3));
  d.toys.engine->set_disk_speed({0}, kTenth);
  EXPECT_EQ(busy(), milliseconds(30));
}

TEST(SlowDisk, one_that_hardly_moves_answers_some_day) {
  Disk d;
  d.toys.engine->set_disk_speed({0}, 1);
  d.commit(batch_of("a", 9000));
  d.toys.run(minutes(60));
  EXPECT_TRUE(d.answers.empty());
  d.toys.engine->set_disk_speed({0}, kBillion);
  d.restart(DiskFate::kept);
  d.commit(batch_of("b", 10));
  d.toys.run(seconds(1));
  EXPECT_EQ(d.answers, Answers{"ok"});
}

TEST(FullDisk, refuses_the_first_write_without_room_and_all_after_it) {
  Disk d;
  d.commit(batch_of("a", 4999));
  d.commit(batch_of("b", 4999));  // to the last byte
  d.toys.run(seconds(1));
  d.commit(batch_of("c", 0));
  env::Batch less;
  less.remove("a");
  d.commit(std::move(less));  // there would be room again: but batches become durable in order
  d.toys.on(0, [&] { d.disk().put_blob("blob", Bytes(1, 1), d.note()); });
  d.toys.on(0, [&] { d.disk().remove_blob("blob", d.note()); });
  d.toys.run(seconds(1));
  EXPECT_EQ(d.answers, (Answers{"ok", "ok", kFull, kFull, kFull, kFull}));
  EXPECT_EQ(d.keys(), "bc") << "every commit is visible at once";
}

TEST(FullDisk, what_it_refused_is_gone_with_the_node_and_what_it_answered_is_not) {
  for (const DiskFate fate : {DiskFate::kept, DiskFate::torn}) {
    Disk d;
    d.commit(batch_of("a", 6000));
    d.toys.run(seconds(1));
    env::Batch two = batch_of("b", 3000);
    two.put("c", std::string(3000, 'y'));
    d.commit(std::move(two));
    d.commit(batch_of("d", 1));
    d.toys.run(seconds(1));
    EXPECT_EQ(d.keys(), "abcd");
    d.restart(fate);
    EXPECT_EQ(d.keys(), "a") << "half of a batch, or what was refused, outlived the node";
    d.commit(batch_of("e", 3000));
    d.toys.run(seconds(1));
    EXPECT_EQ(d.answers, (Answers{"ok", kFull, kFull, "ok"})) << "a new incarnation has the room that is left";
  }
}

TEST(FullDisk, what_was_committed_before_it_in_the_same_group_becomes_durable) {
  Disk d;
  d.commit(batch_of("a", 1));
  d.commit(batch_of("b", 8000));  // waits for the sync of a
  d.commit(batch_of("c", 8000));
  d.toys.run(seconds(1));
  EXPECT_EQ(d.answers, (Answers{"ok", "ok", kFull}));
  d.restart(DiskFate::kept);
  EXPECT_EQ(d.keys(), "ab");
}

TEST(FullDisk, a_blob_counts_and_gives_its_room_back) {
  Disk d;
  d.toys.on(0, [&] {
    d.disk().put_blob("b", Bytes(9000, 1), d.note());
    d.disk().put_blob("b", Bytes(9000, 1), d.note());  // the same again takes no more
    d.disk().remove_blob("b", d.note());
    d.disk().put_blob("c", Bytes(10'000, 1), d.note());
    d.disk().put_blob("d", Bytes(1, 1), d.note());
  });
  d.toys.run(seconds(1));
  EXPECT_EQ(d.answers, (Answers{"ok", "ok", "ok", "ok", kFull}));
}

TEST(FullDisk, space_that_others_take_is_missing_until_they_give_it_back) {
  Disk d;
  d.commit(batch_of("a", 3999));
  d.toys.run(seconds(1));
  EXPECT_EQ(d.toys.engine->disk_free({0}), 6000U);
  d.toys.engine->take_disk_space({0}, 5500);
  EXPECT_EQ(d.toys.engine->disk_free({0}), 500U);
  d.commit(batch_of("b", 499));
  d.commit(batch_of("c", 0));
  d.toys.run(seconds(1));
  EXPECT_EQ(d.answers, (Answers{"ok", "ok", kFull}));
  d.toys.engine->give_disk_space({0}, 5500);
  d.commit(batch_of("d", 0));
  d.toys.run(seconds(1));
  EXPECT_EQ(d.answers.back(), kFull) << "an incarnation whose disk failed does not recover";
  d.restart(DiskFate::kept);
  d.commit(batch_of("e", 4000));
  d.toys.run(seconds(1));
  EXPECT_EQ(d.answers.back(), "ok");
}

TEST(FullDisk, a_disk_without_a_size_takes_everything) {
  Disk d(Hardware{});
  d.commit(batch_of("a", 1'000'000));
  d.toys.run(seconds(1));
  EXPECT_EQ(d.answers, Answers{"ok"});
}

// Ten values, two of them empty, and a blob.
void fill(Disk& d) {
  env::Batch batch;
  for (char c = '0'; c < '8'; ++c) batch.put(std::string(1, c), std::string(50, c));
  batch.put("8", "");
  batch.put("9", "");
  d.commit(std::move(batch));
  d.toys.on(0, [&] { d.disk().put_blob("blob", Bytes(500, 7), [](Result<Unit>) {}); });
  d.toys.run(seconds(1));
}

std::map<std::string, std::string> contents(Disk& d) {
  std::map<std::string, std::string> all;
  for (auto cursor = d.disk().latest().seek(""); cursor->valid(); cursor->next())
    all.emplace(cursor->key(), cursor->value());
  return all;
}

int different_bytes(std::string_view a, std::string_view b) {
  EXPECT_EQ(a.size(), b.size());
  int different = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) different += a[i] != b[i] ? 1 : 0;
  return different;
}

TEST(DamagedDisk, one_byte_of_every_value_and_blob_is_another_when_all_are_hit) {
  Disk d;
  fill(d);
  const auto before = contents(d);
  Generator draws(5);
  EXPECT_EQ(d.toys.engine->damage_disk({0}, kBillion, draws), 9U);
  const auto after = contents(d);
  ASSERT_EQ(after.size(), before.size()) << "keys stay";
  for (const auto& [key, value] : before) {
    EXPECT_EQ(different_bytes(value, after.at(key)), value.empty() ? 0 : 1) << key;
    EXPECT_EQ(*d.disk().latest().get(key), after.at(key));
  }
  std::string blob;
  d.toys.on(0, [&] { d.disk().get_blob({"blob"}, [&](Result<Bytes> bytes) { blob = as_text(*bytes); }); });
  d.toys.run(seconds(1));
  EXPECT_EQ(different_bytes(blob, std::string(500, '\7')), 1);
}

TEST(DamagedDisk, hits_about_the_part_that_was_asked_for_and_the_same_for_the_same_luck) {
  const auto damaged = [](std::uint64_t seed, std::uint64_t parts) {
    Disk d;
    fill(d);
    Generator draws(seed);
    d.toys.engine->damage_disk({0}, parts, draws);
    return contents(d);
  };
  EXPECT_EQ(damaged(1, kBillion / 2), damaged(1, kBillion / 2));
  EXPECT_NE(damaged(1, kBillion / 2), damaged(2, kBillion / 2));
  EXPECT_EQ(damaged(1, 0), damaged(2, 0));
  Disk d;
  fill(d);
  Generator draws(3);
  std::size_t hits = 0;
  for (int i = 0; i < 1000; ++i) hits += d.toys.engine->damage_disk({0}, kTenth, draws);
  EXPECT_NEAR(static_cast<double>(hits), 900, 150);
}

TEST(DamagedDisk, stays_damaged_until_it_is_another_disk) {
  Disk d;
  fill(d);
  const auto whole = contents(d);
  Generator draws(5);
  d.toys.engine->damage_disk({0}, kBillion, draws);
  const auto damaged = contents(d);
  d.restart(DiskFate::kept);
  EXPECT_EQ(contents(d), damaged);
  d.restart(DiskFate::torn);
  EXPECT_EQ(contents(d), damaged);
  d.toys.engine->crash({0}, DiskFate::kept);
  d.toys.engine->lose_disk({0});
  d.toys.engine->start({0});
  EXPECT_TRUE(contents(d).empty());
  EXPECT_EQ(d.disk().blob_size("blob"), std::nullopt);
}

TEST(DamagedDisk, others_keep_their_copies) {
  Toys toys(2, Toys::quiet(), small_disk());
  for (std::uint32_t i = 0; i < 2; ++i) {
    toys.on(i, [&, i] { toys[i].env.disk.commit(batch_of("k", 200), [](Result<Unit>) {}); });
  }
  toys.run(seconds(1));
  Generator draws(5);
  EXPECT_EQ(toys.engine->damage_disk({0}, kBillion, draws), 1U);
  EXPECT_EQ(*toys[1].env.disk.latest().get("k"), std::string(200, 'x')) << "equal values are stored once for all nodes";
}

}  // namespace
}  // namespace lastmile::sim::test
