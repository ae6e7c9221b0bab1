#include "core/chain/packer.hpp"

#include <gtest/gtest.h>

#include "core/chain/payload.hpp"
#include "tests/unit/chain/made.hpp"

namespace lastmile::chain {
namespace {

std::vector<std::shared_ptr<const message::Envelope>> messages(unsigned from, unsigned to) {
  std::vector<std::shared_ptr<const message::Envelope>> out;
  for (unsigned n = from; n < to; ++n) out.push_back(shared_message(n));
  return out;
}

struct Packed {
  WrittenArchive archive;
  std::string payload;
  std::vector<message::ItemHash> messages;
};

// What the node does when the packer is due: has the archive written, and is not asked for another one meanwhile.
std::optional<Packed> pack(Packer& packer, std::span<const std::shared_ptr<const message::Envelope>> unconfirmed,
                           Instant now) {
  auto order = packer.begin(unconfirmed, now);
  if (!order) return std::nullopt;
  EXPECT_FALSE(packer.due(now + hours(1))) << "it is being written";
  Packed packed;
  for (const auto& envelope : order->messages) packed.messages.push_back(envelope->item_hash);
  env::Job job = archive_writing_job(*std::move(order));
  packed.archive = *archive_written(job.run());
  packed.messages.resize(packed.archive.messages);
  packed.payload = packer.written(packed.archive, now);
  return packed;
}

TEST(Packer, PacksAtItsIntervalAndNamesTheArchiveInThePayload) {
  Packer packer({.every = seconds(35)}, after(35));
  EXPECT_FALSE(packer.due(after(34)));
  EXPECT_FALSE(pack(packer, messages(0, 3), after(34)).has_value());
  EXPECT_TRUE(packer.due(after(35)));
  const auto packed = pack(packer, messages(0, 3), after(35));
  ASSERT_TRUE(packed.has_value());
  EXPECT_EQ(packed->messages.size(), 3u);
  EXPECT_EQ(packed->archive.name, archive_name(packed->archive.text, ArchiveNaming::cid_v0));
  EXPECT_EQ(packed->payload, write_payload(packed->archive.name));
  EXPECT_EQ(parse_archive(packed->archive.text, true)->messages.size(), 3u);
}

TEST(Packer, WaitsForItsOwnTransactionAndThenGivesItUp) {
  Packer packer({.every = seconds(35), .lost_after = seconds(600)}, after(35));
  const auto first = pack(packer, messages(0, 3), after(35));
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(packer.due(after(100)));
  packer.landed(message_of(9).item_hash, after(100));  // somebody else's archive
  EXPECT_FALSE(packer.due(after(100)));
  packer.landed(first->archive.name, after(101));
  EXPECT_TRUE(packer.due(after(101)));

  ASSERT_TRUE(pack(packer, messages(3, 5), after(101)).has_value());
  EXPECT_FALSE(packer.due(after(700)));
  EXPECT_TRUE(packer.due(after(701)));  // lost on the way
  ASSERT_TRUE(pack(packer, messages(3, 5), after(701)).has_value());
  EXPECT_EQ(packer.given_up(), 1u);
}

TEST(Packer, ARefusedTransactionFreesItsMessagesForTheNextRound) {
  Packer packer({.every = seconds(35)}, after(35));
  const auto first = pack(packer, messages(0, 3), after(35));
  ASSERT_TRUE(first.has_value());
  packer.submit_failed(first->archive.name, after(40));
  EXPECT_FALSE(packer.in_flight());
  EXPECT_FALSE(packer.due(after(74)));
  EXPECT_TRUE(packer.due(after(75)));
}

TEST(Packer, LeavesOutWhatHasNoSignatureAndWritesNothingWhenNothingIsLeft) {
  Packer packer({.every = seconds(35)}, after(35));
  auto unsigned_message = std::make_shared<message::Envelope>(message_of(1));
  unsigned_message->signature.reset();
  const std::vector<std::shared_ptr<const message::Envelope>> candidates{unsigned_message, nullptr};
  EXPECT_FALSE(pack(packer, candidates, after(35)).has_value());
  EXPECT_FALSE(packer.in_flight());
  EXPECT_FALSE(packer.due(after(69)));
  EXPECT_TRUE(packer.due(after(70)));
}

TEST(Packer, EveryMessageIsWrittenInTheEndWhateverIsLost) {
  // 100 messages, archives of at most 7; every third transaction is refused and every fifth disappears.
  Packer packer({.every = seconds(35),
                 .lost_after = seconds(60),
                 .archive = {.messages = 7, .bytes = 1 << 20, .tombstones = true}},
                after(35));
  std::vector<std::shared_ptr<const message::Envelope>> unconfirmed = messages(0, 100);
  unsigned round = 0;
  Instant now = after(0);
  while (!unconfirmed.empty() && round < 200) {
    while (!packer.due(now)) now = now + seconds(1);
    const auto packed = pack(packer, unconfirmed, now);
    ASSERT_TRUE(packed.has_value());
    ASSERT_EQ(packed->messages.front(), unconfirmed.front()->item_hash) << "the oldest first";
    ++round;
    if (round % 3 == 0) {
      packer.submit_failed(packed->archive.name, now);
    } else if (round % 5 != 0) {
      std::erase_if(unconfirmed, [&](const auto& envelope) {
        return std::find(packed->messages.begin(), packed->messages.end(), envelope->item_hash) !=
               packed->messages.end();
      });
      packer.landed(packed->archive.name, now + seconds(20));
    }
  }
  EXPECT_TRUE(unconfirmed.empty());
  EXPECT_EQ(packer.archives(), round);
}

}  // namespace
}  // namespace lastmile::chain
