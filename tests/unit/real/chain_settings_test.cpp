// Chains as an operator writes them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "real/ops/settings.hpp"
#include "tests/unit/real/scratch.hpp"

namespace lastmile::real {
namespace {

using testing::HasSubstr;

constexpr std::string_view kGood =
    "[chains.ethereum]\n"
    "endpoints = [\"https://node.example/key\", \"http://127.0.0.1:8545\"]\n"
    "contract = \"0x166fd4299364B21c7567e163d85D78d2fb2f8Ad5\"\n"
    "emitters = [\"0x23eC28598DCeB2f7082Cc3a9D670592DfEd6e0dC\"]\n"
    "start_height = 11400000\n";

std::string mistake(std::string_view toml) {
  const auto settings = parse_settings(toml, "node.toml");
  return settings.ok() ? "" : settings.error().text;
}
std::string with(std::string_view line) { return mistake(std::string(kGood) + std::string(line) + "\n"); }

TEST(ChainSettings, a_table_becomes_a_chain_of_the_node_and_of_the_gateway) {
  const auto settings = parse_settings(
      std::string(kGood) +
          "finality = 40\nvotes = 2\nfee_max = 30\n[chains.bsc]\ncode = \"BSC\"\nendpoints = [\"http://a\"]\n"
          "contract = \"0xdF270752C8C71D08acbae4372687DA65AECe2D5D\"\nfinality = \"safe\"\n",
      "node.toml");
  ASSERT_TRUE(settings.ok()) << settings.error().text;
  const auto followed = node_config(*settings).chains;
  ASSERT_EQ(followed.size(), 2U);
  EXPECT_EQ(followed[0].name, "ethereum");
  EXPECT_EQ(followed[0].code, "ETH");
  EXPECT_EQ(followed[0].start_height, 11'400'000U);
  EXPECT_FALSE(followed[0].synchronizer);
  const auto chains = evm_chains(settings->chains);
  ASSERT_TRUE(chains.ok());
  EXPECT_EQ((*chains)[0].endpoints.size(), 2U);
  EXPECT_EQ((*chains)[0].finality.depth, 40U);
  EXPECT_EQ((*chains)[0].fee_max, Uint256(30'000'000'000U));
  EXPECT_EQ((*chains)[1].finality.tag, "safe");
}

TEST(ChainSettings, mistakes_name_place_expectation_and_the_nearest_key) {
  EXPECT_EQ(with("endpoint = 1"),
            "node.toml:6: unknown key chains.ethereum.endpoint, did you mean chains.ethereum.endpoints?");
  EXPECT_EQ(with("votes = 0"), "node.toml:6: chains.ethereum.votes: expected a number from 1 to 16, found 0");
  EXPECT_THAT(with("finality = \"sometimes\""), HasSubstr("\"finalized\", \"safe\" or a number of blocks"));
  EXPECT_THAT(with("poll = \"1ms\""), HasSubstr("at least 10ms"));
  EXPECT_THAT(with("token = \"0x12\""), HasSubstr("chains.ethereum.token: expected an address"));
  EXPECT_THAT(with("code = \"XYZ\""), HasSubstr("expected a chain code"));
  EXPECT_THAT(mistake("[chains.ethereum]\nendpoints = [\"ftp://a\"]\n"), HasSubstr("expected a list of texts such as"));
  EXPECT_THAT(mistake("[chains]\nethereum = 7\n"), HasSubstr("chains.ethereum: expected a table of keys, found 7"));
  EXPECT_THAT(mistake("[chains.Ethereum]\nvotes = 1\n"), HasSubstr("small letters, digits and hyphens"));
}

TEST(ChainSettings, what_is_missing_or_does_not_fit_is_said) {
  EXPECT_THAT(mistake("[chains.a]\nvotes = 1\n"), HasSubstr("chains.a.endpoints: expected at least one, found none"));
  EXPECT_THAT(mistake("[chains.a]\nvotes = 1\n"), HasSubstr("chains.a.contract: expected an address, found none"));
  EXPECT_THAT(with("votes = 3"), HasSubstr("chains.ethereum.votes (3) is more than there are endpoints (2)"));
  EXPECT_THAT(with("key_file = \"k\""), HasSubstr("chains.ethereum.chain_id: expected a number"));
  const std::string second(kGood.substr(kGood.find('\n')));
  EXPECT_THAT(with("[chains.other]" + second), HasSubstr("chains.other.code: ETH is the code of another chain"));
}

TEST(ChainSettings, flags_and_variables_set_them_too) {
  SettingSources sources;
  sources.environment = {{"LASTMILE_CHAINS__ETHEREUM__VOTES", "2"}, {"LASTMILE_CHAINS__ETHEREUM__POLL", "3s"}};
  sources.flags = {"chains.ethereum.poll=4s", "chains.ethereum.endpoints=http://a,http://b"};
  const auto settings = parse_settings(kGood, "node.toml", sources);
  ASSERT_TRUE(settings.ok()) << settings.error().text;
  EXPECT_EQ(settings->chains[0].votes, 2U);
  EXPECT_EQ(settings->chains[0].poll, seconds(4));
  EXPECT_EQ(settings->chains[0].endpoints.size(), 2U);
  sources.flags = {"chains.ethereum.pool=4s"};
  EXPECT_EQ(parse_settings(kGood, "node.toml", sources).error().text,
            "--set chains.ethereum.pool=4s: unknown key chains.ethereum.pool, did you mean chains.ethereum.poll?");
}

TEST(ChainSettings, a_key_makes_a_synchronization_node_and_must_be_private) {
  Scratch scratch;
  scratch.write("key", std::string(64, '1') + "\n", 0600);
  scratch.write("open", std::string(64, '1') + "\n", 0644);
  const auto with_key = [&](const char* name) {
    return parse_settings(
        std::string(kGood) + "chain_id = 1\nkey_file = \"" + (scratch.path() / name).string() + "\"\n", "node.toml");
  };
  ASSERT_TRUE(with_key("key").ok());
  EXPECT_TRUE(node_config(*with_key("key")).chains[0].synchronizer);
  EXPECT_TRUE(evm_chains(with_key("key")->chains)->at(0).key.has_value());
  const auto refused = evm_chains(with_key("open")->chains);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().text, testing::StartsWith("chains.ethereum.key_file: "));
  EXPECT_THAT(refused.error().text, HasSubstr("chmod 600"));
}

}  // namespace
}  // namespace lastmile::real
