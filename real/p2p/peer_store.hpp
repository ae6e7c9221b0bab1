// What peers say of themselves: protocols, program, and addresses that are claims until somebody was reached there.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/base/time.hpp"
#include "real/p2p/wire/identify.hpp"

namespace lastmile::p2p {

// Bounded: kPeerStorePeersMax peers, of whom who was heard of longest ago goes first, kPeerStoreAddressesMax addresses
// each.
class PeerStore {
 public:
  struct Known {
    std::string agent;
    std::vector<std::string> protocols;
    struct Address {
      Multiaddr place;  // without /p2p
      Instant heard;
      bool confirmed = false;
    };
    std::vector<Address> addresses;
    std::uint64_t record_sequence = 0;  // of the newest signed record
    Instant heard;
  };

  // A record counts only if it is the peer's own and not older than the one before.
  void identified(const PeerId& peer, const Identify& identify, Instant now);
  void reached(const PeerId& peer, const Multiaddr& place, Instant now);
  const Known* find(const PeerId& peer) const;                 // null: never heard of
  std::vector<Multiaddr> addresses(const PeerId& peer) const;  // confirmed ones first, with /p2p
  void forget_old(Instant now);                                // unconfirmed addresses after kPeerStoreUnconfirmed
  std::size_t size() const { return known_.size(); }

 private:
  Known& touch(const PeerId& peer, Instant now);
  static void add_address(Known& known, const Multiaddr& place, Instant now);

  std::map<PeerId, Known> known_;
  std::set<std::pair<Instant, PeerId>> by_time_;
};

}  // namespace lastmile::p2p
