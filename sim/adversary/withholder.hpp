// Keeps to itself what the honest node behind it hears. That node announces, grafts and asks as ever, so that its peers
// count on it.
#pragma once

#include "sim/adversary/adversary_node.hpp"
#include "sim/adversary/network_filter.hpp"

namespace lastmile::sim {

class WithholdingNetwork final : public NetworkFilter {
 public:
  WithholdingNetwork(env::Network& network, Orders& orders) : NetworkFilter(network), orders_(orders) {}

 protected:
  std::optional<env::Frame> said(env::Protocol protocol, env::Frame frame) override;
  bool asked(env::PeerId from, env::Protocol protocol, const env::Frame& frame, env::Reply& reply) override;
  bool asked_for_part(const env::ContentRange& range, Callback<void(Result<Bytes>)>& reply) override;

 private:
  Orders& orders_;
};

}  // namespace lastmile::sim
