#include "core/chain/follower.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/chain/made.hpp"

namespace lastmile::chain {
namespace {

FollowConfig ethereum_from_block_1() {
  FollowConfig result;
  result.name = "ethereum";
  result.start_height = 1;
  result.emitters = {"0xEMITTER"};
  return result;
}

template <class T>
std::vector<T> only(const std::vector<FollowAction>& actions) {
  std::vector<T> out;
  for (const FollowAction& action : actions) {
    if (const auto* match = std::get_if<T>(&action)) out.push_back(*match);
  }
  return out;
}

// A follower that has begun at block 1.
ChainFollower started(FollowConfig settings = ethereum_from_block_1()) {
  ChainFollower follower(std::move(settings));
  follower.start(after(0));
  const auto actions = follower.take_actions();
  EXPECT_EQ(only<Follow>(actions).size(), 1u);
  EXPECT_EQ(only<Follow>(actions).front().from.value, 1u);
  return follower;
}

TEST(Follower, FromASyncEventToMessagesWithTheirConfirmation) {
  const MadeArchive archive = archive_of({1, 2, 3});
  ChainFollower follower = started();
  follower.on_block(block_of(1, "b1", "b0", {sync_event("t1", archive.payload)}), after(1));
  const auto fetches = only<FetchArchive>(follower.take_actions());
  ASSERT_EQ(fetches.size(), 1u);
  EXPECT_EQ(fetches[0].archive, archive.name);

  arrive(follower, archive.name, archive.text, after(2));
  const auto intakes = only<TakeIn>(follower.take_actions());
  ASSERT_EQ(intakes.size(), 1u);
  EXPECT_EQ(intakes[0].content->messages.size(), 3u);
  EXPECT_EQ(intakes[0].archive, archive.name);
  EXPECT_FALSE(intakes[0].from_contract);
  EXPECT_EQ(intakes[0].confirmation, (Confirmation{"ETH", 1, "t1", block_of(1, "", "").time, "0xemitter", false}));
  EXPECT_TRUE(follower.stands(intakes[0].id));
  EXPECT_EQ(follower.queued(), 1u) << "kept until its messages are durable";
  follower.taken_in(intakes[0].id, after(3));
  EXPECT_TRUE(follower.idle());

  follower.on_final({1}, after(4));
  ASSERT_EQ(only<MakeFinal>(follower.take_actions()).size(), 1u);
  EXPECT_TRUE(follower.is_final(1));
}

TEST(Follower, ManyTransactionsThatNameOneArchiveAreTakenInAFewAtATime) {
  const MadeArchive archive = archive_of({1, 2, 3});
  FollowConfig settings = ethereum_from_block_1();
  settings.limits.archives_at_once = 2;
  ChainFollower follower = started(settings);
  std::vector<env::ChainEvent> events;
  for (int i = 0; i < 9; ++i) events.push_back(sync_event("t" + std::to_string(i), archive.payload));
  follower.on_block(block_of(1, "b1", "b0", std::move(events)), after(1));
  std::size_t done = 0;
  for (int round = 0; round < 40 && !follower.idle(); ++round) {
    for (const FollowAction& action : follower.take_actions()) {
      if (std::holds_alternative<FetchArchive>(action)) arrive(follower, archive.name, archive.text, after(2));
      EXPECT_LE(follower.archives_busy(), 2U);
      if (const auto* intake = std::get_if<TakeIn>(&action)) {
        follower.taken_in(intake->id, after(3));
        ++done;
      }
    }
  }
  EXPECT_EQ(done, 9U);
  EXPECT_TRUE(follower.idle());
}

TEST(Follower, OnlyTheEmittersCount) {
  const MadeArchive archive = archive_of({1});
  ChainFollower follower = started();
  follower.on_block(
      block_of(1, "b1", "b0", {sync_event("t1", archive.payload, "0xstranger"), sync_event("t2", "not JSON")}),
      after(1));
  EXPECT_TRUE(follower.take_actions().empty());
  EXPECT_EQ(follower.counters().foreign, 1u);
  EXPECT_EQ(follower.counters().unreadable, 1u);
}

TEST(Follower, MessagesOnChainNeedNoArchive) {
  ChainFollower follower = started();
  follower.on_block(block_of(1, "b1", "b0", {sync_event("t1", archive_of({4, 5}).text)}), after(1));
  const auto intakes = only<TakeIn>(follower.take_actions());
  ASSERT_EQ(intakes.size(), 1u);
  EXPECT_EQ(intakes[0].content->messages.size(), 2u);
  EXPECT_FALSE(intakes[0].archive.has_value());
}

TEST(Follower, AReorganisationTakesBackExactlyWhatItLost) {
  const MadeArchive first = archive_of({1});
  const MadeArchive second = archive_of({2});
  ChainFollower follower = started();
  follower.on_block(block_of(1, "b1", "b0", {sync_event("t1", first.payload)}), after(1));
  follower.on_block(block_of(2, "b2", "b1", {sync_event("t2", second.payload)}), after(1));
  arrive(follower, first.name, first.text, after(2));
  arrive(follower, second.name, second.text, after(2));
  const auto intakes = only<TakeIn>(follower.take_actions());
  ASSERT_EQ(intakes.size(), 2u);
  follower.taken_in(intakes[0].id, after(3));

  follower.on_reorg({1}, after(4));
  const auto taken_back = only<TakeBack>(follower.take_actions());
  ASSERT_EQ(taken_back.size(), 1u);
  EXPECT_EQ(taken_back[0].from_height, 2u);
  EXPECT_FALSE(follower.stands(intakes[1].id)) << "its messages are still on their way";
  follower.taken_in(intakes[1].id, after(5));  // comes too late and means nothing
  EXPECT_TRUE(follower.idle());
  EXPECT_EQ(follower.next_height(), 2u);

  follower.on_block(block_of(2, "c2", "b1"), after(6));
  follower.on_block(block_of(3, "c3", "c2", {sync_event("t2", second.payload)}), after(6));
  arrive(follower, second.name, second.text, after(7));
  const auto again = only<TakeIn>(follower.take_actions());
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].confirmation.height, 3u);
}

