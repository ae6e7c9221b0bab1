// The posts of those who run the network for pay (`economy.registry`): what they hold, their core nodes, resource
// nodes, links and stakes one after the other, then scores at intervals, with one staker that moves each time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/random.hpp"
#include "core/crypto/account.hpp"
#include "core/node/reward_config.hpp"
#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/traffic/traffic.hpp"

namespace lastmile::scenario {

class RegistryAuthor {
 public:
  // A throw-away account whose posts of scores every node of the run takes.
  static crypto::Account scorer(std::uint64_t seed);
  // Between one step of the beginning and the next, so that each rests on what all know.
  static constexpr Duration kStep = seconds(2);

  RegistryAuthor(const Scenario& scenario, std::uint64_t seed);

  std::optional<Instant> next_time() const;
  // Fills what Author::write fills, and the balances that the first post tells. Only while next_time() has a value.
  void write(Publication& publication);
  Generator& places() { return places_; }               // draws the entry node
  const Selector& into() const { return spec_->into; }  // only while next_time() has a value

 private:
  enum class Step : std::uint8_t { balances, create_core, create_resource, link, stake, scores, move };
  struct Planned {
    Instant time;
    Step step = Step::balances;
    std::uint32_t who = 0;  // operator, resource node or staker, by its step
  };
  void plan();
  crypto::Account account(std::uint64_t index) const;
  std::uint64_t resource_index(std::uint32_t resource) const { return 1 + spec_->operators + std::uint64_t{resource}; }
  std::uint64_t staker_index(std::uint32_t staker) const;
  void operation(Publication& p, const crypto::Account& who, std::string_view action, std::string_view ref,
                 std::string_view details);
  void tell_balances(Publication& p);
  void tell_scores(Publication& p);

  const Scenario& scenario_;
  const RegistrySpec* spec_ = nullptr;  // null: nobody
  std::uint64_t seed_;
  Generator places_;
  Generator draws_;
  std::vector<Planned> planned_;  // by time
  std::size_t next_ = 0;
  std::vector<std::string> core_;      // ids, by operator
  std::vector<std::string> resource_;  // ids
};

// What nodes of the run are told about rewards; null: the scenario has no registry.
std::shared_ptr<const node::RewardConfig> reward_config(const Scenario& scenario);

}  // namespace lastmile::scenario
