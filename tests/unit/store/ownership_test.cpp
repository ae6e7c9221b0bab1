// Who owns a blob: each way in which one appears, and in which it loses its owner (docs/decisions/0122).
#include "core/store/contents.hpp"
#include "tests/unit/store/world.hpp"

namespace lastmile::store::test {
namespace {

using Keep = Store::Keep;

bool on_disk(const Node& node, const ItemHash& file) { return node.disk->blobs.all().contains(file.view()); }
bool at_hand(const Node& node, const ItemHash& file) { return node.store->file_bytes(file).value().has_value(); }

// Until nothing is due any more.
void wait(Node& node, Duration time) {
  node.tick(node.now + time);
  node.tick(node.now);
}

void restart(Node& node) {
  node.disk->crash();
  node.watcher.status.clear();
  node.reopen();
}

TEST(Ownership, AnUploadWithoutAMessageIsKeptForItsGrace) {
  Node node;
  node.write(file_hash(1), 100);
  EXPECT_TRUE(at_hand(node, file_hash(1)));
  EXPECT_EQ(node.store->counts().unowned_bytes, 100u);
  wait(node, hours(23));
  EXPECT_TRUE(on_disk(node, file_hash(1)));
  wait(node, hours(2));
  EXPECT_FALSE(on_disk(node, file_hash(1)));
  EXPECT_EQ(node.store->counts().unowned_bytes, 0u);
  EXPECT_FALSE(node.view().file(file_hash(1)).value());
}

TEST(Ownership, NothingIsWrittenBeforeItsRecordIsDurable) {
  Node node;
  node.disk->instantly_durable = false;
  node.write(file_hash(1), 100);
  EXPECT_FALSE(on_disk(node, file_hash(1)));
  node.disk->settle();
  EXPECT_TRUE(on_disk(node, file_hash(1)));
  EXPECT_FALSE(at_hand(node, file_hash(1))) << "it may still be cut off by a crash";
  node.disk->blobs.settle(1);
  EXPECT_TRUE(at_hand(node, file_hash(1)));
}

TEST(Ownership, WhoWritesAFileIsToldWhatItsArrivalChanged) {
  Node node;
  const Made stored = store_file("0xA", 1, 1);
  node.accept(stored);
  ASSERT_EQ(node.status(stored), Status::pending);
  Store::Written written;
  ASSERT_TRUE(node.store
                  ->put_file(file_hash(1), Bytes(100, 7), Keep::grace, node.now,
                             [&](const Result<Store::Written>& done) { written = *done; })
                  .ok());
  ASSERT_TRUE(written);
  EXPECT_EQ(written->changes, (std::vector<StatusChange>{{stored, Status::pending, Status::processed, std::nullopt}}));
}

// What an earlier call left to be judged is left to a call that can tell what becomes of it.
TEST(Ownership, ACallThatTellsOfNoChangesMakesNone) {
  StoreOptions options = free_world();
  options.limits.judgements_per_call = 1;
  Node node(options);
  std::vector<Made> waiting;
  for (int i = 1; i <= 4; ++i) waiting.push_back(store_file("0xA", i, 1));
  for (const Made& made : waiting) node.accept(made);
  node.file(1);
  const auto count = [&] {
    return std::count_if(waiting.begin(), waiting.end(),
                         [&](const Made& made) { return node.status(made) == Status::processed; });
  };
  ASSERT_LT(count(), 4) << "all were judged at once; the test tests nothing";
  const auto before = count();
  ASSERT_TRUE(node.store->pin_head(file_hash(2), file_hash(3), {}, node.now).ok());
  ASSERT_TRUE(node.store->release_file(file_hash(2), Keep::for_chains, node.now).ok());
  EXPECT_EQ(count(), before);
  std::size_t told = 0;
  for (bool more = true; more;) {
    const TickOutcome outcome = node.tick(node.now);
    told += outcome.changes.size();
    more = outcome.unfinished;
  }
  EXPECT_EQ(count(), 4);
  EXPECT_EQ(told, static_cast<std::size_t>(4 - before));
}

// It was here when it came again, and so it was not written.
TEST(Ownership, AFileThatIsFoundDamagedWhileItComesAgainIsNotAtHand) {
  Node node;
  node.write(file_hash(1), 100);
  node.disk->instantly_durable = false;
  std::optional<Store::Written> written;
  ASSERT_TRUE(node.store
                  ->put_file(file_hash(1), Bytes(100, 7), Keep::grace, node.now,
                             [&](const Result<Store::Written>& done) { written = *done; })
                  .ok());
  ASSERT_TRUE(node.store->file_damaged(file_hash(1), node.now).ok());
  node.disk->settle();
  ASSERT_TRUE(written);
  EXPECT_FALSE(*written);
  EXPECT_FALSE(at_hand(node, file_hash(1)));
}

TEST(Ownership, AStoreKeepsItsFileUntilItIsForgotten) {
  Node node;
  const Made stored = store_file("0xA", 1, 1);
  node.accept(stored);
  node.write(file_hash(1), 100);
  EXPECT_EQ(node.status(stored), Status::processed);
  EXPECT_EQ(node.store->counts().unowned_bytes, 0u);
  wait(node, hours(1000));
  EXPECT_TRUE(on_disk(node, file_hash(1)));
  node.accept(forget("0xA", 2, {stored}));
  wait(node, hours(23));
  EXPECT_TRUE(on_disk(node, file_hash(1)));
  wait(node, hours(2));
  EXPECT_FALSE(on_disk(node, file_hash(1)));
}

TEST(Ownership, AFileOfARefusedStoreGoesAfterItsGrace) {
  Node node;
  node.write(file_hash(1), 100);
  Draft draft;
  draft.type = Type::STORE;
  draft.owner = "0xSomebodyElse";
  draft.body = "\"item_type\":\"storage\",\"item_hash\":" + json_text(file_hash(1).view());
  const Made refused = make(draft);
  EXPECT_EQ(node.accept(refused).code, ErrorCode::permission_denied);
  wait(node, hours(25));
  EXPECT_FALSE(on_disk(node, file_hash(1)));
}

TEST(Ownership, APendingStoreHoldsItsFileHoweverLongItWaits) {
  Node node;
  const Made first = store_file("0xA", 1, 2);
  const Made later = store_file("0xA", 2, 1, first.hash.view());
  node.write(file_hash(1), 100);
  EXPECT_EQ(node.accept(later).code, ErrorCode::store_ref_not_found);
  for (int day = 0; day < 5; ++day) wait(node, hours(25));
  EXPECT_TRUE(on_disk(node, file_hash(1)));
  EXPECT_TRUE(node.store->give_up(later, node.now).ok());
  wait(node, hours(25));
  EXPECT_FALSE(on_disk(node, file_hash(1))) << "refused: the grace is over";
}

TEST(Ownership, AnArchiveIsHeldWhileItIsReadAndPinnedByItsTransaction) {
  Node node;
  const ItemHash archive = file_hash(1);
  node.write(archive, 100, Keep::for_chains);
  wait(node, hours(1000));
  EXPECT_TRUE(on_disk(node, archive));
  ASSERT_TRUE(node.store->pin_transaction_file(archive, "ETH", 7, "0x1", false, node.now).ok());
  ASSERT_TRUE(node.store->release_file(archive, Keep::for_chains, node.now).ok());
  wait(node, hours(1000));
  EXPECT_TRUE(on_disk(node, archive));
  EXPECT_EQ(node.view().pin_count(archive).value(), 1u);
  EXPECT_EQ(node.digest(), Node().digest()) << "what a node fetched is no part of the state";
  node.check_tables();
}

// An archive on its way into a chain may be one that a head of ours names.
TEST(Ownership, AFileThatTwoRoadsUseStaysUntilBothLetGo) {
  Node node;
  node.write(file_hash(1), 100, Keep::for_chains);
  node.write(file_hash(1), 100, Keep::for_heads);
  ASSERT_TRUE(node.store->release_file(file_hash(1), Keep::for_chains, node.now).ok());
  wait(node, hours(1000));
  EXPECT_TRUE(on_disk(node, file_hash(1)));
  EXPECT_EQ(node.view().pin_count(file_hash(1)).value(), 0u) << "in use, and nobody's";
  ASSERT_TRUE(node.store->release_file(file_hash(1), Keep::for_heads, node.now).ok());
  wait(node, hours(25));
  EXPECT_FALSE(on_disk(node, file_hash(1)));
}

TEST(Ownership, AReorganisationTakesAnArchiveAwayUnlessItIsFinal) {
  Node node;
  for (int i = 1; i <= 3; ++i) {
    node.write(file_hash(i), 100);
    ASSERT_TRUE(
        node.store->pin_transaction_file(file_hash(i), "ETH", 10u * i, "0x" + std::to_string(i), false, node.now).ok());
  }
  // The same archive once more, in a block that stays.
  ASSERT_TRUE(node.store->pin_transaction_file(file_hash(3), "ETH", 10, "0x4", false, node.now).ok());
  ASSERT_TRUE(node.store->finalize_confirmations("ETH", 10).ok());
  ASSERT_TRUE(node.store->remove_confirmations("ETH", 5, node.now).ok());
  wait(node, hours(25));
  EXPECT_TRUE(on_disk(node, file_hash(1)));
  EXPECT_FALSE(on_disk(node, file_hash(2)));
  EXPECT_TRUE(on_disk(node, file_hash(3)));
}

TEST(Ownership, AnArchiveThatNoTransactionCameForGoesAfterARestart) {
  Node node;
  node.write(file_hash(1), 100, Keep::for_chains);
  restart(node);
  wait(node, hours(1));
  EXPECT_TRUE(on_disk(node, file_hash(1)));
  wait(node, hours(25));
  EXPECT_FALSE(on_disk(node, file_hash(1)));
}

TEST(Ownership, WhatIsHeldAnewAfterARestartStays) {
  Node node;
  node.write(file_hash(1), 100, Keep::for_chains);
  restart(node);
  node.write(file_hash(1), 100, Keep::for_chains);
  wait(node, hours(1000));
  EXPECT_TRUE(on_disk(node, file_hash(1)));
}

TEST(Ownership, AKnownHeadKeepsItselfAndItsArchive) {
  Node node;
  const ItemHash head = file_hash(1);
  const ItemHash archive = file_hash(2);
  env::Batch beside;
  beside.put("\xf2key", "value");
  ASSERT_TRUE(node.store->pin_head(head, archive, std::move(beside), node.now).ok());
  EXPECT_EQ(*node.disk->latest().get("\xf2key"), "value");
  EXPECT_EQ(node.store->missing_heads().value(), std::vector{head});
  node.write(head, 100);
  node.write(archive, 100);
  EXPECT_TRUE(node.store->missing_heads().value().empty());
  wait(node, hours(1000));
  EXPECT_TRUE(on_disk(node, head));
  EXPECT_TRUE(on_disk(node, archive));
  ASSERT_TRUE(node.store->unpin_head_archive(archive, node.now).ok());
  wait(node, hours(25));
  EXPECT_TRUE(on_disk(node, head));
  EXPECT_FALSE(on_disk(node, archive)) << "what is no archive goes";
}

TEST(Ownership, WhatACrashCutOffIsNotAtHandAndGoesAfterItsGrace) {
  Node node;
  node.disk->instantly_durable = false;
  node.write(file_hash(1), 100);
  node.disk->settle();
  ASSERT_TRUE(on_disk(node, file_hash(1)));
  node.disk->blobs = {};
  node.disk->blobs.put(file_hash(1).text(), Bytes(40, 7), {});
  node.disk->blobs.settle(1);
  node.disk->instantly_durable = true;
  restart(node);
  EXPECT_FALSE(at_hand(node, file_hash(1)));
  const Made stored = store_file("0xA", 1, 1);
  EXPECT_EQ(node.accept(stored).code, ErrorCode::file_unavailable);
  node.store->give_up(stored, node.now).value();
  wait(node, hours(25));
  EXPECT_TRUE(node.disk->blobs.all().empty());
}

TEST(Ownership, ADeletionThatACrashInterruptedIsRepeated) {
  Node node;
  node.write(file_hash(1), 100);
  node.disk->instantly_durable = false;
  node.tick(node.now + hours(25));
  node.disk->settle();
  EXPECT_EQ(node.disk->blobs.waiting(), 1u);
  node.disk->blobs = {};
  node.disk->blobs.put(file_hash(1).text(), Bytes(100, 7), {});  // as if the removal had never happened
  node.disk->blobs.settle(1);
  node.disk->instantly_durable = true;
  restart(node);
  wait(node, hours(1));
  EXPECT_FALSE(on_disk(node, file_hash(1)));
  EXPECT_FALSE(node.tick(node.now).next) << "nothing is left to do";
}

TEST(Ownership, AFileThatIsWrittenAgainWhileItIsBeingDeletedStays) {
  Node node;
  node.write(file_hash(1), 100);
  node.disk->instantly_durable = false;
  node.tick(node.now + hours(25));
  EXPECT_FALSE(at_hand(node, file_hash(1)));
  node.write(file_hash(1), 100);
  node.accept(store_file("0xA", 1, 1));
  for (int i = 0; i < 4; ++i) {
    node.disk->settle();
    node.disk->blobs.settle(9);
  }
  node.disk->instantly_durable = true;
  wait(node, hours(100));
  EXPECT_TRUE(on_disk(node, file_hash(1)));
  EXPECT_TRUE(at_hand(node, file_hash(1)));
}

TEST(Ownership, AboveTheLimitWhatGoesFirstGoesAtOnce) {
  StoreOptions options = free_world();
  options.limits.unowned_bytes = 250;
  Node node(options);
  node.accept(store_file("0xA", 1, 9));
  node.write(file_hash(9), 1000);  // owned: does not count
  for (int i = 1; i <= 5; ++i) {
    node.write(file_hash(i), 100);
    node.tick(node.now + seconds(1));
    EXPECT_LE(node.store->counts().unowned_bytes, 250u);
    EXPECT_LE(node.disk->blobs.bytes(), 1250u);
  }
  EXPECT_FALSE(on_disk(node, file_hash(3)));
  EXPECT_TRUE(on_disk(node, file_hash(4)));
  EXPECT_TRUE(on_disk(node, file_hash(5)));
  EXPECT_TRUE(on_disk(node, file_hash(9)));
}

// The record of its deletion would be durable first, and the bytes would stay without one.
TEST(Ownership, AboveTheLimitWhatIsBeingWrittenStaysUntilItIsThere) {
  StoreOptions options = free_world();
  options.limits.unowned_bytes = 50;
  Node node(options);
  node.disk->instantly_durable = false;
  node.write(file_hash(1), 100);
  for (int i = 0; i < 4; ++i) {
    node.disk->settle();
    node.disk->blobs.settle(9);
  }
  node.tick(node.now);
  EXPECT_TRUE(node.disk->blobs.all().empty());
  EXPECT_EQ(node.store->counts().unowned_bytes, 0u);
}

TEST(Ownership, ManyFilesAreDeletedInTurns) {
  StoreOptions options = free_world();
  options.limits.files_deleted_per_call = 2;
  Node node(options);
  for (int i = 0; i < 5; ++i) node.write(file_hash(i), 100);
  node.now = node.now + hours(25);
  std::vector<std::size_t> deleted;
  for (bool more = true; more;) {
    const TickOutcome outcome = node.tick(node.now);
    deleted.push_back(outcome.files_deleted.size());
    more = outcome.unfinished;
  }
  EXPECT_EQ(deleted, (std::vector<std::size_t>{2, 2, 1}));
}

Made far_post(std::string_view sender, double time, std::size_t bytes) {
  Draft draft;
  draft.sender = sender;
  draft.time = time;
  draft.body = "\"type\":\"note\",\"content\":\"" + std::string(bytes, 'x') + "\"";
  return make_fetched(draft);
}

TEST(Contents, AreReadInRangesAcrossTheirParts) {
  Node node;
  const Made far = far_post("0xA", 1, 3 * kContentPartBytes);
  node.accept(far);
  const std::string& text = *far.message.fetched;
  EXPECT_EQ(node.store->content_bytes(far).value(), text.size());
  EXPECT_EQ(node.store->content(far).value(), text);
  EXPECT_EQ(node.store->content(far, kContentPartBytes - 3, 6).value(), text.substr(kContentPartBytes - 3, 6));
  EXPECT_EQ(node.store->content(far, 2 * kContentPartBytes, 1).value(), text.substr(2 * kContentPartBytes, 1));
  EXPECT_EQ(node.store->content(far, text.size() - 2, 100).value(), text.substr(text.size() - 2));
  EXPECT_EQ(node.store->content(far, text.size() + 5, 100).value(), "");
  EXPECT_EQ(node.store->content(file_hash(1)).value(), std::nullopt);
  EXPECT_TRUE(node.disk->blobs.all().empty());
  EXPECT_LT(node.disk->bytes(), text.size() + 4000) << "kept more than once";
}

TEST(Contents, OfWaitingMessagesHaveALimit) {
  StoreOptions options = free_world();
  options.limits.waiting_bytes = 2500;
  Node node(options);
  std::vector<Made> refused;
  for (int i = 0; i < 4; ++i) {
    Draft draft;
    draft.owner = "0xSomebodyElse";
    draft.time = i;
    draft.body = "\"type\":\"note\",\"content\":\"" + std::string(1000, 'x') + "\"";
    refused.push_back(make_fetched(draft));
    node.now = at(100 + i);
    node.accept(refused.back());
    EXPECT_LE(node.store->counts().waiting_bytes, 2500u);
  }
  EXPECT_FALSE(node.store->content_bytes(refused[0]).value());
  EXPECT_FALSE(node.store->content_bytes(refused[1]).value());
  EXPECT_TRUE(node.store->content_bytes(refused[3]).value());
  EXPECT_EQ(node.store->counts().let_go, 2u);
}

}  // namespace
}  // namespace lastmile::store::test
