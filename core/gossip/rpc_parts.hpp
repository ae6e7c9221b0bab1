// Sizes and writing of the parts of an RPC, without the tag and length in front. Inside the room.
#pragma once

#include "core/gossip/rpc.hpp"

namespace lastmile::gossip::part {

std::size_t id(const IdList& ids, std::size_t i);  // one message id as a field, with tag and length

std::size_t size(const Subscription& subscription);
std::size_t size(const MessageRef& message);
std::size_t size(const IHave& ihave);
std::size_t size(const IWant& iwant);
std::size_t size(const IDontWant& idontwant);
std::size_t size(const Graft& graft);
std::size_t size(const Prune& prune);

void put(Bytes& out, const Subscription& subscription);
void put(Bytes& out, const MessageRef& message);
void put(Bytes& out, const IHave& ihave);
void put(Bytes& out, const IWant& iwant);
void put(Bytes& out, const IDontWant& idontwant);
void put(Bytes& out, const Graft& graft);
void put(Bytes& out, const Prune& prune);

}  // namespace lastmile::gossip::part
