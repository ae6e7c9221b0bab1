#include <map>

#include "core/base/random.hpp"
#include "tests/env_conformance/recorders.hpp"
#include "tests/env_conformance/suite.hpp"

namespace lastmile::env_conformance {
namespace {

using Model = std::map<std::string, std::string>;  // std::string orders by unsigned bytes, as Disk does

std::string text(const env::Value& value) { return value == nullptr ? "(absent)" : *value; }

// Commits and waits for the answer.
void commit(World& world, NodeLog& log, std::size_t node, env::Batch batch) {
  Answer<Unit> answer;
  call(world, node, log, [&] { world.disk(node).commit(std::move(batch), answer.done(log)); });
  ASSERT_TRUE(world.run_until([&] { return answer.calls == 1; }, seconds(20)));
  ASSERT_TRUE(answer.ok) << answer.error;
}

env::Batch one(std::string key, std::string value) {
  env::Batch batch;
  batch.put(std::move(key), std::move(value));
  return batch;
}

Model forward(const env::Reader& reader, std::vector<std::string>* order = nullptr) {
  Model out;
  for (auto cursor = reader.seek(""); cursor->valid(); cursor->next()) {
    out.emplace(cursor->key(), cursor->value());
    if (order != nullptr) order->emplace_back(cursor->key());
  }
  return out;
}

// Every way to walk a reader agrees with the model.
void expect_same(const env::Reader& reader, const Model& model, Generator& luck) {
  std::vector<std::string> order, keys;
  EXPECT_EQ(forward(reader, &order), model);
  for (const auto& [key, value] : model) {
    keys.push_back(key);
    EXPECT_EQ(text(reader.get(key)), value);
  }
  EXPECT_EQ(order, keys);
  std::vector<std::string> backward;
  for (auto cursor = reader.seek_before("\xff\xff\xff\xff\xff"); cursor->valid(); cursor->previous()) {
    backward.insert(backward.begin(), std::string(cursor->key()));
  }
  EXPECT_EQ(backward, keys);
  for (int i = 0; i < 40; ++i) {
    std::string probe;
    for (std::uint64_t n = luck.below(4); n > 0; --n) probe += static_cast<char>(luck.below(256));
    if (i % 4 == 0 && !keys.empty()) probe = keys[luck.below(keys.size())];  // exactly a key
    const auto at = model.lower_bound(probe);
    const auto cursor = reader.seek(probe);
    ASSERT_EQ(cursor->valid(), at != model.end());
    if (cursor->valid()) {
      EXPECT_EQ(cursor->key(), at->first);
      EXPECT_EQ(cursor->value(), at->second);
    }
    const auto before = reader.seek_before(probe);
    ASSERT_EQ(before->valid(), at != model.begin());
    if (before->valid()) {
      EXPECT_EQ(before->key(), std::prev(at)->first);
      EXPECT_EQ(before->value(), std::prev(at)->second);
    }
  }
}

TEST_P(DiskConformance, a_commit_is_visible_at_once_and_answered_later) {
  NodeLog log;
  auto world = make(1);
  Answer<Unit> answer;
  call(*world, 0, log, [&] {
    auto& disk = world->disk(0);
    disk.commit(one("k", "v"), answer.done(log));
    EXPECT_EQ(text(disk.latest().get("k")), "v");
    EXPECT_EQ(answer.calls, 0);
  });
  ASSERT_TRUE(world->run_until([&] { return answer.calls == 1; }, seconds(5)));
  EXPECT_TRUE(answer.ok) << answer.error;
  world->run_for(milliseconds(50));
}

TEST_P(DiskConformance, absent_and_empty_are_different) {
  NodeLog log;
  auto world = make(1);
  commit(*world, log, 0, one("empty", ""));
  call(*world, 0, log, [&] {
    const auto& latest = world->disk(0).latest();
    ASSERT_NE(latest.get("empty"), nullptr);
    EXPECT_EQ(*latest.get("empty"), "");
    EXPECT_EQ(latest.get("absent"), nullptr);
    EXPECT_EQ(latest.get("empt"), nullptr);
    EXPECT_EQ(latest.get(std::string("empty\0", 6)), nullptr);
  });
}

TEST_P(DiskConformance, later_entries_of_a_batch_win) {
  NodeLog log;
  auto world = make(1);
  commit(*world, log, 0, one("gone", "before"));
  env::Batch batch;
  batch.put("k", "first");
  batch.put("k", "second");
  batch.remove("gone");
  batch.put("back", "x");
  batch.remove("back");
  batch.remove("never was");
  batch.remove("again");
  batch.put("again", "y");
  commit(*world, log, 0, std::move(batch));
  call(*world, 0, log, [&] { EXPECT_EQ(forward(world->disk(0).latest()), (Model{{"again", "y"}, {"k", "second"}})); });
}

TEST_P(DiskConformance, an_empty_batch_is_answered) {
  NodeLog log;
  auto world = make(1);
  commit(*world, log, 0, env::Batch{});
}

TEST_P(DiskConformance, answers_come_in_commit_order) {
  NodeLog log;
  auto world = make(1);
  std::vector<int> answered;
  for (int round = 0; round < 4; ++round) {
    call(*world, 0, log, [&] {
      for (int i = 0; i < 50; ++i) {
        const int number = round * 50 + i;
        env::Batch batch;
        if (i % 7 != 0) batch.put("k" + std::to_string(number), std::string(static_cast<std::size_t>(i * 20), 'x'));
        world->disk(0).commit(std::move(batch), [&, number](Result<Unit> result) {
          log.outside();
          EXPECT_TRUE(result.ok());
          answered.push_back(number);
        });
      }
    });
    world->run_for(milliseconds(3));
  }
  ASSERT_TRUE(world->run_until([&] { return answered.size() == 200; }, seconds(10)));
  EXPECT_TRUE(std::is_sorted(answered.begin(), answered.end()));
}

TEST_P(DiskConformance, a_snapshot_is_frozen_and_latest_is_not) {
  NodeLog log;
  auto world = make(1);
  commit(*world, log, 0, one("k", "old"));
  std::shared_ptr<const env::Reader> first, second;
  call(*world, 0, log, [&] {
    auto& disk = world->disk(0);
    first = disk.snapshot();
    disk.commit(one("k", "new"), [](Result<Unit>) {});
    second = disk.snapshot();
    env::Batch batch;
    batch.remove("k");
    batch.put("other", "1");
    disk.commit(std::move(batch), [](Result<Unit>) {});
    EXPECT_EQ(text(first->get("k")), "old");
    EXPECT_EQ(text(second->get("k")), "new");
    EXPECT_EQ(disk.latest().get("k"), nullptr);
    EXPECT_EQ(second->get("other"), nullptr);
  });
  world->run_for(milliseconds(50));
  call(*world, 0, log, [&] {
    EXPECT_EQ(forward(*first), (Model{{"k", "old"}}));
    EXPECT_EQ(forward(*second), (Model{{"k", "new"}}));
    EXPECT_EQ(forward(world->disk(0).latest()), (Model{{"other", "1"}}));
    first.reset();
    EXPECT_EQ(text(second->get("k")), "new");  // one snapshot does not hang on another
    second.reset();
  });
}

struct SumOutput final : env::JobOutput {
  Model seen;
};

TEST_P(DiskConformance, a_snapshot_can_be_read_by_a_job_while_commits_go_on) {
  NodeLog log;
  auto world = make(1);
  Model model;
  env::Batch batch;
  for (int i = 0; i < 500; ++i) {
    const std::string key = "key " + std::to_string(i);
    model[key] = "value";
    batch.put(key, "value");
  }
  commit(*world, log, 0, std::move(batch));
  std::vector<Model> results;
  for (std::uint64_t turn = 0; turn < 10; ++turn) {
    call(*world, 0, log, [&] {
      auto& disk = world->disk(0);
      env::Job job;
      job.key = {0xd15c, turn};
      job.cost = milliseconds(1);
      job.run = [snapshot = disk.snapshot()]() -> env::JobResult {
        auto output = std::make_shared<SumOutput>();
        output->seen = forward(*snapshot);
        return output;
      };
      world->executor(0).submit(env::Lane::queries, std::move(job), [&](env::JobResult result) {
        log.outside();
        results.push_back(static_cast<const SumOutput&>(*result).seen);
      });
      // What a job may see ends with its snapshot.
      disk.commit(one("key " + std::to_string(turn), "changed"), [](Result<Unit>) {});
      disk.commit(one("late " + std::to_string(turn), "x"), [](Result<Unit>) {});
    });
  }
  ASSERT_TRUE(world->run_until([&] { return results.size() == 10; }, seconds(10)));
  for (std::size_t turn = 0; turn < results.size(); ++turn) {
    EXPECT_EQ(results[turn], model);
    model["key " + std::to_string(turn)] = "changed";
    model["late " + std::to_string(turn)] = "x";
  }
}

TEST_P(DiskConformance, cursors_walk_all_bytes_as_unsigned_in_both_directions) {
  NodeLog log;
  auto world = make(1);
  Model model;
  env::Batch batch;
  const auto add = [&](std::string key) {
    model[key] = "v" + key;
    batch.put(key, "v" + key);
  };
  for (int byte = 0; byte < 256; ++byte) {
    add(std::string(1, static_cast<char>(byte)));
    add(std::string("p") + static_cast<char>(byte));
    add(std::string("p") + static_cast<char>(byte) + '\0');
    add(std::string("\xff\xff") + static_cast<char>(byte));
  }
  commit(*world, log, 0, std::move(batch));
  Generator luck(21);
  call(*world, 0, log, [&] {
    expect_same(world->disk(0).latest(), model, luck);
    expect_same(*world->disk(0).snapshot(), model, luck);
    const auto& latest = world->disk(0).latest();
    EXPECT_EQ(latest.seek(std::string("\xff\xff\xff\x00", 4))->valid(), false);
    EXPECT_EQ(latest.seek_before(std::string(1, '\0'))->valid(), false);
    EXPECT_EQ(latest.seek_before("")->valid(), false);
  });
}

TEST_P(DiskConformance, a_cursor_turns_around) {
  NodeLog log;
  auto world = make(1);
  env::Batch batch;
  for (const char* key : {"a", "b", "c", "d"}) batch.put(key, key);
  commit(*world, log, 0, std::move(batch));
  call(*world, 0, log, [&] {
    const auto cursor = world->disk(0).latest().seek("b");
    cursor->next();
    EXPECT_EQ(cursor->key(), "c");
    cursor->previous();
    EXPECT_EQ(cursor->key(), "b");
    cursor->previous();
    EXPECT_EQ(cursor->key(), "a");
    cursor->previous();
    EXPECT_FALSE(cursor->valid());
    const auto last = world->disk(0).latest().seek_before("zzz");
    EXPECT_EQ(last->key(), "d");
    EXPECT_EQ(last->value(), "d");
    last->next();
    EXPECT_FALSE(last->valid());
  });
}

TEST_P(DiskConformance, behaves_like_an_ordered_map_under_random_batches) {
  NodeLog log;
  auto world = make(1);
  Model model;
  Generator luck(4);
  std::shared_ptr<const env::Reader> kept;
  Model kept_model;
  for (int round = 0; round < 25; ++round) {
    env::Batch batch;
    for (std::uint64_t n = luck.below(40); n > 0; --n) {
      std::string key;
      for (std::uint64_t length = 1 + luck.below(2); length > 0; --length)
        key += static_cast<char>(luck.below(12) * 23);
      if (luck.chance(0.3)) {
        model.erase(key);
        batch.remove(key);
      } else {
        model[key] = std::to_string(luck.below(1000));
        batch.put(key, model[key]);
      }
    }
    commit(*world, log, 0, std::move(batch));
    call(*world, 0, log, [&] {
      expect_same(world->disk(0).latest(), model, luck);
      if (round == 10) {
        kept = world->disk(0).snapshot();
        kept_model = model;
      }
      if (kept != nullptr) expect_same(*kept, kept_model, luck);
    });
  }
  kept.reset();
}

TEST_P(DiskConformance, what_was_answered_is_there_after_a_crash) {
  NodeLog log;
  auto world = make(1);
  commit(*world, log, 0, one("k", "v"));
  env::Batch batch;
  batch.remove("k");
  batch.put("kept", std::string(100000, 'z'));
  commit(*world, log, 0, std::move(batch));
  world->crash(0);
  world->reopen(0);
  call(*world, 0, log, [&] {
    EXPECT_EQ(world->disk(0).latest().get("k"), nullptr);
    EXPECT_EQ(text(world->disk(0).latest().get("kept")), std::string(100000, 'z'));
  });
}

// Batches are numbered; each writes three keys. After a crash at any moment there is a number up to which every batch
// is there whole and after which nothing of any is, and it is at least the last one that was answered.
TEST_P(DiskConformance, a_crash_keeps_a_prefix_of_whole_batches_and_all_that_was_answered) {
  for (std::uint64_t round = 1; round <= 6; ++round) {
    NodeLog log;
    auto world = make(1, round);
    Generator luck(round);
    int answered = 0, committed = 0, base = 0;
    for (int life = 0; life < 3; ++life) {
      const int wanted = base + static_cast<int>(luck.below(60));
      bool dead = false;
      for (int turn = 0; turn < 12; ++turn) {
        call(*world, 0, log, [&] {
          for (std::uint64_t n = luck.below(12); n > 0; --n) {
            ++committed;
            env::Batch batch;
            const std::string number = std::to_string(committed);
            batch.put("a/" + number, std::string(luck.below(2000), 'a'));
            batch.put("b/" + number, number);
            batch.put("last", number);
            world->disk(0).commit(std::move(batch), [&, number = committed](Result<Unit> result) {
              EXPECT_FALSE(dead);
              EXPECT_TRUE(result.ok());
              EXPECT_EQ(answered + 1, number);
              answered = number;
            });
          }
        });
        if (world->run_until([&] { return answered >= wanted; },
                             milliseconds(static_cast<std::int64_t>(luck.below(4)))))
          break;
      }
      world->crash(0);
      dead = true;
      world->reopen(0);
      world->run_for(milliseconds(20));
      call(*world, 0, log, [&] {
        const env::Reader& latest = world->disk(0).latest();
        const env::Value last = latest.get("last");
        const int there = last == nullptr ? 0 : std::stoi(*last);
        EXPECT_GE(there, answered);
        EXPECT_LE(there, committed);
        for (int number = 1; number <= committed; ++number) {
          EXPECT_EQ(latest.get("a/" + std::to_string(number)) != nullptr, number <= there) << number << " of " << there;
          EXPECT_EQ(latest.get("b/" + std::to_string(number)) != nullptr, number <= there) << number << " of " << there;
        }
        // The next life goes on from what is there.
        committed = answered = base = there;
      });
    }
  }
}

}  // namespace
}  // namespace lastmile::env_conformance
