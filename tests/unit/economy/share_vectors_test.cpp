// What is cut among nodes against the vectors of the network: the wage subsidy, usage and slashing (economics.md 5, 6).
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "core/economy/reward/fine.hpp"
#include "core/economy/reward/slashing.hpp"
#include "core/economy/reward/subsidy.hpp"
#include "core/economy/reward/usage.hpp"
#include "tests/unit/economy/registry_events.hpp"
#include "tests/unit/vectors.hpp"

namespace lastmile::economy {
namespace {

using nlohmann::json;
using Sums = std::map<std::string, Uint256>;

double tokens_of(const Uint256& fine) { return std::stod(coarse(fine).tokens_text()); }

void expect_sum(double expected, const Uint256& found, const std::string& what) {
  EXPECT_NEAR(expected, tokens_of(found), std::max(1e-9, std::abs(expected) * 1e-9)) << what;
}

// Every figure of the map, and nothing beside it.
void expect_sums(const json& expected, const Sums& found, const std::string& what) {
  for (const auto& [key, amount] : expected.items()) {
    const auto sum = found.find(key);
    expect_sum(amount.get<double>(), sum == found.end() ? Uint256() : sum->second, what + " " + key);
  }
  for (const auto& [key, sum] : found) EXPECT_TRUE(expected.contains(key) || sum == 0u) << what << " " << key;
}

void add(const std::vector<NodeShare>& shares, Sums& sums) {
  for (const NodeShare& share : shares) sums[share.payee] += share.fine;
}

void read_common(const json& item, const std::string& hash, NodeRecord& record) {
  record.hash = hash;
  record.owner = item.at("owner");
  record.reward = item.at("reward").is_null() ? "" : item.at("reward").get<std::string>();
  record.score = vector_share(item.at("score"));
  record.decentralization = vector_share(item.at("decentralization"));
  const json since = item.value("inactive_since", json());
  if (!since.is_null()) record.inactive_since = since.get<std::uint64_t>();
}

NodeState vector_state(const json& item) {
  NodeState state;
  for (const auto& [hash, resource] : item.at("resource_nodes").items()) {
    ResourceNodeRecord& record = state.resource[hash];
    read_common(resource, hash, record);
    // The vectors may link a node to nobody that they show.
    if (resource.at("status") == "linked") record.parent = "";
  }
  for (const auto& [hash, core] : item.at("nodes").items()) {
    CoreNodeRecord& record = state.core[hash];
    read_common(core, hash, record);
    record.active = core.at("status") == "active";
    Uint256 staked;
    for (const auto& [staker, amount] : core.at("stakers").items()) {
      record.stakers[staker] = vector_amount(amount);
      staked += record.stakers[staker].units();
    }
    record.total_staked = Amount::units(staked);
    for (const std::string child : core.at("resource_nodes")) {
      record.resource_nodes.push_back(child);
      const auto found = state.resource.find(child);
      if (found != state.resource.end() && found->second.parent) found->second.parent = hash;
    }
  }
  return state;
}

TEST(WageVectors, PeriodsAreTheIntegral) {
  LM_VECTORS(file, "economics-wage.json");
  const SubsidyRules rules;
  for (const json& item : file.at("period")) {
    const auto moment = [&](const char* key) { return rules.start + hours(24) * item.at(key).get<std::int64_t>(); };
    expect_sum(item.at("expected_period_aleph").get<double>(),
               subsidy_until(moment("to_days"), rules) - subsidy_until(moment("from_days"), rules), "period");
  }
}

TEST(WageVectors, EveryPeriodIsSplit) {
  LM_VECTORS(file, "economics-wage.json");
  const RewardRules rules = vector_rules();
  for (const json& item : file.at("split")) {
    SCOPED_TRACE(item.at("name").get<std::string>());
    SubsidySplit split;
    split_subsidy(vector_state(item), fine(vector_amount(item.at("period_aleph"))), rules, split);
    Sums sums;
    Sums by_role[3];
    for (const auto* shares : {&split.core, &split.resource, &split.stakers}) add(*shares, sums);
    add(split.core, by_role[0]);
    add(split.resource, by_role[1]);
    add(split.stakers, by_role[2]);
    expect_sums(item.at("expected_rewards"), sums, "reward");
    expect_sum(item.at("expected_unallocated").get<double>(), split.unallocated, "unallocated");
    for (const auto& [address, roles] : item.at("expected_by_role").items()) {
      const char* names[] = {"ccn", "crn", "staker"};
      for (int i = 0; i < 3; ++i) expect_sum(roles.value(names[i], 0.0), by_role[i][address], address + names[i]);
    }
  }
}

TEST(WageVectors, EachDayTakesTheNewestSnapshotBeforeItsEnd) {
  LM_VECTORS(file, "economics-wage.json");
  const RewardRules rules = vector_rules();
  for (const json& item : file.at("daily")) {
    SCOPED_TRACE(item.at("name").get<std::string>());
    const auto moment = [](const json& seconds) {
      return Wall{static_cast<std::int64_t>(seconds.get<double>()) * 1'000'000'000};
    };
    std::vector<NodeState> states;
    for (const json& snapshot : item.at("snapshots")) states.push_back(vector_state(snapshot));
    std::vector<NodeSnapshot> snapshots;
    for (std::size_t i = 0; i < states.size(); ++i) {
      snapshots.push_back({moment(item.at("snapshots").at(i).at("time")), &states[i]});
    }
    const SubsidySplit split = pay_subsidy(snapshots, moment(item.at("start")), moment(item.at("end")), rules);
    Sums sums;
    for (const auto* shares : {&split.core, &split.resource, &split.stakers}) add(*shares, sums);
    expect_sums(item.at("expected_rewards"), sums, "reward");
    expect_sum(item.at("expected_unallocated").get<double>(), split.unallocated, "unallocated");
    Uint256 total = split.unallocated;
    for (const auto& [payee, sum] : sums) total += sum;
    expect_sum(item.at("expected_period_total").get<double>(), total, "total");
  }
}

TEST(CreditVectors, EveryExpenseIsSplit) {
  LM_VECTORS(file, "economics-credit.json");
  const RewardRules rules = vector_rules();
  ASSERT_FALSE(file.at("cases").empty());
  for (const json& item : file.at("cases")) {
    SCOPED_TRACE(item.at("name").get<std::string>());
    // Read as it is posted.
    json content = {{"tags", {"type_" + item.at("type").get<std::string>()}}, {"expense", item.at("expense")}};
    content["expense"]["end_date"] = 1'780'000'000'000;
    const auto usage = parse_usage(content.dump());
    ASSERT_TRUE(usage) << usage.error().text;
    UsageSplit split;
    ASSERT_TRUE(split_usage(usage->kind, usage->price, usage->paid, vector_state(item), rules, split));

    Sums sums;
    const std::pair<const char*, const std::vector<NodeShare>*> components[] = {
        {"execution_crn", &split.execution_resource},   {"execution_ccn", &split.execution_core},
        {"execution_staker", &split.execution_stakers}, {"storage_ccn", &split.storage_core},
        {"storage_staker", &split.storage_stakers},
    };
    for (const auto& [name, shares] : components) {
      add(*shares, sums);
      Sums component;
      add(*shares, component);
      for (const auto& [address, sum] : component) {
        const json expected = item.at("expected_by_component").value(address, json::object());
        expect_sum(expected.value(name, 0.0), sum, address + " " + name);
      }
    }
    expect_sums(item.at("expected_rewards"), sums, "reward");
    expect_sums(item.at("expected_unallocated").at("crn"), split.unallocated.resource, "crn");
    expect_sums(item.at("expected_unallocated").at("ccn"), split.unallocated.core, "ccn");
    expect_sums(item.at("expected_unallocated").at("staker"), split.unallocated.stakers, "staker");
    expect_sum(item.at("expected_dev_fund").get<double>(), split.development, "development");
    expect_sum(item.at("expected_total").get<double>(), split.total, "total");
  }
}

TEST(SlashingVectors, ThePredicate) {
  LM_VECTORS(file, "economics-slashing.json");
  for (const json& item : file.at("predicate")) {
    SlashingRules rules;
    rules.threshold_days = item.at("threshold_days");
    rules.blocks_per_day = item.at("blocks_per_day");
    const json& since = item.at("inactive_since");
    EXPECT_EQ(
        slashable(since.is_null() ? std::nullopt : std::optional<std::uint64_t>(since), item.at("close_height"), rules),
        item.at("expected_slashable"))
        << item.dump();
  }
}

TEST(SlashingVectors, TheLedger) {
  LM_VECTORS(file, "economics-slashing.json");
  const json& item = file.at("ledger_inputs_and_result");
  const auto height = [](const json& since) {
    return since.is_null() ? std::nullopt : std::optional<std::uint64_t>(since.get<std::uint64_t>());
  };
  const auto stream = [](const std::string& name) {
    for (const auto each : {RewardStream::wage_subsidy, RewardStream::credit_revenue, RewardStream::holder_tier}) {
      if (reward_stream_name(each) == name) return each;
    }
    ADD_FAILURE() << "no stream " << name;
    return RewardStream::wage_subsidy;
  };
  SlashingBook book;
  for (const json& add : item.at("adds")) {
    book.add({stream(add.at("stream")), add.at("node_id"), add.at("address"), vector_amount(add.at("amount")),
              add.at("inactive_at_expense"), height(add.at("inactive_since"))});
  }
  std::map<std::string, std::optional<std::uint64_t>> at_close;
  for (const auto& [node, record] : item.at("close_snapshot").items()) {
    at_close[node] = height(record.at("inactive_since"));
  }
  SlashingRules rules;
  rules.threshold_days = item.at("threshold_days");
  rules.blocks_per_day = item.at("blocks_per_day");
  rules.streams.clear();
  for (const std::string name : item.at("enabled_streams")) rules.streams.insert(stream(name));
  for (const auto& [mode, expected] : item.at("expected").items()) {
    rules.only_from_death = mode == "from_death";
    const auto slashed = book.slashed(at_close, item.at("close_height"), rules);
    EXPECT_EQ(slashed.by_payee.size(), expected.at("slashed").size());
    for (const auto& [payee, amount] : expected.at("slashed").items()) {
      ASSERT_TRUE(slashed.by_payee.contains(payee)) << payee;
      EXPECT_EQ(slashed.by_payee.at(payee), vector_amount(amount)) << payee;
    }
    const auto nodes = expected.at("nodes").get<std::set<std::string>>();
    EXPECT_EQ(slashed.nodes, nodes);
  }
}

}  // namespace
}  // namespace lastmile::economy
