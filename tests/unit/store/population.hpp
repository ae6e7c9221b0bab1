// Random sets of messages of every type, inline or with a content that comes later, and of their confirmations, by a
// few owners who delegate to each other, with everything that makes order matter: equal times, amends of amends,
// references before their targets, FORGETs of FORGETs, accounts at their limit.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/random.hpp"
#include "tests/unit/store/world.hpp"

namespace lastmile::store::test {

// One decision each; small numbers, so that a failing case shrinks to something readable.
struct Step {
  std::uint8_t kind;
  std::uint8_t who;
  std::uint8_t other;
  std::uint8_t target;
  std::uint8_t time;
  std::uint8_t detail;
};

struct PopulationRules {
  // Only what a node can believe that never saw the content: no amends and posts by delegates.
  bool provable = false;
  bool money = true;
};

struct Population {
  std::vector<Made> messages;
  // Not before everything else: FORGETs by delegates are judged when they come, and their effect is never taken back,
  // so that a revocation behind them makes a difference (docs/decisions/0121).
  std::vector<Made> last;
  std::vector<std::pair<int, std::uint64_t>> files;  // number, bytes
  std::vector<std::pair<ItemHash, Confirmation>> confirmations;
};

Population populate(const std::vector<Step>& steps, const PopulationRules& rules);

// Everything in random order, some of it twice, some confirmations taken back in between; `last` at the end, in random
// order too.
void deliver(Node& node, const Population& population, std::uint64_t seed);

}  // namespace lastmile::store::test
