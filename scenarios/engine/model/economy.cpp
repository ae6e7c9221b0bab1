#include "scenarios/engine/model/economy.hpp"

#include "core/base/check.hpp"
#include "scenarios/engine/model/parse.hpp"

namespace lastmile::scenario {

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
  Duration interval;
  if (const auto at = reader.get("interval"); at && read_positive(*at, interval)) out.interval = interval;
  reader.done();
  if (out.preset == kPricesPreset && out.overrides.members() != nullptr) economy_rules(out, place.reading.findings);
  economy = std::move(out);
}

}  // namespace lastmile::scenario
