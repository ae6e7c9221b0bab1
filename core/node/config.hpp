// What a core node is told when it is made. The same struct is filled from a scenario and from the operator's TOML
// file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "core/crypto/account.hpp"
#include "core/gossip/authorship.hpp"
#include "core/gossip/message_numbers.hpp"
#include "core/gossip/params.hpp"
#include "core/gossip/topics.hpp"
#include "core/message/switches.hpp"
#include "core/node/limits.hpp"
#include "core/node/parse_cache.hpp"
#include "core/node/reward_config.hpp"
#include "core/store/options.hpp"

namespace lastmile::node {

// The roads on which messages heal a cut (architecture, section 8). Each is sufficient alone.
struct Roads {
  bool gossip = true;
  bool reconciliation = true;
  bool chain = true;
  bool content_store = true;
};

// A public chain this node follows, and perhaps writes to.
struct FollowedChain {
  std::string name;           // as the chain gateway knows it
  std::string code;           // chain code of its confirmations ("ETH")
  bool synchronizer = false;  // this node packs what it saw into its transactions
  Duration archive_every = seconds(60);
  std::uint64_t start_height = 0;     // of the first block of interest
  std::vector<std::string> emitters;  // addresses whose sync events count; empty = anybody
};

struct NodeConfig {
  Roads roads;
  Limits limits;
  Intervals intervals;
  message::Switches switches;
  store::StoreOptions store;

  // Shared by all nodes of a simulation; a real node makes its own.
  gossip::SharedParams gossip;
  std::shared_ptr<const gossip::Topics> topics;
  std::shared_ptr<gossip::MessageNumbers> message_numbers;  // null: a table of its own
  std::shared_ptr<ParseCache> parses;                       // null: every message is read here
  std::shared_ptr<gossip::Authorship> authorship;           // null: messages of gossip are not signed by their authors

  std::vector<std::string> peers;  // addresses to keep connections to
  std::vector<FollowedChain> chains;
  std::optional<crypto::Account> head_signer;  // signs heads of the content store; absent = follows heads only
  // Addresses whose heads are always followed, as those of the emitters of the chains are; null: none. Others are
  // strangers (sync::HeadBook).
  std::shared_ptr<const std::set<std::string, std::less<>>> head_signers;

  std::shared_ptr<const RewardConfig> rewards;  // null: nobody is rewarded; needs the road `chain`
};

// Gossip with the parameters of the Aleph network and our two topics. For programs that do not share tables.
void use_default_gossip(NodeConfig& config);

}  // namespace lastmile::node
