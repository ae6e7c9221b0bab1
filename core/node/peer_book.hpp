// Keeps connections to the configured peers: dials, and dials again with back-off when one is lost (libp2p.md 8).
//
// An address may begin with the identity expected behind it, "identity@place"; without it the address is the identity,
// as in the simulator, whose nodes are dialled by name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/random.hpp"
#include "core/env/network.hpp"
#include "core/env/timers.hpp"
#include "core/node/limits.hpp"

namespace lastmile::node {

class PeerBook {
 public:
  PeerBook(env::Network& network, env::Timers& timers, Generator& random, const Intervals& intervals)
      : network_(network), timers_(timers), random_(random), intervals_(intervals) {}

  void start(const std::vector<std::string>& addresses);
  void on_connected(env::PeerId peer);
  void on_lost(env::PeerId peer);
  // True: the pause before the next attempt is the longest one.
  bool on_dial_failed(std::string_view address);

  const std::vector<env::PeerId>& connected() const { return connected_; }  // ascending
  bool is_connected(env::PeerId peer) const;

 private:
  struct Entry {
    std::string address;
    std::uint32_t failures = 0;
    bool connected = false;
    bool waiting = false;  // a dial is due or under way
  };
  Entry* find(std::string_view address);  // null: not one of ours to dial
  Entry* entry_of(env::PeerId peer);      // the same; of several addresses with its identity the first
  Duration pause_after(std::uint32_t failures) const;
  void dial_later(Entry& entry);

  env::Network& network_;
  env::Timers& timers_;
  Generator& random_;
  const Intervals& intervals_;
  std::vector<Entry> entries_;  // by identity, then by address
  std::vector<env::PeerId> connected_;
};

}  // namespace lastmile::node
