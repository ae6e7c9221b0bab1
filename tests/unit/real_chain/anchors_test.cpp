// Anchors through trouble: each payload lands once, and no nonce is ever used for two of them.
#include <gtest/gtest.h>
// after gtest
#include <rapidcheck/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "real/chain/evm_gateway.hpp"
#include "tests/unit/real_chain/fake_chain.hpp"

namespace lastmile::real::test {
namespace {

class Anchors : public ::testing::Test {
 protected:
  Anchors() { open(); }

  // Another life of the node, on the same disk.
  void open() {
    gateway_.reset();
    EvmChainConfig config;
    config.name = "ethereum";
    config.endpoints = {"http://one", "http://two"};
    config.contract = kContract;
    config.poll = seconds(1);
    config.deadline = seconds(2);
    config.stuck_after = minutes(1);
    config.chain_id = kChainId;
    crypto::PrivateKey key{};
    key.back() = 7;
    config.key = *EvmKey::of(key);
    auto opened = EvmGateway::open(time_, time_, disk_, http_, {config},
                                   [this](const std::string& line) { notes_.push_back(line); });
    ASSERT_TRUE(opened.ok()) << opened.error().text;
    gateway_ = *std::move(opened);
  }
  void crash() {
    gateway_.reset();
    time_.drop_all();
    disk_.crash();
    open();
  }
  void submit(const std::string& payload) {
    gateway_->submit("ethereum", payload,
                     [this, payload](Result<std::string> r) { answers_[payload] = r.ok() ? "sent" : r.error().text; });
  }
  std::string answer(const std::string& payload) {
    submit(payload);
    time_.pass(seconds(10));
    return answers_[payload];
  }
  std::size_t remembered() const { return gateway_->reports().at("ethereum").figures.anchors; }
  std::size_t landed(const std::string& payload) const {
    std::size_t count = 0;
    for (const FakeBlock& block : chain_.blocks()) {
      for (const FakeTransaction& one : block.transactions) count += one.payload == payload ? 1 : 0;
    }
    return count;
  }
  // Of all that anybody was ever handed.
  bool a_nonce_means_one_payload() const {
    std::map<std::uint64_t, std::set<std::string>> payloads;
    for (const FakeTransaction& one : chain_.heard) payloads[one.nonce].insert(one.payload);
    return std::all_of(payloads.begin(), payloads.end(), [](const auto& entry) { return entry.second.size() == 1; });
  }

