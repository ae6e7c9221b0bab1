#include "core/node/config.hpp"

namespace lastmile::node {

void use_default_gossip(NodeConfig& config) {
  gossip::Params params;
  params.rpc_bytes_max = config.limits.gossip_frame_bytes;
  params.heartbeat = config.intervals.gossip_heartbeat;
  config.gossip = std::make_shared<const gossip::Params>(params);
  gossip::Topics topics;
  topics.add(gossip::kMessageTopicName);
  config.topics = std::make_shared<const gossip::Topics>(std::move(topics));
}

}  // namespace lastmile::node
