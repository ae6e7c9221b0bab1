#include "core/node/fair_queue.hpp"

#include <gtest/gtest.h>

namespace lastmile::node {
namespace {

using Queue = FairQueue<int>;

TEST(FairQueue, AFloodOfOneSourceDelaysItselfOnly) {
  Queue queue({1000, 500});
  for (int i = 0; i < 400; ++i) ASSERT_EQ(queue.push(1, "flooder", i), Queue::Push::accepted);
  ASSERT_EQ(queue.push(2, "alice", 1000), Queue::Push::accepted);
  EXPECT_EQ(queue.pop(), 0);
  EXPECT_EQ(queue.pop(), 1000);
  EXPECT_EQ(queue.pop(), 1);
}

TEST(FairQueue, SendersOfOneSourceTakeTurnsAndKeepTheirOrder) {
  Queue queue({1000, 500});
  for (int i = 0; i < 3; ++i) (void)queue.push(1, "bob", 10 + i);
  for (int i = 0; i < 3; ++i) (void)queue.push(1, "alice", i);
  std::vector<int> order;
  while (auto item = queue.pop()) order.push_back(*item);
  EXPECT_EQ(order, (std::vector<int>{0, 10, 1, 11, 2, 12}));
}

TEST(FairQueue, RefusesAboveBothLimitsAndSaysWhich) {
  Queue queue({3, 2});
  EXPECT_EQ(queue.push(1, "a", 1), Queue::Push::accepted);
  EXPECT_EQ(queue.push(1, "b", 2), Queue::Push::accepted);
  EXPECT_EQ(queue.push(1, "c", 3), Queue::Push::source_full);
  EXPECT_EQ(queue.push(2, "a", 4), Queue::Push::accepted);
  EXPECT_EQ(queue.push(3, "a", 5), Queue::Push::full);
  EXPECT_EQ(queue.size(), 3u);
  (void)queue.pop();
  EXPECT_EQ(queue.push(3, "a", 6), Queue::Push::accepted);
}

TEST(FairQueueDeathTest, AShareAboveTheWholeIsOurOwnMistake) { EXPECT_DEATH(Queue({3, 4}), "per_source"); }

TEST(FairQueue, SourceNumberZeroTakesItsTurnToo) {
  Queue queue({10, 10});
  (void)queue.push(0, "a", 1);
  (void)queue.push(0, "a", 2);
  (void)queue.push(7, "a", 3);
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), 3);
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_FALSE(queue.pop());
}

}  // namespace
}  // namespace lastmile::node