TEST(Follower, AMessageBornInAContractWaitsUntilItsBlockIsFinal) {
  ChainFollower follower = started();
  follower.on_block(block_of(1, "b1", "b0", {message_event("t1", R"({"address":"x","time":1})")}), after(1));
  follower.on_block(block_of(2, "b2", "b1", {message_event("t2", R"({"address":"y","time":1})")}), after(1));
  EXPECT_TRUE(follower.take_actions().empty());
  follower.on_reorg({1}, after(2));
  follower.on_block(block_of(2, "c2", "b1"), after(3));
  follower.on_final({2}, after(4));
  const auto intakes = only<TakeIn>(follower.take_actions());
  ASSERT_EQ(intakes.size(), 1u) << "the one of the lost block was never believed";
  EXPECT_TRUE(intakes[0].from_contract);
  EXPECT_TRUE(intakes[0].confirmation.final);
  EXPECT_EQ(intakes[0].content->messages[0]->sender, "0xemitter");
}

TEST(Follower, TheReferenceNeitherWaitsNorTakesBack) {
  FollowConfig settings = ethereum_from_block_1();
  settings.reorganisations = message::Behaviour::as_reference;
  ChainFollower follower(settings);
  follower.start(after(0));
  follower.on_block(block_of(1, "b1", "b0", {message_event("t1", R"({"address":"x","time":1})")}), after(1));
  follower.on_reorg({0}, after(2));
  const auto actions = follower.take_actions();
  EXPECT_EQ(only<TakeIn>(actions).size(), 1u);
  EXPECT_TRUE(only<TakeBack>(actions).empty());
}