  Time time_;
  FakeChain chain_{6};
  FakeEndpoints http_{time_, chain_};
  store::test::MemoryDisk disk_;
  std::vector<std::string> notes_;
  std::map<std::string, std::string> answers_;
  std::unique_ptr<EvmGateway> gateway_;
};

TEST_F(Anchors, one_lands_and_is_forgotten_when_it_is_final) {
  EXPECT_EQ(answer("a"), "sent");
  EXPECT_EQ(remembered(), 1U);
  chain_.grow(1);
  time_.pass(seconds(3));
  EXPECT_EQ(landed("a"), 1U);
  EXPECT_EQ(remembered(), 1U);
  chain_.grow(8);
  time_.pass(seconds(3));
  EXPECT_EQ(remembered(), 0U);
}

TEST_F(Anchors, the_next_waits_until_the_one_before_is_in_a_block) {
  EXPECT_EQ(answer("a"), "sent");
  EXPECT_EQ(answer("b"), "chain ethereum: an earlier anchor is in no block yet");
  chain_.grow(1);
  time_.pass(seconds(3));
  EXPECT_EQ(answer("b"), "sent");
  chain_.grow(1);
  EXPECT_EQ(landed("a") + landed("b"), 2U);
  EXPECT_TRUE(a_nonce_means_one_payload());
}

TEST_F(Anchors, a_crash_after_signing_sends_the_same_anchor_and_no_other) {
  http_.lies["http://one"].silent = http_.lies["http://two"].silent = false;
  disk_.instantly_durable = false;
  submit("a");
  time_.pass(seconds(5));
  EXPECT_TRUE(chain_.heard.empty()) << "sent before it was remembered";
  disk_.settle();
  time_.pass(milliseconds(1));  // handed to the endpoints
  EXPECT_FALSE(chain_.heard.empty());
  disk_.instantly_durable = true;
  crash();
  EXPECT_EQ(answer("b"), "chain ethereum: an earlier anchor is in no block yet");
  chain_.grow(1);
  time_.pass(seconds(3));
  EXPECT_EQ(answer("b"), "sent");
  chain_.grow(1);
  EXPECT_EQ(landed("a"), 1U);
  EXPECT_EQ(landed("b"), 1U);
  EXPECT_TRUE(a_nonce_means_one_payload());
}

TEST_F(Anchors, what_was_not_remembered_was_not_sent) {
  disk_.instantly_durable = false;
  submit("a");
  time_.pass(seconds(5));
  crash();
  disk_.instantly_durable = true;
  EXPECT_TRUE(chain_.heard.empty());
  EXPECT_EQ(answer("b"), "sent");
  EXPECT_TRUE(a_nonce_means_one_payload());
}

TEST_F(Anchors, a_stuck_one_is_offered_more_for_the_same_nonce) {
  chain_.mines = false;
  EXPECT_EQ(answer("a"), "sent");
  const std::string first = chain_.pool.at(0).fee;
  chain_.base_fee *= 2;
  time_.pass(minutes(2));
  ASSERT_EQ(chain_.pool.size(), 1U);
  EXPECT_GT(std::stoull(chain_.pool[0].fee), std::stoull(first));
  EXPECT_EQ(chain_.pool[0].nonce, 0U);
  chain_.mines = true;
  chain_.grow(1);
  time_.pass(seconds(3));
  EXPECT_EQ(landed("a"), 1U);
  EXPECT_TRUE(a_nonce_means_one_payload());
  EXPECT_EQ(answer("b"), "sent");
}

TEST_F(Anchors, one_that_pools_forgot_or_a_reorg_took_back_is_sent_again) {
  EXPECT_EQ(answer("a"), "sent");
  chain_.pool.clear();
  time_.pass(seconds(3));
  chain_.grow(1);
  EXPECT_EQ(landed("a"), 1U);
  time_.pass(seconds(3));
  chain_.drop(1);
  chain_.pool.clear();
  chain_.grow(2);
  EXPECT_EQ(landed("a"), 0U);
  time_.pass(seconds(3));
  chain_.grow(1);
  EXPECT_EQ(landed("a"), 1U);
  EXPECT_TRUE(a_nonce_means_one_payload());
}

TEST_F(Anchors, limits_of_the_operator_hold) {
  chain_.base_fee = 80'000'000'000;
  EXPECT_NE(answer("a").find("more than the 150000000000 that are allowed"), std::string::npos) << answers_["a"];
  chain_.base_fee = 10'000'000'000;
  chain_.gas = 2'000'000;
  EXPECT_NE(answer("a").find("2000000 gas"), std::string::npos) << answers_["a"];
  chain_.gas = 30'000;
  EXPECT_EQ(answer(std::string(kAnchorPayloadMax + 1, 'x')),
            "chain ethereum: the payload is too long for a transaction");
  EXPECT_TRUE(chain_.heard.empty());
  EXPECT_EQ(remembered(), 0U);
}

TEST_F(Anchors, refused_by_all_is_forgotten_and_by_some_is_not) {
  http_.lies["http://one"].refuses = http_.lies["http://two"].refuses = true;
  EXPECT_NE(answer("a").find("insufficient funds"), std::string::npos) << answers_["a"];
  EXPECT_EQ(remembered(), 0U);
  http_.lies["http://two"].refuses = false;
  EXPECT_EQ(answer("b"), "sent");
}

TEST_F(Anchors, when_nobody_says_whether_it_was_taken_it_is_offered_until_it_lands) {
  submit("a");
  time_.pass(milliseconds(9));  // the last it needs to know is on its way back
  http_.lies["http://one"].silent = http_.lies["http://two"].silent = true;
  time_.pass(seconds(20));
  EXPECT_NE(answers_["a"].find("not known"), std::string::npos) << answers_["a"];
  http_.lies.clear();
  time_.pass(minutes(2));
  chain_.grow(1);
  EXPECT_EQ(landed("a"), 1U);
}

TEST_F(Anchors, a_nonce_that_somebody_else_used_is_given_up) {
  chain_.mines = false;
  EXPECT_EQ(answer("a"), "sent");
  chain_.pool[0].payload = "of somebody else";
  chain_.pool[0].hash = "0x" + std::string(64, 'e');
  chain_.mines = true;
  chain_.grow(1);
  time_.pass(seconds(20));
  EXPECT_EQ(remembered(), 0U);
  ASSERT_FALSE(notes_.empty());
  EXPECT_EQ(answer("b"), "sent");
}

TEST_F(Anchors, a_nonce_that_an_endpoint_made_up_does_not_block_the_chain_for_ever) {
  http_.lies["http://one"].counts_ahead = 5;
  EXPECT_EQ(answer("a"), "sent");
  http_.lies.clear();
  chain_.grow(1);
  time_.pass(seconds(20));
  EXPECT_EQ(remembered(), 0U);
  ASSERT_FALSE(notes_.empty());
  EXPECT_NE(notes_.back().find("will not be reached"), std::string::npos) << notes_.back();
  EXPECT_EQ(answer("b"), "sent");
  chain_.grow(1);
  EXPECT_EQ(landed("b"), 1U);
}

RC_GTEST_FIXTURE_PROP(Anchors, whatever_happens_a_nonce_means_one_payload, ()) {
  const int steps = *rc::gen::inRange(5, 60);
  int payloads = 0;
  for (int step = 0; step < steps; ++step) {
    switch (*rc::gen::inRange(0, 10)) {
      case 0:
      case 1:
        submit("payload " + std::to_string(payloads++));
        break;
      case 2:
        crash();
        break;
      case 3:
        chain_.grow(*rc::gen::inRange<std::size_t>(1, 4));
        break;
      case 4:
        chain_.drop(std::min<std::size_t>(*rc::gen::inRange<std::size_t>(1, 5), chain_.head()));
        chain_.grow(6);
        break;
      case 5:
        chain_.pool.clear();
        break;
      case 6:
        chain_.mines = !chain_.mines;
        break;
      case 7: {
        Lies& lies = http_.lies[*rc::gen::element<std::string>("http://one", "http://two")];
        lies.silent = *rc::gen::arbitrary<bool>();
        lies.refuses = *rc::gen::arbitrary<bool>();
        lies.limited = *rc::gen::inRange(0, 4) == 0;
        break;
      }
      case 8:
        chain_.base_fee = *rc::gen::element<std::uint64_t>(1'000'000'000, 10'000'000'000, 60'000'000'000);
        break;
      default:
        time_.pass(milliseconds(*rc::gen::inRange(1, 90'000)));
    }
  }
  RC_ASSERT(a_nonce_means_one_payload());
  // And it recovers: what waits lands, and the next one too.
  http_.lies.clear();
  chain_.mines = true;
  chain_.base_fee = 1'000'000'000;
  for (int i = 0; i < 20; ++i) {
    time_.pass(minutes(1));
    chain_.grow(1);
  }
  submit("last");
  time_.pass(seconds(20));
  chain_.grow(1);
  RC_ASSERT(landed("last") == 1U);
  RC_ASSERT(a_nonce_means_one_payload());
}

}  // namespace
}  // namespace lastmile::real::test
