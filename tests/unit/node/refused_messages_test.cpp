#include "core/node/refused_messages.hpp"

#include <gtest/gtest.h>

namespace lastmile::node {
namespace {

using Why = RefusedMessages::Why;

message::Envelope from(std::string sender, std::string signature) {
  message::Envelope envelope;
  envelope.sender = std::move(sender);
  envelope.signature = std::move(signature);
  return envelope;
}

TEST(RefusedMessages, KnowsAStatementWhateverElseIsInTheEnvelope) {
  RefusedMessages refused(10);
  message::Envelope one = from("0xA", "s");
  refused.add(one, Why::forged);
  one.time_number = 7;
  one.channel = "other";
  EXPECT_EQ(refused.find(one), Why::forged);
  EXPECT_EQ(refused.find(from("0xA", "t")), std::nullopt);
  EXPECT_EQ(refused.find(from("0xB", "s")), std::nullopt);
  auto retyped = one;
  retyped.type = message::Type::STORE;
  EXPECT_EQ(refused.find(retyped), std::nullopt) << "the type is signed";
  one.item_hash = *message::ItemHash::parse(std::string(64, 'a'));
  EXPECT_EQ(refused.find(one), std::nullopt);
}

TEST(RefusedMessages, KeepsTheFirstReason) {
  RefusedMessages refused(10);
  refused.add(from("0xA", "s"), Why::malformed);
  refused.add(from("0xA", "s"), Why::forged);
  EXPECT_EQ(refused.find(from("0xA", "s")), Why::malformed);
  EXPECT_EQ(refused.size(), 1U);
}

TEST(RefusedMessages, ForgetsTheOldestAboveTheLimit) {
  RefusedMessages refused(2);
  for (const char* sender : {"0xA", "0xB", "0xC"}) refused.add(from(sender, "s"), Why::forged);
  EXPECT_EQ(refused.size(), 2U);
  EXPECT_EQ(refused.find(from("0xA", "s")), std::nullopt);
  EXPECT_EQ(refused.find(from("0xC", "s")), Why::forged);
}

}  // namespace
}  // namespace lastmile::node
