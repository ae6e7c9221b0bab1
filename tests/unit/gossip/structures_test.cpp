// The small structures inside the router, each beside a plain model of it.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "core/base/random.hpp"
#include "core/gossip/delivery_records.hpp"
#include "core/gossip/key_index.hpp"
#include "core/gossip/limits.hpp"
#include "core/gossip/message_cache.hpp"
#include "core/gossip/seen.hpp"

namespace lastmile::gossip {
namespace {

RC_GTEST_PROP(KeyIndexProperty, BehavesLikeAMap, (std::uint64_t seed)) {
  Generator random(seed);
  KeyIndex index(random.next());
  std::map<std::uint64_t, std::uint32_t> model;
  const std::uint64_t keys = 1 + random.below(200);
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t key = random.below(keys) * 0x100000000ULL;
    switch (random.below(3)) {
      case 0:
        index.set(key, static_cast<std::uint32_t>(i));
        model[key] = static_cast<std::uint32_t>(i);
        break;
      case 1:
        index.erase(key);
        model.erase(key);
        break;
      default:
        RC_ASSERT(index.find(key) == (model.contains(key) ? model[key] : KeyIndex::kAbsent));
    }
    RC_ASSERT(index.size() == model.size());
  }
}

TEST(MessageNumbersTest, NumbersAreDenseAndForgottenFromBelow) {
  MessageNumbers numbers;
  for (std::uint64_t i = 0; i < 5000; ++i) EXPECT_EQ(numbers.number(MessageKey{i * 977}), i);
  EXPECT_EQ(numbers.number(MessageKey{977}), 1u);
  numbers.forget_before(4000);
  EXPECT_EQ(numbers.size(), 1000u);
  EXPECT_EQ(numbers.find(MessageKey{3999 * 977}), kNoNumber);
  EXPECT_EQ(numbers.find(MessageKey{4000 * 977}), 4000u);
  EXPECT_EQ(numbers.number(MessageKey{977}), 5000u) << "a key that comes back is a new one";
}

TEST(MessageNumbersTest, RenumberingKeepsEveryKeyThatIsNotForgotten) {
  MessageNumbers numbers;
  for (std::uint64_t i = 0; i < 5000; ++i) numbers.number(MessageKey{i * 977});
  numbers.forget_before(4000);
  const MessageNumber by = numbers.renumber();
  EXPECT_EQ(by, 4000u / 64 * 64);
  EXPECT_EQ(numbers.next(), 5000u - by);
  EXPECT_EQ(numbers.oldest(), 4000u - by);
  for (std::uint64_t i = 4000; i < 5000; ++i) EXPECT_EQ(numbers.find(MessageKey{i * 977}), i - by);
  EXPECT_EQ(numbers.find(MessageKey{3999 * 977}), kNoNumber);
  EXPECT_EQ(numbers.number(MessageKey{1}), 5000u - by);
}

TEST(SeenCacheTest, MovesWithRenumberedMessages) {
  SeenCache seen(seconds(100));
  const Instant now = Instant{} + seconds(1);
  for (const MessageNumber number : {70u, 129u, 640u, 1000u}) seen.mark(number, now);
  seen.renumber(128);
  EXPECT_TRUE(seen.contains(129 - 128, now));
  EXPECT_TRUE(seen.contains(640 - 128, now));
  EXPECT_TRUE(seen.contains(1000 - 128, now));
  EXPECT_FALSE(seen.contains(70, now));
  seen.renumber(2048);  // beyond everything it holds
  EXPECT_FALSE(seen.contains(0, now));
  seen.mark(3, now);
  EXPECT_TRUE(seen.contains(3, now));
}

// Each number is known for at least `keep`, and not longer than `keep` after the last mark of its group.
RC_GTEST_PROP(SeenProperty, NothingIsForgottenEarlyOrKeptForEver, (std::uint64_t seed)) {
  Generator random(seed);
  const Duration keep = seconds(100);
  SeenCache seen(keep);
  std::map<MessageNumber, Instant> marked;
  std::map<MessageNumber, Instant> group;
  Instant now{};
  MessageNumber next = static_cast<MessageNumber>(random.below(1000));
  for (int i = 0; i < 600; ++i) {
    now = now + milliseconds(static_cast<std::int64_t>(random.below(2000)));
    const MessageNumber number = random.chance(0.8) ? next++ : static_cast<MessageNumber>(random.below(next + 1));
    if (!seen.contains(number, now)) {
      seen.mark(number, now);
      marked[number] = now;
      group[number / 64] = now;
    }
    if (random.chance(0.05)) {
      const MessageNumber lowest = seen.expire(now);
      for (const auto& [n, at] : marked) RC_ASSERT(n >= lowest || at + keep <= now);
    }
    for (const auto& [n, at] : marked) {
      if (now <= at + keep) RC_ASSERT(seen.contains(n, now));
      if (now > group[n / 64] + keep + milliseconds(140)) RC_ASSERT(!seen.contains(n, now));
    }
  }
}

TEST(SeenTest, AThousandIdsTakeAFewHundredBytes) {
  SeenCache seen(seconds(1800));
  for (MessageNumber n = 0; n < 1000; ++n) seen.mark(n, Instant{});
  EXPECT_LE(seen.memory_bytes(), 512u);
  seen.expire(Instant{seconds(1801).ns});
  EXPECT_FALSE(seen.contains(999, Instant{seconds(1801).ns}));
}

env::Frame frame(std::uint8_t byte, std::size_t size = 10) { return env::Frame::of_bytes(Bytes(size, byte)); }

TEST(MessageCacheTest, WindowsShiftAndOldestLeave) {
  MessageCache cache(3, 1);
  for (std::uint8_t round = 0; round < 5; ++round) {
    for (std::uint8_t i = 0; i < 2; ++i) {
      cache.put(frame(round), MessageKey{round * 10u + i}, 0, TopicId{0});
    }
    if (round < 4) cache.shift();
  }
  EXPECT_EQ(cache.size(), 6u);
  std::vector<std::uint64_t> newest;
  cache.for_newest(2, [&](const MessageCache::Entry& e) { newest.push_back(e.key.value); });
  EXPECT_EQ(newest, (std::vector<std::uint64_t>{30, 31, 40, 41}));
  EXPECT_FALSE(cache.take_for(MessageKey{10}, env::PeerId{0}, 3));
  EXPECT_TRUE(cache.take_for(MessageKey{20}, env::PeerId{0}, 3));
  for (int i = 0; i < 3; ++i) cache.shift();
  EXPECT_TRUE(cache.empty());
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST(MessageCacheTest, ABoundedNumberOfBytesIsKept) {
  MessageCache cache(5, 1);
  const std::size_t each = 1024 * 1024;
  for (std::uint64_t i = 0; i <= kMessageCacheBytesMax / each; ++i) {
    cache.put(frame(1, each), MessageKey{i}, 0, TopicId{0});
    if (i % 20 == 0) cache.shift();
  }
  EXPECT_LE(cache.bytes(), kMessageCacheBytesMax);
  EXPECT_FALSE(cache.take_for(MessageKey{0}, env::PeerId{0}, 3));
  EXPECT_TRUE(cache.take_for(MessageKey{kMessageCacheBytesMax / each}, env::PeerId{0}, 3));
}

RC_GTEST_PROP(MessageCacheProperty, LooksUpWhatIsThere, (std::uint64_t seed)) {
  Generator random(seed);
  MessageCache cache(5, seed);
  std::map<std::uint64_t, int> model;  // key -> shifts left
  std::uint64_t next = 0;
  for (int i = 0; i < 500; ++i) {
    const auto what = random.below(10);
    if (what < 5) {
      cache.put(frame(1), MessageKey{next}, 0, TopicId{0});
      model[next++] = 5;
    } else if (what < 9) {
      const std::uint64_t key = random.below(next + 1);
      RC_ASSERT(static_cast<bool>(cache.take_for(MessageKey{key}, env::PeerId{static_cast<std::uint32_t>(i)}, 1)) ==
                model.contains(key));
    } else {
      cache.shift();
      for (auto& [key, left] : model) --left;
      std::erase_if(model, [](const auto& entry) { return entry.second == 0; });
    }
    RC_ASSERT(cache.size() == model.size());
  }
}

TEST(DeliveryRecordsTest, SettledRecordsMakeRoomPendingOnesStay) {
  DeliveryRecords records(1);
  records.add(MessageKey{1}, TopicId{0});
  for (std::uint64_t i = 2; i <= kDeliveryRecordsMax; ++i) {
    DeliveryRecord& record = records.add(MessageKey{i}, TopicId{0});
    records.settle(record, DeliveryRecord::State::rejected, Instant{seconds(10).ns});
  }
  EXPECT_EQ(records.size(), kDeliveryRecordsMax);
  records.add(MessageKey{0}, TopicId{0});
  EXPECT_EQ(records.size(), 2u);
  EXPECT_EQ(records.pending(), 2u);
  EXPECT_NE(records.find(MessageKey{1}), nullptr);
  records.expire(Instant{hours(1).ns});
  EXPECT_EQ(records.size(), 2u) << "pending ones wait for their answer";
}

}  // namespace
}  // namespace lastmile::gossip
