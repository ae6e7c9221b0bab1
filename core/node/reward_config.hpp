#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/economy/ledger/windows.hpp"

namespace lastmile::node {

// What a node is told about rewards; without it nobody is rewarded, and nothing of this costs anything.
struct RewardConfig {
  economy::RewardTerms terms;
  std::string chain = "ETH";               // code of the chain whose confirmations and heights count
  std::vector<std::string> score_senders;  // whose posts of scores count
  // Posts that are looked at; what comes after, in the order of content times, is not.
  std::size_t posts_max = 1'000'000;
};

}  // namespace lastmile::node
