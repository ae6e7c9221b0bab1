#include "core/chain/packer.hpp"

#include <gtest/gtest.h>

#include "core/chain/payload.hpp"
#include "tests/unit/chain/made.hpp"

namespace lastmile::chain {
namespace {

Instant after(std::int64_t s) { return Instant{} + seconds(s); }

std::vector<std::shared_ptr<const message::Envelope>> messages(unsigned from, unsigned to) {
  std::vector<std::shared_ptr<const message::Envelope>> out;
  for (unsigned n = from; n < to; ++n) out.push_back(shared_message(n));
  return out;
}

TEST(Packer, PacksAtItsIntervalAndNamesTheArchiveInThePayload) {
  Packer packer({.every = seconds(35)}, after(0));
  EXPECT_FALSE(packer.due(after(34)));
  EXPECT_FALSE(packer.pack(messages(0, 3), after(34)).has_value());
  EXPECT_TRUE(packer.due(after(35)));
  const auto packed = packer.pack(messages(0, 3), after(35));
  ASSERT_TRUE(packed.has_value());
  EXPECT_EQ(packed->messages.size(), 3u);
  EXPECT_EQ(packed->name, archive_name(packed->archive, ArchiveNaming::cid_v0));
  EXPECT_EQ(packed->payload, write_payload(packed->name));
  EXPECT_EQ(parse_archive(packed->archive, true)->messages.size(), 3u);
}

TEST(Packer, WaitsForItsOwnTransactionAndThenGivesItUp) {
  Packer packer({.every = seconds(35), .lost_after = seconds(600)}, after(0));
  const auto first = packer.pack(messages(0, 3), after(35));
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(packer.due(after(100)));
  packer.landed(message_of(9).item_hash, after(100));  // somebody else's archive
  EXPECT_FALSE(packer.due(after(100)));
  packer.landed(first->name, after(101));
  EXPECT_TRUE(packer.due(after(101)));

  ASSERT_TRUE(packer.pack(messages(3, 5), after(101)).has_value());
  EXPECT_FALSE(packer.due(after(700)));
  EXPECT_TRUE(packer.due(after(701)));  // lost on the way
  ASSERT_TRUE(packer.pack(messages(3, 5), after(701)).has_value());
  EXPECT_EQ(packer.given_up(), 1u);
}

TEST(Packer, ARefusedTransactionFreesItsMessagesForTheNextRound) {
  Packer packer({.every = seconds(35)}, after(0));
  const auto first = packer.pack(messages(0, 3), after(35));
  ASSERT_TRUE(first.has_value());
  packer.submit_failed(first->name, after(40));
  EXPECT_FALSE(packer.in_flight());
  EXPECT_FALSE(packer.due(after(74)));
  EXPECT_TRUE(packer.due(after(75)));
}

TEST(Packer, LeavesOutWhatHasNoSignatureAndWritesNothingWhenNothingIsLeft) {
  Packer packer({.every = seconds(35)}, after(0));
  auto unsigned_message = std::make_shared<message::Envelope>(message_of(1));
  unsigned_message->signature.reset();
  const std::vector<std::shared_ptr<const message::Envelope>> candidates{unsigned_message, nullptr};
  EXPECT_FALSE(packer.pack(candidates, after(35)).has_value());
  EXPECT_FALSE(packer.in_flight());
  EXPECT_FALSE(packer.due(after(69)));
  EXPECT_TRUE(packer.due(after(70)));
}

TEST(Packer, EveryMessageIsWrittenInTheEndWhateverIsLost) {
  // 100 messages, archives of at most 7; every third transaction is refused and every fifth disappears.
  Packer packer({.every = seconds(35),
                 .lost_after = seconds(60),
                 .archive = {.messages = 7, .bytes = 1 << 20, .tombstones = true}},
                after(0));
  std::vector<std::shared_ptr<const message::Envelope>> unconfirmed = messages(0, 100);
  unsigned round = 0;
  Instant now = after(0);
  while (!unconfirmed.empty() && round < 200) {
    while (!packer.due(now)) now = now + seconds(1);
    const auto packed = packer.pack(unconfirmed, now);
    ASSERT_TRUE(packed.has_value());
    ASSERT_EQ(packed->messages.front(), unconfirmed.front()->item_hash) << "the oldest first";
    ++round;
    if (round % 3 == 0) {
      packer.submit_failed(packed->name, now);
    } else if (round % 5 != 0) {
      std::erase_if(unconfirmed, [&](const auto& envelope) {
        return std::find(packed->messages.begin(), packed->messages.end(), envelope->item_hash) !=
               packed->messages.end();
      });
      packer.landed(packed->name, now + seconds(20));
    }
  }
  EXPECT_TRUE(unconfirmed.empty());
  EXPECT_EQ(packer.archives(), round);
}

}  // namespace
}  // namespace lastmile::chain
