// Following chains and writing into them, a step at a time.
#include "core/node/chain_link.hpp"

#include <gtest/gtest.h>

#include "core/chain/payload.hpp"
#include "core/store/view.hpp"
#include "tests/unit/node/fakes.hpp"
#include "tests/unit/node/made.hpp"

namespace lastmile::node::test {
namespace {

using message::Status;

// Takes messages in as the pipeline does, at once.
class AroundChain final : public ChainSurroundings {
 public:
  explicit AroundChain(Time& time) : time_(time) {}
  void take_in(std::shared_ptr<const message::Envelope> envelope, Arrival arrival) override {
    auto parsed = message::parse_inline_content(*envelope, {});
    EXPECT_TRUE(parsed.ok());
    auto outcome = store->accept({envelope, std::make_shared<const message::Content>(std::move(*parsed)), nullptr},
                                 time_.wall(), link->stands(*arrival.confirmation) ? &*arrival.confirmation : nullptr);
    EXPECT_TRUE(outcome.ok());
    arrival.receipt({envelope->item_hash, outcome->status, std::nullopt, {}});
  }
  void want_archive(const message::ItemHash& archive) override { wanted.push_back(archive); }
  void follow(const store::Outcome& outcome) override {
    changes.insert(changes.end(), outcome.changes.begin(), outcome.changes.end());
  }
  void damaged(const Error& error) override { ADD_FAILURE() << error.text; }

  store::Store* store = nullptr;
  ChainLink* link = nullptr;
  std::vector<message::ItemHash> wanted;
  std::vector<store::StatusChange> changes;

 private:
  Time& time_;
};

// Blocks of one chain, as the test makes them.
class Chain final : public env::ChainGateway {
 public:
  void follow(std::string_view, env::Height from, std::string_view, env::ChainHandler& handler) override {
    followed_from.push_back(from);
    handler_ = &handler;
  }
  void submit(std::string_view, std::string payload, env::Done<std::string> done) override {
    submitted.push_back(std::move(payload));
    answers.push_back(std::move(done));
  }
  std::string publisher(std::string_view) const override { return "0xpublisher"; }
  void balance(std::string_view, std::string, env::Done<std::string> done) override { done(std::string("0")); }

  // The next block, with one sync event for each payload.
  void grow(const std::vector<std::string>& payloads = {}) {
    env::ChainBlock block;
    block.height = {next_++};
    block.hash = name(block.height.value);
    block.parent = block.height.value == 0 ? "" : name(block.height.value - 1);
    block.time = {1'700'000'000'000'000'000 + static_cast<std::int64_t>(block.height.value) * 1'000'000'000};
    for (const std::string& payload : payloads) {
      env::ChainEvent event;
      event.chain = "ethereum";
      event.height = block.height;
      event.block_hash = block.hash;
      event.transaction = "0x" + std::to_string(++transactions_);
      event.time = block.time;
      event.publisher = "0xpublisher";
      event.payload = payload;
      block.events.push_back(std::move(event));
    }
    handler_->on_block("ethereum", block);
  }
  // Blocks above this one are taken back.
  void fall_back_to(std::uint64_t height) {
    next_ = height + 1;
    ++branch_;
    handler_->on_reorg("ethereum", {height});
  }
  void settle_until(std::uint64_t height) { handler_->on_final("ethereum", {height}); }

  std::vector<env::Height> followed_from;
  std::vector<std::string> submitted;
  std::vector<env::Done<std::string>> answers;

 private:
  std::string name(std::uint64_t height) const {
    return "block " + std::to_string(height) + " of branch " + std::to_string(height < 2 ? 0 : branch_);
  }
  env::ChainHandler* handler_ = nullptr;
  std::uint64_t next_ = 0;
  int branch_ = 0;
  int transactions_ = 0;
};

message::Envelope signed_store(const crypto::Account& account, const message::ItemHash& file) {
  message::Envelope e = signed_post(account, "{\"address\":\"" + account.address() +
                                                 "\",\"time\":1700000000.0,\"item_type\":\"storage\",\"item_hash\":\"" +
                                                 file.text() + "\"}");
  e.type = message::Type::STORE;
  e.signature = account.sign("STORE", e.item_hash.text());
  return e;
}

std::string archive_of(const std::vector<message::Envelope>& messages) {
  chain::ArchiveWriter writer({});
  for (const message::Envelope& message : messages) EXPECT_TRUE(writer.add(message));
  return writer.finish();
}

class ChainLinkTest : public testing::Test {
 protected:
  ChainLinkTest() {
    FollowedChain followed;
    followed.name = "ethereum";
    followed.code = "ETH";
    config_.chains.push_back(followed);
    config_.store.charge = false;
  }
  void open() {
    store_ = std::move(store::Store::open(disk_, config_.store)).value();
    link_ = std::make_unique<ChainLink>(time_, time_, disk_, luck_, chain_, *store_, trace_, gauges_, jobs_, config_,
                                        around_);
    around_.store = store_.get();
    around_.link = link_.get();
    link_->start();
  }
  void work() {
    for (int i = 0; i < 5; ++i) {
      time_.pass(milliseconds(1));
      executor_.run_all();
    }
  }
  void accept(const message::Envelope& envelope) {
    auto content = message::parse_inline_content(envelope, {});
    ASSERT_TRUE(content.ok());
    const auto outcome = store_->accept({std::make_shared<const message::Envelope>(envelope),
                                         std::make_shared<const message::Content>(std::move(*content)), nullptr},
                                        time_.wall(), nullptr);
    ASSERT_TRUE(outcome.ok());
  }
  Status status(const message::Envelope& e) { return *store::View(disk_.latest(), config_.store).status(e.item_hash); }

