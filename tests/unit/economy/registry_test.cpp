// What the vectors do not reach: owners, hosts, amends, scores close together, removal, order.
#include "core/economy/reward/registry.hpp"

#include <gtest/gtest.h>

#include "core/economy/reward/posts.hpp"
#include "tests/unit/economy/small_network.hpp"

namespace lastmile::economy {
namespace {

TEST(Registry, AnOwnerBelowTheThresholdLosesTheNodeAndStakesGrowElsewhere) {
  History history;
  history.whole_core("a", 1);
  history.hold("b-owner", 200'000);
  history.create_core("b", "b-owner");
  history.act(NodeAction::stake_split, "a-staker", "b");
  const RewardRules rules = plain_rules();
  EXPECT_EQ(history.state(rules).core.at("b").total_staked, Amount::tokens(250'000));
  history.hold("a-owner", 199'998);
  const NodeState& state = history.state(rules);
  EXPECT_FALSE(state.core.contains("a"));
  EXPECT_EQ(state.core.at("b").total_staked, Amount::tokens(500'000));
  EXPECT_TRUE(state.core.at("b").active);
  EXPECT_FALSE(state.resource.at("a-crn0").parent);
}

TEST(Registry, WhoBecomesAnOwnerTakesItsStakeAway) {
  History history;
  history.whole_core("a", 0);
  history.create_core("b", "a-staker");
  const NodeState& state = history.state(plain_rules());
  EXPECT_TRUE(state.core.contains("b"));
  EXPECT_TRUE(state.core.at("a").stakers.empty());
  EXPECT_FALSE(state.core.at("a").active);
}

TEST(Registry, AnOwnerCannotStake) {
  History history;
  history.whole_core("a", 0);
  history.hold("b-owner", 700'000);
  history.create_core("b", "b-owner");
  history.act(NodeAction::stake, "b-owner", "a");
  EXPECT_EQ(history.state(plain_rules()).core.at("a").stakers.size(), 1u);
}

TEST(Registry, StakeMovesEverythingAndUnstakeDividesTheRestAgain) {
  History history;
  for (const char* name : {"a", "b"}) {
    history.hold(std::string(name) + "-owner", 200'000);
    history.create_core(name, std::string(name) + "-owner");
  }
  history.hold("s", 600'000);
  history.act(NodeAction::stake_split, "s", "a");
  history.act(NodeAction::stake_split, "s", "b");
  history.act(NodeAction::unstake, "s", "a");
  EXPECT_EQ(history.state(plain_rules()).core.at("b").total_staked, Amount::tokens(600'000));
  history.act(NodeAction::stake, "s", "a");
  const NodeState& state = history.state(plain_rules());
  EXPECT_EQ(state.core.at("a").total_staked, Amount::tokens(600'000));
  EXPECT_EQ(state.core.at("b").total_staked, Amount());
}

TEST(Registry, OneHostHasOneNodeOfAKind) {
  History history;
  history.hold("o", 200'000);
  history.hold("p", 200'000);
  const auto create = [&](const char* hash, const char* owner, const char* place) {
    NodeDetails details;
    details.texts["multiaddress"] = place;
    history.act(NodeAction::create_node, owner, {}, details, hash);
  };
  create("a", "o", "/ip4/10.0.0.1/tcp/4025/p2p/x");
  create("b", "p", "/ip4/10.0.0.1/tcp/4026");
  const auto place = [](const NodeState& state, const char* hash) {
    return state.core.at(hash).texts.at("multiaddress");
  };
  EXPECT_EQ(place(history.state(plain_rules()), "a"), "/ip4/10.0.0.1/tcp/4025/p2p/x");
  EXPECT_EQ(place(history.state(plain_rules()), "b"), "");
  history.act(NodeAction::drop_node, "o", "a");
  NodeDetails again;
  again.texts["multiaddress"] = "/ip4/10.0.0.1/tcp/4026";
  history.act(NodeAction::amend, "p", "b", again);
  EXPECT_EQ(place(history.state(plain_rules()), "b"), "/ip4/10.0.0.1/tcp/4026");
}

TEST(Registry, HostsAreFoundInAddresses) {
  EXPECT_EQ(url_host("https://CRN.example.org:443/x"), "crn.example.org");
  EXPECT_EQ(url_host("https://u:p@crn.example.org"), "crn.example.org");
  EXPECT_EQ(url_host("https://[2001:DB8::1]:443/"), "2001:db8::1");
  EXPECT_EQ(url_host("crn.example.org"), "");
  EXPECT_EQ(url_host(""), "");
  EXPECT_EQ(multiaddress_host("/dns4/Node.example.org/tcp/4025"), "node.example.org");
  EXPECT_EQ(multiaddress_host("/ip6/::1/tcp/1"), "::1");
  EXPECT_EQ(multiaddress_host("/tcp/4025"), "");
  EXPECT_EQ(multiaddress_host("ip4/1.2.3.4"), "");
  EXPECT_EQ(multiaddress_host("/ip4"), "");
}

TEST(Registry, OnlyOwnerAndManagerAmend) {
  History history;
  history.whole_core("a", 0);
  NodeDetails manager;
  manager.manager = "m";
  history.act(NodeAction::amend, "a-owner", "a", manager);
  NodeDetails name;
  name.texts["name"] = "mine";
  history.act(NodeAction::amend, "stranger", "a", name);
  EXPECT_FALSE(history.state(plain_rules()).core.at("a").texts.contains("name"));
  history.act(NodeAction::amend, "m", "a", name);
  EXPECT_EQ(history.state(plain_rules()).core.at("a").texts.at("name"), "mine");
  EXPECT_EQ(history.state(plain_rules()).core.at("a").manager, "m");
}

TEST(Registry, ALinkIsRefusedBeyondTheLimitAndToALockedNode) {
  History history;
  history.whole_core("a", 8);
  history.create_resource("more", "x");
  history.act(NodeAction::link, "a-owner", "more");
  EXPECT_FALSE(history.state(plain_rules()).resource.at("more").parent);
  history.act(NodeAction::unlink, "a-owner", "a-crn0");
  NodeDetails locked;
  locked.locked = true;
  history.act(NodeAction::amend, "x", "more", locked);
  history.act(NodeAction::link, "a-owner", "more");
  EXPECT_FALSE(history.state(plain_rules()).resource.at("more").parent);
}

TEST(Registry, OfTwoScoresCloseTogetherTheBetterStays) {
  History history;
  history.whole_core("a", 0);
  history.score({{"a", "0.9"}}, {});
  history.score({{"a", "0.4"}}, {}, "0.1");
  const RewardRules rules = plain_rules();
  EXPECT_EQ(history.state(rules).core.at("a").score, Share::clamped("0.9"));
  EXPECT_EQ(history.state(rules).core.at("a").decentralization, Share::clamped("0.1"));
  history.height += 9;  // ten blocks after the last
  history.score({{"a", "0.4"}}, {});
  EXPECT_EQ(history.state(rules).core.at("a").score, Share::clamped("0.4"));
}

TEST(Registry, ALinkedResourceNodeThatIsDeadIsNotRemoved) {
  History history;
  history.whole_core("a", 1);
  history.create_resource("free", "x");
  history.score({}, {{"a-crn0", "0"}, {"free", "0"}});
  history.height += 90 * 7'130;
  history.score({}, {{"a-crn0", "0"}, {"free", "0"}});
  const NodeState& state = history.state(plain_rules());
  EXPECT_TRUE(state.resource.contains("a-crn0"));
  EXPECT_FALSE(state.resource.contains("free"));
}

TEST(RegistryOrder, BalancesComeFirstAndThenContentTimeAndHash) {
  const auto operation = [](std::int64_t time, const char* hash) {
    return NodeOperation{at(time), hash, "x", NodeAction::stake, "a", {}};
  };
  std::vector<RegistryEvent> events = {{7, operation(5, "b")},
                                       {7, operation(5, "a")},
                                       {6, operation(9, "z")},
                                       {7, ScorePost{at(4), "s", {}, {}}},
                                       {7, BalanceSnapshot{}}};
  sort_events(events);
  EXPECT_EQ(std::get<NodeOperation>(events[0].what).hash, "z");
  EXPECT_TRUE(std::holds_alternative<BalanceSnapshot>(events[1].what));
  EXPECT_TRUE(std::holds_alternative<ScorePost>(events[2].what));
  EXPECT_EQ(std::get<NodeOperation>(events[3].what).hash, "a");
  EXPECT_EQ(std::get<NodeOperation>(events[4].what).hash, "b");
}

PostView post_of(std::string_view content, std::string_view ref = "", std::string_view type = kOperationPost) {
  return {type, "h", "x", at(1), ref, content};
}

TEST(NodeOperationPost, IsRead) {
  const auto link = parse_node_operation(post_of(R"({"tags":["link","mainnet"],"action":"link"})", "crn"));
  ASSERT_TRUE(link);
  EXPECT_EQ(link->action, NodeAction::link);
  EXPECT_EQ(link->ref, "crn");
  const auto create = parse_node_operation(post_of(
      R"({"tags":["mainnet"],"action":"create-node","details":{"name":"n","locked":true,"reward":"r","other":"x"}})"));
  ASSERT_TRUE(create);
  EXPECT_EQ(create->details.texts.size(), 1u);
  EXPECT_EQ(create->details.locked, true);
  EXPECT_EQ(create->details.reward, "r");
}

TEST(NodeOperationPost, WhatTheRegistryDoesNotKnowIsRefusedWithItsPlace) {
  const auto refused = [](const PostView& post) {
    const auto operation = parse_node_operation(post);
    return operation ? std::string("read") : operation.error().text;
  };
  EXPECT_EQ(refused(post_of(R"({"tags":["link"],"action":"link"})", "x")),
            "content.tags: expected \"mainnet\" among them");
  EXPECT_EQ(refused(post_of(R"({"tags":["mainnet"],"action":"fly"})", "x")),
            "content.action: \"fly\" is no action of a node");
  EXPECT_EQ(refused(post_of(R"({"tags":["mainnet"],"action":"link"})")), "ref: expected the id of a node");
  EXPECT_EQ(refused(post_of("[]")), "content: expected an object");
  EXPECT_EQ(refused(post_of("{}", "", "chat")), "type: expected \"corechan-operation\" or \"amend\"");
}

TEST(ScorePostReading, KeepsDecimalsAndNamesWhatIsWrong) {
  const auto post = parse_score_post(
      post_of(R"({"scores":{"ccn":[{"node_id":"a","total_score":0.70,"performance":1,"decentralization":0.5}]}})", "",
              kScorePost));
  ASSERT_TRUE(post);
  EXPECT_EQ(post->core.at(0).score, Share::clamped("0.7"));
  const auto wrong = parse_score_post(post_of(R"({"scores":{"crn":[{"node_id":"a"}]}})", "", kScorePost));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().text, "content.scores.crn[0].total_score: expected a number");
}

}  // namespace
}  // namespace lastmile::economy
