// Disks: what a crash leaves, what a snapshot sees, how long writing takes.
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include <map>
#include <optional>

#include "sim/env/disk_image.hpp"
#include "tests/unit/sim/toy.hpp"

namespace lastmile::sim::test {
namespace {

Hardware slow_disk() {
  Hardware hardware;
  hardware.disk_sync = milliseconds(10);
  hardware.disk_write_bytes = 1'000'000;  // a byte per microsecond
  hardware.disk_read_bytes = 2'000'000;
  hardware.disk_seek = milliseconds(4);
  return hardware;
}

env::Batch batch_of(std::string key, std::string value) {
  env::Batch batch;
  batch.put(std::move(key), std::move(value));
  return batch;
}

TEST(SimDisk, writes_committed_while_one_is_written_share_the_next_sync) {
  Toys toys(1, Toys::quiet(), slow_disk());
  std::vector<std::pair<int, Duration>> done;
  toys.on(0, [&] {
    auto& disk = toys[0].env.disk;
    const auto write = [&](int number, std::size_t bytes) {
      disk.commit(batch_of("k", std::string(bytes - 1, 'x')),
                  [&, number](Result<Unit>) { done.emplace_back(number, toys.engine->now() - Instant{}); });
    };
    write(1, 1000);
    write(2, 2000);
    write(3, 3000);
    EXPECT_EQ(disk.latest().get("k")->size(), 2999U);
  });
  toys.run(seconds(1));
  const std::vector<std::pair<int, Duration>> expected{
      {1, milliseconds(11)}, {2, milliseconds(26)}, {3, milliseconds(26)}};
  EXPECT_EQ(done, expected);
}

TEST(SimDiskDeathTest, what_has_no_disk_must_not_write) {
  auto engine = std::move(Engine::create(Toys::quiet())).value();
  const auto made = [](const NodeEnv& env) { return std::make_unique<ToyNode>(env); };
  const NodeIndex bare = engine->add_node({.name = "bare", .has_disk = false}, made);
  engine->start(bare);
  env::Disk& disk = static_cast<ToyNode*>(engine->node(bare))->env.disk;
  EXPECT_EQ(disk.latest().get("k"), nullptr);
  EXPECT_DEATH(engine->on_loop(bare, [&] { disk.commit(batch_of("k", "v"), [](const Result<Unit>&) {}); }), "has_disk");
}

TEST(SimDisk, blob_reads_take_a_seek_and_their_length_one_after_another) {
  Toys toys(1, Toys::quiet(), slow_disk());
  std::vector<Duration> done;
  toys.on(0, [&] { toys[0].env.disk.put_blob("b", Bytes(10'000, 1), [](Result<Unit>) {}); });
  toys.run(seconds(1));
  const Instant begin = toys.engine->now();
  toys.on(0, [&] {
    for (const std::uint64_t length : {10'000U, 2'000U})
      toys[0].env.disk.get_blob({"b", 0, length}, [&](Result<Bytes>) { done.push_back(toys.engine->now() - begin); });
  });
  toys.run(seconds(1));
  EXPECT_EQ(done, (std::vector<Duration>{milliseconds(9), milliseconds(14)}));
}

TEST(SimDisk, a_crash_keeps_tears_or_loses) {
  const auto after_crash = [](DiskFate fate, std::uint64_t seed, std::string& values,
                              std::optional<std::uint64_t>& blob) {
    EngineConfig config = Toys::quiet();
    config.seed = seed;
    Toys toys(1, std::move(config), slow_disk());
    int answered = 0;
    toys.on(0, [&] { toys[0].env.disk.commit(batch_of("0", "old"), [&](Result<Unit>) { ++answered; }); });
    toys.run(milliseconds(100));
    toys.on(0, [&] {
      auto& disk = toys[0].env.disk;
      for (int i = 1; i <= 4; ++i) {
        env::Batch batch = batch_of(std::to_string(i), "new");
        batch.put("0", "from " + std::to_string(i));
        disk.commit(std::move(batch), [&](Result<Unit>) { ++answered; });
      }
      disk.put_blob("blob", Bytes(1000, 9), [&](Result<Unit>) { ++answered; });
    });
    toys.run(milliseconds(1));
    EXPECT_EQ(answered, 1);
    toys.engine->crash({0}, fate);
    toys.engine->start({0});
    toys.run(seconds(1));
    EXPECT_EQ(answered, 1) << "an answer of the dead incarnation came";
    const env::Reader& reader = toys[0].env.disk.latest();
    values.clear();
    for (auto cursor = reader.seek(""); cursor->valid(); cursor->next())
      values += std::string(cursor->key()) + "=" + std::string(cursor->value()) + " ";
    blob = toys[0].env.disk.blob_size("blob");
  };
  std::string values;
  std::optional<std::uint64_t> blob;
  after_crash(DiskFate::kept, 1, values, blob);
  EXPECT_EQ(values, "0=from 4 1=new 2=new 3=new 4=new ");
  EXPECT_EQ(blob, 1000U);
  after_crash(DiskFate::lost, 1, values, blob);
  EXPECT_EQ(values, "");
  EXPECT_FALSE(blob.has_value());

  std::map<std::string, int> torn;
  bool cut_short = false, whole = false, gone = false;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    after_crash(DiskFate::torn, seed, values, blob);
    ++torn[values];
    if (!blob) gone = true;
    if (blob == 1000U) whole = true;
    if (blob && *blob < 1000U) cut_short = true;
    // Batches are all there before the blob is.
    if (blob) {
      EXPECT_EQ(values, "0=from 4 1=new 2=new 3=new 4=new ");
    }
  }
  const std::vector<std::string> prefixes{"0=old ", "0=from 1 1=new ", "0=from 2 1=new 2=new ",
                                          "0=from 3 1=new 2=new 3=new ", "0=from 4 1=new 2=new 3=new 4=new "};
  std::size_t known = 0;
  for (const std::string& prefix : prefixes) known += torn.count(prefix);
  EXPECT_EQ(known, prefixes.size()) << "a prefix was never left";
  EXPECT_EQ(torn.size(), prefixes.size()) << "half of a batch was left";
  EXPECT_TRUE(cut_short && whole && gone);
}

using Model = std::map<std::string, std::string>;

Model contents(const env::Reader& reader) {
  Model out;
  for (auto cursor = reader.seek(""); cursor->valid(); cursor->next()) out.emplace(cursor->key(), cursor->value());
  return out;
}

Model backwards(const env::Reader& reader) {
  Model out;
  for (auto cursor = reader.seek_before("\xff\xff"); cursor->valid(); cursor->previous())
    out.emplace(cursor->key(), cursor->value());
  return out;
}

// Commits, snapshots and crashes in any order, beside a plain map and copies of it.
RC_GTEST_PROP(DiskImage, snapshots_and_undo_agree_with_copies,
              (const std::vector<std::pair<std::uint8_t, std::uint8_t>>& steps)) {
  const auto keys = std::make_shared<KeyPool>();
  ValuePool pool;
  auto image = std::make_shared<DiskImage>(keys, pool);
  Generator draws(9);
  Model now;
  std::vector<Model> not_durable{now};  // states after each batch since the last durable one
  std::vector<std::pair<std::shared_ptr<const env::Reader>, Model>> snapshots;
  for (const auto& [what, detail] : steps) {
    switch (what % 8) {
      default: {
        env::Batch batch;
        for (int i = 0; i <= detail % 3; ++i) {
          const std::string key(1, static_cast<char>('a' + (detail / 3 + i * 5) % 12));
          if ((detail + i) % 4 == 0) {
            batch.remove(key);
            now.erase(key);
          } else {
            const std::string value(static_cast<std::size_t>(detail % 100), static_cast<char>('A' + detail % 26));
            batch.put(key, value);
            now[key] = value;
          }
        }
        image->apply(std::move(batch));
        not_durable.push_back(now);
        break;
      }
      case 5:
        snapshots.emplace_back(image->snapshot(), now);
        break;
      case 6:
        if (!snapshots.empty()) snapshots.erase(snapshots.begin() + detail % static_cast<int>(snapshots.size()));
        break;
      case 7:
        if (detail % 2 == 0) {
          image->durable(image->not_durable());
          not_durable = {now};
        } else {
          image->tear(draws);
          now = contents(*image->snapshot());
          RC_ASSERT(std::find(not_durable.begin(), not_durable.end(), now) != not_durable.end());
          not_durable = {now};
        }
    }
    std::uint64_t bytes = 0;
    for (const auto& [key, value] : now) bytes += key.size() + value.size();
    RC_ASSERT(image->key_value_bytes() == bytes);
    for (const auto& [snapshot, model] : snapshots) {
      RC_ASSERT(contents(*snapshot) == model);
      RC_ASSERT(backwards(*snapshot) == model);
      for (char key = 'a'; key < 'm'; ++key) {
        const env::Value value = snapshot->get(std::string(1, key));
        const auto expected = model.find(std::string(1, key));
        RC_ASSERT((value == nullptr) == (expected == model.end()));
        if (value != nullptr) RC_ASSERT(*value == expected->second);
      }
    }
  }
}

// Enough keys for many leaves, in and out, against a map.
RC_GTEST_PROP(KeyTree, agrees_with_a_map, (std::uint64_t seed)) {
  const auto keys = std::make_shared<KeyPool>();
  {
    KeyTree tree(keys);
    KeyTree copy(keys);
    std::map<std::string, env::Value> model;
    Generator draws(seed);
    const auto put = [&](std::string key, env::Value value) {
      const auto found = model.find(key);
      RC_ASSERT(tree.exchange(key, value) == (found == model.end() ? nullptr : found->second));
      (void)copy.exchange(key, value);
      if (value == nullptr)
        model.erase(key);
      else
        model[std::move(key)] = std::move(value);
    };
    const auto value = std::make_shared<const std::string>("v");
    for (int i = 0; i < 2000; ++i) {  // grows, keys in order among others
      put("r" + std::to_string(draws.below(100'000)), value);
      put("s" + std::to_string(10'000 + i), std::make_shared<const std::string>(std::to_string(i)));
    }
    for (int i = 0; i < 1800; ++i) put("s" + std::to_string(10'000 + draws.below(2000)), nullptr);  // shrinks
    RC_ASSERT(tree.size() == model.size());
    RC_ASSERT(keys->size() == model.size());  // one copy for both trees, none of what was removed

    auto at = tree.lower_bound("");
    for (const auto& [key, expected] : model) {
      RC_ASSERT(at.valid());
      RC_ASSERT(at.key() == key);
      RC_ASSERT(at.value() == expected);
      RC_ASSERT(tree.find(key) == expected);
      at.next();
    }
    RC_ASSERT(!at.valid());
    for (auto entry = model.rbegin(); entry != model.rend(); ++entry) {
      at.previous();
      RC_ASSERT(at.key() == entry->first);
    }
    at.previous();
    RC_ASSERT(!at.valid());
    RC_ASSERT(tree.find("absent") == nullptr);
    RC_ASSERT(tree.lower_bound("z").valid() == false);
  }
  RC_ASSERT(keys->size() == 0U);
}

// Keys that share long beginnings, are beginnings of one another, or hold zeros: where the bytes that stand beside the
// entries say nothing.
RC_GTEST_PROP(KeyTree, finds_its_place_among_keys_alike, (std::uint64_t seed)) {
  const auto keys = std::make_shared<KeyPool>();
  KeyTree tree(keys);
  std::map<std::string, env::Value> model;
  Generator draws(seed);
  const auto some_key = [&] {
    std::string key(draws.below(3) * 7, 'p');
    for (std::uint64_t i = draws.below(7); i > 0; --i) key.push_back("\0a\xff"[draws.below(3)]);
    return key;
  };
  const auto value = std::make_shared<const std::string>("v");
  for (int i = 0; i < 3000; ++i) {
    const std::string key = some_key();
    const bool put = draws.below(3) > 0;
    RC_ASSERT((tree.exchange(key, put ? value : nullptr) != nullptr) == model.contains(key));
    if (put)
      model[key] = value;
    else
      model.erase(key);
    const std::string sought = some_key();
    const auto expected = model.lower_bound(sought);
    const auto found = tree.lower_bound(sought);
    RC_ASSERT(found.valid() == (expected != model.end()));
    if (found.valid()) RC_ASSERT(found.key() == expected->first);
  }
  RC_ASSERT(tree.size() == model.size());
}

TEST(DiskImage, a_snapshot_outlives_the_node_and_its_disk) {
  Toys toys(1);
  toys.on(0, [&] { toys[0].env.disk.commit(batch_of("k", "v"), [](Result<Unit>) {}); });
  const auto snapshot = toys[0].env.disk.snapshot();
  toys.engine->crash({0}, DiskFate::lost);
  toys.engine->start({0});
  EXPECT_EQ(*snapshot->get("k"), "v");
  EXPECT_EQ(toys[0].env.disk.latest().get("k"), nullptr);
}

TEST(DiskImage, a_thousand_nodes_share_one_copy_of_a_value) {
  Toys toys(3);
  const std::string content(1000, 'm');
  for (std::uint32_t i = 0; i < 3; ++i)
    toys.on(i, [&] { toys[i].env.disk.commit(batch_of("k", content), [](Result<Unit>) {}); });
  EXPECT_EQ(toys[0].env.disk.latest().get("k").get(), toys[2].env.disk.latest().get("k").get());
  EXPECT_EQ(toys.engine->disk_usage({1}).key_value_bytes, 1001U);
}

TEST(ValuePool, forgets_what_nobody_holds) {
  ValuePool pool;
  for (int i = 0; i < 100'000; ++i) (void)pool.intern(env::make_value(std::string(100, 'x') + std::to_string(i)));
  EXPECT_LT(pool.interned(), 3000U);
}

}  // namespace
}  // namespace lastmile::sim::test
