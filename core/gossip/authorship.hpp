// Whose a gossip message is (strict signing, libp2p.md 11.3): the part that needs keys, which the network's own room
// has. A world in which nobody forges, the simulator, has none.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/gossip/message.hpp"

namespace lastmile::gossip {

class Authorship {
 public:
  virtual ~Authorship() = default;
  // What PubsubMessage::author() is for messages of the peer that the network calls so; 0 when that cannot be known.
  virtual std::uint64_t author_of(std::string_view network_identity) const = 0;
  // Fills in from, signature and, where receivers need it, key. data, seqno and topic are there.
  virtual void sign(MessageFields& fields) const = 0;
  // Does the message come from who it says? Pure, from any thread. Its structure has been checked.
  virtual bool verify(const MessageFields& fields) const = 0;
  // Larger than every number that this author ever used, in earlier lives too.
  virtual std::uint64_t next_seqno() = 0;
};

}  // namespace lastmile::gossip