  Time time_;
  Jobs executor_;
  BlobDisk disk_;
  Chain chain_;
  Trace trace_;
  QueueGauges gauges_{trace_};
  HashingJobs jobs_{executor_, gauges_};
  NodeConfig config_;
  Luck luck_;
  AroundChain around_{time_};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<ChainLink> link_;
};

// Nodes that started together would write the same messages.
TEST_F(ChainLinkTest, TheFirstArchiveIsDueAtARandomPartOfTheInterval) {
  config_.chains.front().synchronizer = true;
  config_.chains.front().archive_every = minutes(10);
  config_.store.anchor_chains = {"ETH"};
  const Duration drawn = Luck().stream("archive of ethereum").uniform(Duration{}, minutes(10));
  ASSERT_TRUE(drawn > minutes(1) && drawn < minutes(9)) << drawn.ns << ": unlucky numbers for this test";
  open();
  chain_.grow();
  accept(signed_post(wallet(), note(wallet(), 1)));
  const auto wait_until = [this](Instant end) {
    while (time_.now() < end) {
      time_.pass(seconds(1));
      executor_.run_all();
    }
  };
  wait_until(Instant{} + drawn - seconds(5));
  EXPECT_TRUE(chain_.submitted.empty());
  wait_until(Instant{} + drawn + seconds(5));
  EXPECT_EQ(chain_.submitted.size(), 1U);
}

// A STORE that old blocks confirm costs nothing. When they are taken back, somebody has to pay.
TEST_F(ChainLinkTest, AReorganisationThatChangesAStatusIsTold) {
  config_.store.charge = true;
  config_.store.payment_rules.small_store_bytes = 0;
  config_.store.payment_rules.old_messages_free = true;
  config_.store.payment_rules.free_below_height = 10;
  config_.store.payment_rules.free_before = {};
  config_.store.payment_rules.credit_only_from = {2'000'000'000'000'000'000};
  open();
  const std::string bytes(1000, 'x');
  const auto file = message::ItemHash::of(crypto::sha256(bytes));
  ASSERT_TRUE(
      store_->put_file(file, to_bytes(bytes), store::Store::Keep::for_chains, time_.wall(), [](const auto&) {}).ok());
  const message::Envelope message = signed_store(wallet(), file);
  chain_.grow();
  chain_.grow();
  chain_.grow({archive_of({message})});
  work();
  ASSERT_EQ(status(message), Status::processed);
  ASSERT_TRUE(around_.changes.empty());
  chain_.fall_back_to(1);
  const Status now = status(message);
  ASSERT_NE(now, Status::processed) << "the fall changed nothing; the test tests nothing";
  ASSERT_EQ(around_.changes.size(), 1U);
  EXPECT_EQ(around_.changes[0].hash, message.item_hash);
  EXPECT_EQ(around_.changes[0].to, now);
}

}  // namespace
}  // namespace lastmile::node::test
