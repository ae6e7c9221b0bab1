#include "sim/adversary/liar.hpp"

#include <algorithm>
#include <utility>

#include "core/crypto/hash.hpp"

namespace lastmile::sim {

// What its node found that others lack is not offered to them.
std::optional<env::Frame> LyingNetwork::said(env::Protocol protocol, env::Frame frame) {
  const bool hides = std::find(what_.begin(), what_.end(), scenario::Lie::hidden) != what_.end();
  if (!orders_.active || protocol != env::Protocol::reconciliation || !hides) return frame;
  ++orders_.acts;
  return std::nullopt;
}

bool LyingNetwork::asked(env::PeerId from, env::Protocol protocol, const env::Frame& frame, env::Reply& reply) {
  if (!orders_.active || protocol != env::Protocol::reconciliation) return false;
  const auto message = sync::reconcile_message(frame);
  if (!message.ok() || !std::holds_alternative<sync::Request>(*message)) return false;
  const auto& request = std::get<sync::Request>(*message);
  ++orders_.acts;
  // One story for each peer: a session is made of several questions.
  if (what_[from.value % what_.size()] == scenario::Lie::hidden) {
    reply(sync::ReconcileBody::of(hide(request)));
    return true;
  }
  reply(sync::ReconcileBody::of(invent(request)));
  network_.send(from, env::Protocol::reconciliation, sync::ReconcileBody::of(sync::Offer{invented(kInventedOfOffer)}));
  return true;
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
    names.push_back(message::ItemHash::of(crypto::sha256(text)));
  }
  return names;
}

}  // namespace lastmile::sim
