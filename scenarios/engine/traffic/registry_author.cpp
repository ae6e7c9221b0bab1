#include "scenarios/engine/traffic/registry_author.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/economy/reward/posts.hpp"
#include "scenarios/engine/text/json.hpp"
#include "scenarios/engine/traffic/account_ranges.hpp"
#include "scenarios/engine/traffic/balance_oracle.hpp"
#include "scenarios/engine/traffic/writer.hpp"

namespace lastmile::scenario {
namespace {

constexpr std::uint64_t kOperatorHolds = 200'000;
constexpr std::uint64_t kStakerHolds = 500'000;
constexpr std::uint64_t kStakerMore = 1'000;  // times its position: no two hold the same
// These rows are told once; the balance oracle speaks of other addresses.
constexpr std::uint64_t kMainHeight = 1;

// A score as the network writes it: mostly good, one in eight too low to be worth anything.
std::string score_text(Generator& draws) {
  const std::uint64_t thousandths = draws.below(8) == 0 ? draws.below(200) : 500 + draws.below(501);
  std::string text = std::to_string(thousandths);
  text.insert(0, 4 - text.size(), '0');
  return text.insert(1, ".");
}

// What a law usually draws.
std::int64_t middle_of(const Law& law) {
  return law.kind == LawKind::uniform ? law.value / 2 + law.upper / 2 : law.value;
}

}  // namespace

crypto::Account RegistryAuthor::scorer(std::uint64_t seed) {
  return crypto::Account::derive(crypto::Chain::ETH, seed, kRegistryAccounts);
}

RegistryAuthor::RegistryAuthor(const Scenario& scenario, std::uint64_t seed)
    : scenario_(scenario),
      spec_(scenario.economy && scenario.economy->registry ? &*scenario.economy->registry : nullptr),
      seed_(seed),
      places_(substream(seed, kRunScope, "economy:registry:places")),
      draws_(substream(seed, kRunScope, "economy:registry:draws")) {
  if (spec_ != nullptr) plan();
}

void RegistryAuthor::plan() {
  Instant at = scenario_.phases.resolve(spec_->at);
  const auto step = [&](Step what, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) planned_.push_back({at, what, i});
    at = at + kStep;
  };
  const std::uint32_t resources = spec_->operators * spec_->resource_nodes;
  step(Step::balances, 1);
  step(Step::create_core, spec_->operators);
  step(Step::create_resource, resources);
  step(Step::link, resources);
  step(Step::stake, spec_->stakers);
  for (std::uint32_t i = 0; at < scenario_.phases.end(Phase::heal); ++i, at = at + spec_->scores_every) {
    planned_.push_back({at, Step::scores, 0});
    if (i > 0 && spec_->stakers > 0) planned_.push_back({at, Step::move, i % spec_->stakers});
  }
  std::erase_if(planned_, [&](const Planned& each) { return each.time >= scenario_.phases.end(Phase::heal); });
  core_.resize(spec_->operators);
  resource_.resize(resources);
}

crypto::Account RegistryAuthor::account(std::uint64_t index) const {
  return crypto::Account::derive(crypto::Chain::ETH, seed_, kRegistryAccounts + index);
}

std::uint64_t RegistryAuthor::staker_index(std::uint32_t staker) const {
  return resource_index(spec_->operators * spec_->resource_nodes) + staker;
}

std::optional<Instant> RegistryAuthor::next_time() const {
  if (next_ >= planned_.size()) return std::nullopt;
  return planned_[next_].time;
}

void RegistryAuthor::write(Publication& p) {
  LM_CHECK(next_ < planned_.size());
  const Planned planned = planned_[next_++];
  // At equal content times the hash decides; a microsecond for each keeps the order of the plan.
  p.content_time = wall_at(planned.time) + microseconds(1) * static_cast<std::int64_t>(next_);
  switch (planned.step) {
    case Step::balances:
      return tell_balances(p);
    case Step::create_core: {
      const std::string place = "/dns4/core-" + std::to_string(planned.who) + ".example.org/tcp/4025";
      operation(p, account(1 + planned.who), "create-node", {}, R"({"multiaddress":")" + place + "\"}");
      core_[planned.who] = p.item_hash.text();
      return;
    }
    case Step::create_resource: {
      const std::string place = "https://crn-" + std::to_string(planned.who) + ".example.org/";
      operation(p, account(resource_index(planned.who)), "create-resource-node", {},
                R"({"type":"compute","address":")" + place + "\"}");
      resource_[planned.who] = p.item_hash.text();
      return;
    }
    case Step::link:
      return operation(p, account(1 + planned.who / spec_->resource_nodes), "link", resource_[planned.who], {});
    case Step::stake:
      return operation(p, account(staker_index(planned.who)), "stake-split", core_[planned.who % core_.size()], {});
    case Step::scores:
      return tell_scores(p);
    case Step::move:
      return operation(p, account(staker_index(planned.who)), "stake",
                       core_[static_cast<std::size_t>(draws_.below(core_.size()))], {});
  }
}

