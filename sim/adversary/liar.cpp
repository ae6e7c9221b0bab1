#include "sim/adversary/liar.hpp"

#include <algorithm>
#include <utility>

#include "core/base/present.hpp"
#include "core/crypto/hash.hpp"
#include "core/gossip/content.hpp"

namespace lastmile::sim {

// What its node found that others lack is not offered to them.
std::optional<env::Frame> LyingNetwork::said(env::Protocol protocol, env::Frame frame) {
  const bool hides = std::find(what_.begin(), what_.end(), scenario::Lie::hidden) != what_.end();
  if (!orders_.active || protocol != env::Protocol::reconciliation || !hides) return frame;
  ++orders_.acts;
  return std::nullopt;
}

bool LyingNetwork::asked(env::PeerId from, env::Protocol protocol, const env::Frame& frame, env::Reply& reply) {
  if (!orders_.active) return false;
  if (protocol == env::Protocol::content) return lied_about(frame);
  if (protocol != env::Protocol::reconciliation) return false;
  const auto message = sync::reconcile_message(frame);
  if (!message.ok() || !std::holds_alternative<sync::Request>(*message)) return false;
  const auto& request = std::get<sync::Request>(*message);
  ++orders_.acts;
  if (lie_to(from) == scenario::Lie::hidden) {
    reply(sync::ReconcileBody::of(hide(request)));
    return true;
  }
  reply(sync::ReconcileBody::of(invent(request)));
  network_.send(from, env::Protocol::reconciliation, sync::ReconcileBody::of(sync::Offer{invented(kInventedOfOffer)}));
  return true;
}

void LyingNetwork::orders_changed() {
  const scenario::Rate rate = scenario::rate_of(orders_.entry);
  if (!orders_.active || beating_ || rate.micro_per_day == 0) return;
  beating_ = true;
  timers_.after(rate.mean_interval(), [this] {
    beating_ = false;
    if (!orders_.active) return;
    offer_to_all();
    orders_changed();
  });
}

void LyingNetwork::offer_to_all() {
  for (const env::PeerId peer : connected_) {
    if (lie_to(peer) != scenario::Lie::invented) continue;
    network_.send(peer, env::Protocol::reconciliation,
                  sync::ReconcileBody::of(sync::Offer{invented(kInventedOfOffer)}));
    ++orders_.acts;
  }
}

bool LyingNetwork::lied_about(const env::Frame& content_request) const {
  const auto message = gossip::content_message(content_request);
  if (!message.ok() || !std::holds_alternative<gossip::ContentRequest>(*message)) return false;
  const auto& wanted = std::get<gossip::ContentRequest>(*message).wanted;
  return std::any_of(wanted.begin(), wanted.end(),
                     [](const gossip::ContentName& name) { return name.hash.view().starts_with(kMark); });
}

sync::Answer LyingNetwork::hide(const sync::Request& request) const {
  sync::Answer answer;
  for (const sync::Entry& entry : request.entries) {
    if (std::holds_alternative<sync::Fingerprint>(entry.holds)) {
      answer.findings.emplace_back(sync::Same{});
    } else {
      answer.findings.emplace_back(sync::Difference{});
    }
  }
  return answer;
}

// Everything differs, down to the lists; and each list lacks what nobody ever wrote.
sync::Answer LyingNetwork::invent(const sync::Request& request) {
  sync::Answer answer;
  for (const sync::Entry& entry : request.entries) {
    if (std::holds_alternative<sync::Fingerprint>(entry.holds)) {
      answer.findings.emplace_back(sync::Ask{});
    } else {
      answer.findings.emplace_back(sync::Difference{invented(kInventedOfList), {}, std::nullopt});
    }
  }
  return answer;
}

std::vector<message::ItemHash> LyingNetwork::invented(std::size_t count) {
  std::vector<message::ItemHash> names;
  names.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string text = "nobody wrote this " + std::to_string(node_) + "/" + std::to_string(++number_);
    std::string hash = message::ItemHash::of(crypto::sha256(text)).text();
    hash.replace(0, kMark.size(), kMark);
    names.push_back(present(message::ItemHash::parse(hash)));
  }
  return names;
}

}  // namespace lastmile::sim
