// Nobody signs the channel and the time, and JSON has many spellings: copies of one message that are new to gossip and
// can change nothing, or little (docs/decisions/0123).
#include "tests/unit/node/pipeline_fixture.hpp"

namespace lastmile::node::test {
namespace {

using gossip::Verdict;
using message::Status;
using Verdicts = std::vector<Verdict>;

message::Envelope in_channel(message::Envelope envelope, std::string channel) {
  envelope.channel = std::move(channel);
  return envelope;
}
message::Envelope earlier_by(message::Envelope envelope, int seconds) {
  envelope.time_number -= seconds;
  envelope.time = *message::wall_of_seconds(envelope.time_number);
  return envelope;
}
// An amend of what nobody has: it waits.
message::Envelope orphan() {
  const auto absent = lastmile::test::content_hash("nobody has this");
  return signed_post(wallet(), lastmile::test::content_of(wallet().address(), "\"type\":\"amend\",\"ref\":\"" +
                                                                                  absent.text() + "\",\"content\":1"));
}

class DressedCopies : public PipelineTest {
 protected:
  // Written by a delegate who may act in the channel TEST alone; the grant is here.
  message::Envelope of_delegate() {
    gossip(lastmile::test::signed_message(
        wallet(1), message::Type::AGGREGATE,
        lastmile::test::content_of(wallet(1).address(),
                                   "\"key\":\"security\",\"content\":{\"authorizations\":[{\"address\":\"" +
                                       wallet(2).address() + "\",\"channels\":[\"TEST\"]}]}")));
    auto content = note(wallet(1), 1);
    content.replace(content.find("1700000000.0"), 12, "1700000001.0");
    return signed_post(wallet(2), content);
  }
  Wall envelope_time(const message::Envelope& e) {
    return store::View(disk_.latest(), config_.store).message(e.item_hash).value()->envelope.time;
  }
};

TEST_F(DressedCopies, OfASettledMessageAreIgnoredWithoutACheck) {
  const auto message = signed_post(wallet(), note(wallet(), 1));
  arrive(message);
  work();
  EXPECT_EQ(gossip(message), Admission::known);
  EXPECT_EQ(gossip(in_channel(message, "elsewhere")), Admission::known);
  auto forged = message;
  forged.signature = wallet(2).sign("POST", forged.item_hash.text());
  EXPECT_EQ(gossip(forged), Admission::known);
  EXPECT_EQ(pipeline_->verified(), 1U);
  EXPECT_EQ(arrive(in_channel(message, "elsewhere")), Admission::known) << "a client is told what is known";
}

// Its content says when it was written; what the envelope says decides nothing.
TEST_F(DressedCopies, OfAMessageThatWaitsAreIgnoredWithoutACheck) {
  const auto message = orphan();
  EXPECT_EQ(gossip(message), Admission::queued);
  ASSERT_EQ(status(message), Status::pending);
  EXPECT_EQ(verdicts(), Verdicts{Verdict::accept});
  for (int i = 1; i < 20; ++i) {
    EXPECT_EQ(gossip(in_channel(message, std::to_string(i))), Admission::known);
    EXPECT_EQ(gossip(earlier_by(message, i)), Admission::known);
  }
  EXPECT_EQ(pipeline_->verified(), 1U);
  EXPECT_TRUE(verdicts().empty());
}

TEST_F(DressedCopies, OfAMessageThatWasRefusedAreIgnoredWithoutACheck) {
  const auto message = orphan();
  gossip(message);
  for (int i = 0; i < 200; ++i) time_.pass(minutes(1));
  work();
  ASSERT_EQ(status(message), Status::rejected);
  EXPECT_EQ(gossip(in_channel(message, "elsewhere")), Admission::known);
  EXPECT_EQ(pipeline_->verified(), 1U);
  EXPECT_EQ(arrive(message), Admission::queued) << "whoever hands it in himself is told why it was refused";
  work();
  EXPECT_EQ(pipeline_->verified(), 1U) << "the signature was found good before";
}

TEST_F(DressedCopies, ThatAreUnderWayTogetherAreToldOnOnce) {
  const auto message = signed_post(wallet(), note(wallet(), 1));
  for (const char* channel : {"a", "b", "c"}) arrive_by_gossip(in_channel(message, channel));
  work();
  EXPECT_EQ(verdicts(), (Verdicts{Verdict::accept, Verdict::ignore, Verdict::ignore}));
  EXPECT_EQ(pipeline_->verified(), 1U);
}

// A relay may be first with a dress that spoils the message: the true one, which came meanwhile, is looked at after it.
TEST_F(DressedCopies, ThatAreUnderWayTogetherAreAllLookedAt) {
  const auto message = of_delegate();
  verdicts();
  for (const char* channel : {"elsewhere", "TEST", "nowhere"}) arrive_by_gossip(in_channel(message, channel));
  work();
  EXPECT_EQ(status(message), Status::processed);
  EXPECT_EQ(verdicts(), (Verdicts{Verdict::accept, Verdict::accept, Verdict::ignore}));
  EXPECT_EQ(pipeline_->verified(), 2U) << "grant and message";
}

TEST_F(DressedCopies, ThatAreUnderWayTogetherBringTheEarliestTimeAndTheContent) {
  const auto message = apart(1);
  for (const int seconds : {0, 3, 1}) arrive_by_gossip(earlier_by(message, seconds));
  work();
  EXPECT_EQ(envelope_time(message), earlier_by(message, 3).time);
}

// Its time stands for that of the content until that is here: the earliest counts, a few times.
TEST_F(DressedCopies, WithEarlierTimesOfAMessageWithoutContentAreTakenAFewTimes) {
  const auto message = apart(1);
  gossip(message);
  EXPECT_EQ(verdicts(), Verdicts{Verdict::accept});
  const auto taken = static_cast<int>(Limits{}.earlier_copies);
  for (int i = 1; i <= taken; ++i) {
    EXPECT_EQ(gossip(earlier_by(message, i)), Admission::queued);
    EXPECT_EQ(envelope_time(message), earlier_by(message, i).time);
    EXPECT_EQ(gossip(earlier_by(message, i - 1)), Admission::known) << "later again";
  }
  EXPECT_EQ(verdicts(), Verdicts(Limits{}.earlier_copies, Verdict::accept));
  for (int i = taken + 1; i < 100; ++i) EXPECT_EQ(gossip(earlier_by(message, i)), Admission::known);
  EXPECT_EQ(pipeline_->verified(), 1U);
  EXPECT_EQ(gossip(earlier_by(apart(2), 50)), Admission::queued) << "of another message";
}

// Two of each signer are kept while nobody knows whose the message is.
TEST_F(DressedCopies, InOtherChannelsOfAMessageWithoutContentAreKeptOnce) {
  const auto message = apart(1);
  gossip(message);
  EXPECT_EQ(gossip(in_channel(message, "a")), Admission::queued);
  for (const char* channel : {"a", "b", "c"}) EXPECT_EQ(gossip(in_channel(message, channel)), Admission::known);
  EXPECT_EQ(pipeline_->verified(), 1U);
  auto respelt = message;
  for (char& c : *respelt.signature) c = static_cast<char>(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
  EXPECT_EQ(gossip(respelt), Admission::known);
}

// Anybody may leave the content out of an envelope. Who brings it brings news.
TEST_F(DressedCopies, ThatBringTheContentAreTaken) {
  const auto message = signed_post(wallet(), note(wallet(), 1));
  auto without = message;
  without.item_type = message::ItemType::storage;
  without.item_content.reset();
  gossip(without);
  ASSERT_EQ(status(message), Status::pending);
  EXPECT_EQ(gossip(message), Admission::queued);
  EXPECT_EQ(status(message), Status::processed);
}

// The right of a delegate may hang on the channel: the copy in the one that is allowed changes who stands for the
// message. Others are looked at, as rights may change, and are not told on.
TEST_F(DressedCopies, OfADelegateAreToldOnWhenTheyComeToStandForTheMessage) {
  const auto message = of_delegate();
  gossip(in_channel(message, "elsewhere"));
  ASSERT_EQ(status(message), Status::rejected);
  verdicts();
  EXPECT_EQ(gossip(in_channel(message, "nowhere")), Admission::queued);
  EXPECT_EQ(verdicts(), Verdicts{Verdict::ignore});
  EXPECT_EQ(gossip(in_channel(message, "TEST")), Admission::queued);
  EXPECT_EQ(verdicts(), Verdicts{Verdict::accept});
  EXPECT_EQ(status(message), Status::processed);
  for (int i = 0; i < 20; ++i) gossip(in_channel(message, std::to_string(i)));
  for (const Verdict verdict : verdicts()) EXPECT_EQ(verdict, Verdict::ignore);
  EXPECT_EQ(pipeline_->verified(), 2U) << "grant and message";
}

// --- what a forgery looks like decides what it keeps out

TEST_F(DressedCopies, WithAnotherTypeDoNotKeepTheTrueOneOut) {
  const auto message = signed_post(wallet(), note(wallet(), 1));
  auto forged = message;
  forged.type = message::Type::AGGREGATE;
  gossip(forged);
  EXPECT_EQ(verdicts(), Verdicts{Verdict::reject});
  EXPECT_EQ(gossip(message), Admission::queued);
  EXPECT_EQ(verdicts(), Verdicts{Verdict::accept});
  EXPECT_EQ(status(message), Status::processed);
}

TEST_F(DressedCopies, InTheNameOfAnotherAreNoPartOfTheFlightOfTheTrueOne) {
  const auto message = signed_post(wallet(), note(wallet(), 1));
  auto forged = message;
  forged.sender = wallet(2).address();
  arrive(forged);
  arrive(message);
  work();
  ASSERT_EQ(receipts_.size(), 2U);
  const bool true_first = receipts_[0].status == Status::processed;  // senders take turns
  EXPECT_EQ(receipts_[true_first ? 1 : 0].code, message::ErrorCode::invalid_signature);
  EXPECT_EQ(receipts_[true_first ? 0 : 1].status, Status::processed);
}

// Of a Tezos wallet the time may be signed.
TEST(Statement, HoldsTheTimeWhereItIsSigned) {
  for (const auto chain : {crypto::Chain::ETH, crypto::Chain::SOL, crypto::Chain::TEZOS}) {
    const auto account = crypto::Account::derive(chain, 5, 1);
    const auto message = signed_post(account, note(account, 1));
    EXPECT_EQ(message::statement_of(message) == message::statement_of(earlier_by(message, 1)),
              chain != crypto::Chain::TEZOS);
    EXPECT_EQ(message::statement_of(message), message::statement_of(in_channel(message, "other")));
    auto forged = message;
    forged.type = message::Type::STORE;
    EXPECT_NE(message::statement_of(message), message::statement_of(forged));
  }
}

TEST(EarlierCopies, AreForgottenWithTheOldestMessage) {
  EarlierCopies taken(1, 2);
  const auto name = [](int i) { return lastmile::test::content_hash(std::to_string(i)); };
  EXPECT_TRUE(taken.take(name(1)));
  EXPECT_FALSE(taken.take(name(1)));
  EXPECT_TRUE(taken.take(name(2)));
  EXPECT_TRUE(taken.take(name(3)));
  EXPECT_EQ(taken.size(), 2U);
  EXPECT_TRUE(taken.take(name(1)));
}

}  // namespace
}  // namespace lastmile::node::test
