#include "real/p2p/wire/gossip_signature.hpp"

namespace lastmile::p2p {

void sign_gossip(gossip::MessageFields& fields, const PrivateKey& key) {
  fields.from = gossip::Field::of(key.peer_id().bytes());
  if (!key.peer_id().contained_key()) fields.key = gossip::Field::of(key.public_key().serialised());
  fields.signature = gossip::Field::of(key.sign(gossip::signed_bytes(fields)));
}

bool verify_gossip(const gossip::MessageFields& fields) {
  if (gossip::structure_fault(fields) != gossip::StructureFault::none) return false;
  const auto author = PeerId::parse_bytes(fields.from.written());
  if (!author) return false;
  const auto key = fields.key.present() ? PublicKey::parse(fields.key.written()) : PublicKey::of(*author);
  if (!key || key->peer_id() != *author) return false;
  return key->verify(gossip::signed_bytes(fields), fields.signature.written());
}

}  // namespace lastmile::p2p
