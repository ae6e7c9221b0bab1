#include "real/p2p/protocol_ids.hpp"

namespace lastmile::p2p {

std::vector<std::string> frame_protocols(env::Protocol protocol) {
  if (protocol == env::Protocol::gossip) return {"/meshsub/1.1.0", "/meshsub/1.0.0"};
  return {std::string(env::protocol_name(protocol)) + "/frames"};
}

std::string request_protocol(env::Protocol protocol) {
  if (protocol == env::Protocol::gossip) return "/aleph/lastmile/gossip/1";
  return std::string(env::protocol_name(protocol));
}

}  // namespace lastmile::p2p
