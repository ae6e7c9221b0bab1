#include "scenarios/engine/model/economy.hpp"

#include "core/base/check.hpp"
#include "core/base/nearest.hpp"
#include "core/economy/ledger/windows.hpp"
#include "scenarios/engine/model/parse.hpp"

namespace lastmile::scenario {
namespace {

void parse_registry(const Place& place, std::optional<RegistrySpec>& registry) {
  RegistrySpec out;
  out.into.terms = {{Atom{}}};
  ObjectReader reader(place);
  if (const auto at = reader.get("rules"); at && read_name(*at, out.rules) && !economy::reward_preset(out.rules)) {
    std::vector<std::string_view> names;
    for (const auto& preset : economy::reward_presets()) names.push_back(preset.name);
    at->refuse(alternatives(names), nearest(out.rules, names));
  }
  if (const auto at = reader.get("chain")) read_name(*at, out.chain);
  reader.read_if("operators", out.operators, 1, kOperatorsMax);
  reader.read_if("resource_nodes", out.resource_nodes, 0, kResourceNodesMax);
  reader.read_if("stakers", out.stakers, 0, kStakersMax);
  if (const auto at = reader.get("scores_every")) read_positive(*at, out.scores_every);
  if (const auto at = reader.get("pool"); at && read_money(*at, out.pool) && out.pool > economy::RewardTerms().supply) {
    at->refuse("at most the supply, 500000000token");
  }
  reader.read_if("at", out.at);
  reader.read_if("into", out.into);
  reader.done();
  registry = std::move(out);
}

}  // namespace

EconomyRules economy_rules(const Economy& economy, Findings& findings) {
  EconomyRules rules;
  rules.payment.old_messages_free = false;
  Reading reading{findings};
  ObjectReader overrides(Place{reading, economy.overrides, "/economy/overrides", "/economy/overrides"});
  Size small{rules.payment.small_store_bytes};
  overrides.read_if("small_store", small);
  rules.payment.small_store_bytes = small.bytes;
  if (const auto at = overrides.get("grace")) read_positive(*at, rules.account.grace);
  overrides.done();
  return rules;
}

EconomyRules economy_rules(const Economy& economy) {
  Findings findings;
  const EconomyRules rules = economy_rules(economy, findings);
  LM_CHECK(findings.empty());
  return rules;
}

void parse_economy(const Place& place, std::optional<Economy>& economy) {
  Economy out;
  ObjectReader reader(place);
  if (const auto at = reader.require("preset", "the name of a preset")) read_name(*at, out.preset);
  out.overrides = Json::object();
  if (const auto at = reader.get("overrides")) {
    if (at->json.members() == nullptr) at->refuse("an object");
    out.overrides = at->json;
  }
  if (const auto at = reader.get("balances")) {
    each_item(*at, kBalancesMax, [&](const Place& item) {
      BalanceSpec& balance = out.balances.emplace_back();
      balance.into.terms = {{Atom{}}};
      ObjectReader entry(item);
      if (const auto of = entry.require("of", "the name of a traffic entry")) read_name(*of, balance.of);
      entry.read_if("share", balance.share);
      if (const auto amount = entry.require("amount", "an amount such as \"1000token\"")) {
        read_money(*amount, balance.amount);
      }
      entry.read_if("at", balance.at);
      entry.read_if("into", balance.into);
      entry.done();
    });
  }
  if (const auto at = reader.get("registry")) parse_registry(*at, out.registry);
  Duration interval;
  if (const auto at = reader.get("interval"); at && read_positive(*at, interval)) out.interval = interval;
  reader.done();
  if (out.preset == kPricesPreset && out.overrides.members() != nullptr) economy_rules(out, place.reading.findings);
  economy = std::move(out);
}

}  // namespace lastmile::scenario
