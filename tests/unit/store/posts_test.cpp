#include "tests/unit/store/world.hpp"

namespace lastmile::store::test {
namespace {

TEST(Posts, APlainPostIsAppliedAtOnce) {
  Node node;
  const Made hello = post("0xA", 1, "hello");
  const Outcome outcome = node.accept(hello);
  EXPECT_EQ(outcome.status, Status::processed);
  EXPECT_FALSE(outcome.known_before);
  ASSERT_EQ(outcome.changes.size(), 2u);
  EXPECT_EQ(outcome.changes[0].to, Status::pending);
  EXPECT_EQ(outcome.changes[1].to, Status::processed);
  EXPECT_EQ(node.post(hello), "\"hello\"");
  node.check_tables();
}

TEST(Posts, ARepeatedMessageChangesNothing) {
  Node node;
  const Made hello = post("0xA", 1, "hello");
  node.accept(hello);
  const Hash256 before = node.digest();
  const Outcome again = node.accept(hello);
  EXPECT_TRUE(again.known_before);
  EXPECT_TRUE(again.changes.empty());
  EXPECT_EQ(node.digest(), before);
  EXPECT_EQ(node.store->counts().processed, 1u);
}

TEST(Posts, TheNewestAmendHoldsAndEqualTimesTakeTheSmallerHash) {
  Node node;
  const Made first = post("0xA", 1, "one");
  Made a = amend("0xA", 5, first, "two");
  Made b = amend("0xA", 5, first, "three");
  const Made old = amend("0xA", 0.5, first, "before it was written");
  const std::string smaller = a.hash < b.hash ? "\"two\"" : "\"three\"";
  node.accept_all({first, old});
  EXPECT_EQ(node.post(first), "\"one\"");
  node.accept_all({a, b});
  EXPECT_EQ(node.post(first), smaller);
  Node other;
  other.accept_all({b, a, old, first});
  EXPECT_EQ(other.post(first), smaller);
  EXPECT_EQ(node.digest(), other.digest());
}

// One judgement a call, and nothing is kept that waits: the original is let go while its amend has yet to be judged
// again, and comes back before that.
TEST(Posts, AnOriginalThatComesBackFindsItsAmends) {
  StoreOptions options = free_world();
  options.limits.judgements_per_call = 1;
  options.limits.waiting_messages = 0;
  options.limits.rejections = 0;
  Node node(options);
  Draft draft;
  draft.sender = "0xB";
  draft.owner = "0xA";
  draft.time = 5;
  draft.body = R"("type":"note","content":"one")";
  const Made original = make(draft);
  const Made change = amend("0xA", 6, original, "two");
  const Made revocation = grant("0xA", 2, {});
  for (const Made& made : {grant("0xA", 1, {"0xB"}), original, change}) {
    node.accept(made);
    node.finish();
  }
  ASSERT_EQ(node.post(original), "\"two\"");
  node.accept(revocation);
  node.accept(post("0xC", 7, "meanwhile"));
  for (int i = 0; i < 10 && node.status(original) != Status::none; ++i) node.tick(node.now);
  ASSERT_EQ(node.status(original), Status::none);
  ASSERT_EQ(node.status(change), Status::processed) << "to be judged again";
  node.accept(forget("0xA", 8, {revocation}));
  node.accept(original);
  node.finish();
  ASSERT_EQ(node.status(original), Status::processed);
  EXPECT_EQ(node.status(change), Status::processed);
  EXPECT_EQ(node.post(original), "\"two\"");
  node.check_tables();
}

TEST(Posts, AnAmendWaitsForItsOriginal) {
  Node node;
  const Made first = post("0xA", 1, "one");
  const Made change = amend("0xA", 2, first, "two");
  const Outcome waits = node.accept(change);
  EXPECT_EQ(waits.status, Status::pending);
  EXPECT_EQ(waits.code, ErrorCode::amend_target_not_found);
  ASSERT_EQ(waits.needs.size(), 1u);
  EXPECT_EQ(waits.needs[0].hash, first.hash);
  // The retries run out; it stays and comes back with its original.
  ASSERT_TRUE(node.store->give_up(change, node.now).ok());
  EXPECT_EQ(node.status(change), Status::rejected);
  const Outcome arrival = node.accept(first);
  ASSERT_EQ(arrival.changes.size(), 3u);
  EXPECT_EQ(arrival.changes[2], (StatusChange{change.hash, Status::rejected, Status::processed, std::nullopt}));
  EXPECT_EQ(node.post(first), "\"two\"");
  node.check_tables();
}

TEST(Posts, AmendsOfAmendsAndOfStrangersAreRefused) {
  Node node;
  const Made first = post("0xA", 1, "one");
  const Made change = amend("0xA", 2, first, "two");
  const Made of_amend = amend("0xA", 3, change, "three");
  const Made stranger = amend("0xB", 3, first, "mine");
  Draft bare;
  bare.body = "\"type\":\"amend\",\"ref\":\"\",\"content\":1";
  node.accept_all({first, change, of_amend, stranger});
  EXPECT_EQ(node.code(of_amend), ErrorCode::amend_of_amend);
  EXPECT_EQ(node.code(stranger), ErrorCode::permission_denied);
  EXPECT_EQ(node.post(first), "\"two\"");
}

TEST(Posts, ForgettingTheCurrentAmendGoesBackOneVersion) {
  Node node;
  const Made first = post("0xA", 1, "one");
  const Made second = amend("0xA", 2, first, "two");
  const Made third = amend("0xA", 3, first, "three");
  node.accept_all({first, second, third, forget("0xA", 4, {third})});
  EXPECT_EQ(node.post(first), "\"two\"");
  node.accept(forget("0xA", 5, {second}));
  EXPECT_EQ(node.post(first), "\"one\"");
  node.check_tables();
}

TEST(Posts, ForgettingTheOriginalForgetsEveryAmendAlsoLateOnes) {
  const Made first = post("0xA", 1, "one");
  const Made early = amend("0xA", 2, first, "two");
  const Made late = amend("0xA", 3, first, "three");
  const Made stranger = amend("0xB", 3, first, "mine");
  const Made away = forget("0xA", 4, {first});
  Node node;
  node.accept_all({first, early, stranger, away});
  for (const Made* m : {&first, &early, &stranger}) {
    EXPECT_EQ(node.status(*m), Status::forgotten);
    EXPECT_EQ(node.forgotten_by(*m), std::vector{away.hash});
  }
  const Outcome outcome = node.accept(late);
  EXPECT_EQ(outcome.status, Status::forgotten);
  EXPECT_EQ(node.forgotten_by(late), std::vector{away.hash});
  const auto kept = node.store->envelope_for_peer(late).value();
  EXPECT_EQ(kept->forgotten_with, first.hash);
  EXPECT_FALSE(kept->item_content.has_value());
  Node other;
  other.accept_all({late, stranger, away, first, early});
  EXPECT_EQ(node.digest(), other.digest());
}

TEST(Posts, FetchedContentIsKeptOnceAndGoesWithItsMessage) {
  Node node;
  Draft draft;
  draft.body = "\"type\":\"note\",\"content\":{\"a\":1}";
  const Made far = make_fetched(draft);
  const Outcome first = node.store->accept_unfetched(far.message.envelope, node.now, nullptr).value();
  EXPECT_EQ(first.status, Status::pending);
  EXPECT_EQ(first.code, ErrorCode::content_unavailable);
  EXPECT_FALSE(node.store->holds(far).value());
  EXPECT_EQ(node.accept(far).status, Status::processed);
  EXPECT_TRUE(node.store->holds(far).value());
  EXPECT_EQ(node.view().pin_count(far).value(), 1u);
  EXPECT_EQ(node.post(far), "{\"a\":1}");
  node.accept(forget("0xA", 2, {far}));
  EXPECT_EQ(node.status(far), Status::forgotten);
  EXPECT_FALSE(node.store->content_bytes(far).value());
  EXPECT_TRUE(node.disk->blobs.all().empty());
  node.check_tables();
}

}  // namespace
}  // namespace lastmile::store::test
