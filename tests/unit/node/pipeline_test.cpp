// The road of a message, a step at a time.
#include "tests/unit/node/pipeline_fixture.hpp"

namespace lastmile::node::test {
namespace {

using message::Status;

TEST_F(PipelineTest, AMessageIsAcknowledgedWhenItIsDurable) {
  disk_.rows.instantly_durable = false;
  const auto message = signed_post(wallet(), note(wallet(), 1));
  EXPECT_EQ(arrive(message), Admission::queued);
  EXPECT_TRUE(executor_.in_flight(env::Lane::signatures) == 0 && receipts_.empty()) << "not inside the call";
  work();
  EXPECT_EQ(status(message), Status::processed);
  EXPECT_TRUE(receipts_.empty()) << "the disk has not said so";
  disk_.rows.settle();
  work();
  ASSERT_EQ(receipts_.size(), 1U);
  EXPECT_EQ(receipts_[0].status, Status::processed);
  EXPECT_EQ(around_.spread_out, std::vector{message.item_hash});
}

TEST_F(PipelineTest, AForgedCopyIsRefusedAndTheTrueOneTaken) {
  const auto message = signed_post(wallet(), note(wallet(), 1));
  auto forged = message;
  forged.signature = wallet(2).sign("POST", forged.item_hash.text());
  arrive(forged);
  arrive(message);
  work();
  ASSERT_EQ(receipts_.size(), 2U);
  EXPECT_EQ(receipts_[0].code, message::ErrorCode::invalid_signature);
  EXPECT_EQ(receipts_[1].status, Status::processed);
}

TEST_F(PipelineTest, CopiesOfOneMessageAreCheckedOnce) {
  const auto message = signed_post(wallet(), note(wallet(), 1));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(arrive(message), Admission::queued);
  work();
  EXPECT_EQ(pipeline_->verified(), 1U);
  EXPECT_EQ(receipts_.size(), 5U);
  EXPECT_EQ(arrive(message), Admission::known);
}

TEST_F(PipelineTest, WhatAnArchiveConfirmsOfWhatIsKnownIsOneCommit) {
  const std::vector<message::Envelope> messages = five_known();
  disk_.rows.instantly_durable = false;
  const std::uint64_t before = store_->committed();
  for (const auto& message : messages) EXPECT_EQ(arrive_by_chain(message, 5), Admission::known);
  EXPECT_EQ(store_->committed(), before) << "not inside the call";
  work();
  EXPECT_EQ(store_->committed(), before + 1);
  EXPECT_TRUE(receipts_.empty()) << "the disk has not said so";
  disk_.rows.settle();
  work();
  EXPECT_EQ(receipts_.size(), 5U);
  for (const auto& message : messages) {
    EXPECT_EQ(store::View(disk_.latest(), config_.store).message(message.item_hash).value()->confirmations.size(), 1U);
  }
}

TEST_F(PipelineTest, SoManyConfirmationsAsAFeedOffersAtOnceAreACommit) {
  config_.limits.feed_at_once = 2;
  const std::vector<message::Envelope> messages = five_known();
  const std::uint64_t before = store_->committed();
  for (const auto& message : messages) arrive_by_chain(message, 5);
  EXPECT_EQ(store_->committed(), before + 2);
  work();
  EXPECT_EQ(store_->committed(), before + 3);
  EXPECT_EQ(receipts_.size(), 5U);
}

TEST_F(PipelineTest, AConfirmationWhoseBlockIsTakenBackMeanwhileIsNotStored) {
  const auto message = signed_post(wallet(), note(wallet(), 1));
  const auto other = signed_post(wallet(), note(wallet(), 2));
  arrive(message);
  arrive(other);
  work();
  receipts_.clear();
  arrive_by_chain(message, 5);
  arrive_by_chain(other, 4);
  around_.fallen = {5};
  work();
  EXPECT_EQ(receipts_.size(), 2U);
  EXPECT_EQ(store::View(disk_.latest(), config_.store).message(other.item_hash).value()->confirmations.size(), 1U);
  EXPECT_TRUE(store::View(disk_.latest(), config_.store).message(message.item_hash).value()->confirmations.empty());
}

// Gossip does not carry it, and peers that learn of it by comparing learn late.
TEST_F(PipelineTest, ATombstoneIsToldOfOnceWhenItIsProven) {
  const auto gone = signed_post(wallet(), note(wallet(), 1));
  const auto forget = lastmile::test::signed_message(
      wallet(), message::Type::FORGET,
      lastmile::test::content_of(wallet().address(), "\"hashes\":[\"" + gone.item_hash.text() + "\"]"),
      message::ItemType::inlined);
  auto tombstone = gone;
  tombstone.item_content.reset();
  tombstone.forgotten_by = {forget.item_hash};
  arrive(tombstone, Origin::peer);
  work();
  EXPECT_EQ(status(gone), Status::pending);
  EXPECT_TRUE(around_.spread_out.empty()) << "a claim";
  arrive(forget, Origin::peer);
  work();
  EXPECT_EQ(status(gone), Status::forgotten);
  EXPECT_EQ(around_.spread_out, std::vector{forget.item_hash}) << "which peers that hold the claim judge it by";

  auto other = signed_post(wallet(), note(wallet(), 2));
  const auto second = lastmile::test::signed_message(
      wallet(), message::Type::FORGET,
      lastmile::test::content_of(wallet().address(), "\"hashes\":[\"" + other.item_hash.text() + "\"]"),
      message::ItemType::inlined);
  arrive(second, Origin::peer);
  work();
  around_.spread_out.clear();
  other.item_content.reset();
  other.forgotten_by = {second.item_hash};
  arrive(other, Origin::peer);
  work();
  EXPECT_EQ(status(other), Status::forgotten);
  EXPECT_EQ(around_.spread_out, std::vector{other.item_hash});
  arrive(other, Origin::peer);
  work();
  EXPECT_EQ(around_.spread_out.size(), 1U);
}

TEST_F(PipelineTest, AContentElsewhereIsAskedForAndAwaited) {
  const auto message = apart(1);
  arrive(message);
  work();
  EXPECT_EQ(around_.wanted, std::vector{message.item_hash});
  EXPECT_EQ(status(message), Status::pending);
  pipeline_->content_arrived(message.item_hash, std::make_shared<const std::string>(note(wallet(), 1)), env::PeerId{1});
  work();
  EXPECT_EQ(status(message), Status::processed);
}

TEST_F(PipelineTest, AContentThatComesWithACopyIsNoLongerAskedFor) {
  const auto message = apart(1);
  arrive(message, Origin::gossip);
  work();
  ASSERT_EQ(around_.wanted, std::vector{message.item_hash});
  EXPECT_TRUE(around_.at_hand.empty());
  Arrival copy;
  copy.uploads.emplace_back(message.item_hash, std::make_shared<const std::string>(note(wallet(), 1)));
  pipeline_->arrive(message::serialize_envelope(message), std::move(copy));
  work();
  EXPECT_EQ(status(message), Status::processed);
  EXPECT_EQ(around_.at_hand, std::vector{message.item_hash});
}

TEST_F(PipelineTest, AContentOnTheDiskIsReadFromThereWhenItIsWhole) {
  const auto message = apart(1), torn = apart(2);
  for (const auto& [name, text] :
       {std::pair(message.item_hash, note(wallet(), 1)), {torn.item_hash, note(wallet(), 2)}}) {
    ASSERT_TRUE(store_->put_file(name, to_bytes(text), store::Store::Keep::grace, time_.wall(), [](auto) {}).ok());
    work();
  }
  disk_.blobs[torn.item_hash.text()].resize(20);
  arrive(message);
  arrive(torn);
  work();
  EXPECT_EQ(status(message), Status::processed);
  EXPECT_EQ(around_.wanted, std::vector{torn.item_hash}) << "damaged: from the others";
  EXPECT_FALSE(*store_->file_bytes(torn.item_hash));
}

TEST_F(PipelineTest, AContentGivenUpIsAskedForAgain) {
  const auto message = apart(1);
  arrive(message);
  work();
  pipeline_->content_unavailable(message.item_hash, false);
  EXPECT_EQ(status(message), Status::rejected);
  around_.wanted.clear();
  pipeline_->tick();
  EXPECT_EQ(around_.wanted, std::vector{message.item_hash});
  pipeline_->content_arrived(message.item_hash, std::make_shared<const std::string>(note(wallet(), 1)), env::PeerId{1});
  work();
  EXPECT_EQ(status(message), Status::processed);
}

message::Envelope signed_store(const message::ItemHash& file) {
  const auto account = wallet();
  auto e = signed_post(account, "{\"address\":\"" + account.address() +
                                    "\",\"time\":1700000000.0,\"item_type\":\"storage\",\"item_hash\":\"" +
                                    file.text() + "\"}");
  e.type = message::Type::STORE;
  e.signature = account.sign("STORE", e.item_hash.text());
  return e;
}

TEST_F(PipelineTest, AFileThatIsUploadedIsNoLongerAskedFor) {
  const message::ItemHash file = message::ItemHash::of(crypto::sha256("the file"));
  const auto e = signed_store(file);
  arrive(e, Origin::gossip);
  work();
  ASSERT_EQ(around_.wanted, std::vector{file});
  Arrival copy;
  copy.uploads.emplace_back(file, std::make_shared<const std::string>("the file"));
  pipeline_->arrive(message::serialize_envelope(e), std::move(copy));
  work();
  EXPECT_EQ(status(e), Status::processed);
  EXPECT_EQ(around_.at_hand, std::vector{file});
}

TEST_F(PipelineTest, AFileHandedInAloneIsAnsweredWhenNoCrashCanTakeIt) {
  const message::ItemHash file = message::ItemHash::of(crypto::sha256("the file"));
  disk_.rows.instantly_durable = false;
  std::vector<bool> answers;
  pipeline_->keep_file(file, to_bytes("the file"), [&](bool kept) { answers.push_back(kept); });
  disk_.rows.settle();  // that it may come
  work();
  EXPECT_TRUE(store_->file_bytes(file).value().has_value());
  EXPECT_TRUE(answers.empty()) << "that it is at hand is not durable yet";
  disk_.rows.settle();
  work();
  EXPECT_EQ(answers, std::vector{true});
}

TEST_F(PipelineTest, FilesHandedInAloneTakeTheRoomOfUploads) {
  config_.limits.upload_bytes = 7;
  std::vector<bool> answers;
  pipeline_->keep_file(message::ItemHash::of(crypto::sha256("the file")), to_bytes("the file"),
                       [&](bool kept) { answers.push_back(kept); });
  EXPECT_EQ(answers, std::vector{false});
  EXPECT_TRUE(disk_.blobs.empty());
}

TEST_F(PipelineTest, AFileGivenUpIsAskedForAgain) {
  const message::ItemHash file = message::ItemHash::of(crypto::sha256("the file"));
  const auto e = signed_store(file);
  arrive(e);
  work();
  ASSERT_EQ(around_.wanted, std::vector{file});
  pipeline_->tick();
  EXPECT_EQ(around_.wanted.size(), 1U) << "it is being asked for";
  pipeline_->content_unavailable(file, false);
  pipeline_->tick();
  EXPECT_EQ(around_.wanted, (std::vector{file, file}));
  pipeline_->content_arrived(file, std::make_shared<const std::string>("the file"), env::PeerId{1});
  work();
  EXPECT_EQ(status(e), Status::processed);
}

TEST_F(PipelineTest, WhatFindsNoPlaceAmongTheFetchesIsKeptAndAskedForInTurn) {
  around_.full = {gossip::Room::contents};
  const auto message = apart(1);
  arrive(message);
  work();
  ASSERT_EQ(receipts_.size(), 1U);
  EXPECT_EQ(receipts_[0].status, Status::pending);
  EXPECT_EQ(receipts_[0].code, message::ErrorCode::content_unavailable);
  pipeline_->tick();
  EXPECT_EQ(around_.wanted, std::vector{message.item_hash});
  EXPECT_EQ(around_.rooms, std::vector{gossip::Room::contents_again});
  pipeline_->content_arrived(message.item_hash, std::make_shared<const std::string>(note(wallet(), 1)), env::PeerId{1});
  work();
  EXPECT_EQ(status(message), Status::processed);
}

// It is no news about the content that others needed its place.
TEST_F(PipelineTest, WhatLosesItsPlaceWritesNothingAndStaysPending) {
  const auto message = apart(1);
  arrive(message);
  work();
  const auto written = store_->committed();
  pipeline_->content_unavailable(message.item_hash, true);
  EXPECT_EQ(store_->committed(), written);
  EXPECT_EQ(status(message), Status::pending);
  pipeline_->tick();
  EXPECT_EQ(around_.wanted.size(), 2U);
}

TEST_F(PipelineTest, NobodyIsAskedInALoopWhileThereIsNoPlace) {
  around_.full = {gossip::Room::contents, gossip::Room::contents_again};
  for (std::uint64_t i = 0; i < 20; ++i) arrive(apart(i));
  work();
  pipeline_->tick();
  const std::size_t before = time_.fired();
  time_.pass(seconds(3));
  EXPECT_LT(time_.fired() - before, 200U);
}

// A signature can be spelt in many ways; what is waited for is one content.
TEST_F(PipelineTest, CopiesOfWhatWaitsForItsContentJoinIt) {
  const auto message = apart(1);
  arrive(message);
  work();
  auto copy = message;
  for (char& c : *copy.signature) c = static_cast<char>(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
  ASSERT_NE(copy.signature, message.signature);
  arrive(copy);
  work();
  EXPECT_EQ(pipeline_->verified(), 2U);
  EXPECT_EQ(around_.wanted.size(), 1U);
  EXPECT_EQ(pipeline_->pending(), 2U) << "one content, one message";
  ASSERT_EQ(receipts_.size(), 1U) << "the copy's is told what is known";
  EXPECT_EQ(receipts_[0].status, Status::pending);
  pipeline_->content_arrived(message.item_hash, std::make_shared<const std::string>(note(wallet(), 1)), env::PeerId{1});
  work();
  ASSERT_EQ(receipts_.size(), 2U);
  EXPECT_EQ(receipts_[1].status, Status::processed);
}

TEST_F(PipelineTest, AContentThatIsNoneIsRefusedAndNeverFetchedAgain) {
  const std::string garbage = "this is no JSON";
  const auto message = signed_post(wallet(), garbage, false);
  arrive(message);
  work();
  ASSERT_EQ(around_.wanted.size(), 1U);
  pipeline_->content_arrived(message.item_hash, std::make_shared<const std::string>(garbage), env::PeerId{1});
  work();
  EXPECT_EQ(status(message), Status::rejected);
  ASSERT_EQ(receipts_.size(), 1U);
  EXPECT_EQ(receipts_[0].code, message::ErrorCode::invalid_format);
  for (int i = 0; i < 100; ++i) {
    time_.pass(minutes(1));
    pipeline_->tick();
  }
  EXPECT_EQ(around_.wanted.size(), 1U);
  EXPECT_EQ(store_->counts().pending, 0U);
}

// Whoever signs for a hash before its author, under another type, does not keep the message out.
TEST_F(PipelineTest, AnotherWalletThatSignsForTheSameContentIsRefusedInItsStead) {
  const auto message = apart(1);
  auto other = message;
  other.sender = wallet(2).address();
  other.type = message::Type::AGGREGATE;
  other.signature = wallet(2).sign("AGGREGATE", other.item_hash.text());
  arrive(other);
  work();
  arrive(message);
  work();
  pipeline_->content_arrived(message.item_hash, std::make_shared<const std::string>(note(wallet(), 1)), env::PeerId{1});
  work();
  EXPECT_EQ(status(message), Status::processed);
  const auto row = *store::View(disk_.latest(), config_.store).message(message.item_hash);
  EXPECT_EQ(row->envelope.sender, wallet(1).address());
  EXPECT_EQ(row->envelope.type, message::Type::POST);
}

class SmallPipeline : public PipelineTest {
 protected:
  SmallPipeline() : PipelineTest(limits()) {}
  static Limits limits() {
    Limits small;
    small.inbox_messages = 4;
    small.inbox_messages_per_source = 3;
    return small;
  }
};

TEST_F(SmallPipeline, AFullInboxRefusesAndSaysSo) {
  for (std::uint64_t i = 0; i < 3; ++i) arrive(signed_post(wallet(), note(wallet(), i)));
  EXPECT_EQ(arrive(signed_post(wallet(), note(wallet(), 3))), Admission::full);
  EXPECT_TRUE(pipeline_->has_room(Origin::archive, {}));
  EXPECT_EQ(arrive(signed_post(wallet(), note(wallet(), 4)), Origin::archive), Admission::queued);
  EXPECT_FALSE(pipeline_->has_room(Origin::archive, {})) << "none for anybody";
  EXPECT_EQ(gauges_.of(trace::Queue::inbox).peak, 4U);
  work();
  EXPECT_EQ(arrive(signed_post(wallet(), note(wallet(), 3))), Admission::queued);
}

// --- bad luck: as if it were so

TEST_F(PipelineTest, BadLuckIsAFullInbox) {
  luck_.rare = {env::RarePath::inbox_full};
  EXPECT_FALSE(pipeline_->has_room(Origin::gossip, {})) << "who gossips is told before";
  EXPECT_EQ(arrive(signed_post(wallet(), note(wallet(), 1))), Admission::full);
  ASSERT_EQ(receipts_.size(), 1U);
  EXPECT_EQ(receipts_[0].status, Status::none) << "and who hands in";
  EXPECT_EQ(gauges_.of(trace::Queue::inbox).refused, 1U);
  luck_.rare.clear();
  EXPECT_TRUE(pipeline_->has_room(Origin::gossip, {}));
  EXPECT_EQ(arrive(signed_post(wallet(), note(wallet(), 1))), Admission::queued);
}

TEST_F(PipelineTest, AnInboxThatWaitsForWhatIsUnderWayGoesOnWithIt) {
  luck_.rare = {env::RarePath::signatures_backed_up, env::RarePath::commits_backed_up};
  disk_.rows.instantly_durable = false;
  for (std::uint64_t i = 0; i < 3; ++i) arrive(signed_post(wallet(), note(wallet(), i)));
  for (int turn = 0; turn < 4; ++turn) {
    work();
    disk_.rows.settle();
  }
  work();
  ASSERT_EQ(receipts_.size(), 3U) << "nothing waits for ever";
  std::set<trace::RareState> reached;
  for (const auto& mark : trace_.of(trace::Kind::rare_state)) reached.insert(static_cast<trace::RareState>(mark.a));
  EXPECT_TRUE(reached.contains(trace::RareState::signatures_backed_up));
  EXPECT_TRUE(reached.contains(trace::RareState::commits_backed_up));
}

}  // namespace
}  // namespace lastmile::node::test
