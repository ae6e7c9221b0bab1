// Following a chain through endpoints that are slow, small, behind, or lie.
#include <gtest/gtest.h>
// after gtest
#include <rapidcheck/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "real/chain/evm_gateway.hpp"
#include "tests/unit/real_chain/listener.hpp"

namespace lastmile::real::test {
namespace {

constexpr std::uint64_t kFinality = 6;

class Following : public ::testing::Test {
 protected:
  void open(std::vector<std::string> endpoints, std::size_t votes = 1,
            const std::function<void(EvmChainConfig&)>& more = {}) {
    EvmChainConfig config;
    config.name = "ethereum";
    config.endpoints = std::move(endpoints);
    config.contract = config.token = kContract;
    config.votes = votes;
    config.poll = seconds(1);
    config.deadline = seconds(2);
    if (more) more(config);
    gateway_.reset();
    auto opened = EvmGateway::open(time_, time_, disk_, http_, {config},
                                   [this](const std::string& line) { notes_.push_back(line); });
    ASSERT_TRUE(opened.ok()) << opened.error().text;
    gateway_ = *std::move(opened);
  }
  void follow(std::uint64_t from = 1, const std::string& known = "") {
    gateway_->follow("ethereum", env::Height{from}, known, node_);
  }
  ChainFigures figures() const { return gateway_->reports().at("ethereum").figures; }
  EndpointFigures endpoint(std::size_t i) const { return gateway_->reports().at("ethereum").endpoints.at(i); }
  bool settled() const { return node_.head() == chain_.head() && node_.payloads() == payloads_of(chain_, 1); }

