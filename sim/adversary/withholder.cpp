#include "sim/adversary/withholder.hpp"

#include "core/gossip/content.hpp"
#include "core/gossip/rpc.hpp"

namespace lastmile::sim {

// Of gossip the control passes, promises included; of the rest nothing.
std::optional<env::Frame> WithholdingNetwork::said(env::Protocol protocol, env::Frame frame) {
  if (!orders_.active) return frame;
  const gossip::RpcBody* body = protocol == env::Protocol::gossip ? gossip::rpc_body(frame) : nullptr;
  if (body != nullptr && body->rpc().publish.empty()) return frame;
  ++orders_.acts;
  if (body == nullptr || body->single() != nullptr) return std::nullopt;
  gossip::Rpc rest = body->rpc();
  rest.publish.clear();
  return rest.empty() ? std::nullopt : std::optional(gossip::RpcBody::of(std::move(rest)));
}

// Whoever asks for something by name hears that it is not here; whoever wants to compare hears nothing.
bool WithholdingNetwork::asked(env::PeerId, env::Protocol protocol, const env::Frame& frame, env::Reply& reply) {
  if (!orders_.active) return false;
  if (protocol == env::Protocol::content) {
    const auto message = gossip::content_message(frame);
    if (!message.ok() || !std::holds_alternative<gossip::ContentRequest>(*message)) return false;
    const auto& request = std::get<gossip::ContentRequest>(*message);
    gossip::AnswerBuilder answer(request.only_have);
    for (const gossip::ContentName& name : request.wanted) answer.absent(name);
    reply(gossip::ContentBody::of(answer.take()));
  }
  ++orders_.acts;
  return true;
}

bool WithholdingNetwork::asked_for_part(const env::ContentRange&, Callback<void(Result<Bytes>)>& reply) {
  if (!orders_.active) return false;
  reply(Error{"no such content"});
  ++orders_.acts;
  return true;
}

}  // namespace lastmile::sim
