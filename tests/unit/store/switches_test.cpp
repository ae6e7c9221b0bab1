// The switches of messages.md 9 that the store decides: corrected, and as the reference does.
#include "tests/unit/store/world.hpp"

namespace lastmile::store::test {
namespace {

TEST(Switches, TiesGoByTheHashOrByArrival) {
  const auto last = [](message::Behaviour behaviour, bool swapped) {
    StoreOptions options = free_world();
    options.switches.ties = behaviour;
    Node node(options);
    const Made one = aggregate("0xA", 1, "k", R"({"v":1})");
    const Made two = aggregate("0xA", 1, "k", R"({"v":2})");
    node.accept_all(swapped ? std::vector{two, one} : std::vector{one, two});
    node.check_tables();
    return node.aggregate("0xA", "k");
  };
  EXPECT_EQ(last(message::Behaviour::corrected, false), last(message::Behaviour::corrected, true));
  EXPECT_EQ(last(message::Behaviour::as_reference, false), R"({"v":1})") << "what came first stays";
  EXPECT_EQ(last(message::Behaviour::as_reference, true), R"({"v":2})");
}

// Of files and posts as of aggregates; the one that decides may be the one that is being stored.
TEST(Switches, TiesOfVersionsGoByArrivalToo) {
  StoreOptions options = free_world();
  options.switches.ties = message::Behaviour::as_reference;
  for (const bool swapped : {false, true}) {
    Node node(options);
    node.file(1);
    node.file(2);
    const Made original = post("0xA", 1, "first");
    std::vector<Made> files{store_file("0xA", 1, 1, "site"), store_file("0xA", 1, 2, "site")};
    std::vector<Made> amends{amend("0xA", 2, original.hash, "second"), amend("0xA", 2, original.hash, "third")};
    if (swapped) {
      std::swap(files[0], files[1]);
      std::swap(amends[0], amends[1]);
    }
    node.accept(original);
    node.accept_all(files);
    node.accept_all(amends);
    EXPECT_EQ(node.view().latest_file("0xA/site").value()->file.file, file_hash(swapped ? 2 : 1));
    EXPECT_NE(node.post(original.hash).find(swapped ? "third" : "second"), std::string::npos);
    node.check_tables();
  }
}

// messages.md 4.2: an element that comes late into the middle and shares no key is appended by the reference, and taken
// for the last revision.
TEST(Switches, TheLastRevisionIsTheNewestElementOrTheOneAppendedLast) {
  const Made first = aggregate("0xA", 1, "k", R"({"v":1})");
  const Made middle = aggregate("0xA", 2, "k", R"({"other":2})");
  const Made last = aggregate("0xA", 3, "k", R"({"v":3})");
  const auto last_revision = [&](message::Behaviour behaviour, const std::vector<Made>& order) {
    StoreOptions options = free_world();
    options.switches.last_revision = behaviour;
    Node node(options);
    node.accept_all(order);
    EXPECT_EQ(node.aggregate("0xA", "k"), R"({"other":2,"v":3})");
    node.check_tables();
    return node.view().aggregates("0xA", {"k"}).value()[0].last_revision;
  };
  EXPECT_EQ(last_revision(message::Behaviour::corrected, {first, last, middle}), last.hash);
  EXPECT_EQ(last_revision(message::Behaviour::as_reference, {first, last, middle}), middle.hash);
  EXPECT_EQ(last_revision(message::Behaviour::as_reference, {first, middle, last}), last.hash);
  // One that shares a key is folded in its place by both.
  const Made overlaps = aggregate("0xA", 2, "k", R"({"other":2,"v":9})");
  EXPECT_EQ(last_revision(message::Behaviour::as_reference, {first, last, overlaps}), last.hash);
}

TEST(Switches, PaymentCutOffsReadTheSignedTimeOrTheEnvelope) {
  const auto outcome = [](message::Behaviour behaviour) {
    StoreOptions options = free_world();
    options.switches.payment_cutoff_time = behaviour;
    Node node(options);
    node.file(1);
    Draft draft;
    draft.type = Type::STORE;
    draft.time = 98'800'000;   // after 2027-01-01, when only credits pay
    draft.envelope_time = 10;  // a relay says otherwise
    draft.body = "\"item_type\":\"storage\",\"item_hash\":" + json_text(file_hash(1).view());
    const Made file = make(draft);
    node.accept(file);
    return node.code(file);
  };
  EXPECT_EQ(outcome(message::Behaviour::corrected), ErrorCode::payment_method_ended);
  EXPECT_EQ(outcome(message::Behaviour::as_reference), std::nullopt);
}

TEST(Switches, ExpiredCreditsAreNoticedOrNot) {
  const auto after = [](message::Behaviour behaviour) {
    StoreOptions options = paying_world();
    options.switches.expired_credit_lots = behaviour;
    Node node(options);
    node.file(1, 30 * 1048576);
    node.now = at(10);
    Draft grant;
    grant.sender = kCreditOwner;
    grant.time = 1;
    grant.channel = "ALEPH_CREDIT";
    grant.body =
        R"("type":"aleph_credit_distribution","content":{"distribution":{"token":"ALEPH","chain":"ETH","credits":[)"
        R"({"address":"0xA","amount":10000000,"price":"1","tx_hash":"0x1","provider":"test","expiration":1700000100000}]}})";
    const Made file = store_file("0xA", 2, 1, {}, "credit");
    node.accept_all({make(grant), file});
    EXPECT_EQ(node.status(file), Status::processed);
    node.tick(at(200));
    return node.status(file);
  };
  EXPECT_EQ(after(message::Behaviour::corrected), Status::removing);
  EXPECT_EQ(after(message::Behaviour::as_reference), Status::processed);
}

}  // namespace
}  // namespace lastmile::store::test