TEST(Follower, AnUnavailableArchiveIsTriedAgainWithLongerPauses) {
  const MadeArchive archive = archive_of({1});
  ChainFollower follower = started();
  follower.on_block(block_of(1, "b1", "b0", {sync_event("t1", archive.payload)}), after(0));
  Instant now = after(0);
  std::vector<std::int64_t> pauses;
  for (int i = 0; i < 9; ++i) {
    ASSERT_EQ(only<FetchArchive>(follower.take_actions()).size(), 1u);
    follower.archive_unavailable(archive.name, now);
    EXPECT_TRUE(follower.take_actions().empty());
    ASSERT_TRUE(follower.next_due().has_value());
    pauses.push_back((*follower.next_due() - now).ns / 1'000'000'000);
    now = *follower.next_due();
    follower.tick(now);
  }
  EXPECT_EQ(pauses, (std::vector<std::int64_t>{5, 10, 20, 40, 80, 160, 300, 300, 300}));
  EXPECT_EQ(follower.queued(), 1u);
  arrive(follower, archive.name, archive.text, now);  // by another road, asked for or not
  EXPECT_EQ(only<TakeIn>(follower.take_actions()).size(), 1u);
}

TEST(Follower, OneFetchServesEveryTransactionThatNamesTheArchive) {
  const MadeArchive archive = archive_of({1});
  ChainFollower follower = started();
  follower.on_block(block_of(1, "b1", "b0", {sync_event("t1", archive.payload), sync_event("t2", archive.payload)}),
                    after(0));
  follower.on_block(block_of(2, "b2", "b1", {sync_event("t3", archive.payload)}), after(0));
  EXPECT_EQ(only<FetchArchive>(follower.take_actions()).size(), 1u);
  arrive(follower, archive.name, archive.text, after(1));
  EXPECT_EQ(only<TakeIn>(follower.take_actions()).size(), 3u);
}

TEST(Follower, UnreadableAndEmptyArchivesLeaveTheQueue) {
  const std::string empty = R"({"protocol":"aleph","version":1,"content":{"messages":[]}})";
  const message::ItemHash empty_name = archive_name(empty, ArchiveNaming::storage);
  const message::ItemHash broken_name = archive_name("{", ArchiveNaming::storage);
  const auto payload = [](const message::ItemHash& name) {
    return R"({"protocol":"aleph-offchain","version":1,"content":")" + name.text() + R"("})";
  };
  const env::ChainBlock block = block_of(
      1, "b1", "b0",
      {sync_event("t1", payload(empty_name)), sync_event("t2", payload(broken_name)), sync_event("t3", empty)});
  ChainFollower follower = started();
  follower.on_block(block, after(0));
  arrive(follower, empty_name, empty, after(1));
  arrive(follower, broken_name, "{", after(1));
  EXPECT_TRUE(only<TakeIn>(follower.take_actions()).empty());
  EXPECT_TRUE(follower.idle());

  FollowConfig as_reference = ethereum_from_block_1();
  as_reference.empty_transactions = message::Behaviour::as_reference;
  ChainFollower stubborn = started(as_reference);
  stubborn.on_block(block, after(0));
  arrive(stubborn, empty_name, empty, after(1));
  EXPECT_FALSE(stubborn.idle());
}

TEST(Follower, AtMostSoManyArchivesAtOnceOldestFirst) {
  FollowConfig settings = ethereum_from_block_1();
  settings.limits.archives_at_once = 2;
  ChainFollower follower = started(settings);
  std::vector<MadeArchive> archives;
  std::vector<env::ChainEvent> events;
  for (unsigned n = 0; n < 5; ++n) {
    archives.push_back(archive_of({n}));
    events.push_back(sync_event("t" + std::to_string(n), archives.back().payload));
  }
  follower.on_block(block_of(1, "b1", "b0", events), after(0));
  auto fetches = only<FetchArchive>(follower.take_actions());
  ASSERT_EQ(fetches.size(), 2u);
  EXPECT_EQ(fetches[0].archive, archives[0].name);
  EXPECT_EQ(fetches[1].archive, archives[1].name);
  arrive(follower, archives[0].name, archives[0].text, after(1));
  auto actions = follower.take_actions();
  EXPECT_TRUE(only<FetchArchive>(actions).empty()) << "what is taken in counts as well";
  follower.taken_in(only<TakeIn>(actions).at(0).id, after(2));
  fetches = only<FetchArchive>(follower.take_actions());
  ASSERT_EQ(fetches.size(), 1u);
  EXPECT_EQ(fetches[0].archive, archives[2].name);
}

TEST(Follower, AFullQueueReadsTheChainAgainInsteadOfLosingEvents) {
  FollowConfig settings = ethereum_from_block_1();
  settings.limits.transactions = 2;
  ChainFollower follower = started(settings);
  std::vector<env::ChainBlock> blocks;
  std::vector<MadeArchive> archives;
  for (unsigned n = 1; n <= 4; ++n) {
    archives.push_back(archive_of({n}));
    blocks.push_back(block_of(n, "b" + std::to_string(n), "b" + std::to_string(n - 1),
                              {sync_event("t" + std::to_string(n), archives.back().payload)}));
    follower.on_block(blocks.back(), after(0));
  }
  EXPECT_EQ(follower.queued(), 2u);
  EXPECT_EQ(follower.counters().put_off, 2u);
  EXPECT_FALSE(follower.idle());
  follower.take_actions();
  arrive(follower, archives[0].name, archives[0].text, after(1));
  follower.taken_in(only<TakeIn>(follower.take_actions()).at(0).id, after(1));
  const auto follow = only<Follow>(follower.take_actions());
  ASSERT_EQ(follow.size(), 1u);
  EXPECT_EQ(follow[0].from.value, 3u);
  EXPECT_EQ(follow[0].known_hash, "b2");
  follower.on_block(blocks[2], after(2));
  EXPECT_EQ(follower.queued(), 2u);
}

TEST(Follower, AHopelessArchiveGivesWayAndIsReadAgainLater) {
  FollowConfig settings = ethereum_from_block_1();
  settings.limits.transactions = 1;
  settings.limits.stale_after_attempts = 2;
  ChainFollower follower = started(settings);
  const MadeArchive lost = archive_of({1});
  const MadeArchive good = archive_of({2});
  follower.on_block(block_of(1, "b1", "b0", {sync_event("t1", lost.payload)}), after(0));
  follower.archive_unavailable(lost.name, after(0));
  follower.tick(after(5));
  follower.archive_unavailable(lost.name, after(5));
  follower.take_actions();
  follower.on_block(block_of(2, "b2", "b1", {sync_event("t2", good.payload)}), after(6));
  ASSERT_EQ(only<FetchArchive>(follower.take_actions()).at(0).archive, good.name);
  arrive(follower, good.name, good.text, after(7));
  follower.taken_in(only<TakeIn>(follower.take_actions()).at(0).id, after(7));
  EXPECT_TRUE(only<Follow>(follower.take_actions()).empty());
  ASSERT_TRUE(follower.next_due().has_value());
  EXPECT_EQ(*follower.next_due(), after(600));
  follower.tick(after(600));
  const auto follow = only<Follow>(follower.take_actions());
  ASSERT_EQ(follow.size(), 1u);
  EXPECT_EQ(follow[0].from.value, 1u);
}

TEST(Follower, ARestoredFollowerGoesOnWhereItStopped) {
  const MadeArchive archive = archive_of({1});
  ChainFollower before = started();
  before.on_block(block_of(1, "b1", "b0", {sync_event("t1", archive.payload), message_event("t2", R"({"a":"b"})")}),
                  after(0));
  before.on_block(block_of(2, "b2", "b1"), after(0));
  const std::string saved = before.save();

  ChainFollower follower(ethereum_from_block_1());
  ASSERT_TRUE(follower.restore(saved).ok());
  EXPECT_EQ(follower.save(), saved);
  follower.start(after(0));
  auto actions = follower.take_actions();
  ASSERT_EQ(only<Follow>(actions).size(), 1u);
  EXPECT_EQ(only<Follow>(actions)[0].from.value, 3u);
  EXPECT_EQ(only<Follow>(actions)[0].known_hash, "b2");
  EXPECT_EQ(only<TakeBack>(actions).at(0).from_height, 3u) << "what a newer state may have brought is asked for again";
  EXPECT_EQ(only<FetchArchive>(actions).at(0).archive, archive.name);
  follower.on_final({1}, after(1));
  EXPECT_EQ(only<TakeIn>(follower.take_actions()).size(), 1u);
}

TEST(Follower, DamagedStatesAreRefusedAndLeaveNothingBehind) {
  ChainFollower before = started();
  before.on_block(block_of(1, "b1", "b0", {sync_event("t1", archive_of({1}).payload)}), after(0));
  const std::string saved = before.save();
  FollowConfig other = ethereum_from_block_1();
  other.name = "other";
  EXPECT_FALSE(ChainFollower(other).restore(saved).ok());
  for (std::size_t cut = 0; cut < saved.size(); cut += 3) {
    ChainFollower follower(ethereum_from_block_1());
    EXPECT_FALSE(follower.restore(saved.substr(0, cut)).ok());
    EXPECT_EQ(follower.next_height(), 1u);
    EXPECT_EQ(follower.queued(), 0u);
  }
}

TEST(Follower, ABranchChangeWithoutNoticeIsSeenByTheHashes) {
  const MadeArchive archive = archive_of({1});
  ChainFollower follower = started();
  follower.on_block(block_of(1, "b1", "b0"), after(0));
  follower.on_block(block_of(2, "b2", "b1", {sync_event("t1", archive.payload)}), after(0));
  follower.on_block(block_of(2, "c2", "b1"), after(1));
  EXPECT_EQ(only<TakeBack>(follower.take_actions()).at(0).from_height, 2u);
  EXPECT_EQ(follower.queued(), 0u);
  follower.on_block(block_of(5, "c5", "c4"), after(2));  // a gap
  EXPECT_EQ(only<Follow>(follower.take_actions()).at(0).from.value, 3u);
  follower.on_block(block_of(3, "d3", "d2"), after(2));  // its parent is not ours
  EXPECT_EQ(only<TakeBack>(follower.take_actions()).at(0).from_height, 1u);
}

TEST(Follower, EventsThatAreNoTextAreSkipped) {
  ChainFollower follower = started();
  follower.on_block(block_of(1, "b1", "b0", {message_event("t1", "\xff"), sync_event(std::string(1000, 't'), "{}")}),
                    after(0));
  EXPECT_EQ(follower.counters().unreadable, 2u);
  EXPECT_TRUE(follower.idle());
}

}  // namespace
}  // namespace lastmile::chain
