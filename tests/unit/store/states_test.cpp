// Stories about what messages make together: aggregates, files, machines, money, permissions, and what a disk gives
// back.
#include <set>

#include "tests/unit/store/world.hpp"

namespace lastmile::store::test {
namespace {

constexpr std::uint64_t kMiB = 1048576;

// --- aggregates ---------------------------------------------------------------------------------------------------

TEST(Aggregates, LaterKeysReplaceEarlierOnesWholly) {
  Node node;
  node.accept_all({aggregate("0xA", 2, "k", R"({"b":null,"c":{"y":2}})"),
                   aggregate("0xA", 1, "k", R"({"a":1,"b":2,"c":{"x":1}})")});
  EXPECT_EQ(node.aggregate("0xA", "k"), R"({"a":1,"b":null,"c":{"y":2}})");
  node.check_tables();
}

TEST(Aggregates, ALateElementInTheMiddleIsFoldedInItsPlace) {
  const std::vector<Made> all{aggregate("0xA", 1, "k", R"({"v":1,"w":1})"),
                              aggregate("0xA", 2, "k", R"({"v":2,"x":2})"), aggregate("0xA", 3, "k", R"({"w":3})")};
  Node node;
  node.accept_all({all[2], all[0], all[1]});
  Node other;
  other.accept_all(all);
  EXPECT_EQ(node.aggregate("0xA", "k"), R"({"v":2,"w":3,"x":2})");
  EXPECT_EQ(node.digest(), other.digest());
  EXPECT_EQ(node.view().aggregates("0xA", {"k"}).value()[0].last_revision, all[2].hash);
}

TEST(Aggregates, ForgettingElementsRefoldsAndTheLastOneTakesTheAggregateAway) {
  Node node;
  const Made one = aggregate("0xA", 1, "k", R"({"v":1})");
  const Made two = aggregate("0xA", 2, "k", R"({"v":2})");
  node.accept_all({one, two, forget("0xA", 3, {two})});
  EXPECT_EQ(node.aggregate("0xA", "k"), R"({"v":1})");
  node.accept(forget("0xA", 4, {one}));
  EXPECT_EQ(node.aggregate("0xA", "k"), "");
  node.check_tables();
}

TEST(Aggregates, AForgottenKeyTakesLateElementsUpToItsTimeButNotLaterOnes) {
  Node node;
  const Made late = aggregate("0xA", 2, "k", R"({"v":2})");
  const Made after = aggregate("0xA", 9, "k", R"({"v":9})");
  node.accept_all({aggregate("0xA", 1, "k", R"({"v":1})"), forget("0xA", 5, {}, {"k"}), late, after});
  EXPECT_EQ(node.status(late), Status::forgotten);
  EXPECT_EQ(node.aggregate("0xA", "k"), R"({"v":9})");
  node.check_tables();
}

// --- files --------------------------------------------------------------------------------------------------------

TEST(Files, AStoreWaitsForItsFile) {
  Node node;
  const Made file = store_file("0xA", 1, 1);
  const Outcome waits = node.accept(file);
  EXPECT_EQ(waits.status, Status::pending);
  EXPECT_EQ(waits.code, ErrorCode::file_unavailable);
  EXPECT_EQ(node.store->wanted_files(std::nullopt, 10).value(), std::vector{file_hash(1)});
  node.file(1);
  EXPECT_EQ(node.status(file), Status::processed);
  EXPECT_TRUE(node.store->wanted_files(std::nullopt, 10).value().empty());
  EXPECT_EQ(node.view().pin_count(file_hash(1)).value(), 1u);
}

TEST(Files, TheNewestVersionHoldsTheTag) {
  Node node;
  for (int i = 1; i <= 3; ++i) node.file(i);
  const Made first = store_file("0xA", 1, 1);
  const Made newest = store_file("0xA", 9, 2, first.hash.view());
  const Made older = store_file("0xA", 5, 3, first.hash.view());
  node.accept_all({newest, older, first});
  EXPECT_EQ(node.view().latest_file(first.hash.view()).value()->file.file, file_hash(2));
  node.accept(forget("0xA", 10, {newest}));
  EXPECT_EQ(node.view().latest_file(first.hash.view()).value()->file.file, file_hash(3));
  node.check_tables();
}

TEST(Files, ANamedTagSurvivesForgettingItsNewestVersion) {
  const auto last = [](message::Behaviour behaviour) {
    StoreOptions options = free_world();
    options.switches.file_tag_recomputation = behaviour;
    Node node(options);
    node.file(1);
    node.file(2);
    const Made second = store_file("0xA", 2, 2, "site");
    node.accept_all({store_file("0xA", 1, 1, "site"), second, forget("0xA", 3, {second})});
    node.check_tables();
    return node.view().latest_file("0xA/site").value();
  };
  ASSERT_TRUE(last(message::Behaviour::corrected));
  EXPECT_EQ(last(message::Behaviour::corrected)->file.file, file_hash(1));
  EXPECT_FALSE(last(message::Behaviour::as_reference));
}

TEST(Files, VersionsOfAVersionAndOfStrangersAreRefused) {
  Node node;
  for (int i = 1; i <= 3; ++i) node.file(i);
  const Made first = store_file("0xA", 1, 1);
  const Made second = store_file("0xA", 2, 2, first.hash.view());
  const Made third = store_file("0xA", 3, 3, second.hash.view());
  const Made stranger = store_file("0xB", 3, 3, first.hash.view());
  node.accept_all({first, second, third, stranger});
  EXPECT_EQ(node.code(third), ErrorCode::store_ref_has_ref);
  EXPECT_EQ(node.code(stranger), ErrorCode::permission_denied);
}

TEST(Files, LaterVersionsLiveOnWhenTheFirstIsForgotten) {
  Node node;
  node.file(1);
  node.file(2);
  const Made first = store_file("0xA", 1, 1);
  const Made second = store_file("0xA", 2, 2, first.hash.view());
  node.accept_all({first, second, forget("0xA", 3, {first})});
  EXPECT_EQ(node.status(second), Status::processed);
  Node late;  // has only the tombstone
  late.file(2);
  late.accept(forget("0xA", 3, {first}));
  late.tombstone(node.store->envelope_for_peer(first).value());
  late.accept(second);
  EXPECT_EQ(late.digest(), [&] {
    node.tick(node.now + hours(30));
    late.tick(node.now);
    return node.digest();
  }());
}

TEST(Files, AFileWithoutPinsIsKeptForItsGraceAndThenDeleted) {
  Node node;
  node.file(1);
  const Made file = store_file("0xA", 1, 1);
  node.accept_all({file, forget("0xA", 2, {file})});
  const Wall start = node.now;
  EXPECT_TRUE(node.tick(start + hours(23)).files_deleted.empty());
  EXPECT_EQ(node.tick(start + hours(25)).files_deleted, std::vector{file_hash(1)});
  EXPECT_FALSE(node.store->file_bytes(file_hash(1)).value().has_value());
}

TEST(Files, ASecondPinKeepsTheFile) {
  Node node;
  node.file(1);
  const Made mine = store_file("0xA", 1, 1);
  node.accept_all({mine, store_file("0xB", 1, 1), forget("0xA", 2, {mine})});
  EXPECT_TRUE(node.tick(node.now + hours(100)).files_deleted.empty());
  EXPECT_TRUE(node.store->file_bytes(file_hash(1)).value().has_value());
}

TEST(Files, AFileThatAMachineNeedsCannotBeForgottenAfterIt) {
  Node node;
  node.file(1);
  const Made file = store_file("0xA", 1, 1);
  ProgramDraft draft;
  draft.time = 2;
  draft.code = file.hash;
  const Made machine = program(draft);
  const Made away = forget("0xA", 3, {file});
  node.accept_all({file, machine, away});
  EXPECT_EQ(node.status(machine), Status::processed);
  EXPECT_EQ(node.code(away), ErrorCode::forget_of_used_file);
  node.accept(forget("0xA", 4, {machine}));
  EXPECT_EQ(node.status(machine), Status::forgotten);
  EXPECT_EQ(node.status(file), Status::forgotten) << "the FORGET was kept and is judged again";
  node.check_tables();
}

// --- machines -----------------------------------------------------------------------------------------------------

TEST(Machines, TheNewestUpgradeHoldsAndGoesWithItsOriginal) {
  Node node;
  node.file(1);
  const Made file = store_file("0xA", 1, 1);
  ProgramDraft draft;
  draft.time = 2;
  draft.code = file.hash;
  const Made original = program(draft);
  draft.replaces = original.hash.text();
  draft.time = 4;
  const Made newer = program(draft);
  draft.time = 3;
  const Made older = program(draft);
  node.accept_all({newer, file, older, original});
  EXPECT_EQ(node.view().current_vm(original).value(), newer.hash);
  node.accept(forget("0xA", 5, {newer}));
  EXPECT_EQ(node.view().current_vm(original).value(), older.hash);
  node.accept(forget("0xA", 6, {original}));
  EXPECT_EQ(node.status(older), Status::forgotten);
  EXPECT_FALSE(node.view().current_vm(original).value());
  node.check_tables();
}

TEST(Machines, TheReferenceRecordsNoUpgrades) {
  StoreOptions options = free_world();
  options.switches.vm_upgrade_chains = message::Behaviour::as_reference;
  Node node(options);
  node.file(1);
  const Made file = store_file("0xA", 1, 1);
  ProgramDraft draft;
  draft.time = 2;
  draft.code = file.hash;
  const Made original = program(draft);
  draft.replaces = original.hash.text();
  draft.time = 4;
  node.accept_all({file, original, program(draft)});
  EXPECT_EQ(node.view().current_vm(original).value(), original.hash);
}

// --- permissions --------------------------------------------------------------------------------------------------

Made on_behalf(std::string_view who, std::string_view owner, double time, std::string_view text) {
  Draft draft;
  draft.sender = who;
  draft.owner = owner;
  draft.time = time;
  draft.body = "\"type\":\"note\",\"content\":" + json_text(text);
  return make(draft);
}

TEST(Permissions, AGrantThatComesAfterItsUseIsJudgedAgain) {
  Node node;
  const Made used = on_behalf("0xB", "0xA", 5, "hello");
  EXPECT_EQ(node.accept(used).code, ErrorCode::permission_denied);
  node.accept(grant("0xA", 3, {"0xB"}));
  EXPECT_EQ(node.status(used), Status::processed);
  node.accept(grant("0xA", 4, {}));  // a revocation older than the use arrives even later
  EXPECT_EQ(node.status(used), Status::rejected);
  EXPECT_EQ(node.post(used), "");
  node.accept(grant("0xA", 6, {"0xB"}));  // granted again, too late for this one
  EXPECT_EQ(node.status(used), Status::rejected);
  node.check_tables();
}

TEST(Permissions, TheReferenceDecidesOnceByWhatItHas) {
  StoreOptions options = free_world();
  options.switches.final_refusals = message::Behaviour::as_reference;
  Node node(options);
  const Made used = on_behalf("0xB", "0xA", 5, "hello");
  EXPECT_EQ(node.accept(used).status, Status::rejected);
  node.accept(grant("0xA", 3, {"0xB"}));
  EXPECT_EQ(node.status(used), Status::rejected) << "final";
  const Made later = on_behalf("0xB", "0xA", 1, "before the grant");
  EXPECT_EQ(node.accept(later).status, Status::processed) << "by the state at arrival, not by its time";
}

TEST(Permissions, OnlyTheOwnerWritesTheSecurityAggregate) {
  const auto status = [](message::Behaviour behaviour) {
    StoreOptions options = free_world();
    options.switches.security_writers = behaviour;
    Node node(options);
    node.accept(grant("0xA", 1, {"0xB"}));
    Draft draft;
    draft.type = Type::AGGREGATE;
    draft.sender = "0xB";
    draft.owner = "0xA";
    draft.time = 2;
    draft.body = R"("key":"security","content":{"authorizations":[]})";
    return node.accept(make(draft)).status;
  };
  EXPECT_EQ(status(message::Behaviour::corrected), Status::rejected);
  EXPECT_EQ(status(message::Behaviour::as_reference), Status::processed);
}

TEST(Forget, ASecondForgetIsAppendedOrEndsWith501) {
  const auto second = [](message::Behaviour behaviour) {
    StoreOptions options = free_world();
    options.switches.second_forget = behaviour;
    Node node(options);
    const Made note = post("0xA", 1, "one");
    const Made again = forget("0xA", 3, {note});
    node.accept_all({note, forget("0xA", 2, {note}), again});
    return std::pair(node.code(again), node.forgotten_by(note).size());
  };
  EXPECT_EQ(second(message::Behaviour::corrected), std::pair(std::optional<ErrorCode>{}, std::size_t{2}));
  EXPECT_EQ(second(message::Behaviour::as_reference),
            std::pair(std::optional(ErrorCode::forget_target_not_found), std::size_t{1}));
}

TEST(Forget, TombstonesAreBelievedOnlyWithTheirForget) {
  Node early;
  const Made note = post("0xA", 1, "one");
  const Made by = forget("0xA", 2, {note});
  early.accept_all({note, by});
  const auto bare = early.store->envelope_for_peer(note).value();
  Node late;
  EXPECT_EQ(late.tombstone(bare).status, Status::pending);
  late.accept(by);
  EXPECT_EQ(late.status(note), Status::forgotten);
  EXPECT_EQ(late.digest(), early.digest());
  EXPECT_EQ(late.accept(note).code, ErrorCode::already_forgotten);
}

TEST(Forget, AllForgetsOfAKeyReachATombstone) {
  Node early;
  const Made element = aggregate("0xA", 1, "k", R"({"v":1})");
  const Made one = forget("0xA", 2, {}, {"k"});
  const Made two = forget("0xA", 3, {}, {"k"});
  early.accept_all({element, one, two});
  Node late;
  late.accept(one);
  late.tombstone(early.store->envelope_for_peer(element).value());
  late.accept(two);
  EXPECT_EQ(late.status(two), Status::processed);
  EXPECT_EQ(late.forgotten_by(element), (std::vector{one.hash, two.hash}));
  EXPECT_EQ(late.digest(), early.digest());
}

// The owner forgets what a delegate signed: nobody who never saw the content can tell, so it is not part of the state.
TEST(Forget, WhatNobodyCanProveIsNotCounted) {
  Node early;
  const Made used = on_behalf("0xB", "0xA", 5, "hello");
  const Made by = forget("0xA", 6, {used});
  early.accept_all({grant("0xA", 1, {"0xB"}), used, by});
  EXPECT_EQ(early.status(used), Status::forgotten);
  EXPECT_EQ(early.status(by), Status::processed);
  EXPECT_FALSE(early.store->holds(used).value());
  Node late;
  late.accept_all({by, grant("0xA", 1, {"0xB"})});
  EXPECT_EQ(late.digest(), early.digest());
  early.check_tables();
}

// --- money --------------------------------------------------------------------------------------------------------

TEST(Money, RefusalsForBalanceComeBackOlderFirst) {
  Node node(paying_world());
  node.file(1, 30 * kMiB);
  node.file(2, 30 * kMiB);
  const Made older = store_file("0xA", 1, 1);
  const Made younger = store_file("0xA", 2, 2);
  node.now = at(10);
  node.accept_all({younger, older});
  EXPECT_EQ(node.code(older), ErrorCode::balance_insufficient);
  node.accept(balances(3, 10, {{"0xA", "15"}}));  // enough for one of them
  EXPECT_EQ(node.status(older), Status::processed);
  EXPECT_EQ(node.status(younger), Status::rejected);
  node.accept(balances(4, 11, {{"0xA", "1000"}}));
  EXPECT_EQ(node.status(younger), Status::processed);
  node.check_tables();
}

TEST(Money, WhoRunsOutIsRemovedAfterItsGraceUnlessItPaysAgain) {
  Node node(paying_world());
  node.file(1, 30 * kMiB);
  const Made file = store_file("0xA", 2, 1);
  node.now = at(10);
  node.accept_all({balances(1, 10, {{"0xA", "100"}}), file});
  EXPECT_EQ(node.status(file), Status::processed);
  node.accept(balances(5, 11, {{"0xA", "0"}}));
  EXPECT_EQ(node.status(file), Status::removing);
  node.accept(balances(6, 12, {{"0xA", "100"}}));
  EXPECT_EQ(node.status(file), Status::processed);
  node.accept(balances(7, 13, {{"0xA", "0"}}));
  EXPECT_EQ(node.status(file), Status::removing);
  node.tick(at(7) + hours(24));
  EXPECT_EQ(node.status(file), Status::removing);
  node.tick(at(8) + hours(25));
  EXPECT_EQ(node.status(file), Status::removed);
  node.tick(at(8) + hours(60));
  EXPECT_FALSE(node.store->file_bytes(file_hash(1)).value().has_value());
  node.check_tables();
}

TEST(Money, ExpensesBeforeTheirGrantCountAllTheSame) {
  const Made granted = credits(1, {{"0xA", 1000}});
  Draft move;
  move.sender = "0xA";
  move.time = 2;
  move.channel = "ALEPH_CREDIT";
  move.body = R"("type":"aleph_credit_transfer","content":{"transfer":{"credits":[{"address":"0xB","amount":400}]}})";
  const Made moved = make(move);
  Node node(paying_world());
  EXPECT_EQ(node.accept(moved).status, Status::rejected);
  node.accept(granted);
  EXPECT_EQ(node.status(moved), Status::processed);
  Node other(paying_world());
  other.accept_all({granted, moved});
  EXPECT_EQ(node.digest(), other.digest());
}

// --- anchors ------------------------------------------------------------------------------------------------------

Confirmation seen_on(std::string chain, std::uint64_t height) {
  Confirmation c;
  c.chain = std::move(chain);
  c.height = height;
  c.transaction = "0x" + std::to_string(height);
  c.time = at(static_cast<double>(height));
  return c;
}

StoreOptions writes_to(std::vector<std::string> chains) {
  StoreOptions options = free_world();
  options.anchor_chains = std::move(chains);
  return options;
}

TEST(Anchors, EachChainHasItsOwnList) {
  Node node(writes_to({"ETH", "BSC"}));
  const Made note = post("0xA", 1, "one");
  node.accept(note);
  ASSERT_TRUE(node.store->add_confirmations({{note, seen_on("ETH", 5)}}, node.now).ok());
  EXPECT_TRUE(node.store->unconfirmed("ETH", 10).value().empty());
  EXPECT_EQ(node.store->unconfirmed("BSC", 10).value(), std::vector{note.hash});
  ASSERT_TRUE(node.store->remove_confirmations("ETH", 5, node.now).ok());
  EXPECT_EQ(node.store->unconfirmed("ETH", 10).value(), std::vector{note.hash});
  EXPECT_TRUE(node.store->unconfirmed("SOL", 10).value().empty()) << "nobody writes there";
}

TEST(Anchors, ATombstoneThatWasNeverWrittenIsStillToBeWritten) {
  Node node(writes_to({"ETH"}));
  const Made told = post("0xA", 1, "told");
  const Made untold = post("0xA", 2, "untold");
  const Made by = forget("0xA", 3, {told, untold});
  node.accept(told);
  ASSERT_TRUE(node.store->add_confirmations({{told, seen_on("ETH", 5)}}, node.now).ok());
  node.accept_all({untold, by});
  const auto list = node.store->unconfirmed("ETH", 10).value();
  EXPECT_EQ(std::set<ItemHash>(list.begin(), list.end()), (std::set<ItemHash>{untold.hash, by.hash}));
  ASSERT_TRUE(node.store->add_confirmations({{untold, seen_on("ETH", 6)}}, node.now).ok());
  EXPECT_EQ(node.store->unconfirmed("ETH", 10).value(), std::vector{by.hash});
  EXPECT_TRUE(node.view().message(untold).value()->confirmations.empty()) << "people see none of a forgotten message";
  node.reopen();
  ASSERT_TRUE(node.store->remove_confirmations("ETH", 6, node.now).ok());
  EXPECT_EQ(node.store->unconfirmed("ETH", 10).value().size(), 2u);
}

// --- what the trace is told of confirmations

TEST(Confirmations, AreTraced) {
  Node node;
  const Made note = post("0xA", 1, "one");
  const auto told = [&] { return node.watcher.seen[trace::Kind::message_confirmed]; };
  ASSERT_TRUE(node.store->add_confirmations({{note, seen_on("ETH", 5)}}, node.now).ok());
  EXPECT_EQ(told(), 0) << "of a message that is not here yet";
  node.accept(note);
  EXPECT_EQ(told(), 1);
  ASSERT_TRUE(node.store->add_confirmations({{note, seen_on("SOL", 9)}}, node.now).ok());
  EXPECT_EQ(told(), 2);
  ASSERT_TRUE(node.store->finalize_confirmations("ETH", 4).ok());
  EXPECT_EQ(told(), 2) << "its block is not final yet";
  ASSERT_TRUE(node.store->finalize_confirmations("ETH", 5).ok());
  EXPECT_EQ(told(), 3) << "and now it is";
  ASSERT_TRUE(node.store->finalize_confirmations("ETH", 6).ok());
  EXPECT_EQ(told(), 3);
}

TEST(Confirmations, ThatAreFinalStayFinal) {
  Node node(writes_to({"ETH"}));
  const Made note = post("0xA", 1, "one");
  node.accept(note);
  Confirmation seen = seen_on("ETH", 5);
  seen.final = true;
  ASSERT_TRUE(node.store->add_confirmations({{note, seen}}, node.now).ok());
  seen.final = false;  // of a node that remembers less of the chain, after a restart
  ASSERT_TRUE(node.store->add_confirmations({{note, seen}}, node.now).ok());
  EXPECT_TRUE(node.confirmations(note).at(0).final);
  ASSERT_TRUE(node.store->remove_confirmations("ETH", 5, node.now).ok());
  EXPECT_EQ(node.confirmations(note).size(), 1U);
}

// However the second word of a transaction comes: alone, with the message, or with the message for the first time.
TEST(Confirmations, OfOneTransactionAreOneHoweverTheyCome) {
  const Made note = post("0xA", 1, "one");
  for (const bool known : {false, true}) {
    Node node(writes_to({"ETH"}));
    if (known) node.accept(note);
    ASSERT_TRUE(node.store->add_confirmations({{note, seen_on("ETH", 5)}}, node.now).ok());
    Confirmation moved = seen_on("ETH", 7);
    moved.transaction = seen_on("ETH", 5).transaction;
    node.accept(note, moved);
    ASSERT_EQ(node.confirmations(note).size(), 1U);
    EXPECT_EQ(node.confirmations(note)[0].height, 7U);
    ASSERT_TRUE(node.store->remove_confirmations("ETH", 5, node.now).ok()) << "nothing is left of the other height";
    EXPECT_TRUE(node.confirmations(note).empty());

    moved.final = true;
    node.accept(note, moved);
    moved.final = false;
    node.accept(note, moved);
    EXPECT_TRUE(node.confirmations(note).at(0).final);
  }
}

// --- disks --------------------------------------------------------------------------------------------------------

// The node keeps tables of its own on the same disk, and may have written to them before the first message came.
TEST(Disk, KeysOfWhoSharesItAreNoObstacleAndAnyOthersAre) {
  MemoryDisk disk;
  const auto opens_with = [&](std::string key) {
    env::Batch batch;
    batch.put(std::move(key), "?");
    disk.commit(std::move(batch), [](Result<Unit>) {});
    return Store::open(disk, free_world()).ok();
  };
  EXPECT_TRUE(opens_with(std::string("\xf0") + "chain/ethereum"));
  EXPECT_TRUE(opens_with("\x80"));
  EXPECT_FALSE(opens_with("mine"));
}

TEST(Disk, ACrashLosesAnEndOfTheHistoryAndNothingElse) {
  Node node;
  node.disk->instantly_durable = false;
  const Made one = post("0xA", 1, "one");
  const Made two = post("0xA", 2, "two");
  node.accept(one);
  node.disk->settle();
  EXPECT_EQ(node.store->durable(), node.store->committed());
  node.accept(two);
  EXPECT_LT(node.store->durable(), node.store->committed());
  node.disk->crash();
  node.watcher.status.clear();
  node.reopen();
  EXPECT_EQ(node.status(one), Status::processed);
  EXPECT_EQ(node.status(two), Status::none);
  node.check_tables();
}

// It is taken from its place while it runs, and what its original shows is told anew.
TEST(Machines, AnUpgradeWhoseDelegateLosesHisRightGivesItsPlaceBack) {
  Node node;
  node.file(0);
  const Made code = store_file("0xA", 0, 0);
  ProgramDraft d;
  d.time = 1;
  d.code = code.hash;
  const Made original = program(d);
  d.time = 3;
  d.replaces = original.hash.text();
  Made upgrade = program(d);
  auto envelope = std::make_shared<message::Envelope>(*upgrade.message.envelope);
  envelope->sender = "0xB";
  upgrade.message.envelope = envelope;
  node.accept_all({code, grant("0xA", 0, {"0xB"}), original, upgrade});
  EXPECT_EQ(node.status(upgrade), Status::processed);
  node.accept(grant("0xA", 2, {}));
  EXPECT_EQ(node.status(upgrade), Status::rejected);
  node.check_tables();
}

}  // namespace
}  // namespace lastmile::store::test
