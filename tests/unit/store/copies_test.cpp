// Several copies of one message: whoever signs for its hash, in whatever order they come, the same one stands for it
// (docs/decisions/0125).
#include "core/economy/credits.hpp"
#include "core/message/limits.hpp"
#include "tests/unit/store/world.hpp"

namespace lastmile::store::test {
namespace {

// The same content, signed by another wallet.
Made signed_by(const Made& made, const std::string& sender) {
  auto envelope = std::make_shared<message::Envelope>(*made.message.envelope);
  envelope->sender = sender;
  envelope->signature = "0x" + std::string(4, '1');
  Made copy = made;
  copy.message.envelope = std::move(envelope);
  return copy;
}

// The same message with another channel, which nobody signs.
Made relayed(const Made& made, const std::string& channel) {
  auto envelope = std::make_shared<message::Envelope>(*made.message.envelope);
  envelope->channel = channel;
  Made copy = made;
  copy.message.envelope = std::move(envelope);
  return copy;
}

StoreOptions few_copies() {
  StoreOptions options = free_world();
  options.limits.copies = 3;
  return options;
}

Made note(const std::string& owner, double time = 1) {
  Draft draft;
  draft.sender = owner;
  draft.time = time;
  draft.body = R"("type":"note","content":1)";
  return make(draft);
}

Made far_note(const std::string& owner) {
  Draft draft;
  draft.sender = owner;
  draft.time = 1;
  draft.body = R"("type":"note","content":1)";
  return make_fetched(draft);
}

TEST(Copies, AThiefWhoComesFirstGivesWayToTheAuthor) {
  Node node;
  const Made real = note("0xA");
  EXPECT_EQ(node.accept(signed_by(real, "0xThief")).code, ErrorCode::permission_denied);
  EXPECT_FALSE(node.store->holds(real).value()) << "who has the author's copy shall tell us";
  node.accept(real);
  EXPECT_EQ(node.status(real), Status::processed);
  EXPECT_EQ(node.signer(real), "0xA");
  EXPECT_TRUE(node.store->holds(real).value());
  node.check_tables();
}

TEST(Copies, AThiefWhoComesLaterChangesNothing) {
  Node node;
  const Made real = note("0xA");
  node.accept(real);
  EXPECT_FALSE(node.store->look_at_copy(*signed_by(real, "0x0").message.envelope)->news);
  node.accept(signed_by(real, "0x0"));
  EXPECT_EQ(node.signer(real), "0xA");
  EXPECT_EQ(node.store->copies(real).value().size(), 1u) << "nothing is kept of it";
}

TEST(Copies, WhoSignedForAMissingContentIsRememberedOverARestart) {
  Node node;
  const Made real = far_note("0xA");
  node.accept_unfetched(signed_by(real, "0xThief"));
  node.accept_unfetched(real);
  node.reopen();
  EXPECT_EQ(node.store->copies(real).value().size(), 2u);
  node.accept(signed_by(real, "0xThief"));  // the content comes, and is handed in under the first name
  EXPECT_EQ(node.status(real), Status::processed);
  EXPECT_EQ(node.signer(real), "0xA");
}

TEST(Copies, OfTheSameSignerTheChannelThatIsAllowedCounts) {
  Node node;
  Draft draft;
  draft.type = Type::AGGREGATE;
  draft.body = R"("key":"security","content":{"authorizations":[{"address":"0xB","channels":["TEST"]}]})";
  node.accept(make(draft));
  draft.type = Type::POST;
  draft.sender = "0xB";
  draft.owner = "0xA";
  draft.time = 1;
  draft.body = R"("type":"note","content":1)";
  const Made real = make(draft);
  EXPECT_EQ(node.accept(relayed(real, "elsewhere")).code, ErrorCode::permission_denied);
  node.accept(real);
  EXPECT_EQ(node.status(real), Status::processed);
  EXPECT_EQ(node.view().message(real).value()->envelope.channel, "TEST");
  node.check_tables();
}

TEST(Copies, OfTwoDelegatesTheSmallerOneStandsUntilHisRightIsGone) {
  Node node;
  node.accept(grant("0xA", 0, {"0xB", "0xC"}));
  const Made by_c = signed_by(note("0xA", 5), "0xC");
  const Made by_b = signed_by(note("0xA", 5), "0xB");
  node.accept(by_c);
  EXPECT_EQ(node.signer(by_c), "0xC");
  EXPECT_TRUE(node.store->look_at_copy(*by_b.message.envelope)->news);
  node.accept(by_b);
  EXPECT_EQ(node.signer(by_c), "0xB");
  node.accept(grant("0xA", 2, {"0xC"}));  // B had no right to it
  EXPECT_EQ(node.status(by_c), Status::processed);
  EXPECT_EQ(node.signer(by_c), "0xC");
  node.accept(grant("0xA", 3, {}));
  EXPECT_EQ(node.status(by_c), Status::rejected);
  node.accept(grant("0xA", 4, {"0xB"}));
  EXPECT_EQ(node.status(by_c), Status::processed);
  EXPECT_EQ(node.signer(by_c), "0xB");
  node.check_tables();
}

TEST(Copies, AreBoundedAndTheAuthorIsHeardHoweverManyThereAre) {
  for (const bool missing : {false, true}) {
    Node node(few_copies());
    const Made real = missing ? far_note("0xA") : note("0xA");
    for (int i = 0; i < 20; ++i) {
      const Made stolen = signed_by(real, "0x" + std::to_string(i));
      missing ? node.accept_unfetched(stolen) : static_cast<void>(node.accept(stolen));
    }
    EXPECT_LE(node.store->copies(real).value().size(), 4u);
    node.accept(real);
    EXPECT_EQ(node.status(real), Status::processed);
    EXPECT_EQ(node.signer(real), "0xA");
    node.check_tables();
  }
}

TEST(Copies, OneWalletCannotTakeAllPlacesWithChannels) {
  Node node;
  const Made real = far_note("0xA");
  for (int i = 0; i < 20; ++i) node.accept_unfetched(relayed(signed_by(real, "0xThief"), std::to_string(i)));
  EXPECT_EQ(node.store->copies(real).value().size(), 2u);
}

// Nothing that is signed tells whose it is: who came first keeps it, or anybody could take it over later.
TEST(Copies, AContentThatNamesNobodyStaysWithWhoHadItFirst) {
  Node node;
  Made first = far_note("0xB");
  auto content = std::make_shared<message::Content>(*first.message.content);
  content->names_owner = false;
  first.message.content = content;
  node.accept(first);
  Made second = signed_by(first, "0xA");
  auto renamed = std::make_shared<message::Content>(*content);
  renamed->address = "0xA";
  second.message.content = renamed;
  EXPECT_FALSE(node.store->look_at_copy(*second.message.envelope)->news);
  node.accept(second);
  EXPECT_EQ(node.signer(first), "0xB");
}

TEST(Copies, ARelayCannotTakeACreditAway) {
  Node node(paying_world());
  const Made real = credits(1, {{"0xA", 100}});
  node.accept(relayed(real, "elsewhere"));
  EXPECT_EQ(node.store->account("0xA", node.now).value().credits, economy::Credits{});
  EXPECT_TRUE(node.store->look_at_copy(*real.message.envelope)->news);
  node.accept(real);
  EXPECT_NE(node.store->account("0xA", node.now).value().credits, economy::Credits{});
  node.accept(relayed(real, "again"));
  EXPECT_NE(node.store->account("0xA", node.now).value().credits, economy::Credits{});
  node.check_tables();
}

// While only an envelope is here nobody knows whose message it is.
TEST(Copies, AThiefCannotForgetWhatOthersHaveNotReadYet) {
  Node node;
  const Made real = far_note("0xA");
  node.accept_unfetched(signed_by(real, "0xThief"));
  const Made away = forget("0xThief", 2, {real.hash});
  EXPECT_EQ(node.accept(away).status, Status::pending);
  node.accept(real);
  EXPECT_EQ(node.status(real), Status::processed);
  EXPECT_EQ(node.code(away), ErrorCode::permission_denied);
}

// Where the content is gone everywhere a FORGET is believed with the tombstone beside it, in either order.
TEST(Copies, AForgetOfWhatNobodyHasAnyMoreIsBelievedWithTheTombstone) {
  const Made real = far_note("0xA");
  const Made away = forget("0xA", 2, {real.hash});
  Node early;
  early.accept(real);
  early.accept(away);
  std::size_t looks = 10;
  const auto beside = early.store->tombstones_beside(away, looks).value();
  EXPECT_EQ(looks, 9u);
  ASSERT_EQ(beside.size(), 1u);
  EXPECT_EQ(beside.front()->item_hash, real.hash);
  EXPECT_EQ(beside.front()->forgotten_by, std::vector{away.hash});
  for (const bool tombstone_first : {false, true}) {
    Node late;
    late.accept_unfetched(real);
    EXPECT_TRUE(late.store->look_at_copy(*beside.front())->news);
    if (tombstone_first) late.tombstone(beside.front());
    EXPECT_EQ(late.accept(away).status, tombstone_first ? Status::processed : Status::pending);
    if (!tombstone_first) late.tombstone(beside.front());
    EXPECT_EQ(late.status(real), Status::forgotten);
    EXPECT_EQ(late.status(away), Status::processed);
    EXPECT_EQ(late.digest(), early.digest());
  }
}

TEST(Copies, NothingIsToldBesideAForgetOfInlineMessages) {
  Node node;
  const Made real = note("0xA");
  const Made away = forget("0xA", 2, {real.hash});
  node.accept(real);
  node.accept(away);
  std::size_t looks = 10;
  EXPECT_TRUE(node.store->tombstones_beside(away, looks).value().empty());
  EXPECT_TRUE(node.store->tombstones_beside(real, looks).value().empty());
}

// A FORGET of a key may have erased very many: only so many are looked at.
TEST(Copies, TombstonesBesideAForgetOfAKeyAreLookedForWithinALimit) {
  Node node;
  for (int i = 0; i < 5; ++i) {
    Draft draft;
    draft.type = Type::AGGREGATE;
    draft.time = i;
    draft.body = R"("key":"k","content":{"a":1})";
    node.accept(make_fetched(draft));
  }
  const Made away = forget("0xA", 9, {}, {"k"});
  node.accept(away);
  std::size_t looks = 7;
  EXPECT_EQ(node.store->tombstones_beside(away, looks).value().size(), 5u);
  EXPECT_EQ(looks, 2u);
  EXPECT_EQ(node.store->tombstones_beside(away, looks).value().size(), 2u);
  EXPECT_EQ(looks, 0u);
}

// --- the signer of a FORGET, and of what it reached, decides what others can judge

Made amend_for(const std::string& sender, const std::string& owner, double time, const ItemHash& original) {
  Draft draft;
  draft.sender = sender;
  draft.owner = owner;
  draft.time = time;
  draft.body = R"("type":"amend","ref":")" + original.text() + R"(","content":2)";
  return make(draft);
}

// An amend that went along is proven by the signer of the FORGET, so it follows when that one changes.
TEST(Copies, AnAmendFollowsWhenTheForgetOfItsOriginalChangesItsSigner) {
  const Made rights = grant("0xA", 0, {"0xB"});
  const Made original = note("0xA");
  const Made change = amend_for("0xB", "0xA", 2, original);
  const Made away = forget("0xA", 3, {original.hash});
  Node straight;
  straight.accept_all({rights, original, change, away});
  Node late;
  late.accept_all({rights, original, change, signed_by(away, "0xB"), away});
  EXPECT_EQ(late.signer(away), "0xA");
  EXPECT_EQ(late.status(change), Status::forgotten);
  EXPECT_EQ(late.digest(), straight.digest());
  EXPECT_EQ(late.store->held_total(), straight.store->held_total());
  late.check_tables();
}

// He may act only later, when the FORGET has been in force for long.
TEST(Copies, AForgetInForceHearsOfTheRightOfItsBetterSigner) {
  const Made rights = grant("0xA", 0, {"0xB"});
  const Made original = note("0xA");
  const Made change = amend_for("0xB", "0xA", 2, original);
  const Made away = forget("0xB", 3, {original.hash});
  Node straight;
  straight.accept_all({rights, original, change, away, signed_by(away, "0xA")});
  Node late;
  late.accept_all({original, change, signed_by(away, "0xA"), away, rights});
  EXPECT_EQ(straight.signer(away), "0xB");
  EXPECT_EQ(late.signer(away), "0xB");
  EXPECT_EQ(late.digest(), straight.digest());
  late.check_tables();
}

TEST(Copies, AForgottenMessageHearsOfTheRightOfItsBetterSigner) {
  const Made first = grant("0xA", 0, {"0xC"});
  const Made rights = grant("0xA", 1, {"0xB", "0xC"});
  const Made by_c = signed_by(note("0xA", 5), "0xC");
  const Made by_b = signed_by(note("0xA", 5), "0xB");
  const Made away = forget("0xA", 6, {by_c.hash});
  const Made again = forget("0xB", 7, {by_c.hash});
  Node straight;
  straight.accept_all({first, rights, by_b, by_c, away, again});
  Node late;
  late.accept_all({first, by_c, by_b, away, rights, again});
  EXPECT_EQ(late.signer(by_c), straight.signer(by_c));
  EXPECT_EQ(late.digest(), straight.digest());
  EXPECT_EQ(late.store->held_total(), straight.store->held_total());
  late.check_tables();
}

// --- limits

// B stands for it, and C, who may act as well, was not lost: he does when B's right turns out to be gone.
void expect_c_behind_b(Node& node, const Made& real) {
  EXPECT_EQ(node.signer(real), "0xB");
  node.accept(grant("0xA", 2, {"0xC"}));
  EXPECT_EQ(node.status(real), Status::processed);
  EXPECT_EQ(node.signer(real), "0xC");
}

// Those who may not act go first, however small their addresses are.
TEST(Copies, StrangersDoNotTakeThePlaceOfADelegate) {
  Node node(few_copies());
  node.accept(grant("0xA", 0, {"0xB", "0xC"}));
  const Made real = note("0xA", 5);
  node.accept(signed_by(real, "0xC"));
  node.accept(signed_by(real, "0xB"));
  for (int i = 0; i < 9; ++i) node.accept(signed_by(real, "0x" + std::to_string(i)));
  EXPECT_LE(node.store->copies(real).value().size(), 4u);
  expect_c_behind_b(node, real);
}

// Nobody signs the channel, so whoever relays one copy could fill all places with it.
TEST(Copies, TheChannelsOfOneSignerDoNotTakeThePlaceOfAnother) {
  Node node(few_copies());
  node.accept(grant("0xA", 0, {"0xB", "0xC"}));
  const Made real = note("0xA", 5);
  node.accept(signed_by(real, "0xC"));
  for (int i = 0; i < 9; ++i) node.accept(relayed(signed_by(real, "0xB"), std::to_string(i)));
  expect_c_behind_b(node, real);
}

// As the reference, who looks at one copy of what is settled: nothing may be kept of the others.
TEST(Copies, AsTheReferenceNothingIsKeptOfMoreCopiesOfWhatIsSettled) {
  StoreOptions options = free_world();
  options.switches.final_refusals = message::Behaviour::as_reference;
  Node node(options);
  node.accept(grant("0xA", 0, {"0xB"}));
  const Made real = note("0xA", 5);
  node.accept(signed_by(real, "0xB"));
  for (int i = 0; i < 20; ++i) node.accept(signed_by(real, "0x" + std::to_string(i)));
  EXPECT_EQ(node.signer(real), "0xB");
  EXPECT_EQ(node.store->copies(real).value().size(), 1u);
}

// Claims cost nothing to make up: those of FORGETs that are here find a place all the same.
TEST(Copies, ClaimsThatNameNothingDoNotKeepTheTrueOneOut) {
  const Made real = far_note("0xA");
  const Made away = forget("0xA", 2, {real.hash});
  std::vector<ItemHash> invented;
  for (int i = 0; i < static_cast<int>(message::kForgottenByMax); ++i) invented.push_back(file_hash(i));
  Node node;
  node.tombstone(tombstone(real, invented));
  EXPECT_EQ(node.accept(away).status, Status::pending);
  const auto honest = tombstone(real, {away.hash});
  EXPECT_TRUE(node.store->look_at_copy(*honest)->news);
  node.tombstone(honest);
  EXPECT_EQ(node.status(real), Status::forgotten);
  EXPECT_EQ(node.status(away), Status::processed);
  EXPECT_FALSE(node.store->look_at_copy(*honest)->news);
}

// A stranger who signs for a hash, forgets it and says so himself: the author's copy shows that he lied.
TEST(Copies, AThiefCannotForgetWhatOthersHaveNotReadYetWithATombstoneOfHisOwn) {
  const Made real = note("0xA");
  const Made away = forget("0xThief", 2, {real.hash});
  Node node;
  node.tombstone(tombstone(signed_by(real, "0xThief"), {away.hash}));
  node.accept(away);
  EXPECT_TRUE(node.store->look_at_copy(*real.message.envelope)->news);
  node.watcher.status.erase(real.hash.text());  // it begins anew
  node.accept(real);
  EXPECT_EQ(node.status(real), Status::processed);
  EXPECT_EQ(node.signer(real), "0xA");
  EXPECT_EQ(node.code(away), ErrorCode::permission_denied);
  Node other;
  other.accept_all({real, away});
  EXPECT_EQ(node.digest(), other.digest());
  EXPECT_EQ(node.store->held_total(), other.store->held_total());
  node.check_tables();
}

}  // namespace
}  // namespace lastmile::store::test
