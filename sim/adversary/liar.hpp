// Lies for the honest node behind it when peers compare what they hold.
#pragma once

#include "core/sync/reconcile_message.hpp"
#include "sim/adversary/adversary_node.hpp"
#include "sim/adversary/network_filter.hpp"

namespace lastmile::sim {

class LyingNetwork final : public NetworkFilter {
 public:
  // Invented names: in answer to one list, and offered with each answer.
  static constexpr std::size_t kInventedOfList = 64;
  static constexpr std::size_t kInventedOfOffer = 512;

  LyingNetwork(env::Network& network, Orders& orders, std::uint32_t node)
      : NetworkFilter(network), orders_(orders), what_(std::get<scenario::Liar>(orders.entry.body).what), node_(node) {}

 protected:
  std::optional<env::Frame> said(env::Protocol protocol, env::Frame frame) override;
  bool asked(env::PeerId from, env::Protocol protocol, const env::Frame& frame, env::Reply& reply) override;

 private:
  sync::Answer hide(const sync::Request& request) const;
  sync::Answer invent(const sync::Request& request);
  std::vector<message::ItemHash> invented(std::size_t count);

  Orders& orders_;
  const std::vector<scenario::Lie>& what_;
  std::uint32_t node_;
  std::uint64_t number_ = 0;
};

}  // namespace lastmile::sim
