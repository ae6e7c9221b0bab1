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
  // Confirmed posts that are paid on; with more of them the node says that its ledger is not complete.
  std::size_t posts_max = 1'000'000;
};

}  // namespace lastmile::node
