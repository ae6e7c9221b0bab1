// The registry and the rewards of a window against the vectors of the network (economics.md 2 and 4).
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "core/economy/decimal.hpp"
#include "core/economy/reward/availability.hpp"
#include "tests/unit/economy/registry_events.hpp"
#include "tests/unit/vectors.hpp"

namespace lastmile::economy {
namespace {

using nlohmann::json;

double tokens_of(const Amount& amount) { return std::stod(amount.tokens_text()); }

// Relative 1e-9, absolute 1e-9 near zero: the tolerance of the files. Their figures are doubles of 12 digits.
void expect_near(double expected, double found, const std::string& what) {
  EXPECT_NEAR(expected, found, std::max(1e-9, std::abs(expected) * 1e-9)) << what;
}

void expect_common(const json& expected, const NodeRecord& record) {
  for (const auto& [key, value] : expected.items()) {
    if (key == "owner") {
      EXPECT_EQ(record.owner, value.get<std::string>()) << key;
    } else if (key == "score") {
      EXPECT_EQ(record.score, vector_share(value)) << key;
    } else if (key == "performance") {
      EXPECT_EQ(record.performance, vector_share(value)) << key;
    } else if (key == "decentralization") {
      EXPECT_EQ(record.decentralization, vector_share(value)) << key;
    } else if (key == "inactive_since") {
      EXPECT_EQ(record.inactive_since.has_value(), !value.is_null()) << key;
      if (record.inactive_since && !value.is_null()) {
        EXPECT_EQ(*record.inactive_since, value) << key;
      }
    } else if (key == "locked") {
      EXPECT_EQ(record.locked, value.is_boolean() && value.get<bool>()) << key;
    } else if (key == "manager") {
      EXPECT_EQ(record.manager, value.get<std::string>()) << key;
    } else if (key == "reward") {
      EXPECT_EQ(record.reward, value.get<std::string>()) << key;
    } else if (is_detail_text(key)) {
      const auto found = record.texts.find(key);
      EXPECT_EQ(found == record.texts.end() ? "" : found->second, value.get<std::string>()) << key;
    }
  }
}

void expect_core(const json& expected, const CoreNodeRecord& record) {
  expect_common(expected, record);
  if (expected.contains("status")) {
    EXPECT_EQ(record.active ? "active" : "waiting", expected.at("status").get<std::string>());
  }
  if (expected.contains("total_staked")) {
    EXPECT_NEAR(tokens_of(record.total_staked), expected.at("total_staked").get<double>(), 1e-6);
  }
  if (expected.contains("has_bonus")) {
    EXPECT_EQ(record.has_bonus, expected.at("has_bonus"));
  }
  if (expected.contains("resource_nodes")) {
    const auto list = expected.at("resource_nodes").get<std::vector<std::string>>();
    EXPECT_EQ(std::set<std::string>(record.resource_nodes.begin(), record.resource_nodes.end()),
              std::set<std::string>(list.begin(), list.end()));
  }
  if (expected.contains("stakers")) {
    EXPECT_EQ(record.stakers.size(), expected.at("stakers").size());
    for (const auto& [address, amount] : expected.at("stakers").items()) {
      ASSERT_TRUE(record.stakers.contains(address)) << address;
      EXPECT_NEAR(tokens_of(record.stakers.at(address)), amount.get<double>(), 1e-6) << address;
    }
  }
}

void expect_resource(const json& expected, const ResourceNodeRecord& record) {
  expect_common(expected, record);
  if (expected.contains("status")) {
    EXPECT_EQ(record.parent ? "linked" : "waiting", expected.at("status").get<std::string>());
  }
  if (expected.contains("type")) {
    EXPECT_EQ(record.type, expected.at("type").get<std::string>());
  }
  if (expected.contains("parent")) {
    EXPECT_EQ(record.parent.has_value(), !expected.at("parent").is_null());
    if (record.parent && !expected.at("parent").is_null()) {
      EXPECT_EQ(*record.parent, expected.at("parent").get<std::string>());
    }
  }
}

TEST(RegistryVectors, EveryStateIsReached) {
  LM_VECTORS(file, "economics-state.json");
  const RewardRules rules = vector_rules();
  ASSERT_FALSE(file.at("cases").empty());
  for (const json& item : file.at("cases")) {
    SCOPED_TRACE(item.at("name").get<std::string>());
    Registry registry(rules);
    for (const RegistryEvent& event : vector_events(item.at("events"))) registry.apply(event);
    const json& expected = item.at("expected_state");
    EXPECT_EQ(registry.state().core.size(), expected.at("ccn").size());
    EXPECT_EQ(registry.state().resource.size(), expected.at("crn").size());
    for (const auto& [hash, record] : expected.at("ccn").items()) {
      ASSERT_TRUE(registry.state().core.contains(hash)) << hash;
      SCOPED_TRACE(hash);
      expect_core(record, registry.state().core.at(hash));
    }
    for (const auto& [hash, record] : expected.at("crn").items()) {
      ASSERT_TRUE(registry.state().resource.contains(hash)) << hash;
      SCOPED_TRACE(hash);
      expect_resource(record, registry.state().resource.at(hash));
    }
  }
}

// Of the two readings that a case may carry, `expected_rewards` follows the clean rule, which is ours; `legacy_rewards`
// tells what the original program would pay and is not reproduced (docs/decisions/0181).
TEST(RewardVectors, EveryWindowIsPaid) {
  LM_VECTORS(file, "economics-rewards.json");
  const RewardRules rules = vector_rules();
  ASSERT_FALSE(file.at("cases").empty());
  for (const json& item : file.at("cases")) {
    SCOPED_TRACE(item.at("name").get<std::string>());
    const Window window{item.at("start_height"), item.at("end_height")};
    std::map<std::string, Amount> paid;
    Amount total;
    for (const Payout& payout : accrue_availability(vector_events(item.at("events")), window, rules).payouts().each) {
      paid[payout.payee] = *paid[payout.payee].plus(payout.amount);
      total = *total.plus(payout.amount);
    }
    for (const auto& [address, amount] : item.at("expected_rewards").items()) {
      expect_near(amount.get<double>(), tokens_of(paid[address]), address);
    }
    for (const auto& [address, amount] : paid) {
      if (!item.at("expected_rewards").contains(address)) {
        EXPECT_EQ(amount, Amount()) << address;
      }
    }
    expect_near(item.at("expected_total").get<double>(), tokens_of(total), "total");
    if (item.contains("legacy_total")) {
      EXPECT_NE(item.at("legacy_total"), item.at("expected_total"));
    }
  }
}

}  // namespace
}  // namespace lastmile::economy