void RegistryAuthor::operation(Publication& p, const crypto::Account& who, std::string_view action,
                               std::string_view ref, std::string_view details) {
  std::string content =
      content_head(who.address(), p.content_time) + ",\"type\":\"" + std::string(economy::kOperationPost) + "\"";
  if (!ref.empty()) content += ",\"ref\":\"" + std::string(ref) + "\"";
  content +=
      R"(,"content":{"tags":[")" + std::string(action) + R"(","mainnet"],"action":")" + std::string(action) + "\"";
  if (!details.empty()) content += ",\"details\":" + std::string(details);
  const Wall time = p.content_time;
  seal(p, who, message::Type::POST, content + "}}", time, "FOUNDATION");
}

void RegistryAuthor::tell_balances(Publication& p) {
  const crypto::Account oracle = BalanceOracle::account(seed_);
  Json holders = Json::object();
  const auto tell = [&](std::uint64_t index, std::uint64_t tokens) {
    const std::string address = account(index).address();
    holders.members()->push_back({address, Json::unsigned_integer(tokens)});
    p.balances.emplace_back(address, Amount::tokens(tokens));
  };
  for (std::uint32_t i = 0; i < spec_->operators; ++i) tell(1 + i, kOperatorHolds);
  for (std::uint32_t i = 0; i < spec_->stakers; ++i) tell(staker_index(i), kStakerHolds + kStakerMore * i);
  Json told = Json::object();
  told.set("chain", crypto::chain_text(oracle.chain())).set("main_height", Json::unsigned_integer(kMainHeight));
  told.set("balances", std::move(holders));
  const Wall time = p.content_time;
  seal(p, oracle, message::Type::POST,
       content_head(oracle.address(), time) + ",\"type\":\"" + std::string(economy::kBalancePost) +
           "\",\"content\":" + compact(told) + "}",
       time, "LASTMILE");
}

void RegistryAuthor::tell_scores(Publication& p) {
  const crypto::Account who = scorer(seed_);
  const auto list = [&](const std::vector<std::string>& nodes) {
    std::string text = "[";
    for (const std::string& node : nodes) {
      if (text.size() > 1) text += ",";
      const std::string score = score_text(draws_);
      text += R"({"node_id":")";
      text += node;
      text += R"(","total_score":)";
      text += score;
      text += R"(,"performance":)";
      text += score;
      text += R"(,"decentralization":)";
      text += score_text(draws_);
      text += "}";
    }
    return text + "]";
  };
  const std::string core = list(core_);
  const std::string resource = list(resource_);
  const Wall time = p.content_time;
  seal(p, who, message::Type::POST,
       content_head(who.address(), time) + ",\"type\":\"" + std::string(economy::kScorePost) +
           R"(","content":{"version":"1.1","tags":["mainnet"],"scores":{"ccn":)" + core + R"(,"crn":)" + resource +
           "}}}",
       time, economy::kScoreChannel);
}

std::shared_ptr<const node::RewardConfig> reward_config(const Scenario& scenario) {
  if (!scenario.economy || !scenario.economy->registry || !scenario.economy->interval) return nullptr;
  const RegistrySpec& spec = *scenario.economy->registry;
  const auto& chains = scenario.world.chains;
  const auto named = std::find_if(chains.begin(), chains.end(), [&](const ChainSpec& chain) {
    return spec.chain.empty() || chain.name == spec.chain;
  });
  LM_CHECK(named != chains.end());
  const economy::RewardRules* rules = economy::reward_preset(spec.rules);
  LM_CHECK(rules != nullptr);
  auto config = std::make_shared<node::RewardConfig>();
  config->terms.rules = *rules;
  config->terms.pool = spec.pool;
  // Chains of a run begin at 0: nothing is old, nothing is known to be wrong, and nobody came early.
  config->terms.rules.start = 0;
  config->terms.rules.bonus_before.reset();
  config->terms.rules.discarded_scores.reset();
  config->terms.rules.inactivity_above = 0;
  const std::int64_t block = std::max<std::int64_t>(1, middle_of(named->block_time));
  config->terms.window_blocks =
      static_cast<std::uint64_t>(std::max<std::int64_t>(1, scenario.economy->interval->ns / block));
  config->chain = crypto::chain_text(named->code);
  config->score_senders = {RegistryAuthor::scorer(scenario.seed).address()};
  return config;
}

}  // namespace lastmile::scenario
