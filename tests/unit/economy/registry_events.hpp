// The events of the reward vectors (protocol/vectors/README.md, "Economy") as ours.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/base/check.hpp"
#include "core/economy/decimal.hpp"
#include "core/economy/reward/posts.hpp"
#include "core/economy/reward/registry.hpp"

namespace lastmile::economy {

// A number of tokens as the vectors write it; at most 18 digits behind the point.
inline Amount vector_amount(const nlohmann::json& number) {
  const std::string text = number.is_string() ? number.get<std::string>() : number.dump();
  const auto value = Decimal::parse(text);
  LM_CHECK(value.has_value());
  const auto amount = value->floor_amount();
  LM_CHECK(amount.has_value());
  return *amount;
}

inline Share vector_share(const nlohmann::json& number) { return Share::clamped(number.dump()); }

inline std::vector<ScoreEntry> vector_scores(const nlohmann::json& list) {
  std::vector<ScoreEntry> entries;
  for (const auto& item : list) {
    entries.push_back({item.at("node_id"), vector_share(item.at("total_score")), vector_share(item.at("performance")),
                       vector_share(item.at("decentralization"))});
  }
  return entries;
}

// Node operations go through the reader of posts, as they do on the wire.
inline NodeOperation vector_operation(const nlohmann::json& event) {
  const std::string kind = event.at("kind");
  nlohmann::json content = {{"tags", {event.value("action", "amend"), "mainnet"}},
                            {"action", event.value("action", "amend")}};
  if (event.contains("details")) content["details"] = event.at("details");
  const std::string text = content.dump();
  const std::string hash = event.at("item_hash");
  const std::string address = event.at("address");
  const std::string ref = event.value("ref", "");
  const Wall time{static_cast<std::int64_t>(event.at("time").get<double>()) * 1'000'000'000};
  const auto operation =
      parse_node_operation({kind == "amend" ? "amend" : kOperationPost, hash, address, time, ref, text});
  LM_CHECK(operation.ok());
  return *operation;
}

inline RegistryEvent vector_event(const nlohmann::json& event) {
  RegistryEvent result;
  result.height = event.at("height");
  const std::string kind = event.at("kind");
  if (kind == "balance") {
    BalanceSnapshot snapshot;
    snapshot.platform = event.at("platform");
    for (const auto& [address, amount] : event.at("balances").items()) {
      snapshot.balances[address] = vector_amount(amount);
    }
    snapshot.changed = event.at("changed").get<std::vector<std::string>>();
    result.what = snapshot;
  } else if (kind == "scores") {
    result.what = ScorePost{{}, {}, vector_scores(event.at("ccn")), vector_scores(event.at("crn"))};
  } else {
    result.what = vector_operation(event);
  }
  return result;
}

inline std::vector<RegistryEvent> vector_events(const nlohmann::json& list) {
  std::vector<RegistryEvent> events;
  for (const auto& event : list) events.push_back(vector_event(event));
  return events;
}

// Vectors use short labels as addresses.
inline RewardRules vector_rules() {
  RewardRules rules = *reward_preset("network-2026");
  rules.ethereum_payees = false;
  return rules;
}

}  // namespace lastmile::economy
