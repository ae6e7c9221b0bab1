// Telling and hearing of heads, a step at a time.
#include "core/node/head_link.hpp"

#include <gtest/gtest.h>

#include "core/store/view.hpp"
#include "tests/unit/node/fakes.hpp"
#include "tests/unit/node/made.hpp"

namespace lastmile::node::test {
namespace {

class AroundHeads final : public HeadSurroundings {
 public:
  void take_in_archived(std::shared_ptr<const message::Envelope> envelope, ReceiptDone done) override {
    taken.push_back(envelope->item_hash);
    done({envelope->item_hash, message::Status::processed, std::nullopt, {}});
  }
  void want_head_content(const message::ItemHash& content) override { wanted.insert(content); }
  void follow(const store::Outcome&) override {}
  void damaged_by_heads(const Error& error) override {
    ++damages;
    if (!damage_expected) ADD_FAILURE() << error.text;
  }
  bool damage_expected = false;
  int damages = 0;
  std::vector<message::ItemHash> taken;
  std::set<message::ItemHash> wanted;
};

crypto::Account signer(std::uint64_t index) { return crypto::Account::derive(crypto::Chain::SOL, 1, index); }

std::vector<sync::Head> chain_of(const crypto::Account& account, std::size_t length) {
  std::vector<sync::Head> heads;
  for (std::size_t i = 1; i <= length; ++i) {
    sync::Head head;
    head.sequence = i;
    head.archive = message::ItemHash::of(crypto::sha256(account.address() + std::to_string(i)));
    if (!heads.empty()) head.previous = sync::head_name(heads.back());
    sync::sign_head(head, account);
    heads.push_back(head);
  }
  return heads;
}

class HeadLinkTest : public testing::Test {
 protected:
  explicit HeadLinkTest(std::uint64_t unowned_bytes = store::Limits{}.unowned_bytes,
                        std::size_t archives_of_known = sync::HeadLimits{}.archives_of_known) {
    config_.store.limits.unowned_bytes = unowned_bytes;
    config_.limits.heads.archives_of_known = archives_of_known;
    config_.limits.head_inbox = 6;
    config_.limits.head_inbox_per_source = 4;
    config_.limits.head_checks = 1;
    config_.head_signers = std::make_shared<const std::set<std::string, std::less<>>>(
        std::set<std::string, std::less<>>{signer(1).address(), signer(2).address()});
    config_.head_signer = signer(3);
    store_ = std::move(store::Store::open(disk_, config_.store)).value();
    open();
  }
  void open() {
    time_.drop_all();
    link_ = std::make_unique<HeadLink>(time_, time_, wires_, disk_, luck_, executor_, *store_, peers_, jobs_, blobs_,
                                       trace_, gauges_, config_, around_);
    link_->start();
  }
  void tell(std::uint32_t peer, const std::vector<sync::Head>& heads) {
    Bytes bytes;
    for (const sync::Head& head : heads) {
      append(bytes, sync::serialize_head(head));
      bytes.push_back('\n');
    }
    link_->on_frame(env::PeerId{peer}, env::Frame::of_bytes(std::move(bytes)));
  }
  void work() {
    for (int i = 0; i < 5; ++i) {
      time_.pass(milliseconds(1));
      executor_.run_all();
    }
  }
  // A message that an archive must tell of.
  message::ItemHash news() {
    const auto account = wallet();
    auto envelope = std::make_shared<const message::Envelope>(signed_post(account, note(account, 1)));
    auto content = std::make_shared<const message::Content>(message::parse_inline_content(*envelope, {}).value());
    EXPECT_TRUE(store_->accept({envelope, content, nullptr}, time_.wall()).ok());
    link_->on_news(envelope->item_hash);
    return envelope->item_hash;
  }
  std::size_t rows(std::string_view prefix) {
    std::size_t count = 0;
    for (auto c = disk_.latest().seek(prefix); c->valid() && c->key().starts_with(prefix); c->next()) ++count;
    return count;
  }

