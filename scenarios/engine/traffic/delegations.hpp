// Who acts for whom among the accounts of one traffic entry: writes their `security` aggregates and knows, by the rule
// of messages.md 4.6, who was allowed what at which time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/random.hpp"
#include "core/base/time.hpp"
#include "core/message/permission.hpp"
#include "scenarios/engine/traffic/wallets.hpp"

namespace lastmile::scenario {

class Delegations {
 public:
  // Both outlive it. At least two wallets.
  Delegations(const Delegation& spec, Wallets& wallets, const Generator& draws)
      : spec_(spec), wallets_(wallets), draws_(draws) {}

  bool writes_element() { return draws_.below(kWhole) < spec_.elements.parts; }  // this AGGREGATE
  bool is_delegated() { return draws_.below(kWhole) < spec_.messages.parts; }    // this POST, AGGREGATE or STORE

  // The next element of this owner, published as `number`: grants a right or takes one back. JSON of content.content;
  // it counts from now on.
  std::string next_element(std::uint32_t owner, std::uint64_t number, Instant now);

  // Somebody who was told at least `pause` ago that he may act for an owner. He may have lost the right since and not
  // know it.
  struct Pair {
    std::uint32_t owner;
    std::uint32_t delegate;
  };
  std::optional<Pair> acting(Instant now, Duration pause);
  bool allowed(const Pair& pair, const message::PermissionFacts& facts);
  std::uint64_t element_of(std::uint32_t owner) const { return owners_.at(owner).element; }  // the one in force

  // No two contents that are judged by order of time have the same: a permission is never a matter of the hash.
  Wall own_time(std::uint32_t owner, Wall now);

 private:
  static constexpr std::size_t kRightsMax = 8;  // of one owner at a time
  struct Owner {
    std::vector<std::uint32_t> delegates;
    std::vector<message::Authorization> rights;  // of each
    std::uint64_t element = 0;                   // number of the publication
    Wall last{};
  };
  struct Told {
    Instant since;
    Pair pair;
  };

  const Delegation& spec_;
  Wallets& wallets_;
  Generator draws_;
  std::map<std::uint32_t, Owner> owners_;
  std::vector<Told> told_;  // by time
};

}  // namespace lastmile::scenario