  Time time_;
  FakeChain chain_{kFinality};
  FakeEndpoints http_{time_, chain_};
  store::test::MemoryDisk disk_;
  Listener node_;
  std::vector<std::string> notes_;
  std::unique_ptr<EvmGateway> gateway_;
};

TEST_F(Following, events_come_in_the_order_of_the_chain_and_become_final) {
  chain_.grow(3, {"a", "b"});
  open({"http://one"});
  follow();
  time_.pass(seconds(3));
  EXPECT_EQ(node_.payloads(), (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(node_.final.has_value());
  chain_.grow(10, {"c"});
  time_.pass(seconds(3));
  EXPECT_TRUE(settled());
  EXPECT_EQ(node_.final, chain_.final());
  EXPECT_EQ(node_.blocks[2].events[0].publisher, "0x23eC28598DCeB2f7082Cc3a9D670592DfEd6e0dC");
  EXPECT_EQ(node_.blocks[2].time.ns, (1'700'000'000 + 12 * 3) * 1'000'000'000LL);
}

TEST_F(Following, a_long_history_is_read_by_events_and_the_range_fits_what_an_endpoint_allows) {
  for (int i = 0; i < 40; ++i) chain_.grow(100, {"event " + std::to_string(i)});
  http_.lies["http://one"].span = 300;
  open({"http://one"});
  follow();
  time_.pass(minutes(1));
  EXPECT_TRUE(settled());
  EXPECT_EQ(node_.blocks.size(), chain_.head());
  EXPECT_EQ(node_.final, chain_.final());
  EXPECT_LT(http_.calls, 1000U) << "one question for every block";
  EXPECT_EQ(figures().failed_rounds, 0U);
}

TEST_F(Following, a_range_with_events_in_every_block_is_read_in_parts) {
  for (int i = 0; i < 900; ++i) chain_.grow(1, {std::to_string(i)});
  open({"http://one"});
  follow();
  time_.pass(minutes(1));
  EXPECT_TRUE(settled());
}

TEST_F(Following, an_endpoint_that_takes_single_calls_only_is_asked_one_by_one) {
  chain_.grow(20, {"a"});
  http_.lies["http://one"].batch = 1;
  open({"http://one"});
  follow();
  time_.pass(seconds(5));
  EXPECT_TRUE(settled());
}

TEST_F(Following, what_an_endpoint_cannot_mean_is_asked_of_the_next) {
  struct Case {
    const char* what;
    void (*lie)(Lies&);
  };
  for (const Case& each : std::initializer_list<Case>{
           {"silence", [](Lies& l) { l.silent = true; }},
           {"garbage", [](Lies& l) { l.garbage = true; }},
           {"an error of its server", [](Lies& l) { l.status = 502; }},
           {"too many requests", [](Lies& l) { l.limited = true; }},
           {"events twice", [](Lies& l) { l.repeats = true; }},
       }) {
    SCOPED_TRACE(each.what);
    node_ = Listener{};
    http_.lies.clear();
    each.lie(http_.lies["http://one"]);
    chain_.grow(3, {each.what});
    open({"http://one", "http://two"});
    follow();
    time_.pass(seconds(30));
    EXPECT_TRUE(settled());
    EXPECT_GT(endpoint(0).failures, 0U);
    EXPECT_EQ(endpoint(1).failures, 0U);
  }
}

TEST_F(Following, an_endpoint_that_is_always_one_block_behind_is_left_for_another) {
  http_.lies["http://one"].shifts = true;
  chain_.grow(3, {"a"});
  open({"http://one", "http://two"});
  follow();
  time_.pass(seconds(30));
  EXPECT_TRUE(settled());
  EXPECT_GT(endpoint(1).requests, endpoint(0).requests);
}

TEST_F(Following, the_order_of_events_is_that_of_the_chain_and_not_of_the_answer) {
  for (int i = 0; i < 300; ++i) chain_.grow(2, {std::to_string(i), "b", "c"});
  http_.lies["http://one"].reverses = true;
  open({"http://one"});
  follow();
  time_.pass(minutes(1));
  EXPECT_TRUE(settled());
}

TEST_F(Following, an_endpoint_behind_the_others_never_makes_events_disappear) {
  open({"http://one", "http://two"});
  follow();
  for (int i = 0; i < 20; ++i) {
    http_.lies["http://one"].lags = i % 3;
    http_.lies["http://two"].lags = (i + 1) % 3;
    chain_.grow(1, {std::to_string(i)});
    time_.pass(milliseconds(700));
  }
  http_.lies.clear();
  time_.pass(seconds(5));
  EXPECT_TRUE(settled());
  EXPECT_EQ(node_.reorgs, 0);
}

TEST_F(Following, one_liar_among_three_is_outvoted) {
  for (int i = 0; i < 5; ++i) chain_.grow(2, {std::to_string(i)});
  http_.lies["http://one"].omits = true;
  open({"http://one", "http://two", "http://three"}, 2);
  follow();
  time_.pass(minutes(1));
  EXPECT_TRUE(settled());
  EXPECT_GT(endpoint(0).disagreements, 0U);
  node_ = Listener{};
  http_.lies["http://one"] = {};
  http_.lies["http://two"].invents = true;
  open({"http://one", "http://two", "http://three"}, 2);
  follow();
  time_.pass(minutes(1));
  EXPECT_TRUE(settled());
  EXPECT_GT(endpoint(1).disagreements, 0U);
}

TEST_F(Following, without_enough_votes_nothing_is_told) {
  chain_.grow(5, {"a"});
  http_.lies["http://two"].invents = true;
  open({"http://one", "http://two"}, 2);
  follow();
  time_.pass(minutes(2));
  EXPECT_TRUE(node_.blocks.empty());
  ASSERT_FALSE(notes_.empty());
  EXPECT_NE(notes_.back().find("do not agree"), std::string::npos) << notes_.back();
  EXPECT_LT(notes_.size(), 10U) << "the same line again and again";
}

TEST_F(Following, blocks_taken_back_are_told_and_replaced) {
  chain_.grow(8, {"stays"});
  chain_.grow(2, {"goes"});
  open({"http://one"});
  follow();
  time_.pass(seconds(3));
  chain_.drop(2);
  chain_.grow(2, {"comes"});  // as high as before
  time_.pass(seconds(3));
  EXPECT_EQ(node_.payloads(), (std::vector<std::string>{"stays", "comes"}));
  EXPECT_EQ(node_.reorgs, 1);
  chain_.drop(3);  // lower than before
  chain_.grow(1);
  time_.pass(seconds(3));
  EXPECT_TRUE(settled());
  EXPECT_EQ(node_.reorgs, 2);
}

TEST_F(Following, what_was_final_is_never_taken_back_whatever_an_endpoint_says) {
  chain_.grow(20, {"a"});
  open({"http://one"});
  follow();
  time_.pass(seconds(3));
  const auto told = node_.blocks.size();
  http_.lies["http://one"].invents = true;
  time_.pass(minutes(1));
  EXPECT_EQ(node_.reorgs, 0);
  EXPECT_EQ(node_.blocks.size(), told);
  EXPECT_GT(figures().contradictions, 0U);
  http_.lies.clear();
  chain_.grow(3, {"b"});
  time_.pass(kLiarPause);
  EXPECT_TRUE(settled());
}

TEST_F(Following, an_outage_is_silence_and_it_goes_on_where_it_stopped) {
  chain_.grow(5, {"a"});
  open({"http://one"});
  follow();
  time_.pass(seconds(3));
  http_.lies["http://one"].silent = true;
  const auto before = http_.requests["http://one"];
  chain_.grow(50, {"b"});
  time_.pass(minutes(30));
  EXPECT_LT(http_.requests["http://one"] - before, 60U) << "asked again and again";
  http_.lies.clear();
  time_.pass(minutes(2));
  EXPECT_TRUE(settled());
  EXPECT_EQ(node_.reorgs, 0);
}

TEST_F(Following, a_chain_shorter_than_the_start_is_waited_for) {
  open({"http://one"});
  follow(40);
  time_.pass(seconds(5));
  EXPECT_TRUE(node_.blocks.empty());
  chain_.grow(50, {"a"});
  time_.pass(seconds(5));
  EXPECT_EQ(node_.blocks.front().height.value, 40U);
  EXPECT_EQ(node_.head(), chain_.head());
}

TEST_F(Following, after_a_long_absence_a_remembered_block_of_a_lost_branch_is_a_reorg_first) {
  chain_.grow(20, {"a"});
  const std::string lost = chain_.blocks().back().hash;
  chain_.drop(1);
  chain_.grow(1000, {"b"});
  open({"http://one"});
  follow(21, lost);
  time_.pass(minutes(1));
  EXPECT_EQ(node_.reorgs, 1);
  EXPECT_LT(node_.blocks.front().height.value, 21U);
  EXPECT_EQ(node_.head(), chain_.head());
}

TEST_F(Following, a_chain_without_a_final_tag_counts_blocks) {
  chain_.grow(30, {"a"});
  open({"http://one"}, 1, [](EvmChainConfig& config) {
    config.finality.rule = Finality::Rule::depth;
    config.finality.depth = 12;
  });
  follow();
  time_.pass(seconds(3));
  EXPECT_EQ(node_.final, chain_.head() - 12);
}

TEST_F(Following, a_balance_is_asked_at_the_newest_block_told) {
  chain_.grow(3);
  open({"http://one"});
  std::string balance;
  std::string refusal;
  gateway_->balance("ethereum", std::string(kContract),
                    [&](Result<std::string> r) { balance = r.ok() ? *r : r.error().text; });
  gateway_->balance("ethereum", "0x12", [&](Result<std::string> r) { refusal = r.ok() ? *r : r.error().text; });
  EXPECT_TRUE(balance.empty());
  time_.pass(seconds(1));
  EXPECT_EQ(balance, "1234");
  EXPECT_EQ(refusal, "not an address of chain ethereum");
}

// Whatever happens on the chain above what is final, and whatever two of three endpoints do one at a time: the node is
// told the truth in order, and in the end all of it.
RC_GTEST_FIXTURE_PROP(Following, the_truth_wins, ()) {
  open({"http://one", "http://two", "http://three"}, 2);
  follow();
  int events = 0;
  const int steps = *rc::gen::inRange(5, 40);
  for (int step = 0; step < steps; ++step) {
    switch (*rc::gen::inRange(0, 9)) {
      case 0:
      case 1:
      case 2:
        chain_.grow(*rc::gen::inRange<std::size_t>(1, 5), {std::to_string(events++)});
        break;
      case 3: {
        // Nothing final is lost.
        const auto depth = *rc::gen::inRange<std::size_t>(1, kFinality);
        if (chain_.head() > depth) {
          const auto before = chain_.head();
          chain_.drop(depth);
          chain_.grow(before - chain_.head() + *rc::gen::inRange<std::size_t>(0, 3), {std::to_string(events++)});
        }
        break;
      }
      case 4: {
        http_.lies.clear();
        Lies& lies = http_.lies[*rc::gen::element<std::string>("http://one", "http://two", "http://three")];
        switch (*rc::gen::inRange(0, 8)) {
          case 0:
            lies.silent = true;
            break;
          case 1:
            lies.garbage = true;
            break;
          case 2:
            lies.omits = true;
            break;
          case 3:
            lies.repeats = true;
            break;
          case 4:
            lies.shifts = true;
            break;
          case 5:
            lies.invents = true;
            break;
          case 6:
            lies.lags = *rc::gen::inRange<std::uint64_t>(1, 5);
            break;
          default:
            lies.limited = true;
            break;
        }
        break;
      }
      case 5:
        if (node_.blocks.empty()) break;
        node_.restart();
        follow(node_.head() + 1, node_.blocks.back().hash);
        break;
      default:
        time_.pass(milliseconds(*rc::gen::inRange(1, 3000)));
    }
  }
  http_.lies.clear();
  chain_.grow(1, {"last"});
  time_.pass(minutes(5));
  RC_ASSERT(node_.head() == chain_.head());
  RC_ASSERT(node_.payloads() == payloads_of(chain_, 1));
  if (chain_.final() > 0) RC_ASSERT(node_.final == chain_.final());
}

}  // namespace
}  // namespace lastmile::real::test
