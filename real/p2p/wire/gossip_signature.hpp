// Strict signing of gossip messages (libp2p.md 11.3): the part that needs keys.
#pragma once

#include "core/gossip/message.hpp"
#include "real/p2p/wire/key.hpp"

namespace lastmile::p2p {

// Fills from, signature, and key where the id does not contain it. data, seqno and topic are there already.
void sign_gossip(gossip::MessageFields& fields, const PrivateKey& key);
// Every check of 11.3, in its order. Pure; from any thread.
bool verify_gossip(const gossip::MessageFields& fields);

}  // namespace lastmile::p2p
