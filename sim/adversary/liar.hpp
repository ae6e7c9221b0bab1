// Lies for the honest node behind it when peers compare what they hold, and at its rate offers what nobody wrote.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/env/timers.hpp"
#include "core/sync/reconcile_message.hpp"
#include "sim/adversary/adversary_node.hpp"
#include "sim/adversary/network_filter.hpp"

namespace lastmile::sim {

class LyingNetwork final : public NetworkFilter {
 public:
  // Invented names: in answer to one list, and offered with each answer.
  static constexpr std::size_t kInventedOfList = 64;
  static constexpr std::size_t kInventedOfOffer = 512;
  // By which it knows them again: whoever asks for one waits for an answer until he gives up.
  static constexpr std::string_view kMark = "11a511a511a511a5";

  LyingNetwork(env::Network& network, Orders& orders, env::Timers& timers, std::uint32_t node)
      : NetworkFilter(network),
        orders_(orders),
        timers_(timers),
        what_(std::get<scenario::Liar>(orders.entry.body).what),
        node_(node) {}

  void orders_changed() override;

 protected:
  std::optional<env::Frame> said(env::Protocol protocol, env::Frame frame) override;
  bool asked(env::PeerId from, env::Protocol protocol, const env::Frame& frame, env::Reply& reply) override;

 private:
  // One story for each peer: a session is made of several questions.
  scenario::Lie lie_to(env::PeerId peer) const { return what_[peer.value % what_.size()]; }
  void offer_to_all();
  bool lied_about(const env::Frame& content_request) const;
  sync::Answer hide(const sync::Request& request) const;
  sync::Answer invent(const sync::Request& request);
  std::vector<message::ItemHash> invented(std::size_t count);

  Orders& orders_;
  env::Timers& timers_;
  const std::vector<scenario::Lie>& what_;
  std::uint32_t node_;
  std::uint64_t number_ = 0;
  bool beating_ = false;
};

}  // namespace lastmile::sim
