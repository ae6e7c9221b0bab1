// Selectors: their words, and whom they mean among the five nodes of the sample.
#include "scenarios/engine/text/selector.hpp"

#include "scenarios/engine/timeline/node_table.hpp"
#include "tests/unit/scenarios/sample.hpp"

namespace lastmile::scenario::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string why(std::string_view text) {
  const auto term = parse_term(text);
  return term.ok() ? "accepted" : term.error().text;
}

Selector selector(std::initializer_list<std::string_view> terms) {
  Selector out;
  for (const auto text : terms) out.terms.push_back(*parse_term(text));
  return out;
}

class Select : public ::testing::Test {
 protected:
  Scenario scenario = sample();
  NodeTable nodes{scenario, 7};

  std::vector<std::string> names(std::initializer_list<std::string_view> terms, std::string_view entry = "entry") {
    std::vector<std::string> out;
    for (const Node node : nodes.select(selector(terms), entry)) out.push_back(nodes[node].name);
    return out;
  }
};

TEST_F(Select, ByName) {
  EXPECT_THAT(names({"all"}), ElementsAre("west-0", "west-1", "west-2", "east-0", "east-1"));
  EXPECT_THAT(names({"group:east"}), ElementsAre("east-0", "east-1"));
  EXPECT_THAT(names({"role:core"}), ElementsAre("west-0", "west-1", "west-2", "east-0", "east-1"));
  EXPECT_THAT(names({"role:client"}), IsEmpty());
  EXPECT_THAT(names({"region:europe"}), ElementsAre("east-0", "east-1"));
  EXPECT_THAT(names({"node:west-1"}), ElementsAre("west-1"));
  EXPECT_THAT(names({"chain:ethereum"}), ElementsAre("west-0", "east-0"));
}

TEST_F(Select, JoinsNegatesAndUnites) {
  EXPECT_THAT(names({"group:west & chain:ethereum"}), ElementsAre("west-0"));
  EXPECT_THAT(names({"group:west & !chain:ethereum"}), ElementsAre("west-1", "west-2"));
  EXPECT_THAT(names({"node:east-1", "node:west-0", "group:east"}), ElementsAre("west-0", "east-0", "east-1"));
}

TEST_F(Select, CountsAmongWhatTheOtherAtomsLeft) {
  EXPECT_EQ(names({"one"}).size(), 1U);
  EXPECT_EQ(names({"random:4"}).size(), 4U);
  EXPECT_EQ(names({"random:99"}).size(), 5U) << "never more than there are";
  EXPECT_EQ(names({"random:40%"}).size(), 2U);
  EXPECT_EQ(names({"random:1%"}).size(), 1U) << "a share means somebody";
  EXPECT_EQ(names({"minority"}).size(), 2U);
  EXPECT_EQ(names({"minority & group:east"}).size(), 0U) << "the largest number below half of two";
  EXPECT_EQ(names({"majority"}).size(), 3U);
  EXPECT_EQ(names({"!one & group:west"}).size(), 2U);
  for (const auto& name : names({"random:2 & group:west"})) EXPECT_EQ(name.substr(0, 4), "west");
}

// Everybody goes by this table: the world that is built, selectors, adversaries and synchronization nodes.
TEST(Regions, OfAGroupAreDealtOutOnce) {
  const Scenario scenario =
      sample({"/world/groups/0/count=10", R"(/world/groups/0/region={"north_america": "30%", "japan": "70%"})",
              R"(/world/chains/0/synchronizers="region:japan")", "/faults=[]", "/checks=[]"});
  const NodeTable nodes(scenario, 7);
  const auto lives_in = [&](std::string_view region) {
    std::vector<Node> out;
    for (Node node = 0; node < nodes.size(); ++node) {
      if (scenario.world.regions.names[nodes[node].region] == region) out.push_back(node);
    }
    return out;
  };
  EXPECT_EQ(lives_in("japan").size(), 7U);
  EXPECT_EQ(nodes.select(selector({"region:japan"}), "x"), lives_in("japan"));
  EXPECT_EQ(nodes.select(selector({"chain:ethereum"}), "x"), lives_in("japan"));
  EXPECT_NE(lives_in("north_america"), (std::vector<Node>{0, 1, 2})) << "neighbours by number live in one region";
  EXPECT_EQ(NodeTable(scenario, 7).select(selector({"region:japan"}), "x"), lives_in("japan"));
}

TEST_F(Select, RichestComparesBalances) {
  nodes.set_balance(3, Amount::units(Uint256(5)));
  nodes.set_balance(1, Amount::units(Uint256(9)));
  EXPECT_THAT(names({"richest:2"}), ElementsAre("west-1", "east-0"));
}

TEST_F(Select, IslandsExistWhileAPartitionRuns) {
  EXPECT_THAT(names({"island:a"}), IsEmpty());
  nodes.set_island("a", {2, 4});
  EXPECT_THAT(names({"island:a"}), ElementsAre("west-2", "east-1"));
  nodes.remove_island("a");
  EXPECT_THAT(names({"island:a"}), IsEmpty());
}

TEST_F(Select, DrawsFromAStreamOfItsOwn) {
  EXPECT_EQ(names({"random:2"}, "a"), names({"random:2"}, "a"));
  std::set<std::vector<std::string>> seen;
  for (const auto* entry : {"a", "b", "c", "d", "e", "f", "g"}) seen.insert(names({"random:2"}, entry));
  EXPECT_GT(seen.size(), 1U) << "entries do not share their luck";
  EXPECT_EQ(nodes.select(selector({"random:5"}), "a", {0, 1}).size(), 3U) << "what is taken away is not drawn";
}

TEST(SelectorText, RefusesWithTheReason) {
  EXPECT_EQ(why("grup:west"), "unknown atom \"grup\", did you mean \"group\"");
  EXPECT_EQ(why("group"), "\"group\" needs a name, such as \"group:NAME\"");
  EXPECT_EQ(why("group:"), "\"group\" needs a name, such as \"group:NAME\"");
  EXPECT_EQ(why("all:x"), "\"all\" takes nothing after it");
  EXPECT_EQ(why("random:0"), "\"random\" needs a number or a share, such as \"random:5\" or \"random:10%\"");
  EXPECT_EQ(why("richest:10%"), "\"richest\" needs a number, such as \"richest:3\"");
  EXPECT_EQ(why("one & minority"), "two counting atoms in one term");
  EXPECT_EQ(why("group:west & "), "an empty atom");
  EXPECT_EQ(why(""), "an empty atom");
  EXPECT_EQ(why(std::string(3000, 'a')), "longer than 2000 characters");
}

TEST(SelectorText, ReadsBack) {
  for (const auto* text :
       {"all", "!one & group:west", "random:5", "random:12.5%", "region:europe & !node:east-0 & minority"}) {
    EXPECT_EQ(term_text(*parse_term(text)), text);
  }
}

}  // namespace
}  // namespace lastmile::scenario::test