  Time time_;
  Jobs executor_;
  BlobDisk disk_;
  Wires wires_;
  Trace trace_;
  QueueGauges gauges_{trace_};
  HashingJobs jobs_{executor_, gauges_};
  BlobReader blobs_{disk_, jobs_, 4};
  Luck luck_;
  NodeConfig config_;
  AroundHeads around_;
  PeerBook peers_{wires_, time_, luck_.stream("dial"), config_.intervals};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<HeadLink> link_;
};

// A number in them may read well and be another: a row that is not what was written stops the node.
TEST_F(HeadLinkTest, EveryRowThatIsDamagedIsNoticedWhenTheNodeStarts) {
  tell(1, chain_of(signer(1), 2));
  auto of_ours = chain_of(signer(3), 1);  // that this disk does not have: it is lost
  tell(1, of_ours);
  work();
  around_.damage_expected = true;
  for (const char* prefix : {"\xf2", "\xf3", "\xf4"}) {
    const auto at = disk_.latest().seek(prefix);
    ASSERT_TRUE(at->valid() && at->key().starts_with(prefix)) << "there is no such row; the test tests nothing";
    const std::string key(at->key());
    const std::string whole(at->value());
    for (const std::size_t place : {std::size_t{0}, whole.size() / 2, whole.size() - 1}) {
      std::string damaged = whole;
      damaged[place] = static_cast<char>(damaged[place] ^ 1);
      around_.damages = 0;
      disk_.rows.commit({{{key, env::make_value(damaged)}}}, [](const Result<Unit>&) {});
      open();
      EXPECT_EQ(around_.damages, 1) << prefix[0] << " at " << place;
    }
    disk_.rows.commit({{{key, env::make_value(whole)}}}, [](const Result<Unit>&) {});
  }
  around_.damages = 0;
  open();
  EXPECT_EQ(around_.damages, 0);
}

TEST_F(HeadLinkTest, ASignatureIsCheckedOffTheLoopAndAForgedHeadChangesNothing) {
  auto heads = chain_of(signer(1), 2);
  sync::Head forged = heads[1];
  forged.archive = heads[0].archive;
  tell(1, {forged, heads[0]});
  EXPECT_EQ(link_->book().signers(), 0U);
  EXPECT_EQ(gauges_.of(trace::Queue::heads).depth, 2U);
  work();
  EXPECT_EQ(link_->book().newest_of(signer(1).address())->sequence, 1U);
  EXPECT_EQ(gauges_.of(trace::Queue::heads).depth, 0U);
  EXPECT_EQ(around_.wanted, std::set{heads[0].archive});
}

TEST_F(HeadLinkTest, AHeadToldByManyIsCheckedOnce) {
  const auto heads = chain_of(signer(1), 1);
  for (std::uint32_t peer = 1; peer < 9; ++peer) tell(peer, heads);
  EXPECT_EQ(executor_.in_flight(env::Lane::signatures), 1U);
  EXPECT_EQ(gauges_.of(trace::Queue::heads).depth, 1U);
}

TEST_F(HeadLinkTest, APeerThatTellsOfMoreThanFitsDelaysItselfOnly) {
  std::vector<sync::Head> many;
  for (std::uint64_t i = 0; i < 20; ++i) many.push_back(chain_of(signer(100 + i), 1)[0]);
  tell(9, many);
  EXPECT_EQ(gauges_.of(trace::Queue::heads).refused, 15U) << "one is being checked, four wait";
  EXPECT_EQ(trace_.of(trace::Kind::queue_refused).size(), 15U);
  tell(1, chain_of(signer(1), 1));
  executor_.run_one(env::Lane::signatures);
  executor_.run_one(env::Lane::signatures);
  EXPECT_TRUE(link_->book().newest_of(signer(1).address())) << "its turn comes next";
}

TEST_F(HeadLinkTest, BadLuckIsNoRoomForAHead) {
  luck_.rare = {env::RarePath::heads_full};
  tell(1, chain_of(signer(1), 1));
  EXPECT_EQ(gauges_.of(trace::Queue::heads).refused, 1U);
  luck_.rare.clear();
  tell(1, chain_of(signer(1), 1));
  work();
  EXPECT_TRUE(link_->book().newest_of(signer(1).address())) << "it can be told again";
}

TEST_F(HeadLinkTest, AHeadWritesOneRecordHoweverManySignersThereAre) {
  const auto first = chain_of(signer(1), 1), second = chain_of(signer(2), 2);
  tell(1, first);
  tell(1, {second[0]});
  work();
  EXPECT_EQ(rows("\xf2"), 2U);
  disk_.changes.clear();
  tell(1, {second[1]});
  work();
  EXPECT_EQ(disk_.changes['\xf2'], 1U) << "the record of its signer";
  EXPECT_EQ(disk_.changes['\xf3'], 1U) << "the archive it names";
}

TEST_F(HeadLinkTest, AfterARestartTheWalkGoesOnWhereItWas) {
  const auto heads = chain_of(signer(1), 5);
  tell(1, {heads[4]});
  work();
  link_->content_arrived(sync::head_name(heads[3]), sync::serialize_head(heads[3]));
  work();
  around_.wanted.clear();
  open();
  EXPECT_EQ(around_.wanted, (std::set{sync::head_name(heads[2]), heads[4].archive, heads[3].archive}));
}

TEST_F(HeadLinkTest, AStrangerWhoIsForgottenLeavesNothingBehind) {
  const auto heads = chain_of(signer(50), 2);
  tell(1, {heads[1]});
  work();
  EXPECT_EQ(rows("\xf2"), 1U);
  EXPECT_EQ(rows("\xf3"), 1U);
  time_.pass(hours(25));
  EXPECT_EQ(rows("\xf2"), 0U);
  EXPECT_EQ(rows("\xf3"), 0U);
  EXPECT_EQ(link_->wanted_archives().size(), 0U);
}

// The archive is written off the loop; what happens to a message meanwhile is told by the next one.
// Peers know heads of ours that this disk does not have: what stands under their numbers here was overlooked.
TEST_F(HeadLinkTest, AHeadThatWasLostMakesEverythingDueOnceAlsoAcrossCrashes) {
  news();
  time_.pass(minutes(1));
  work();
  ASSERT_EQ(rows("\xf1"), 0U) << "nothing is due";
  const auto newest = [&] { return link_->book().newest_of(signer(3).address())->sequence; };
  ASSERT_EQ(newest(), 1U);
  const auto lost = chain_of(signer(3), 5);
  tell(1, {lost[4]});
  work();
  ASSERT_EQ(newest(), 5U);
  open();  // before the next archive is due
  time_.pass(minutes(1));
  work();
  EXPECT_EQ(newest(), 6U) << "the message stands in no archive that others look at";
  open();
  tell(1, {lost[1], lost[2], lost[3], lost[4]});
  work();
  time_.pass(minutes(1));
  work();
  EXPECT_EQ(newest(), 6U) << "told of lost heads that were made up for";
}

TEST_F(HeadLinkTest, AMessageThatChangesWhileItsArchiveIsWrittenStaysDue) {
  const message::ItemHash message = news();
  EXPECT_EQ(rows("\xf1"), 1U);
  time_.pass(config_.intervals.archive_every);
  ASSERT_EQ(executor_.in_flight(env::Lane::hashing), 1U);
  link_->on_news(message);  // forgotten, say
  work();
  EXPECT_EQ(link_->book().newest_of(signer(3).address())->sequence, 1U);
  EXPECT_EQ(rows("\xf1"), 1U);
  time_.pass(config_.intervals.archive_every);
  work();
  EXPECT_EQ(link_->book().newest_of(signer(3).address())->sequence, 2U);
  EXPECT_EQ(rows("\xf1"), 0U);
}

class WithoutRoomForTheUnowned : public HeadLinkTest {
 protected:
  WithoutRoomForTheUnowned() : HeadLinkTest(0) {}
  // The road lets go of every blob while it is being written.
  void let_go_of_all(store::Store::Keep road) {
    disk_.on_put = [this, road](const std::string& name) {
      EXPECT_TRUE(store_->release_file(*message::ItemHash::parse(name), road, time_.wall()).ok());
    };
  }
};

TEST_F(WithoutRoomForTheUnowned, AChainThatLetsGoOfTheSameArchiveDoesNotTakeItAway) {
  news();
  let_go_of_all(store::Store::Keep::for_chains);
  time_.pass(config_.intervals.archive_every);
  work();
  EXPECT_EQ(link_->book().newest_of(signer(3).address())->sequence, 1U);
  EXPECT_EQ(rows("\xf1"), 0U);
}

TEST_F(WithoutRoomForTheUnowned, AnArchiveThatGoesWhileItIsWrittenIsWrittenAgain) {
  news();
  let_go_of_all(store::Store::Keep::for_heads);
  time_.pass(config_.intervals.archive_every);
  work();
  EXPECT_FALSE(link_->book().newest_of(signer(3).address())) << "its archive is gone";
  EXPECT_EQ(rows("\xf1"), 1U);
  disk_.on_put = {};
  time_.pass(config_.intervals.archive_every);
  work();
  EXPECT_EQ(link_->book().newest_of(signer(3).address())->sequence, 1U);
  EXPECT_EQ(rows("\xf1"), 0U);
}

class WithRoomForOneWantedArchive : public HeadLinkTest {
 protected:
  WithRoomForOneWantedArchive() : HeadLinkTest(store::Limits{}.unowned_bytes, 1) {}
};

// Else its messages would leave the list of what is due, and no head would tell of them.
TEST_F(WithRoomForOneWantedArchive, AnArchiveOfOursNeedsNoPlaceAmongTheWanted) {
  tell(1, chain_of(signer(1), 1));
  work();
  ASSERT_FALSE(link_->wanted_archives().has_room(signer(3).address(), false));
  news();
  time_.pass(config_.intervals.archive_every);
  work();
  const auto newest = link_->book().newest_of(signer(3).address());
  ASSERT_TRUE(newest) << "written, and in no head that anybody knows";
  EXPECT_EQ(newest->sequence, 1U);
  EXPECT_EQ(rows("\xf1"), 0U);
}

}  // namespace
}  // namespace lastmile::node::test
