// chain_sync.json: topics, selectors, contract events, one archive (protocol/vectors/README.md describes every field).
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/chain/archive.hpp"
#include "core/chain/contract_message.hpp"
#include "core/chain/ethereum_abi.hpp"

namespace lastmile::chain {
namespace {

using nlohmann::json;

class ChainVectors : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("LASTMILE_VECTORS");
    std::ifstream in(std::filesystem::path(folder != nullptr ? folder : LM_VECTORS_DEFAULT) / "chain_sync.json");
    if (!in) GTEST_SKIP() << "no chain_sync.json in the vectors folder";
    std::stringstream text;
    text << in.rdbuf();
    file_ = json::parse(text.str());
  }
  json file_;
};

Wall wall(const json& seconds_number) { return *message::wall_of_seconds(seconds_number.get<double>()); }

TEST_F(ChainVectors, EventTopics) {
  std::size_t run = 0;
  for (const json& item : file_.at("event_signatures")) {
    EXPECT_EQ("0x" + event_topic(item.at("signature").get<std::string>()).hex(), item.at("topic0").get<std::string>());
    ++run;
  }
  EXPECT_GT(run, 0u);
}

TEST_F(ChainVectors, FunctionSelectors) {
  std::size_t run = 0;
  for (const json& item : file_.at("function_selectors")) {
    EXPECT_EQ("0x" + to_hex(function_selector(item.at("signature").get<std::string>())),
              item.at("selector").get<std::string>());
    ++run;
  }
  EXPECT_GT(run, 0u);
}

TEST_F(ChainVectors, OurNamesOfTheContractAreAmongThem) {
  for (const std::string_view signature : {kSyncEventSignature, kMessageEventSignature}) {
    EXPECT_FALSE(event_topic(signature).hex().empty());
  }
  EXPECT_EQ(event_topic(kSyncEventSignature).hex().substr(0, 8), "2cc768a3");
  EXPECT_EQ(event_topic(kMessageEventSignature).hex().substr(0, 8), "548eda6c");
}

TEST_F(ChainVectors, ContractEventsBecomeMessages) {
  std::size_t run = 0;
  for (const json& item : file_.at("smart_contract_conversions")) {
    const json& payload = item.at("payload");
    const json& expect = item.at("expect");
    const auto chain = crypto::parse_chain(item.at("chain").get<std::string>());
    ASSERT_TRUE(chain.has_value());
    const std::string address = payload.at("addr");
    const std::string type = payload.at("msgtype");
    const std::string content = payload.at("msgcontent");
    const auto made = contract_message({.chain = *chain,
                                        .address = address,
                                        .type = type,
                                        .content = content,
                                        .event_time = wall(payload.at("timestamp")),
                                        .transaction_time = wall(item.at("tx_datetime"))});
    ASSERT_TRUE(made.ok()) << made.error().detail;
    const auto check = [&](const char* key, std::string_view found) {
      if (expect.contains(key)) {
        EXPECT_EQ(found, expect.at(key).get<std::string>()) << key;
      }
    };
    check("type", message::type_text(made->type));
    check("chain", crypto::chain_text(made->chain));
    check("sender", made->sender);
    check("item_type", message::item_type_text(made->item_type));
    check("item_hash", made->item_hash.view());
    EXPECT_EQ(made->item_content,
              expect.contains("item_content") ? expect.at("item_content").get<std::string>() : content);
    EXPECT_FALSE(made->signature.has_value());
    EXPECT_FALSE(made->channel.has_value());
    EXPECT_EQ(made->time, wall(item.at("tx_datetime")));
    ++run;
  }
  EXPECT_GT(run, 0u);
}

TEST_F(ChainVectors, TheArchiveYieldsItsMessagesInOrder) {
  const json& archive = file_.at("archive");
  const auto content = parse_archive(archive.at("file").dump(), true);
  ASSERT_TRUE(content.ok()) << content.error().text;
  EXPECT_TRUE(content->refused.empty());
  json order = json::array();
  for (const auto& envelope : content->messages) order.push_back(envelope->item_hash.text().substr(0, 10));
  EXPECT_EQ(order, archive.at("order"));
  ASSERT_FALSE(content->messages.empty());
  // Written by us and read again it is the same.
  ArchiveWriter writer({});
  for (const auto& envelope : content->messages) ASSERT_TRUE(writer.add(*envelope));
  const auto again = parse_archive(writer.finish(), true);
  ASSERT_TRUE(again.ok());
  ASSERT_EQ(again->messages.size(), content->messages.size());
  for (std::size_t i = 0; i < again->messages.size(); ++i) EXPECT_EQ(*again->messages[i], *content->messages[i]);
}

}  // namespace
}  // namespace lastmile::chain
